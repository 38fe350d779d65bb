"""A schedule as plain data: nodes, and the table of what kinds of nodes there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from decaylr import _engine
from decaylr._stepper import Evaluator
from decaylr.parameters import Array, FloatArray, broadcast_shape

Shape = tuple[int, ...]
N = TypeVar("N", bound="Node")

DEEPEST = 256  # nodes on a path of a schedule


class Node(Evaluator):
    """One node of a schedule with all that is below it; never changed.

    Any part of a schedule is a schedule: its `children` are of its own class.
    """

    kind: str
    parameters: Mapping[str, Array]
    options: Mapping[str, str | bool]
    _children: tuple[Node, ...]
    _shape: Shape
    _depth: int
    _program: _engine.Program | None

    @classmethod
    def _make(
        cls: type[N],
        kind: str,
        parameters: Mapping[str, Array],
        options: Mapping[str, str | bool] | None = None,
        children: tuple[Node, ...] = (),
        *,
        shape: Shape | None = None,
    ) -> N:
        """A node from checked parts; its shape is theirs unless it is given."""
        self = cls.__new__(cls)
        self.kind = kind
        self.parameters = MappingProxyType(dict(parameters))
        self.options = MappingProxyType(dict(options or {}))
        self._children = children
        self._depth = 1 + max((child._depth for child in children), default=0)
        if self._depth > DEEPEST:
            raise ValueError(f"a schedule must be nested at most {DEEPEST} deep")
        if shape is None:
            shapes = {n: lead_shape(kind, n, a) for n, a in self.parameters.items()}
            shapes |= {f"part {i}": child.shape for i, child in enumerate(children)}
            shape = broadcast_shape(shapes)
        self._shape = shape
        self._program = None
        return self

    def _like(
        self: N,
        kind: str,
        parameters: Mapping[str, Array],
        options: Mapping[str, str | bool] | None = None,
        children: tuple[Node, ...] = (),
        *,
        shape: Shape | None = None,
    ) -> N:
        """Another node of the same class."""
        return type(self)._make(kind, parameters, options, children, shape=shape)

    @property
    def children(self) -> tuple[Node, ...]:
        """What a combinator combines; none for a curve."""
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


def settings(node: Node) -> dict[str, Any]:
    """The parameters and options of a node, as they are."""
    return {**node.parameters, **node.options}


class Kind(NamedTuple):
    """All that there is to know of one kind of node outside of the core.

    make
        The node from children and arguments, as a user writes them.
    arguments
        What `make` takes, read back from a node, without its children.
    length, formula
        Its length in every run; its value inside a trace.
    text
        The expression that makes it, where that is no call of its name.
    """

    name: str
    make: Callable[..., Node]
    length: Callable[[Any], FloatArray]
    formula: Callable[[Any, Any, Any], Any]
    parameters: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()
    children: str = "none"  # "none", "one" or "many"
    arguments: Callable[[Any], dict[str, Any]] = settings
    text: Callable[[Any], str] | None = None
    operator: bool = False  # its text needs brackets among operands
    positional: bool = False  # its one argument needs no name in its text
    untold: tuple[str, ...] = ()  # parameters that the core has no use for
    untraced: tuple[str, ...] = ()  # those that no formula reads


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
        made = like._like(made.kind, made.parameters, made.options, shape=made.shape)
    assert isinstance(made, type(like))
    return made
