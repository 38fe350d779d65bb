"""Schedules from plain data and JSON; what is unknown is refused with its place."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from decaylr.checks import known_keys, refuse
from decaylr.notation.writing import VERSION, defaults
from decaylr.tree.node import DEEPEST, KINDS, N, Node


def from_dict(cls: type[N], data: Mapping[str, Any]) -> N:
    """See `Schedule.from_dict`."""
    if not isinstance(data, Mapping):
        raise TypeError(f"data must be a mapping, got {type(data).__name__}")
    known_keys(data, ("version", "schedule"), "data")
    for key in ("version", "schedule"):
        if key not in data:
            refuse("data", "with the keys version and schedule", f"none named {key!r}")
    if type(data["version"]) is not int:
        raise TypeError(f"version must be an integer, got {data['version']!r:.80}")
    if data["version"] != VERSION:
        refuse("version", str(VERSION), data["version"])
    return from_node(cls, data["schedule"], "schedule")


def from_node(cls: type[N], node: Any, path: str, depth: int = 0) -> N:
    """The schedule of one node; `path` names it in errors."""
    if depth > DEEPEST:
        raise ValueError(f"schedule must be nested at most {DEEPEST} deep, got more at {path:.80}")
    if not isinstance(node, Mapping) or len(node) != 1:
        raise TypeError(f"{path} must be a mapping of one kind to its parameters, got {node!r:.80}")
    kind, body = next(iter(node.items()))
    known_keys({kind: body}, known_kinds(), path)
    here = f"{path}.{kind}"
    if not isinstance(body, Mapping):
        raise TypeError(f"{here} must be a mapping, got {type(body).__name__}")
    arguments = {name: numbered(value) for name, value in body.items() if name not in _CHILDREN}
    children = _build_children(cls, kind, body, here, depth)
    try:
        made = _call(kind, arguments, children)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{here}: {error}") from error
    assert isinstance(made, cls)
    return made


def known_kinds() -> tuple[str, ...]:
    """The kinds of nodes, curves first."""
    leaves = [kind.name for kind in KINDS.values() if kind.children == "none"]
    return (*leaves, *(name for name in KINDS if name not in leaves))


_CHILDREN = ("of", "parts")


def _build_children(
    cls: type[Node], kind: str, body: Mapping[str, Any], here: str, depth: int
) -> list[Node]:
    need = {"one": "of", "many": "parts"}.get(KINDS[kind].children)
    for key in _CHILDREN:
        if key in body and key != need:
            raise ValueError(f"{here}: unknown key {key!r}")
    if need is None:
        return []
    if need not in body:
        raise ValueError(f"{here}: {need!r} is missing")
    if need == "of":
        return [from_node(cls, body["of"], f"{here}.of", depth + 1)]
    if not isinstance(body["parts"], list) or not body["parts"]:
        raise TypeError(f"{here}.parts must be a list of nodes, got {body['parts']!r:.80}")
    return [
        from_node(cls, part, f"{here}.parts[{i}]", depth + 1)
        for i, part in enumerate(body["parts"])
    ]


def numbered(value: Any) -> Any:
    """Words for infinities as the numbers they stand for."""
    if isinstance(value, list):
        return [numbered(item) for item in value]
    return float(value) if value in ("inf", "-inf") else value


def from_json(cls: type[N], text: str) -> N:
    """See `Schedule.from_json`."""
    import json

    if not isinstance(text, (str, bytes)):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"text must be JSON, got {error}") from None
    except RecursionError:
        raise ValueError(f"schedule must be nested at most {DEEPEST} deep, got more") from None
    return from_dict(cls, data)


def _call(kind: str, arguments: dict[str, Any], children: list[Node]) -> Node:
    known_keys(arguments, tuple(defaults(kind)))
    known = KINDS[kind]
    of: tuple[Any, ...] = {"none": (), "one": tuple(children)}.get(known.children, (children,))
    try:
        inspect.signature(known.make).bind(*of, **arguments)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return known.make(*of, **arguments)
