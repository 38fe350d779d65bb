"""Values kept within bounds."""

from __future__ import annotations

import numpy as np

from decaylr.checks import Real, broadcast_shape, real_array, refuse, require
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.length import child_length
from decaylr.tree.node import Kind, N, new_like


def clip(schedule: N, lo: Real | None = None, hi: Real | None = None) -> N:
    """Values kept at or above `lo` and at or below `hi`."""
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
    """The value kept within lo and hi."""
    found = value(node.children[0], p, numbers)
    if "lo" in node.parameters:
        lo = node.number("lo", numbers)
        found = numbers.where(found < lo, lo, found)
    if "hi" in node.parameters:
        hi = node.number("hi", numbers)
        found = numbers.where(found > hi, hi, found)
    return found


CLIP = Kind(
    name="clip",
    make=clip,
    length=child_length,
    formula=formula,
    family="",
    parameters=("lo", "hi"),
    children="one",
)
