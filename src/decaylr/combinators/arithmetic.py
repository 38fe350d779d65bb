"""Sums, products and their likes, of schedules, numbers and arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, finite, require
from decaylr.notation.text import array_text, operand
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.batch import natural_shape
from decaylr.tree.length import child_length, length_of
from decaylr.tree.node import Kind, N, Node, new_curve_like, new_like


def reduce(kind: str, operands: Sequence[N]) -> N:
    """A sum, product or difference from left to right; a left operand of the kind is unfolded."""
    first, *rest = operands
    unfolds = first.kind == kind and natural_shape(first) == first.shape
    head = first.children if unfolds else (first,)
    return new_like(first, kind, {}, None, (*head, *rest))


def _operator(kind: str) -> Callable[[N, Any], N]:
    def operation(schedule: N, other: Any) -> N:
        return reduce(kind, [schedule, _operand(schedule, other)])

    return operation


def _reflected(kind: str) -> Callable[[N, Any], N]:
    def operation(schedule: N, other: Any) -> N:
        return reduce(kind, [_operand(schedule, other), schedule])

    return operation


def _operand(like: N, other: Any) -> N:
    if isinstance(other, type(like)):
        return other
    return new_curve_like(like, "constant", finite("operand", other))


def add(schedule: N, other: Any) -> N:
    """The sum with a schedule, a number or an array."""
    return reduce("sum", [schedule, _operand(schedule, other)])


def add_to(schedule: N, other: Any) -> N:
    """The sum, from the right."""
    return reduce("sum", [_operand(schedule, other), schedule])


def multiply(schedule: N, other: Any) -> N:
    """The product with a schedule, a number or an array."""
    return reduce("product", [schedule, _operand(schedule, other)])


def multiply_to(schedule: N, other: Any) -> N:
    """The product, from the right."""
    return reduce("product", [_operand(schedule, other), schedule])


def subtract(schedule: N, other: Any) -> N:
    """The difference to a schedule, a number or an array."""
    return reduce("difference", [schedule, _operand(schedule, other)])


def subtract_from(schedule: N, other: Any) -> N:
    """The difference, from the right."""
    return reduce("difference", [_operand(schedule, other), schedule])


def negative(schedule: N) -> N:
    """The values with their signs changed."""
    return new_like(schedule, "negative", {}, None, (schedule,), shape=schedule.shape)


def quotient(schedule: N, divisor: Any) -> N:
    """The values divided by numbers other than zero."""
    by = finite("divisor", divisor)
    require("divisor", by, lambda x: x != 0, "other than zero")
    return new_like(schedule, "quotient", {"divisor": by}, None, (schedule,))


def _longest(node: Node) -> FloatArray:
    """The longest part; a number for ever among others adds no length."""
    longest = np.full(node.shape, -np.inf)
    for child in node.children:
        longest = np.maximum(longest, np.where(_is_number(child), -np.inf, length_of(child)))
    return np.where(np.isneginf(longest), np.inf, longest)


def _is_number(node: Node) -> npt.NDArray[np.bool_]:
    """Which runs are one number for ever."""
    if node.kind == "select":
        part, row = node.parameters["part"], node.parameters["row"]
        numbers = np.zeros(node.shape, np.bool_)
        for i, child in enumerate(node.children):
            numbers[part == i] = _is_number(child)[row[part == i]]
        return numbers
    endless = node.kind == "constant" and np.isinf(node.parameters["steps"])
    return np.broadcast_to(np.asarray(endless), node.shape)


def _infix(sign: str) -> Callable[[Node], str]:
    return lambda node: sign.join(operand(child) for child in node.children)


def _quotient_text(node: Node) -> str:
    divisor = node.parameters["divisor"]
    by = array_text(divisor)
    return f"{operand(node.children[0])} / {by if divisor.ndim == 0 else f'array({by})'}"


def _negative_text(node: Node) -> str:
    return f"-{operand(node.children[0])}"


def _reduced(
    operation: Callable[[Number, Number], Number],
) -> Callable[[Outline, Number, Numbers], Number]:
    """The parts' values combined from left to right."""

    def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
        first, *rest = (value(child, p, numbers) for child in node.children)
        for other in rest:
            first = operation(first, other)
        return first

    return formula


def _quotient_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value over the divisor."""
    return value(node.children[0], p, numbers) / node.number("divisor", numbers)


def _negative_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value with its sign changed."""
    return -value(node.children[0], p, numbers)


def _made(kind: str) -> Callable[[Sequence[Node]], Node]:
    def make(parts: Sequence[Node]) -> Node:
        return reduce(kind, parts)

    return make


def _reduction(name: str, sign: str, operation: Callable[[Number, Number], Number]) -> Kind:
    return Kind(
        name=name,
        make=_made(name),
        length=_longest,
        formula=_reduced(operation),
        family="",
        children="many",
        text=_infix(sign),
        operator=True,
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
)
