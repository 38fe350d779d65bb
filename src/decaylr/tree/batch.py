"""Batch operations: reshaping, broadcasting and indexing the runs of a schedule.

A parameter keeps the shape it was given, so that a scalar stays one number even for a million
runs. It is broadcast to the shape of the batch only where an operation needs that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.node import N, Node, Shape, batch_shape, broadcast_parameter, new_like


def rebuild(
    schedule: N,
    shape: Shape,
    change_parameter: Callable[[str, Array], Array],
    change_child: Callable[[Node], Node],
    change_companion: Callable[[Node], Node],
) -> N:
    """A copy of a node with its parameters, children and companions changed by functions."""
    return new_like(
        schedule,
        schedule.kind,
        {name: change_parameter(name, array) for name, array in schedule.parameters.items()},
        schedule.options,
        tuple([change_child(c) for c in schedule.children]),
        shape=shape,
        companions={name: change_companion(c) for name, c in schedule.companions.items()},
    )


def map_parameters(schedule: N, change: Callable[[Array, int], Array], shape: Shape) -> N:
    """Apply a shape operation to every parameter, broadcast to the shape of the batch.

    `change(array, tail)` gets the number of trailing axes that are not batch axes (0 or 1);
    `shape` is the shape of the resulting batch. Scalar parameters are not touched.
    """
    old_shape = schedule.shape

    def parameter(name: str, array: Array) -> Array:
        if batch_shape(schedule.kind, name, array) == ():
            return array
        full = broadcast_parameter(schedule.kind, name, array, old_shape)
        changed = np.array(change(full, full.ndim - len(old_shape)), order="C")
        changed.flags.writeable = False
        return changed

    def child(c: Node) -> Node:
        if c.shape == ():
            return c
        return map_parameters(broadcast_to(c, old_shape), change, shape)

    def companion(c: Node) -> Node:
        return map_parameters(c, change, shape)

    if schedule.kind == "select":
        return canonical(rebuild(schedule, shape, parameter, lambda c: c, companion))
    return rebuild(schedule, shape, parameter, child, companion)


def broadcast_to(schedule: N, shape: Shape) -> N:
    """The schedule broadcast to a batch shape."""
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

    return map_parameters(schedule, widen, shape)


def indexed(schedule: N, key: Any) -> N:
    """Select runs by NumPy indexing: integers, slices, integer or boolean arrays."""
    try:
        shape = np.broadcast_to(np.uint8(0), schedule.shape)[key].shape
    except OverflowError:
        raise IndexError(f"index {key!r:.80} is out of bounds for shape {schedule.shape}") from None
    if 0 in shape:
        raise ValueError(f"a batch must hold at least one run, got none from index {key!r:.80}")
    keys = key if isinstance(key, tuple) else (key,)
    return map_parameters(schedule, lambda array, tail: array[keys + (slice(None),) * tail], shape)


def canonical(mixed: N) -> N:
    """Normal form of a mixed batch, so that equal batches compare equal.

    Parts are in order of first use, and each part holds only the rows in use, in order of use.
    A batch with a single part becomes an ordinary batch.
    """
    part = np.asarray(mixed.parameters["part"])
    row = np.asarray(mixed.parameters["row"])
    flat_part, flat_row = part.ravel(), row.ravel()
    used, first = np.unique(flat_part, return_index=True)
    used = used[np.argsort(first)]
    children: list[Node] = []
    new_part = np.empty_like(flat_part)
    new_row = np.empty_like(flat_row)
    for number, old in enumerate(used):
        indices = np.flatnonzero(flat_part == old)
        rows = flat_row[indices]
        child = mixed.children[old]
        unchanged = np.array_equal(rows, np.arange(child.size))
        children.append(child if unchanged else indexed(child, rows))
        new_part[indices] = number
        new_row[indices] = np.arange(indices.size)
    if len(children) == 1:
        return _as_class_of(
            mixed, with_companions(reshape(children[0], part.shape), mixed.companions)
        )
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
    """The shape to which the parameters and children alone broadcast.

    It is smaller than the shape of the batch after a scalar schedule was broadcast.
    """
    if schedule.kind == "select":
        return schedule.shape
    shapes = [batch_shape(schedule.kind, n, a) for n, a in schedule.parameters.items()]
    return np.broadcast_shapes(*shapes, *(natural_shape(c) for c in schedule.children))


def with_explicit_shape(schedule: N) -> N:
    """The same schedule with its first parameter broadcast, if needed, to the batch shape.

    Written data and text carry no separate shape: it must follow from the parameters.
    """
    if natural_shape(schedule) == schedule.shape:
        return schedule
    if not schedule.parameters:
        first = with_explicit_shape(broadcast_to(schedule.children[0], schedule.shape))
        children = (first, *schedule.children[1:])
        return rebuild_with(schedule, schedule.parameters, children)
    name, array = next(iter(schedule.parameters.items()))
    full = np.array(broadcast_parameter(schedule.kind, name, array, schedule.shape))
    full.flags.writeable = False
    return rebuild_with(schedule, {**schedule.parameters, name: full}, schedule.children)


def rebuild_with(schedule: N, parameters: Mapping[str, Array], children: tuple[Node, ...]) -> N:
    """A copy of a node with other parameters and children."""
    kind, options, companions = schedule.kind, schedule.options, schedule.companions
    shape = schedule.shape
    return new_like(
        schedule, kind, parameters, options, children, shape=shape, companions=companions
    )


def with_companions(schedule: N, companions: Mapping[str, Node]) -> N:
    """A copy of a schedule with companions: schedules of its shape, such as a momentum."""
    kind, parameters, options = schedule.kind, schedule.parameters, schedule.options
    children, shape = schedule.children, schedule.shape
    return new_like(
        schedule, kind, parameters, options, children, shape=shape, companions=companions
    )


def reshape(schedule: N, *shape: int | tuple[int, ...]) -> N:
    """Reshape the batch; the runs stay in C order.

    Parameters
    ----------
    *shape : int or tuple of int
        As for `numpy.ndarray.reshape`; one entry may be -1.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear([1.0, 2.0, 3.0, 4.0], 0.0, 10).reshape(2, -1).shape
    (2, 2)
    """
    requested = shape[0] if len(shape) == 1 else shape
    template = np.broadcast_to(np.uint8(0), schedule.shape)
    new_shape = template.reshape(requested).shape  # type: ignore[arg-type]
    if new_shape == schedule.shape:
        return schedule

    def change(array: Array, tail: int) -> Array:
        return array.reshape(new_shape + array.shape[array.ndim - tail :])

    return map_parameters(schedule, change, new_shape)


def ravel(schedule: N) -> N:
    """Reshape the batch to one axis, in C order."""
    return reshape(schedule, -1)


def iterate(schedule: N) -> Iterator[N]:
    """Iterate over the schedules along the first axis of the batch."""
    if not schedule.shape:
        raise TypeError("a single schedule cannot be iterated; its cursor() can")
    return (indexed(schedule, i) for i in range(schedule.shape[0]))


def _as_class_of(like: N, node: Node) -> N:
    """Return `node` unchanged, with its type narrowed to the class of `like`."""
    assert isinstance(node, type(like))
    return node
