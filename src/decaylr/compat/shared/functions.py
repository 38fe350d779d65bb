"""Schedules from Python functions of a step, tabulated over a given horizon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import FloatArray, finite, refuse, shown, whole_number
from decaylr.curves import samples
from decaylr.schedule import Schedule


def tabulate(
    name: str, function: Callable[[int], ArrayLike], horizon: int | None, first: int = 0
) -> FloatArray:
    """Values of a function at `horizon` steps from `first` on, along the last axis."""
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
    """Return a schedule, advanced to `first`, or a function as a table of `horizon` values."""
    if isinstance(function, Schedule):
        return function.advance(first) if first else function
    if not callable(function):
        raise TypeError(f"{name} must be a Schedule or a function of a step, got {shown(function)}")
    return samples(tabulate(name, function, horizon, first))
