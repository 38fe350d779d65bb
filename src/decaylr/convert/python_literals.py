"""The plain assignments of a Python file, as in configurations of mmengine; nothing is executed.

Numbers, text, lists, tuples, tables, `dict(...)` calls, names assigned before and arithmetic of
numbers are read. What is anything else is left out.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

MOST_CHARACTERS = 2**20
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


class _NotPlainError(Exception):
    """An expression that is no plain data."""


def assignments(text: str) -> dict[str, Any]:
    """The names of a file that are assigned plain data, with their values."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a Python file must have at most {MOST_CHARACTERS} characters")
    try:
        statements = ast.parse(text).body
    except (SyntaxError, MemoryError) as error:
        raise ValueError(f"malformed Python: {error}") from None
    names: dict[str, Any] = {}
    for statement in statements:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            try:
                names[target.id] = _value(statement.value, names)
            except (_NotPlainError, ArithmeticError):
                names.pop(target.id, None)
    return names


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name) and node.id in names:
        return names[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, names) for item in node.elts]
    if isinstance(node, ast.Dict):
        return _table(node, names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return _keywords(node, names)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_number(node.operand, names)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        return _ARITHMETIC[type(node.op)](_number(node.left, names), _number(node.right, names))
    raise _NotPlainError


def _number(node: ast.expr, names: dict[str, Any]) -> Any:
    value = _value(node, names)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _NotPlainError
    return value


def _table(node: ast.Dict, names: dict[str, Any]) -> dict[Any, Any]:
    """A table; keys whose values are not plain data are left out."""
    table: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant):
            _keep(table, key.value, item, names)
    return table


def _keywords(node: ast.Call, names: dict[str, Any]) -> dict[Any, Any]:
    if node.args:
        raise _NotPlainError
    table: dict[Any, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _NotPlainError
        _keep(table, keyword.arg, keyword.value, names)
    return table


def _keep(table: dict[Any, Any], key: Any, item: ast.expr, names: dict[str, Any]) -> None:
    """Keep a value; what is not plain data stands as a placeholder, answered where it is needed."""
    try:
        table[key] = _value(item, names)
    except (_NotPlainError, ArithmeticError):
        table[key] = f"<{ast.unparse(item)}>"
