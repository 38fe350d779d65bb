"""Repetition of a schedule in cycles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr import _engine
from decaylr.checks import (
    LARGEST_POSITION,
    Array,
    FloatArray,
    above,
    at_least,
    finite,
    one_of,
    refuse,
    require,
)
from decaylr.traced.common import at_least_zero, times_parameter_power
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.breaks import MOST, TooManyBreaksError, breaks_of, changes
from decaylr.tree.length import as_float, finite_length, infinite_length
from decaylr.tree.node import Kind, N, Node, new_like
from decaylr.tree.periods import Periods


def repeat(
    schedule: N,
    period: ArrayLike | None = None,
    *,
    count: ArrayLike | None = None,
    period_scale: ArrayLike = 1,
    value_scale: ArrayLike = 1,
    floor: ArrayLike = 0.0,
    lengths: str = "floor",
) -> N:
    """Repeat a schedule in cycles, which may change in length and height.

    Cycle c = 0, 1, ... has the length ``L_c = period * period_scale**c`` and begins at ``B_c``,
    the sum of the lengths before it. In it, with ``s`` the repeated schedule::

        v(p) = floor + (s((p - B_c) * period / L_c) - floor) * value_scale**c

    Parameters
    ----------
    period : float or array_like, optional
        Length of the first cycle in positions; >= 1 with lengths="floor", otherwise > 0.
        Default: the length of the schedule.
    count : int or array_like of int, optional
        Number of cycles, >= 1; afterwards the last value is constant. Without it the cycles
        never end. Required if `period_scale` < 1.
    period_scale : float or array_like
        Factor between the lengths of successive cycles, > 0.
    value_scale : float or array_like
        Factor between the heights of successive cycles, above `floor`, >= 0.
    floor : float or array_like
        Value towards which the cycles are scaled.
    lengths : {"floor", "real"}
        Whether cycle lengths are rounded down to integers.

    Returns
    -------
    Schedule
        Its length is that of `count` cycles, or infinite.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value.

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
    shortest = 1.0 if rule == "floor" else 0.0
    parameters: dict[str, Array] = {
        "period": at_least("period", period, 1.0) if shortest else above("period", period),
        "period_scale": above("period_scale", period_scale),
        "value_scale": at_least("value_scale", value_scale),
        "floor": finite("floor", floor),
    }
    scale = parameters["period_scale"]
    require(
        "period_scale", scale, _accepted_scale, "1, or at least 1e-6 away from it, and <= 2**63"
    )
    if count is not None:
        parameters["count"] = _checked_count(count, parameters["period"], scale, shortest)
    elif np.any(scale < 1):
        refuse("count", "given where period_scale < 1", f"none with period_scale {scale}")
    return new_like(schedule, "repeat", parameters, {"lengths": rule}, (schedule,))


def _accepted_scale(scale: Any) -> Any:
    """Exclude scales so near to 1 that finding a cycle would take millions of steps."""
    return (scale <= 2.0**63) & ((scale == 1) | (np.abs(scale - 1.0) >= 1e-6))


def _checked_count(count: ArrayLike, period: Array, scale: Array, shortest: float) -> Array:
    array = at_least("count", count, 1.0)
    require("count", array, lambda x: x == np.floor(x), "a whole number")
    require("count", array, lambda x: x < 2.0**63, f"at most {LARGEST_POSITION}")
    with np.errstate(over="ignore"):
        last = period * scale.astype(np.float64) ** (array - 1.0)
    if np.any(last < shortest):
        refuse("count", "such that the last cycle is at least one position long", array)
    return array.astype(np.int64)


def _length(node: Node) -> FloatArray:
    """The total length of `count` cycles; infinite without a count."""
    if "count" not in node.parameters:
        return infinite_length(node)
    period, growth = as_float(node, "period"), as_float(node, "period_scale")
    whole = node.options["lengths"] == "floor"
    total = _engine.cycles_total(period, growth, as_float(node, "count"), whole)
    return np.asarray(total, np.float64)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """floor + (child - floor) * value_scale**c in cycle c."""
    period = node.number("period", numbers)
    cycle, begin, length = _cycle(node, p, numbers)
    local = at_least_zero(p - begin, numbers) * (period / length)
    if "count" in node.parameters:
        last = cycle >= node.number("count", numbers) - 1.0
        local = numbers.where(last & (p >= begin + length), period, local)
    result = value(node.children[0], local, numbers)
    if "value_scale" in node.neutral:
        return result
    floor = node.number("floor", numbers)
    return floor + times_parameter_power(result - floor, node, "value_scale", cycle, numbers)


def _cycle(node: Outline, p: Number, numbers: Numbers) -> tuple[Number, Number, Number]:
    """Number, first position and length of the cycle that contains p (at most the last one)."""
    period = node.number("period", numbers)
    whole = node.options["lengths"] == "floor"
    if "period_scale" in node.parameters:
        return _scaled_cycle(node, p, numbers, whole)
    length = numbers.floor(period) if whole else period
    cycle = numbers.whole_quotient(p, length)
    if "count" in node.parameters:
        last = node.number("count", numbers) - 1.0
        cycle = numbers.where(cycle > last, last, cycle)
    return cycle, cycle * length, length


def _scaled_cycle(
    node: Outline, p: Number, numbers: Numbers, whole: bool
) -> tuple[Number, Number, Number]:
    """As `_cycle`, for cycles of changing length: adds up their lengths in a loop."""
    period, growth = node.number("period", numbers), node.number("period_scale", numbers)
    last = node.number("count", numbers) - 1.0 if "count" in node.parameters else None

    def length(real_length: Number) -> Number:
        return numbers.floor_of_rounded(real_length) if whole else real_length

    # A state is (cycle, its first position, its length before rounding) and, unchanged by the
    # loop, (p, growth) and the last cycle if there is one.
    def is_past(state: Any) -> Any:
        cycle, begin, real_length, position, *_ = state
        past = position >= numbers.boundary(begin + length(real_length))
        return past if last is None else past & (cycle < state[-1])

    def advance(state: Any) -> Any:
        cycle, begin, real_length, *fixed = state
        past = is_past(state)
        return (
            numbers.where(past, cycle + 1.0, cycle),
            numbers.where(past, begin + length(real_length), begin),
            numbers.where(past, real_length * fixed[1], real_length),
            *fixed,
        )

    zero = (p + period + growth) * 0.0  # of the common shape
    fixed = [zero + p, zero + growth, *([] if last is None else [zero + last])]
    first = (zero, zero, zero + period, *fixed)
    cycle, begin, real_length, *_ = numbers.loop(is_past, advance, first)
    if whole:
        return cycle, begin, length(real_length)
    # recompute without the rounding errors that the loop accumulates: a geometric sum
    log2_growth = numbers.log2_parameter(node.parameters["period_scale"])
    scale, excess = numbers.exp2_and_excess(cycle * log2_growth)
    changes = (growth > 1.0) | (growth < 1.0)
    divisor = numbers.where(changes, growth - 1.0, zero + 1.0)
    return cycle, period * numbers.where(changes, excess / divisor, cycle), period * scale


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """The first positions of all cycles, and the breaks of the child in each of them."""
    period = as_float(node, "period")
    inner = breaks_of(node.children[0], np.broadcast_to(period, until.shape))
    begins, lengths = _begins(node, until)
    inner = np.where(inner < period[..., None], inner, np.inf)
    share = inner[..., None, :] * (lengths / period[..., None])[..., None]
    within = (begins[..., None] + share).reshape(*begins.shape[:-1], -1)
    return np.concatenate([begins, within], axis=-1)


def _begins(node: Node, until: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The begins and lengths of the cycles that begin before `until`, with a last axis."""
    length = np.broadcast_to(as_float(node, "period"), until.shape)
    whole = node.options["lengths"] == "floor"
    scale = as_float(node, "value_scale")
    most = np.where(scale == 1.0, np.inf, changes(scale) + 1.0)
    if "count" in node.parameters:
        most = np.minimum(most, as_float(node, "count") + 1.0)
    begin = np.zeros(until.shape)
    begins: list[FloatArray] = []
    lengths: list[FloatArray] = []
    while np.any((begin < until) & (len(begins) < most)):
        if len(begins) > MOST:
            raise TooManyBreaksError
        begins.append(begin)
        lengths.append(np.floor(length) if whole else length)
        begin = begin + lengths[-1]
        length = length * as_float(node, "period_scale")
    begins.append(begin)
    lengths.append(length)
    return np.stack(begins, axis=-1), np.stack(lengths, axis=-1)


def _periods(node: Node) -> Periods:
    """One cycle, where all are equal; constant after the last one if they are counted."""
    if "count" in node.parameters:
        length = _length(node)
        return length, np.zeros_like(length)
    period = as_float(node, "period")
    period = np.floor(period) if node.options["lengths"] == "floor" else period
    equal = (as_float(node, "period_scale") == 1.0) & (as_float(node, "value_scale") == 1.0)
    return np.where(equal, 0.0, np.inf), np.where(equal, period, np.inf)


REPEAT = Kind(
    name="repeat",
    make=repeat,
    length=_length,
    formula=formula,
    family="restarts and cycles",
    parameters=("period", "count", "period_scale", "value_scale", "floor"),
    options=("lengths",),
    breaks=_breaks,
    periods=_periods,
    times=("period",),
    children="one",
)
