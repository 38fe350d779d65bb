"""A schedule as plain data: nodes, and the table of what kinds of nodes there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from decaylr import _engine
from decaylr._stepper import Evaluator
from decaylr.checks import Array, FloatArray, broadcast_shape

Shape = tuple[int, ...]
N = TypeVar("N", bound="Node")

DEEPEST = 256  # nodes on a path of a schedule


class Node(Evaluator):
    """One node of a schedule with everything below it. It never changes.

    Attributes
    ----------
    kind : str
        Its name in `KINDS`.
    parameters : mapping of str to ndarray
        Read-only arrays, each of the shape it was given.
    options : mapping of str to str or bool
        What is not a number.
    companions : mapping of str to Node
        Schedules that batch operations carry along, such as the momentum of a one-cycle.
    """

    __slots__ = (
        "__weakref__",
        "_children",
        "_depth",
        "_program",
        "_shape",
        "companions",
        "kind",
        "options",
        "parameters",
    )
    kind: str
    parameters: Mapping[str, Array]
    options: Mapping[str, str | bool]
    companions: Mapping[str, Node]
    _children: tuple[Node, ...]
    _shape: Shape
    _depth: int
    _program: _engine.Program | None

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"schedules are immutable: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"schedules are immutable: {name} cannot be deleted")

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        """A new empty dict: frameworks that save and restore `fn.__dict__` change nothing."""
        return {}

    @property
    def children(self) -> tuple[Node, ...]:
        """The schedules that a combinator combines; none for a curve."""
        return self._children

    @property
    def shape(self) -> Shape:
        """Shape of the batch; () for a single schedule."""
        return self._shape

    @property
    def size(self) -> int:
        """Number of runs."""
        return int(np.prod(self._shape, dtype=np.int64))

    @property
    def ndim(self) -> int:
        """Number of axes of the batch."""
        return len(self._shape)


def new_node(
    cls: type[N],
    kind: str,
    parameters: Mapping[str, Array],
    options: Mapping[str, str | bool] | None = None,
    children: tuple[Node, ...] = (),
    *,
    shape: Shape | None = None,
    companions: Mapping[str, Node] | None = None,
) -> N:
    """A node from checked parts; its shape is theirs unless it is given."""
    depth = 1 + max((child._depth for child in children), default=0)
    if depth > DEEPEST:
        raise ValueError(f"a schedule must be nested at most {DEEPEST} deep")
    if shape is None:
        shapes = {name: lead_shape(kind, name, array) for name, array in parameters.items()}
        shapes |= {f"part {i}": child.shape for i, child in enumerate(children)}
        shape = broadcast_shape(shapes)
    node = cls.__new__(cls)
    for name, value in (
        ("kind", kind),
        ("parameters", MappingProxyType(dict(parameters))),
        ("options", MappingProxyType(dict(options or {}))),
        ("companions", MappingProxyType(dict(companions or {}))),
        ("_children", children),
        ("_depth", depth),
        ("_shape", shape),
        ("_program", None),
    ):
        object.__setattr__(node, name, value)
    return node


def new_like(
    node: N,
    kind: str,
    parameters: Mapping[str, Array],
    options: Mapping[str, str | bool] | None = None,
    children: tuple[Node, ...] = (),
    *,
    shape: Shape | None = None,
    companions: Mapping[str, Node] | None = None,
) -> N:
    """A node of the class of another one: see `new_node`."""
    return new_node(
        type(node), kind, parameters, options, children, shape=shape, companions=companions
    )


def program_of(node: Node, build: Callable[[Node], _engine.Program]) -> _engine.Program:
    """The compiled program of a node, built at the first call and kept.

    From then on a single schedule answers plain positions without any Python.
    """
    if node._program is None:
        program = build(node)
        if node.shape == () and not program.refuses:
            node._bind(program)
        object.__setattr__(node, "_program", program)
        return program
    return node._program


def settings(node: Node) -> dict[str, Any]:
    """The parameters and options of a node, as they are."""
    return {**node.parameters, **node.options}


class Kind(NamedTuple):
    """All that there is to know of one kind of node outside of the core.

    Attributes
    ----------
    name : str
        Its key in `KINDS`, in the core and in written schedules.
    make : callable
        The constructor: the node from children and arguments, as a user writes them.
    length : callable
        Its length in every run, from a node: see `decaylr.tree.length`.
    formula : callable
        Its value inside a trace, from an outline, a position and the numbers of a framework.
    family : str
        The title that pictures group it under; "" where its parts decide.
    parameters, lists, options : tuple of str
        Its numbers, those whose last axis is a list, and what is not a number.
    times : tuple of str
        How the names of parameters begin that are lengths or positions.
    children : {"none", "one", "many"}
    arguments : callable
        What `make` takes, read back from a node, without its children.
    text : callable, optional
        The expression that makes it, where that is no call of its name.
    operator : bool
        Whether its text needs brackets among operands.
    positional : bool
        Whether its one argument needs no name in its text.
    untold : tuple of str
        Parameters that the core has no use for.
    untraced : tuple of str
        Parameters that no formula reads.
    """

    name: str
    make: Callable[..., Node]
    length: Callable[[Any], FloatArray]
    formula: Callable[[Any, Any, Any], Any]
    family: str
    parameters: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    children: str = "none"
    arguments: Callable[[Any], dict[str, Any]] = settings
    text: Callable[[Any], str] | None = None
    operator: bool = False
    positional: bool = False
    untold: tuple[str, ...] = ()
    untraced: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {}


def add_kinds(*kinds: Kind) -> dict[str, Kind]:
    """Enter kinds of nodes in the table."""
    KINDS.update((kind.name, kind) for kind in kinds)
    return {kind.name: kind for kind in kinds}


def is_list(kind: str, parameter: str) -> bool:
    """Whether the last axis of a parameter is a list."""
    return parameter in KINDS[kind].lists


def lead_shape(kind: str, name: str, array: Array) -> Shape:
    """The part of a parameter's shape that belongs to the batch."""
    return array.shape[:-1] if is_list(kind, name) else array.shape


def spread(kind: str, name: str, array: Array, shape: Shape) -> Array:
    """A parameter broadcast to the shape of the batch (a view)."""
    tail = array.shape[-1:] if is_list(kind, name) else ()
    return np.broadcast_to(array, shape + tail)


def curve_of(like: N, kind: str, *arguments: Any) -> N:
    """A curve made and checked as a user's is, of the class of another node."""
    made = KINDS[kind].make(*arguments)
    if not isinstance(made, type(like)):
        made = new_like(like, made.kind, made.parameters, made.options, shape=made.shape)
    assert isinstance(made, type(like))
    return made
