"""Arithmetic of schedules with schedules, numbers and arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, finite, refuse, require
from decaylr.notation.text import array_text, operand
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.batch import natural_shape
from decaylr.tree.horizon import longest_of_children
from decaylr.tree.length import child_length, length_of
from decaylr.tree.node import Kind, N, Node, new_curve_like, new_like
from decaylr.tree.recursion import Calls, each


def reduce(kind: str, operands: Sequence[N]) -> N:
    """A sum, product or difference of operands, evaluated from left to right.

    If the first operand is of the same kind, its children become operands: a + b + c is one
    node with three children.
    """
    first, *rest = operands
    flattens = first.kind == kind and natural_shape(first) == first.shape
    head = first.children if flattens else (first,)
    return new_like(first, kind, {}, None, (*head, *rest))


def _operand(like: N, other: Any) -> N:
    """A schedule unchanged; a number or an array as a constant schedule."""
    if isinstance(other, type(like)):
        return other
    return new_curve_like(like, "constant", finite("operand", other))


def add(schedule: N, other: Any) -> N:
    """self + other, for a schedule, a number or an array."""
    return reduce("sum", [schedule, _operand(schedule, other)])


def add_to(schedule: N, other: Any) -> N:
    """other + self."""
    return reduce("sum", [_operand(schedule, other), schedule])


def multiply(schedule: N, other: Any) -> N:
    """self * other, for a schedule, a number or an array."""
    return reduce("product", [schedule, _operand(schedule, other)])


def multiply_to(schedule: N, other: Any) -> N:
    """other * self."""
    return reduce("product", [_operand(schedule, other), schedule])


def subtract(schedule: N, other: Any) -> N:
    """self - other, for a schedule, a number or an array."""
    return reduce("difference", [schedule, _operand(schedule, other)])


def subtract_from(schedule: N, other: Any) -> N:
    """other - self."""
    return reduce("difference", [_operand(schedule, other), schedule])


def negative(schedule: N) -> N:
    """-self."""
    return new_like(schedule, "negative", {}, None, (schedule,), shape=schedule.shape)


def quotient(schedule: N, divisor: Any) -> N:
    """self / divisor, for finite divisors other than zero."""
    array = finite("divisor", divisor)
    require("divisor", array, lambda x: x != 0, "other than zero")
    return new_like(schedule, "quotient", {"divisor": array}, None, (schedule,))


def _longest(node: Node) -> FloatArray:
    """The length of the longest operand, ignoring constants without an end.

    It is infinite if all operands are such constants.
    """
    longest = np.full(node.shape, -np.inf)
    for child in node.children:
        length = np.where(_is_endless_constant(child), -np.inf, length_of(child))
        longest = np.maximum(longest, length)
    return np.where(np.isneginf(longest), np.inf, longest)


def _is_endless_constant(node: Node) -> npt.NDArray[np.bool_]:
    """Which runs are a constant of infinite length, such as the 2 in `2 * schedule`."""
    if node.kind == "select":
        part, row = node.parameters["part"], node.parameters["row"]
        result = np.zeros(node.shape, np.bool_)
        for i, child in enumerate(node.children):
            result[part == i] = _is_endless_constant(child)[row[part == i]]
        return result
    endless = node.kind == "constant" and np.isinf(node.parameters["steps"])
    return np.broadcast_to(np.asarray(endless), node.shape)


def _infix(sign: str) -> Callable[[Node], Calls[str]]:
    def text(node: Node) -> Calls[str]:
        operands: list[str] = yield each(map(operand, node.children))
        return sign.join(operands)

    return text


def _quotient_text(node: Node) -> Calls[str]:
    divisor = node.parameters["divisor"]
    text = array_text(divisor)
    dividend = yield operand(node.children[0])
    return f"{dividend} / {text if divisor.ndim == 0 else f'array({text})'}"


def _negative_text(node: Node) -> Calls[str]:
    return f"-{yield operand(node.children[0])}"


def _reduction_formula(
    operation: Callable[[Number, Number], Number],
) -> Callable[[Outline, Number, Numbers], Number]:
    """A formula that combines the values of the operands from left to right."""

    def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
        result, *rest = (value(child, p, numbers) for child in node.children)
        for other in rest:
            result = operation(result, other)
        return result

    return formula


def _quotient_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """child / divisor."""
    return value(node.children[0], p, numbers) / node.number("divisor", numbers)


def _negative_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """-child."""
    return -value(node.children[0], p, numbers)


def _constructor(kind: str) -> Callable[[Sequence[Node]], Node]:
    def make(parts: Sequence[Node]) -> Node:
        if len(parts) < 2:
            refuse("parts", "at least two", len(parts))
        return reduce(kind, parts)

    return make


def _reduction(name: str, sign: str, operation: Callable[[Number, Number], Number]) -> Kind:
    return Kind(
        name=name,
        make=_constructor(name),
        length=_longest,
        formula=_reduction_formula(operation),
        family="",
        children="many",
        text=_infix(sign),
        operator=True,
        horizon=longest_of_children,
    )


SUM = _reduction("sum", " + ", lambda a, b: a + b)
PRODUCT = _reduction("product", " * ", lambda a, b: a * b)
DIFFERENCE = _reduction("difference", " - ", lambda a, b: a - b)
QUOTIENT = Kind(
    name="quotient",
    make=quotient,
    length=child_length,
    formula=_quotient_formula,
    family="",
    parameters=("divisor",),
    children="one",
    text=_quotient_text,
    operator=True,
    horizon=longest_of_children,
)
NEGATIVE = Kind(
    name="negative",
    make=negative,
    length=child_length,
    formula=_negative_formula,
    family="",
    children="one",
    text=_negative_text,
    operator=True,
    horizon=longest_of_children,
)
