"""Schedules from plain data and JSON; errors name the path of the offending item."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from decaylr.checks import above, broadcast_shape, known_keys, refuse, shown
from decaylr.notation.writing import VERSION, defaults
from decaylr.tree.horizon import with_horizon
from decaylr.tree.node import DEEPEST, KINDS, N, Node
from decaylr.tree.recursion import Calls, each, run


def from_dict(cls: type[N], data: Mapping[str, Any]) -> N:
    """See `Schedule.from_dict`."""
    if not isinstance(data, Mapping):
        raise TypeError(f"data must be a mapping, got {type(data).__name__}")
    known_keys(data, ("version", "schedule", "horizon"), "data")
    for key in ("version", "schedule"):
        if key not in data:
            refuse("data", "with the keys version and schedule", f"none named {key!r}")
    if type(data["version"]) is not int:
        raise TypeError(f"version must be an integer, got {shown(data['version'])}")
    if data["version"] != VERSION:
        refuse("version", str(VERSION), data["version"])
    try:
        schedule = from_node(cls, data["schedule"], "schedule")
    except RecursionError:
        raise _too_deep() from None
    return schedule if "horizon" not in data else _with_horizon(schedule, data["horizon"])


def _with_horizon(schedule: N, value: Any) -> N:
    horizon = above("horizon", value)
    shape = broadcast_shape({"schedule": schedule.shape, "horizon": horizon.shape})
    if shape != schedule.shape:
        refuse("horizon", f"of a shape that fits {schedule.shape}", f"shape {horizon.shape}")
    return with_horizon(schedule, horizon)


def from_node(cls: type[N], node: Any, path: str) -> N:
    """Build the schedule of one node; error messages name it by `path`."""
    return run(_from_node(cls, node, path, 1))


def _from_node(cls: type[N], node: Any, path: str, depth: int) -> Calls[N]:
    if depth > DEEPEST:
        raise ValueError(f"schedule must be nested at most {DEEPEST} deep, got more at {path:.80}")
    if not isinstance(node, Mapping) or len(node) != 1:
        raise TypeError(
            f"{path} must be a mapping of one kind to its parameters, got {shown(node)}"
        )
    kind, body = next(iter(node.items()))
    known_keys({kind: body}, known_kinds(), path)
    node_path = f"{path}.{kind}"
    if not isinstance(body, Mapping):
        raise TypeError(f"{node_path} must be a mapping, got {type(body).__name__}")
    arguments = {name: numbered(value) for name, value in body.items() if name not in _CHILDREN}
    children = yield _build_children(cls, kind, body, node_path, depth)
    try:
        schedule = _call(kind, arguments, children)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{node_path}: {error}") from error
    assert isinstance(schedule, cls)
    return schedule


def known_kinds() -> tuple[str, ...]:
    """Names of the kinds of nodes, curves first."""
    curves = [kind.name for kind in KINDS.values() if kind.children == "none"]
    return (*curves, *(name for name in KINDS if name not in curves))


_CHILDREN = ("of", "parts")  # keys of one child, and of a list of children


def _build_children(
    cls: type[Node], kind: str, body: Mapping[str, Any], node_path: str, depth: int
) -> Calls[list[Node]]:
    required = {"one": "of", "many": "parts"}.get(KINDS[kind].children)
    for key in _CHILDREN:
        if key in body and key != required:
            raise ValueError(f"{node_path}: unknown key {shown(key)}")
    if required is None:
        return []
    if required not in body:
        raise ValueError(f"{node_path}: {required!r} is missing")
    if required == "of":
        return [(yield _from_node(cls, body["of"], f"{node_path}.of", depth + 1))]
    if not isinstance(body["parts"], list) or not body["parts"]:
        raise TypeError(f"{node_path}.parts must be a list of nodes, got {shown(body['parts'])}")
    children: list[Node] = yield each(
        _from_node(cls, part, f"{node_path}.parts[{i}]", depth + 1)
        for i, part in enumerate(body["parts"])
    )
    return children


def numbered(value: Any) -> Any:
    """Convert the strings "inf" and "-inf" to floats, also inside lists."""
    if isinstance(value, list):
        return [numbered(item) for item in value]
    return float(value) if value in ("inf", "-inf") else value


def from_json(cls: type[N], text: str) -> N:
    """See `Schedule.from_json`."""
    import json

    if not isinstance(text, (str, bytes)):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    try:
        data = json_data(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"text must be JSON, got {error}") from None
    except RecursionError:
        raise _too_deep() from None
    return from_dict(cls, data)


def json_data(text: str | bytes) -> Any:
    """The content of JSON text; ValueError if a key occurs twice in one object."""
    import json

    return json.loads(text, object_pairs_hook=_without_duplicates)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        duplicate = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {duplicate!r} occurs twice in one object")
    return data


def _too_deep() -> ValueError:
    return ValueError(f"schedule must be nested at most {DEEPEST} deep, got more")


def _call(kind: str, arguments: dict[str, Any], children: list[Node]) -> Node:
    known_keys(arguments, tuple(defaults(kind)))
    make, number = KINDS[kind].make, KINDS[kind].children
    leading: tuple[Any, ...] = {"none": (), "one": tuple(children)}.get(number, (children,))
    try:
        inspect.signature(make).bind(*leading, **arguments)
    except TypeError as error:
        raise ValueError(str(error)) from None
    return make(*leading, **arguments)
