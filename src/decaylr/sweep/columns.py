"""Arrays of the parameters of a sweep: from a grid of axes, or from columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from decaylr.checks import (
    broadcast_shape,
    real_array,
    refuse,
    whole_number,
)

Columns = dict[str, npt.NDArray[Any]]
MOST_VALUES = 10**8  # of a column: 800 MB


def number_of_values(name: str, value: Any) -> int:
    """Require a number of values that fits in memory."""
    number = whole_number(name, value, 1)
    if number > MOST_VALUES:
        refuse(name, f"at most {MOST_VALUES}", number)
    return number


def grid_columns(axes: Mapping[str, npt.ArrayLike]) -> Columns:
    """Reshape axes so that they broadcast to every combination, in the order given.

    A number is no axis: it is the same in every run.
    """
    if not axes:
        refuse("axes", "at least one", "none")
    arrays = {name: _axis(name, values) for name, values in axes.items()}
    lists = [name for name, array in arrays.items() if array.ndim]
    return {
        name: array.reshape([-1 if name == other else 1 for other in lists])
        if array.ndim
        else array
        for name, array in arrays.items()
    }


def _axis(name: str, values: Any) -> npt.NDArray[Any]:
    axis = real_array(name, values)
    if axis.ndim > 1 or axis.size == 0:
        refuse(name, "a number or a list of at least one number", f"shape {axis.shape}")
    return axis


def zipped_columns(columns: Mapping[str, npt.ArrayLike]) -> Columns:
    """Columns as arrays, after checking that they broadcast together."""
    if not columns:
        refuse("columns", "at least one", "none")
    arrays: Columns = {name: real_array(name, values) for name, values in columns.items()}
    broadcast_shape({name: array.shape for name, array in arrays.items()})
    return arrays
