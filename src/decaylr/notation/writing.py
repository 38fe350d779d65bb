"""Schedules as plain data: a versioned dict of numbers, lists and words, and JSON.

A node is `{kind: {parameters}}`; a combinator's child stands under "of", several under
"parts". Arrays are nested lists, infinities the strings "inf" and "-inf".
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np

from decaylr.tree.batch import with_explicit_shape
from decaylr.tree.node import KINDS, Node

VERSION = 1


@cache
def defaults(kind: str) -> dict[str, Any]:
    """The arguments that make a node of a kind, and their defaults."""
    parameters = list(inspect.signature(KINDS[kind].make).parameters.items())
    own = parameters if KINDS[kind].children == "none" else parameters[1:]
    return {name: parameter.default for name, parameter in own}


def is_default(kind: str, name: str, value: Any) -> bool:
    """Whether leaving the argument out would mean the same."""
    default = defaults(kind).get(name, inspect.Parameter.empty)
    if default is inspect.Parameter.empty or default is None:
        return False
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and bool(value == default)
    return bool(value == default)


def to_dict(schedule: Node) -> dict[str, Any]:
    """The schedule as plain, versioned data."""
    return {"version": VERSION, "schedule": _node(schedule)}


def _node(schedule: Node) -> dict[str, Any]:
    if schedule.kind != "select":
        schedule = with_explicit_shape(schedule)
    kind, children = schedule.kind, schedule.children
    body: dict[str, Any] = {}
    if KINDS[kind].children == "one":
        body["of"] = _node(children[0])
    elif KINDS[kind].children == "many":
        body["parts"] = [_node(child) for child in children]
    arguments = KINDS[kind].arguments(schedule)
    return {kind: body | {name: plain(value) for name, value in arguments.items()}}


def plain(value: Any) -> Any:
    """Arrays as numbers and nested lists, infinities as words."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def to_json(schedule: Node, indent: int | None = None) -> str:
    """`to_dict` as JSON text."""
    import json

    return json.dumps(to_dict(schedule), indent=indent, allow_nan=False)
