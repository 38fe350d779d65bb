"""Batch operations: reshaping, broadcasting and indexing the runs of a schedule.

A parameter keeps the shape it was given, so that a scalar stays one number even for a million
runs. It is broadcast to the shape of the batch only where an operation needs that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from decaylr.checks import (
    Array,
    shown,
    whole_number,
)
from decaylr.tree.node import N, Node, Shape, batch_shape, broadcast_parameter, new_like
from decaylr.tree.recursion import Calls, each, run


def _mapped(schedule: N, change: Callable[[Array, int], Array], shape: Shape) -> Calls[N]:
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

    parameters = {name: parameter(name, array) for name, array in schedule.parameters.items()}
    children, companions = [], {}
    for child in schedule.children:
        if schedule.kind == "select" or child.shape == ():
            children.append(child)
        else:
            wide = yield _widened(child, old_shape)
            children.append((yield _mapped(wide, change, shape)))
    for name, companion in schedule.companions.items():
        companions[name] = yield _mapped(companion, change, shape)
    changed = rebuild_with(schedule, parameters, tuple(children), shape, companions)
    if schedule.kind == "select":
        changed = yield _canonical(changed)
    return changed


def broadcast_to(schedule: N, shape: Shape) -> N:
    """The schedule broadcast to a batch shape."""
    return run(_widened(schedule, shape))


def _widened(schedule: N, shape: Shape) -> Calls[N]:
    if schedule.shape == shape:
        return schedule
    if schedule.shape == () and schedule.kind != "select":
        companions = {}
        for name, companion in schedule.companions.items():
            companions[name] = yield _widened(companion, shape)
        parameters, children = schedule.parameters, schedule.children
        return rebuild_with(schedule, parameters, children, shape, companions)

    def widen(array: Array, tail: int) -> Array:
        return np.broadcast_to(array, shape + array.shape[array.ndim - tail :])

    wide: N = yield _mapped(schedule, widen, shape)
    return wide


def indexed(schedule: N, key: Any) -> N:
    """Select runs by NumPy indexing: integers, slices, integer or boolean arrays."""
    if not schedule.shape and isinstance(key, int):
        raise IndexError(
            f"too many indices: a single schedule has no runs; call it, schedule({key})"
        )
    return run(_indexed(schedule, key))


def _indexed(schedule: N, key: Any) -> Calls[N]:
    try:
        shape = np.broadcast_to(np.uint8(0), schedule.shape)[key].shape
    except OverflowError:
        raise IndexError(
            f"index {shown(key)} is out of bounds for shape {schedule.shape}"
        ) from None
    if 0 in shape:
        raise ValueError(f"a batch must hold at least one run, got none from index {shown(key)}")
    keys = key if isinstance(key, tuple) else (key,)
    chosen: N = yield _mapped(
        schedule, lambda array, tail: array[keys + (slice(None),) * tail], shape
    )
    return chosen


def canonical(mixed: N) -> N:
    """Normal form of a mixed batch, so that equal batches compare equal.

    Parts are in order of first use, and each part holds only the rows in use, in order of use.
    A batch with a single part becomes an ordinary batch.
    """
    return run(_canonical(mixed))


def _canonical(mixed: N) -> Calls[N]:
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
        unchanged = rows.size == child.size and np.array_equal(rows, np.arange(child.size))
        children.append(child if unchanged else (yield _indexed(child, rows)))
        new_part[indices] = number
        new_row[indices] = np.arange(indices.size)
    if len(children) == 1:
        only = yield _reshaped(children[0], part.shape)
        return as_class_of(mixed, with_companions(only, mixed.companions))
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
    return run(_natural_shape(schedule))


def _natural_shape(schedule: Node) -> Calls[Shape]:
    if schedule.kind == "select":
        return schedule.shape
    shapes = [batch_shape(schedule.kind, n, a) for n, a in schedule.parameters.items()]
    below = yield each(map(_natural_shape, schedule.children))
    return np.broadcast_shapes(*shapes, *below)


def with_explicit_shape(schedule: N) -> N:
    """The same schedule with its first parameter broadcast, if needed, to the batch shape.

    Written data and text carry no separate shape: it must follow from the parameters.
    """
    return run(_with_explicit_shape(schedule))


def _with_explicit_shape(schedule: N) -> Calls[N]:
    if schedule.shape == () or natural_shape(schedule) == schedule.shape:
        return schedule
    if not schedule.parameters:
        wide = broadcast_to(schedule.children[0], schedule.shape)
        first = yield _with_explicit_shape(wide)
        children = (first, *schedule.children[1:])
        return rebuild_with(schedule, schedule.parameters, children)
    name, array = next(iter(schedule.parameters.items()))
    full = np.array(broadcast_parameter(schedule.kind, name, array, schedule.shape))
    full.flags.writeable = False
    return rebuild_with(schedule, {**schedule.parameters, name: full}, schedule.children)


def rebuild_with(
    schedule: N,
    parameters: Mapping[str, Array],
    children: tuple[Node, ...],
    shape: Shape | None = None,
    companions: Mapping[str, Node] | None = None,
) -> N:
    """A copy of a node with other parameters and children, perhaps in another shape."""
    return new_like(
        schedule,
        schedule.kind,
        parameters,
        schedule.options,
        children,
        shape=schedule.shape if shape is None else shape,
        companions=schedule.companions if companions is None else companions,
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
    axes = requested if isinstance(requested, (tuple, list)) else np.atleast_1d(requested)
    lengths = tuple(whole_number("shape", axis, least=-1) for axis in axes)
    new_shape = np.broadcast_to(np.uint8(0), schedule.shape).reshape(lengths).shape
    return run(_reshaped(schedule, new_shape))


def _reshaped(schedule: N, new_shape: Shape) -> Calls[N]:
    if new_shape == schedule.shape:
        return schedule

    def change(array: Array, tail: int) -> Array:
        return array.reshape(new_shape + array.shape[array.ndim - tail :])

    reshaped: N = yield _mapped(schedule, change, new_shape)
    return reshaped


def ravel(schedule: N) -> N:
    """Reshape the batch to one axis, in C order."""
    return reshape(schedule, -1)


def iterate(schedule: N) -> Iterator[N]:
    """Iterate over the schedules along the first axis of the batch."""
    if not schedule.shape:
        raise TypeError("a single schedule cannot be iterated; its cursor() can")
    return (indexed(schedule, i) for i in range(schedule.shape[0]))


def as_class_of(like: N, node: Node) -> N:
    """Return `node` unchanged, with its type narrowed to the class of `like`."""
    assert isinstance(node, type(like))
    return node
