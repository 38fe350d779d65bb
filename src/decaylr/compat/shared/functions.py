"""Python functions of a step as schedules: tables of their values over a given horizon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import FloatArray, finite, refuse, whole_number
from decaylr.curves import samples
from decaylr.schedule import Schedule


def table_of(
    name: str, function: Callable[[int], ArrayLike], horizon: int | None, first: int = 0
) -> FloatArray:
    """The values of a function at `first`, `first` + 1, ... as the last axis."""
    if horizon is None:
        refuse("horizon", f"given where {name} is a Python function", None)
    steps = whole_number("horizon", horizon, least=1)
    values = [finite(f"{name}({t})", function(t)) for t in range(first, first + steps)]
    return np.stack([np.asarray(value, dtype=np.float64) for value in values], axis=-1)


def as_schedule(
    name: str,
    function: Schedule | Callable[[int], ArrayLike],
    horizon: int | None,
    first: int = 0,
) -> Schedule:
    """A schedule as it is, advanced to `first`; a function as the table of its values."""
    if isinstance(function, Schedule):
        return function.advance(first) if first else function
    if not callable(function):
        raise TypeError(f"{name} must be a Schedule or a function of a step, got {function!r:.80}")
    return samples(table_of(name, function, horizon, first))
