"""Cycles of a schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr import _engine
from decaylr.checks import (
    Array,
    FloatArray,
    Real,
    above,
    at_least,
    finite,
    one_of,
    refuse,
    require,
)
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.traced.pieces import at_least_zero, times_parameter_power
from decaylr.tree.length import as_float, finite_length, infinite_length
from decaylr.tree.node import Kind, N, Node, new_like


def repeat(
    schedule: N,
    period: Real | None = None,
    *,
    count: Real | None = None,
    period_scale: Real = 1,
    value_scale: Real = 1,
    floor: Real = 0.0,
    lengths: str = "floor",
) -> N:
    """Cycles: cycle c shows `floor + (self(local) - floor) * value_scale**c`.

    Cycle c is `period * period_scale**c` positions long, rounded down to whole
    positions (`lengths="floor"`) or kept real (`"real"`), and stretches this schedule
    to its length. `period` defaults to `.length`; after `count` cycles the end of the
    last one holds.

    Examples
    --------
    >>> import decaylr as dl
    >>> sgdr = dl.cosine(0.1, 0.0, 10).repeat(period_scale=2)
    >>> sgdr(0), sgdr(10), sgdr(29), sgdr(30)
    (0.1, 0.1, 0.0006155829702431138, 0.1)
    """
    rule = one_of("lengths", lengths, ("floor", "real"))
    if period is None:
        period = finite_length(schedule, "period", "given for a schedule of infinite length")
    least = 1.0 if rule == "floor" else 0.0
    parameters: dict[str, Array] = {
        "period": at_least("period", period, 1.0) if least else above("period", period),
        "period_scale": above("period_scale", period_scale),
        "value_scale": at_least("value_scale", value_scale),
        "floor": finite("floor", floor),
    }
    scale = parameters["period_scale"]
    require("period_scale", scale, _apart, "1, or at least 1e-6 away from it, and <= 2**63")
    if count is not None:
        parameters["count"] = _cycles(count, parameters["period"], scale, least)
    elif np.any(scale < 1):
        refuse("count", "given where period_scale < 1", f"none with period_scale {scale}")
    return new_like(schedule, "repeat", parameters, {"lengths": rule}, (schedule,))


def _apart(scale: Any) -> Any:
    """Growth so slow that a position would lie millions of cycles away is refused."""
    return (scale <= 2.0**63) & ((scale == 1) | (np.abs(scale - 1.0) >= 1e-6))


def _cycles(count: Real, period: Array, scale: Array, least: float) -> Array:
    array = at_least("count", count, 1.0)
    require("count", array, lambda x: x == np.floor(x), "a whole number")
    with np.errstate(over="ignore"):
        last = period * scale.astype(np.float64) ** (array - 1.0)
    if np.any(last < least):
        refuse("count", "such that the last cycle is at least one position long", array)
    return array.astype(np.int64)


def _length(node: Node) -> FloatArray:
    """The total of `count` cycles; infinite without a count."""
    if "count" not in node.parameters:
        return infinite_length(node)
    period, growth = as_float(node, "period"), as_float(node, "period_scale")
    whole = node.options["lengths"] == "floor"
    total = _engine.cycles_total(period, growth, as_float(node, "count"), whole)
    return np.asarray(total, np.float64)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Cycle c shows floor + (child - floor) * value_scale**c."""
    period = node.number("period", numbers)
    cycle, begin, length = _cycle(node, p, numbers)
    local = at_least_zero(p - begin, numbers) * (period / length)
    if "count" in node.parameters:
        last = cycle >= node.number("count", numbers) - 1.0
        local = numbers.where(last & (p >= begin + length), period, local)
    shown = value(node.children[0], local, numbers)
    if "value_scale" in node.neutral:
        return shown
    floor = node.number("floor", numbers)
    return floor + times_parameter_power(shown - floor, node, "value_scale", cycle, numbers)


def _cycle(node: Outline, p: Number, numbers: Numbers) -> tuple[Number, Number, Number]:
    """The number, first position and length of the cycle that holds p, or of the last one."""
    period = node.number("period", numbers)
    whole = node.options["lengths"] == "floor"
    if "period_scale" in node.parameters:
        return _grown_cycle(node, p, numbers, whole)
    length = numbers.floor(period) if whole else period
    cycle = numbers.whole_quotient(p, length)
    if "count" in node.parameters:
        last = node.number("count", numbers) - 1.0
        cycle = numbers.where(cycle > last, last, cycle)
    return cycle, cycle * length, length


def _grown_cycle(
    node: Outline, p: Number, numbers: Numbers, whole: bool
) -> tuple[Number, Number, Number]:
    period, growth = node.number("period", numbers), node.number("period_scale", numbers)
    last = node.number("count", numbers) - 1.0 if "count" in node.parameters else None

    def length(grown: Number) -> Number:
        return numbers.floor_of_rounded(grown) if whole else grown

    def going(state: Any) -> Any:
        cycle, begin, grown, position, *_ = state
        passed = position >= numbers.rounded_boundary(begin + length(grown))
        return passed if last is None else passed & (cycle < state[-1])

    def walk(state: Any) -> Any:
        cycle, begin, grown, *fixed = state
        on = going(state)
        return (
            numbers.where(on, cycle + 1.0, cycle),
            numbers.where(on, begin + length(grown), begin),
            numbers.where(on, grown * fixed[1], grown),
            *fixed,
        )

    nothing = (p + period + growth) * 0.0
    fixed = [nothing + p, nothing + growth, *([] if last is None else [nothing + last])]
    first = (nothing, nothing, nothing + period, *fixed)
    cycle, begin, grown, *_ = numbers.loop(going, walk, first)
    if whole:
        return cycle, begin, length(grown)
    log2_growth = numbers.log2_parameter(node.parameters["period_scale"])
    y = cycle * log2_growth
    apart = (growth > 1.0) | (growth < 1.0)
    step = numbers.where(apart, growth - 1.0, nothing + 1.0)
    scale, excess = numbers.exp2_and_excess(y)
    return cycle, period * numbers.where(apart, excess / step, cycle), period * scale


REPEAT = Kind(
    name="repeat",
    make=repeat,
    length=_length,
    formula=formula,
    family="restarts and cycles",
    parameters=("period", "count", "period_scale", "value_scale", "floor"),
    options=("lengths",),
    times=("period",),
    children="one",
)
