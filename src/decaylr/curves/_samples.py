"""samples: explicit values, one per position."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import FloatArray, finite, listed
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.node import Kind, Node, new_node


def samples(values: Any) -> Schedule:
    """Explicit values, one per position; constant after the last one.

    v(p) = values[min(floor(p), n - 1)] for n values.

    Parameters
    ----------
    values : array_like
        Values at p = 0, 1, 2, ... along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For values that are not finite real numbers, or an empty list.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.samples([0.1, 0.3, 0.2])([0, 1, 2, 3])
    array([0.1, 0.3, 0.2, 0.2])
    """
    return new_node(Schedule, "samples", {"values": listed("values", finite("values", values))})


def _length(node: Node) -> FloatArray:
    return np.asarray(node.parameters["values"].shape[-1], np.float64)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """values[floor(p)], or the last value after the end."""
    values = node.number("values", numbers)
    return numbers.take(values, numbers.as_index(numbers.floor(p), values.length - 1))


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    return np.arange(1.0, node.parameters["values"].shape[-1])


SAMPLES = Kind(
    name="samples",
    make=samples,
    length=_length,
    formula=formula,
    family="points",
    parameters=("values",),
    lists=("values",),
    breaks=_breaks,
)
