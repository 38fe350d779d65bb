"""Expressions of parameter columns in sweep files, such as "$peak * 0.1".

An expression is parsed by Python's `ast`, and only numbers, columns, arithmetic, comparisons and
a few functions are accepted in its tree, which is evaluated here: nothing is compiled or called
by a name from the file.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import LARGEST_POSITION, known_keys, refuse, shown

Values = npt.NDArray[Any]

COLUMN = re.compile(r"\$([A-Za-z_]\w*)")
LONGEST = 1000  # characters
_PREFIX = "column_"  # a column may have the name of a function or a word of Python

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: lambda a, b: np.float_power(a, b),
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {  # each with its number of arguments
    "abs": (1, np.abs),
    "ceil": (1, lambda x: _whole(np.ceil(x))),
    "exp": (1, np.exp),
    "floor": (1, lambda x: _whole(np.floor(x))),
    "log": (1, np.log),
    "log10": (1, np.log10),
    "log2": (1, np.log2),
    "max": (2, np.maximum),
    "min": (2, np.minimum),
    "round": (1, lambda x: _whole(np.rint(x))),
    "sqrt": (1, np.sqrt),
}


def columns_in(text: str) -> set[str]:
    """The names of the columns in an expression."""
    return set(COLUMN.findall(text))


def number(text: str, columns: Mapping[str, Values]) -> Values:
    """The value of an expression in every run: of whole columns a whole number, where it is one."""
    value = _evaluated(text, columns)
    if value.dtype.kind == "b":
        raise TypeError(f"{shown(text)} must be a number, got a condition")
    if np.isnan(value).any():
        run = int(np.flatnonzero(np.isnan(value).ravel())[0])
        refuse(shown(text), "a number in every run", f"none in run {run}")
    return value


def condition(text: str, columns: Mapping[str, Values]) -> npt.NDArray[np.bool_]:
    """The runs in which a condition holds."""
    value = _evaluated(text, columns)
    if value.dtype.kind != "b":
        raise TypeError(f'{shown(text)} must be a condition such as "$a < $b", got a number')
    return value


def _evaluated(text: str, columns: Mapping[str, Values]) -> Values:
    if len(text) > LONGEST:
        refuse("an expression", f"of at most {LONGEST} characters", f"{len(text)}")
    known_keys(dict.fromkeys(COLUMN.findall(text)), tuple(columns), shown(text))
    if _PREFIX in text:
        refuse("an expression", f"without {_PREFIX!r}", shown(text))
    try:
        tree = ast.parse(COLUMN.sub(rf"{_PREFIX}\1", text).strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError, SyntaxWarning) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise ValueError(
            f'an expression must be arithmetic of columns such as "$peak * 0.1", '
            f"got {shown(text)}: {reason}"
        ) from None
    with np.errstate(all="ignore"):
        return np.asarray(_value(tree.body, columns, text))


def _value(node: ast.expr, columns: Mapping[str, Values], text: str) -> Any:
    if isinstance(node, ast.Name) and node.id.startswith(_PREFIX):
        return columns[node.id.removeprefix(_PREFIX)]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return _constant(node.value)
    parts = [_value(part, columns, text) for part in _operands(node)]
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _calculated(_ARITHMETIC[type(node.op)], *_numbers(parts, text))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _numbers(parts, text)[0]
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ~_conditions(parts, text)[0]
    if isinstance(node, ast.BoolOp):
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return join.reduce(np.broadcast_arrays(*_conditions(parts, text)))
    if isinstance(node, ast.Compare) and all(type(op) in _COMPARISONS for op in node.ops):
        values = _numbers(parts, text)
        pairs = zip(node.ops, values, values[1:], strict=False)
        holds = [_COMPARISONS[type(op)](a, b) for op, a, b in pairs]
        return np.logical_and.reduce(np.broadcast_arrays(*holds))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        count, function = FUNCTIONS.get(node.func.id, (-1, None))
        if function is not None and len(parts) == count:
            return function(*_numbers(parts, text))
    raise ValueError(
        "an expression must consist of numbers, columns, + - * / // % **, comparisons, and, or, "
        f"not and {', '.join(FUNCTIONS)}, got {ast.unparse(node).replace(_PREFIX, '$')!r:.60} in "
        f"{shown(text)}"
    )


def _operands(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        return node.args
    return []


def _constant(value: int | float) -> Values:
    """A number as an array: Python's integers have no bound, and neither has their cost."""
    if isinstance(value, bool):
        raise TypeError("an expression must have numbers, got True or False")
    fits = isinstance(value, int) and abs(value) <= LARGEST_POSITION
    return np.asarray(value, np.int64 if fits else np.float64)


def _numbers(parts: list[Any], text: str) -> list[Values]:
    arrays = [np.asarray(part) for part in parts]
    if any(array.dtype.kind == "b" for array in arrays):
        raise TypeError(f"{shown(text)} must calculate with numbers, got a condition")
    return arrays


def _conditions(parts: list[Any], text: str) -> list[Values]:
    arrays = [np.asarray(part) for part in parts]
    if any(array.dtype.kind != "b" for array in arrays):
        raise TypeError(f"{shown(text)} must join conditions, got a number")
    return arrays


def _calculated(function: Callable[[Any, Any], Any], left: Values, right: Values) -> Values:
    """A result of arithmetic; of integers, one that overflows is a float."""
    result = np.asarray(function(left, right))
    if result.dtype.kind != "i":
        return result
    if function in (operator.floordiv, operator.mod) and np.any(right == 0):
        return np.full(result.shape, np.nan)  # NumPy's integers have 0 here
    real = np.asarray(function(left.astype(np.float64), right.astype(np.float64)))
    return result if np.all(np.abs(real) < 2.0**63) else real


def _whole(value: Any) -> Values:
    """Whole floats as integers, so that they can be numbers of steps."""
    array = np.asarray(value)
    fits = bool(np.all(np.abs(array) < 2.0**53))
    return array.astype(np.int64) if fits else array
