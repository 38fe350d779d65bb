"""Trees as flat lists, which pickle stores without recursion."""

from __future__ import annotations

from typing import Any, NamedTuple

from decaylr.checks import Array, broadcast_shape, refuse, shown
from decaylr.tree.compare import same, same_values
from decaylr.tree.node import KINDS, N, Node, Shape, new_node


class Record(NamedTuple):
    """One node; its children and companions are given by their places in the list."""

    kind: str
    parameters: dict[str, Array]
    options: dict[str, str | bool]
    children: tuple[int, ...]
    shape: Shape
    companions: dict[str, int]


def records(root: Node) -> list[Record]:
    """All nodes, each after its children and companions; one that is used twice is stored once."""
    places: dict[int, int] = {}
    listed: list[Record] = []
    pending = [root]
    while pending:
        node = pending[-1]
        missing = [n for n in _below(node) if id(n) not in places]
        if missing:
            pending += missing
            continue
        pending.pop()
        if id(node) not in places:
            places[id(node)] = len(listed)
            listed.append(_record(node, places))
    return listed


def restored(cls: type[N], listed: list[Record]) -> N:
    """The schedule whose records these are; ValueError for records that no schedule has."""
    nodes: list[N] = []
    for i, record in enumerate(listed):
        try:
            nodes.append(_node(cls, record, nodes))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"a pickle must be of a schedule, got {shown(record.kind)} as node {i}: {error}"
            ) from error
    if not nodes:
        refuse("a pickle", "of a schedule", "no nodes")
    return nodes[-1]


def _node(cls: type[N], record: Record, nodes: list[N]) -> N:
    for array in record.parameters.values():
        array.flags.writeable = False
    node = new_node(
        cls,
        record.kind,
        record.parameters,
        record.options,
        tuple([nodes[i] for i in record.children]),
        shape=record.shape,
        companions={name: nodes[i] for name, i in record.companions.items()},
    )
    _require_made_by_constructor(node)
    return node


def _require_made_by_constructor(node: Node) -> None:
    """Refuse what the constructor of its kind refuses: the core does not check what it reads."""
    kind = KINDS[node.kind]
    children = [list(node.children)] if kind.children == "many" else node.children
    made = kind.make(*children, **kind.arguments(node))
    if (made.kind, len(made.children)) != (node.kind, len(node.children)):
        refuse("children", f"those of {made.kind}", f"{len(node.children)} of {node.kind}")
    if node.parameters.keys() != made.parameters.keys():
        refuse("parameters", f"named {', '.join(made.parameters)}", ", ".join(node.parameters))
    for name, array in node.parameters.items():
        if not same_values(node.kind, name, array, made.parameters[name], node.shape):
            refuse(name, shown(made.parameters[name]), shown(array))
    if dict(node.options) != dict(made.options):
        refuse("options", f"{dict(made.options)}", shown(dict(node.options)))
    fitting = (
        made.shape
        if node.kind == "select"
        else broadcast_shape({"parameters": made.shape, "schedule": node.shape})
    )
    if node.kind == "select" and not same(node, made):
        refuse("parts", "in the order of their first runs", "others")
    if node.shape != fitting:
        refuse("shape", f"{fitting}", node.shape)


def _below(node: Node) -> list[Node]:
    return [*node.children, *node.companions.values()]


def _record(node: Node, places: dict[int, int]) -> Record:
    children = tuple([places[id(child)] for child in node.children])
    companions = {name: places[id(other)] for name, other in node.companions.items()}
    parameters: dict[str, Any] = dict(node.parameters)
    return Record(node.kind, parameters, dict(node.options), children, node.shape, companions)
