"""Lower and upper bounds of the values of a schedule."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import broadcast_shape, real_array, refuse, require
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.horizon import longest_of_children
from decaylr.tree.length import child_length
from decaylr.tree.node import Kind, N, new_like


def clip(schedule: N, lo: ArrayLike | None = None, hi: ArrayLike | None = None) -> N:
    """Limit the values to the interval [lo, hi]: min(max(value, lo), hi).

    Parameters
    ----------
    lo, hi : float or array_like, optional
        Lower and upper bound, lo <= hi; may be infinite. No bound by default.

    Returns
    -------
    Schedule
        Its length is that of the schedule.

    Raises
    ------
    TypeError, ValueError
        If a bound is not a number, or hi < lo in some run.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10).clip(lo=0.1)([5, 10])
    array([0.5, 0.1])
    """
    bounds = {name: real_array(name, v) for name, v in (("lo", lo), ("hi", hi)) if v is not None}
    if not bounds:
        return schedule
    for name, array in bounds.items():
        require(name, array, lambda x: ~np.isnan(x), "a number")
    if len(bounds) == 2:
        broadcast_shape({name: array.shape for name, array in bounds.items()})
        if np.any(bounds["hi"] < bounds["lo"]):
            refuse("hi", ">= lo", f"hi {bounds['hi']} with lo {bounds['lo']}")
    return new_like(schedule, "clip", bounds, None, (schedule,))


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """min(max(child, lo), hi)."""
    result = value(node.children[0], p, numbers)
    if "lo" in node.parameters:
        lo = node.number("lo", numbers)
        result = numbers.where(result < lo, lo, result)
    if "hi" in node.parameters:
        hi = node.number("hi", numbers)
        result = numbers.where(result > hi, hi, result)
    return result


CLIP = Kind(
    name="clip",
    make=clip,
    length=child_length,
    formula=formula,
    family="",
    parameters=("lo", "hi"),
    children="one",
    horizon=longest_of_children,
)
