"""Batches: reshaping, broadcasting and indexing the runs of a tree.

A parameter keeps the shape it was given (a scalar stays one number for a million runs)
and meets the shape of the batch only where an operation needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.node import N, Node, Shape, lead_shape, new_like, spread


def rebuild(
    schedule: N,
    shape: Shape,
    move: Callable[[str, Array], Array],
    child: Callable[[Node], Node],
    companion: Callable[[Node], Node],
) -> N:
    """The same node with its parameters moved, its children and companions replaced."""
    return new_like(
        schedule,
        schedule.kind,
        {name: move(name, array) for name, array in schedule.parameters.items()},
        schedule.options,
        tuple(child(c) for c in schedule.children),
        shape=shape,
        companions={name: companion(c) for name, c in schedule.companions.items()},
    )


def reshaped(schedule: N, move: Callable[[Array, int], Array], shape: Shape) -> N:
    """Apply `move(array, trailing axes)` to every parameter at the full shape of the batch."""
    old = schedule.shape

    def parameter(name: str, array: Array) -> Array:
        if lead_shape(schedule.kind, name, array) == ():
            return array
        full = spread(schedule.kind, name, array, old)
        moved = np.array(move(full, full.ndim - len(old)), order="C")
        moved.flags.writeable = False
        return moved

    def child(c: Node) -> Node:
        if c.shape == ():
            return c
        return reshaped(broadcast_to(c, old), move, shape)

    def companion(c: Node) -> Node:
        return reshaped(c, move, shape)

    if schedule.kind == "select":
        return canonical(rebuild(schedule, shape, parameter, lambda c: c, companion))
    return rebuild(schedule, shape, parameter, child, companion)


def broadcast_to(schedule: N, shape: Shape) -> N:
    """The schedule with its batch broadcast to a shape."""
    if schedule.shape == shape:
        return schedule
    if schedule.shape == () and schedule.kind != "select":
        return rebuild(
            schedule,
            shape,
            lambda _, array: array,
            lambda child: child,
            lambda companion: broadcast_to(companion, shape),
        )

    def widen(array: Array, tail: int) -> Array:
        return np.broadcast_to(array, shape + array.shape[array.ndim - tail :])

    return reshaped(schedule, widen, shape)


def indexed(schedule: N, key: Any) -> N:
    """The runs that an index, slice, or index or boolean array names."""
    try:
        shape = np.broadcast_to(np.uint8(0), schedule.shape)[key].shape
    except OverflowError:
        raise IndexError(f"index {key!r:.80} is out of bounds for shape {schedule.shape}") from None
    if 0 in shape:
        raise ValueError(f"a batch must hold at least one run, got none from index {key!r:.80}")
    whole = key if isinstance(key, tuple) else (key,)
    return reshaped(schedule, lambda array, tail: array[whole + (slice(None),) * tail], shape)


def canonical(mixed: N) -> N:
    """Parts in order of first appearance with just the rows in use, in order of use."""
    part = np.asarray(mixed.parameters["part"])
    row = np.asarray(mixed.parameters["row"])
    flat_part, flat_row = part.ravel(), row.ravel()
    used, first = np.unique(flat_part, return_index=True)
    used = used[np.argsort(first)]
    children: list[Node] = []
    new_part = np.empty_like(flat_part)
    new_row = np.empty_like(flat_row)
    for number, old in enumerate(used):
        place = np.flatnonzero(flat_part == old)
        rows = flat_row[place]
        child = mixed.children[old]
        in_use = np.array_equal(rows, np.arange(child.size))
        children.append(child if in_use else indexed(child, rows))
        new_part[place] = number
        new_row[place] = np.arange(place.size)
    if len(children) == 1:
        return _as(mixed, with_companions(reshape(children[0], part.shape), mixed.companions))
    parameters: dict[str, Array] = {
        "part": new_part.reshape(part.shape),
        "row": new_row.reshape(part.shape),
    }
    for array in parameters.values():
        array.flags.writeable = False
    return new_like(
        mixed,
        "select",
        parameters,
        children=tuple(children),
        shape=part.shape,
        companions=mixed.companions,
    )


def natural_shape(schedule: Node) -> Shape:
    """The shape that the parameters and children broadcast to."""
    if schedule.kind == "select":
        return schedule.shape
    shapes = [lead_shape(schedule.kind, n, a) for n, a in schedule.parameters.items()]
    return np.broadcast_shapes(*shapes, *(natural_shape(c) for c in schedule.children))


def anchored(schedule: N) -> N:
    """The same schedule with its shape visible in its first parameter."""
    if natural_shape(schedule) == schedule.shape:
        return schedule
    if not schedule.parameters:
        first = anchored(broadcast_to(schedule.children[0], schedule.shape))
        children = (first, *schedule.children[1:])
        return rebuild_with(schedule, schedule.parameters, children)
    name, array = next(iter(schedule.parameters.items()))
    full = np.array(spread(schedule.kind, name, array, schedule.shape))
    full.flags.writeable = False
    return rebuild_with(schedule, {**schedule.parameters, name: full}, schedule.children)


def rebuild_with(schedule: N, parameters: Mapping[str, Array], children: tuple[Node, ...]) -> N:
    """The same kind of node, options and shape from other parameters and children."""
    kind, options, companions = schedule.kind, schedule.options, schedule.companions
    shape = schedule.shape
    return new_like(
        schedule, kind, parameters, options, children, shape=shape, companions=companions
    )


def with_companions(schedule: N, companions: Mapping[str, Node]) -> N:
    """The same schedule with others of its shape, which batch operations carry along."""
    kind, parameters, options = schedule.kind, schedule.parameters, schedule.options
    children, shape = schedule.children, schedule.shape
    return new_like(
        schedule, kind, parameters, options, children, shape=shape, companions=companions
    )


def reshape(schedule: N, *shape: int | tuple[int, ...]) -> N:
    """The same runs in C order under another shape."""
    wanted = shape[0] if len(shape) == 1 else shape
    new = np.broadcast_to(np.uint8(0), schedule.shape).reshape(wanted).shape  # type: ignore[arg-type]
    if new == schedule.shape:
        return schedule
    return reshaped(
        schedule, lambda array, tail: array.reshape(new + array.shape[array.ndim - tail :]), new
    )


def ravel(schedule: N) -> N:
    """The runs along one axis, in C order."""
    return reshape(schedule, -1)


def each(schedule: N) -> Iterator[N]:
    """The schedules along the first axis."""
    if not schedule.shape:
        raise TypeError("a single schedule cannot be iterated; its cursor() can")
    return (indexed(schedule, i) for i in range(schedule.shape[0]))


def _as(like: N, node: Node) -> N:
    """A node, known to be of the class of another one."""
    assert isinstance(node, type(like))
    return node
