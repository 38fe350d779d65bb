"""Schedules as text: expressions that evaluate back after `from decaylr import *`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from decaylr.kinds import CURVES, KINDS
from decaylr.parameters import Array

if TYPE_CHECKING:
    from decaylr.schedule import Schedule

LONGEST = 1000  # elements of a parameter that are written out


def expression(schedule: Schedule) -> str:
    """The calls that make the schedule."""
    from decaylr.structure import anchored

    kind = schedule._kind
    if kind == "select":
        return _select(schedule)
    schedule = anchored(schedule)
    if kind in CURVES:
        return f"{kind}({', '.join(_arguments(schedule))})"
    return _COMBINATORS.get(kind, _method)(schedule)


def number(value: object) -> str:
    """One number: integers as integers, infinities by float()."""
    if isinstance(value, float) and not np.isfinite(value):
        return f"float('{value}')"
    return repr(value)


def array_text(array: Array) -> str:
    """A number or nested lists; more than LONGEST elements are abbreviated."""
    if array.ndim == 0:
        return number(array.item())
    if array.size > LONGEST:
        first, last = array.ravel()[0], array.ravel()[-1]
        return f"<{array.dtype} array of shape {array.shape}, {first} to {last}>"
    return _nested(array.tolist())


def _nested(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_nested(item) for item in value)}]"
    return number(value)


def _arguments(schedule: Schedule) -> list[str]:
    """Positional as long as nothing is left out, then by name."""
    from decaylr.spec import constructor_arguments, is_default

    arguments = constructor_arguments(schedule)
    order = [*KINDS[schedule._kind].parameters, *KINDS[schedule._kind].options, "final"]
    written, in_order = [], True
    for i, name in enumerate(order):
        if name not in arguments:
            in_order = False
            continue
        value = arguments[name]
        if is_default(schedule._kind, name, value):
            in_order = False
            continue
        text = _value(value)
        positional = in_order and i < 3 and schedule._kind in CURVES
        written.append(text if positional else f"{name}={text}")
    return written


def _value(value: object) -> str:
    if isinstance(value, np.ndarray):
        return array_text(value)
    if isinstance(value, tuple):
        return f"({', '.join(_value(item) for item in value)})"
    return repr(value)


def _operand(schedule: Schedule) -> str:
    text = expression(schedule)
    return f"({text})" if KINDS[schedule._kind].written else text


def _infix(schedule: Schedule) -> str:
    return KINDS[schedule._kind].written.join(_operand(c) for c in schedule._children)


def _quotient(schedule: Schedule) -> str:
    divisor = schedule._parameters["divisor"]
    by = array_text(divisor)
    return f"{_operand(schedule._children[0])} / {by if divisor.ndim == 0 else f'array({by})'}"


def _negative(schedule: Schedule) -> str:
    return f"-{_operand(schedule._children[0])}"


def _join(schedule: Schedule) -> str:
    from decaylr.combine import natural_boundaries

    parts = ", ".join(expression(c) for c in schedule._children)
    boundaries = [schedule._parameters[f"boundary{i}"] for i in range(len(schedule._children) - 1)]
    natural = natural_boundaries(schedule._children)
    if natural is not None and all(
        a.shape == b.shape and np.array_equal(a, b)
        for a, b in zip(boundaries, natural, strict=True)
    ):
        return f"join([{parts}])"
    return f"join([{parts}], [{', '.join(array_text(b) for b in boundaries)}])"


def _ending(schedule: Schedule) -> str:
    return f"{_operand(schedule._children[0])}.ending({schedule._options['mode']!r})"


def _method(schedule: Schedule) -> str:
    arguments = ", ".join(_arguments(schedule)).replace("by=", "").replace("every=", "")
    arguments = arguments.replace("ratio=", "")
    return f"{_operand(schedule._children[0])}.{schedule._kind}({arguments})"


def _select(schedule: Schedule) -> str:
    """Stretches of one family after another, concatenated."""
    part = schedule._parameters["part"].ravel()
    row = schedule._parameters["row"].ravel()
    cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), part.size]
    if len(cuts) > LONGEST:
        return f"<batch of shape {schedule.shape}, {len(schedule._children)} families mixed>"
    pieces = [expression(schedule._children[part[a]][row[a:b]]) for a, b in pairwise(cuts)]
    text = f"concatenate([{', '.join(pieces)}])"
    return text if len(schedule.shape) == 1 else f"{text}.reshape({schedule.shape})"


_COMBINATORS: dict[str, Callable[[Schedule], str]] = {
    "sum": _infix,
    "product": _infix,
    "difference": _infix,
    "quotient": _quotient,
    "negative": _negative,
    "join": _join,
    "ending": _ending,
}
