"""Formulas of the combinators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decaylr.traced import Formula, Node, Number, Numbers, value
from decaylr.traced_points import decayed


def _at_least_zero(p: Number, numbers: Numbers) -> Number:
    return numbers.where(p > 0.0, p, p * 0.0)


def join(node: Node, p: Number, numbers: Numbers) -> Number:
    """The last part whose boundary is reached, at the position counted from there."""
    found = value(node.children[0], p, numbers)
    for i, part in enumerate(node.children[1:]):
        begin = node.number(f"boundary{i}", numbers)
        here = value(part, _at_least_zero(p - begin, numbers), numbers)
        found = numbers.where(p >= begin, here, found)
    return found


def reduced(operation: Callable[[Number, Number], Number]) -> Formula:
    """The parts' values combined from left to right."""

    def formula(node: Node, p: Number, numbers: Numbers) -> Number:
        first, *rest = (value(child, p, numbers) for child in node.children)
        for other in rest:
            first = operation(first, other)
        return first

    return formula


def quotient(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value over the divisor."""
    return value(node.children[0], p, numbers) / node.number("divisor", numbers)


def negative(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value with its sign changed."""
    return -value(node.children[0], p, numbers)


def clip(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value kept within lo and hi."""
    found = value(node.children[0], p, numbers)
    if "lo" in node.parameters:
        lo = node.number("lo", numbers)
        found = numbers.where(found < lo, lo, found)
    if "hi" in node.parameters:
        hi = node.number("hi", numbers)
        found = numbers.where(found > hi, hi, found)
    return found


def staircase(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value at the last multiple of `every`."""
    every = node.number("every", numbers)
    return value(node.children[0], every * numbers.whole_quotient(p, every), numbers)


def advance(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value at p + by."""
    return value(node.children[0], p + node.number("by", numbers), numbers)


def stretch(node: Node, p: Number, numbers: Numbers) -> Number:
    """The value at p / ratio."""
    return value(node.children[0], p / node.number("ratio", numbers), numbers)


def ending(node: Node, p: Number, numbers: Numbers) -> Number:
    """Past the length: anew, to and fro, or held, since nothing can be refused here."""
    length = node.number("length", numbers)
    if node.options["mode"] == "raise":
        return value(node.children[0], numbers.where(p > length, length, p), numbers)
    cycle = numbers.whole_quotient(p, length)
    local = _at_least_zero(p - cycle * length, numbers)
    if node.options["mode"] == "mirror":
        odd = cycle - numbers.floor(cycle * 0.5) * 2.0 > 0.0
        local = _at_least_zero(numbers.where(odd, length - local, local), numbers)
    return value(node.children[0], local, numbers)


def repeat(node: Node, p: Number, numbers: Numbers) -> Number:
    """Cycle c shows floor + (child - floor) * value_scale**c."""
    period = node.number("period", numbers)
    cycle, begin, length = _cycle(node, p, numbers)
    local = _at_least_zero(p - begin, numbers) * (period / length)
    if "count" in node.parameters:
        last = cycle >= node.number("count", numbers) - 1.0
        local = numbers.where(last & (p >= begin + length), period, local)
    shown = value(node.children[0], local, numbers)
    if "value_scale" in node.neutral:
        return shown
    floor = node.number("floor", numbers)
    return floor + decayed(shown - floor, node, "value_scale", cycle, numbers)


def _cycle(node: Node, p: Number, numbers: Numbers) -> tuple[Number, Number, Number]:
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
    node: Node, p: Number, numbers: Numbers, whole: bool
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


def select(node: Node, p: Number, numbers: Numbers) -> Number:
    """Each run by the formula of its own family."""
    part = node.number("part", numbers)
    found = value(node.children[0], p, numbers)
    for i, child in enumerate(node.children[1:], 1):
        found = numbers.where(part >= float(i), value(child, p, numbers), found)
    return found


FORMULAS: dict[str, Formula] = {
    "join": join,
    "sum": reduced(lambda a, b: a + b),
    "product": reduced(lambda a, b: a * b),
    "difference": reduced(lambda a, b: a - b),
    "quotient": quotient,
    "negative": negative,
    "clip": clip,
    "repeat": repeat,
    "staircase": staircase,
    "advance": advance,
    "stretch": stretch,
    "ending": ending,
    "select": select,
}
