"""Schedules as Python expressions (`repr`); `eval` restores them after `from decaylr import *`."""

from __future__ import annotations

import numpy as np

from decaylr.checks import Array
from decaylr.notation.writing import is_default
from decaylr.tree.batch import with_explicit_shape
from decaylr.tree.node import KINDS, Node
from decaylr.tree.recursion import Calls, run

LONGEST = 1000  # largest number of elements that are written out


def expression(schedule: Node) -> str:
    """The expression that creates a schedule."""
    return run(expressed(schedule))


def expressed(schedule: Node) -> Calls[str]:
    """The same for :func:`decaylr.tree.recursion.run`."""
    kind = KINDS[schedule.kind]
    if kind.name != "select":
        schedule = with_explicit_shape(schedule)
    if kind.text is not None:
        text: str = yield kind.text(schedule)
        return text
    call = f"{kind.name}({', '.join(_arguments(schedule))})"
    return call if kind.children == "none" else f"{yield operand(schedule.children[0])}.{call}"


def number(value: object) -> str:
    """One number as text; infinities as `float('inf')`."""
    if isinstance(value, float) and not np.isfinite(value):
        return f"float('{value}')"
    return repr(value)


def array_text(array: Array) -> str:
    """A number or nested lists as text; more than LONGEST elements are abbreviated."""
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


def _arguments(schedule: Node) -> list[str]:
    """The arguments as text: positional until a default is left out, then by name."""
    kind = KINDS[schedule.kind]
    arguments = kind.arguments(schedule)
    order = [*kind.parameters, *kind.options, "final"]
    written, in_order = [], True
    for i, name in enumerate(order):
        if name not in arguments:
            in_order = False
            continue
        value = arguments[name]
        if is_default(schedule.kind, name, value):
            in_order = False
            continue
        text = _value(value)
        positional = kind.positional or (in_order and i < 3 and kind.children == "none")
        written.append(text if positional else f"{name}={text}")
    return written


def _value(value: object) -> str:
    if isinstance(value, np.ndarray):
        return array_text(value)
    if isinstance(value, tuple):
        return f"({', '.join(_value(item) for item in value)})"
    return repr(value)


def operand(schedule: Node) -> Calls[str]:
    """The expression of a schedule, in parentheses if it needs them as an operand."""
    text = yield expressed(schedule)
    return f"({text})" if KINDS[schedule.kind].operator else text
