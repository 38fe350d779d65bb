"""Nodes, of which schedules are built, and the table of node kinds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from decaylr import _engine
from decaylr._stepper import Evaluator
from decaylr.checks import MOST_AXES, Array, FloatArray, broadcast_shape
from decaylr.tree.recursion import Calls

Shape = tuple[int, ...]
N = TypeVar("N", bound="Node")

_EMPTY: Mapping[str, Any] = MappingProxyType({})
DEEPEST = 256  # largest depth of a schedule, in nodes


class Node(Evaluator):
    """An immutable node of a schedule, with its children.

    Attributes
    ----------
    kind : str
        Key in `KINDS`.
    parameters : mapping of str to ndarray
        Read-only numeric arrays, each in the shape it was given.
    options : mapping of str to str or bool
        Non-numeric settings.
    companions : mapping of str to Node
        Related schedules of the same shape, to which batch operations are applied as well:
        the momentum of a one-cycle, for example.
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
        """A new empty dict, so frameworks that save and restore `fn.__dict__` have no effect."""
        return {}

    @property
    def children(self) -> tuple[Node, ...]:
        """The schedules that a combinator combines; empty for a curve."""
        return self._children

    @property
    def shape(self) -> Shape:
        """Shape of the batch; () for a single schedule."""
        return self._shape

    @property
    def size(self) -> int:
        """Number of runs."""
        return math.prod(self._shape)

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
    """Create a node from checked parts.

    By default its shape is the one to which its parameters and children broadcast.
    """
    depth = 1 + max([child._depth for child in children], default=0)
    if depth > DEEPEST:
        raise ValueError(f"a schedule must be nested at most {DEEPEST} deep, got {depth}")
    if shape is None:
        shapes = {name: batch_shape(kind, name, array) for name, array in parameters.items()}
        shapes |= {f"part {i}": child.shape for i, child in enumerate(children)}
        shape = broadcast_shape(shapes) if any(shapes.values()) else ()
    if len(shape) > MOST_AXES:
        raise ValueError(f"a batch must have at most {MOST_AXES} axes, got {len(shape)}")
    node = cls.__new__(cls)
    # Written out, not in a loop: every schedule is made here.
    set_attribute = object.__setattr__
    set_attribute(node, "kind", kind)
    set_attribute(node, "parameters", MappingProxyType(dict(parameters)))
    set_attribute(node, "options", MappingProxyType(dict(options)) if options else _EMPTY)
    set_attribute(node, "companions", MappingProxyType(dict(companions)) if companions else _EMPTY)
    set_attribute(node, "_children", children)
    set_attribute(node, "_depth", depth)
    set_attribute(node, "_shape", shape)
    set_attribute(node, "_program", None)
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
    """Create a node of the same class as another node: see `new_node`."""
    return new_node(
        type(node), kind, parameters, options, children, shape=shape, companions=companions
    )


def program_of(node: Node, build: Callable[[Node], _engine.Program]) -> _engine.Program:
    """Return the compiled program of a node; it is built at the first call and cached.

    After that, the extension type evaluates a single schedule at a scalar position without
    running Python code.
    """
    if node._program is None:
        program = build(node)
        if node.shape == () and not program.refuses:
            node._bind(program)
        object.__setattr__(node, "_program", program)
        return program
    return node._program


def settings(node: Node) -> dict[str, Any]:
    """The parameters and options of a node in one dict."""
    return {**node.parameters, **node.options}


class Kind(NamedTuple):
    """Description of one kind of node: all that the Python side knows about it.

    Attributes
    ----------
    name : str
        Its name in `KINDS`, in the compiled core and in serialized schedules.
    make : callable
        The constructor; it takes the children, if any, and the arguments a user passes.
    length : callable
        Function of a node that returns the length of each run: see `decaylr.tree.length`.
    formula : callable
        Traceable value: function of an outline, a position and the arithmetic functions of a
        framework, see `decaylr.traced`.
    family : str
        Group of this kind in plots; "" if the children determine the group.
    parameters, lists, options : tuple of str
        Names of the numeric parameters, of those among them whose last axis is a list, and of
        the non-numeric options.
    times : tuple of str
        Prefixes of the names of parameters that are lengths or positions.
    children : {"none", "one", "many"}
        How many schedules it combines.
    arguments : callable
        Function of a node that returns the arguments of `make`, without the children.
    text : callable, optional
        Recursive function (see `decaylr.tree.recursion`) of a node that returns its Python
        expression; needed if that is not a call of the function `name`.
    operator : bool
        Whether its expression needs parentheses when used as an operand.
    positional : bool
        Whether its single argument is written without a keyword.
    not_compiled : tuple of str
        Parameters that are not passed to the compiled core.
    not_traced : tuple of str
        Parameters that `formula` does not read.
    breaks : callable, optional
        Function of a node and of the last position of interest that returns where the course of
        each run may change abruptly: see `decaylr.tree.breaks`. By default a curve breaks at its
        length, a combinator where its children do.
    periods : callable, optional
        Function of a node that returns from where on, and with which period, each run repeats
        itself: see `decaylr.tree.periods`. By default a curve is constant from its length on,
        and a combinator repeats itself as its children do.
    horizon : callable, optional
        Function of a node of infinite length that returns the horizon of each run: see
        `decaylr.tree.horizon`. By default it is infinite too.
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
    text: Callable[[Any], Calls[str]] | None = None
    operator: bool = False
    positional: bool = False
    not_compiled: tuple[str, ...] = ()
    not_traced: tuple[str, ...] = ()
    breaks: Callable[[Any, FloatArray], FloatArray] | None = None
    periods: Callable[[Any], tuple[FloatArray, FloatArray]] | None = None
    horizon: Callable[[Any], FloatArray] | None = None


KINDS: dict[str, Kind] = {}


def add_kinds(*kinds: Kind) -> dict[str, Kind]:
    """Register kinds of nodes in `KINDS`."""
    KINDS.update((kind.name, kind) for kind in kinds)
    return {kind.name: kind for kind in kinds}


def is_list(kind: str, parameter: str) -> bool:
    """Whether the last axis of a parameter is a list rather than a batch axis."""
    return parameter in KINDS[kind].lists


def batch_shape(kind: str, name: str, array: Array) -> Shape:
    """The batch axes of the shape of a parameter, without the list axis."""
    return array.shape[:-1] if is_list(kind, name) else array.shape


def broadcast_parameter(kind: str, name: str, array: Array, shape: Shape) -> Array:
    """A parameter broadcast to a batch shape (a view)."""
    tail = array.shape[-1:] if is_list(kind, name) else ()
    return np.broadcast_to(array, shape + tail)


def new_curve_like(like: N, kind: str, *arguments: Any) -> N:
    """Create a curve with its checking constructor, in the class of another node."""
    curve = KINDS[kind].make(*arguments)
    if not isinstance(curve, type(like)):
        curve = new_like(like, curve.kind, curve.parameters, curve.options, shape=curve.shape)
    assert isinstance(curve, type(like))
    return curve
