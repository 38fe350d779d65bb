"""Pieces of several formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decaylr.traced.formulas import Number, Numbers, Outline

Shares = tuple[Number, Number]


def power(base: Number, rest: Number, exponent: Number, numbers: Numbers) -> Shares:
    """base**exponent and 1 - base**exponent, for base + rest = 1."""
    y = exponent * numbers.log2(base, -rest)
    raised, excess = numbers.exp2_and_excess(y)
    return raised, -excess


def blend(init: Number, end: Number, left: Number, gone: Number, numbers: Numbers) -> Number:
    """init * left + end * gone for left + gone = 1, summed from the smaller end."""
    upward = numbers.absolute(end) >= numbers.absolute(init)
    return numbers.where(upward, init + (end - init) * gone, end + (init - end) * left)


def between(
    node: Outline, p: Number, numbers: Numbers, weights: Callable[[Number, Number], Shares]
) -> Number:
    """init_value at 0, end_value from steps on, weights(gone, left) of both in between."""
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    begun, ended = p > 0.0, p >= steps
    inside = numbers.where(begun & ~ended, p, steps * 0.5)
    gone, left = inside / steps, (steps - inside) / steps
    if "k" in node.parameters:
        gone, left = power(gone, left, node.number("k", numbers), numbers)
    of_end, of_init = weights(gone, left)
    inner = blend(init, end, of_init, of_end, numbers)
    return numbers.where(ended, end, numbers.where(begun, inner, init))


def decayed(value: Number, node: Outline, gamma: str, times: Number, numbers: Numbers) -> Number:
    """A value times the parameter called `gamma` >= 0 to a whole power >= 0."""
    factor = node.number(gamma, numbers)
    raised = numbers.times_power(value, times * numbers.log2_parameter(node.parameters[gamma]))
    gone = numbers.where(times > 0.0, value * 0.0, value)
    return numbers.where(factor > 0.0, raised, gone)


def reached(node: Outline, name: str, p: Number, numbers: Numbers) -> Any:
    """How many of a list's positions are at or before p."""
    return numbers.how_many(numbers.along_list(p) >= node.number(name, numbers))


def at_least_zero(p: Number, numbers: Numbers) -> Number:
    """A number, or 0 where it is below."""
    return numbers.where(p > 0.0, p, p * 0.0)
