"""Functions that several formulas share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decaylr.traced.formulas import Number, Numbers, Outline

Weights = tuple[Number, Number]


def power(base: Number, complement: Number, exponent: Number, numbers: Numbers) -> Weights:
    """base**exponent and 1 - base**exponent, where complement is 1 - base."""
    y = exponent * numbers.log2(base, -complement)
    result, excess = numbers.exp2_and_excess(y)
    return result, -excess


def blend(
    init: Number, end: Number, init_weight: Number, end_weight: Number, numbers: Numbers
) -> Number:
    """init * init_weight + end * end_weight, for weights with sum 1.

    It is computed as a correction to the value of smaller magnitude, for accuracy.
    """
    init_is_smaller = numbers.absolute(end) >= numbers.absolute(init)
    from_init = init + (end - init) * end_weight
    return numbers.where(init_is_smaller, from_init, end + (init - end) * init_weight)


def transition(
    node: Outline, p: Number, numbers: Numbers, weights: Callable[[Number, Number], Weights]
) -> Number:
    """init_value at p = 0, end_value for p >= steps, a weighted mean of both in between.

    weights(progress, remaining) returns the weights of end_value and init_value, where
    progress = (p / steps)**k and remaining = 1 - progress.
    """
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    begun, ended = p > 0.0, p >= steps
    inside = numbers.where(begun & ~ended, p, steps * 0.5)
    progress, remaining = inside / steps, (steps - inside) / steps
    if "k" in node.parameters:
        progress, remaining = power(progress, remaining, node.number("k", numbers), numbers)
    end_weight, init_weight = weights(progress, remaining)
    inner = blend(init, end, init_weight, end_weight, numbers)
    return numbers.where(ended, end, numbers.where(begun, inner, init))


def times_parameter_power(
    value: Number, node: Outline, name: str, exponent: Number, numbers: Numbers
) -> Number:
    """value * parameter**exponent, for a parameter >= 0 and a whole exponent >= 0; 0**0 = 1."""
    factor = node.number(name, numbers)
    log2_factor = numbers.log2_parameter(node.parameters[name])
    product = numbers.times_power(value, exponent * log2_factor)
    zero_factor = numbers.where(exponent > 0.0, value * 0.0, value)
    return numbers.where(factor > 0.0, product, zero_factor)


def count_reached(node: Outline, name: str, p: Number, numbers: Numbers) -> Any:
    """The number of positions in a list parameter that are <= p."""
    return numbers.how_many(numbers.along_list(p) >= node.number(name, numbers))


def at_least_zero(p: Number, numbers: Numbers) -> Number:
    """max(p, 0)."""
    return numbers.where(p > 0.0, p, p * 0.0)
