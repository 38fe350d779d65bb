"""Mixed batches: runs of several families in one batch.

Runs of the same structure are merged into one part, an ordinary batch. A node of kind "select"
holds the parts and, for each run, the number of its part and its row in that part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from decaylr.checks import Array, IntArray
from decaylr.tree.batch import (
    as_class_of,
    broadcast_to,
    canonical,
    indexed,
    reshape,
    with_companions,
)
from decaylr.tree.horizon import COMPANION, horizon_of, with_horizon
from decaylr.tree.node import N, Node, Shape, batch_shape, broadcast_parameter, is_list, new_like
from decaylr.tree.recursion import Calls, each, run


def signature(schedule: Node) -> tuple[Any, ...]:
    """Key that is equal for schedules whose runs can be merged into one batch."""
    return run(_signature(schedule))


def _signature(schedule: Node) -> Calls[tuple[Any, ...]]:
    if schedule.kind == "select":
        return ("select", id(schedule))
    parameters = tuple(
        (name, array.dtype.kind, array.shape[-1] if is_list(schedule.kind, name) else 0)
        for name, array in schedule.parameters.items()
    )
    options = tuple(sorted(schedule.options.items()))
    key = [schedule.kind, parameters, options, len(schedule.children)]
    for child in schedule.children:
        key += yield _signature(child)  # flat: nested tuples are compared recursively
    return tuple(key)


def merge(schedules: Sequence[N]) -> N:
    """Concatenate schedules of one signature into a batch with one axis.

    A parameter that is the same scalar in all of them stays a scalar.
    """
    return run(_merged(schedules))


def _merged(schedules: Sequence[N]) -> Calls[N]:
    first = schedules[0]
    if first.kind == "select":  # all are this one
        rows = np.tile(np.arange(first.size), len(schedules))
        return indexed(reshape(first, -1), rows)
    parameters = {name: _merged_parameter(schedules, name) for name in first.parameters}
    children = yield each(
        _merged([broadcast_to(s.children[i], s.shape) for s in schedules])
        for i in range(len(first.children))
    )
    shape = (sum(s.size for s in schedules),)
    return new_like(first, first.kind, parameters, first.options, tuple(children), shape=shape)


def _merged_parameter(schedules: Sequence[Node], name: str) -> Array:
    kind = schedules[0].kind
    arrays = [s.parameters[name] for s in schedules]
    first = arrays[0]
    if all(batch_shape(kind, name, a) == () and np.array_equal(a, first) for a in arrays):
        return first
    shape = (-1, first.shape[-1]) if is_list(kind, name) else (-1,)
    rows = [
        broadcast_parameter(kind, name, a, s.shape).reshape(shape)
        for a, s in zip(arrays, schedules, strict=True)
    ]
    merged = np.concatenate(rows)
    merged.flags.writeable = False
    return merged


def gather(schedules: Sequence[N], shape: Shape) -> N:
    """Concatenate schedules of any families and reshape them to a batch of the given shape."""
    parts: dict[tuple[Any, ...], list[Node]] = {}
    indices_of: dict[tuple[Any, ...], list[IntArray]] = {}
    offset = 0
    for schedule in schedules:
        for part, indices in _unmixed_parts(schedule):
            key = signature(part)
            parts.setdefault(key, []).append(part)
            indices_of.setdefault(key, []).append(indices + offset)
        offset += schedule.size
    part_of = np.empty(offset, np.int64)
    row_of = np.empty(offset, np.int64)
    merged: list[Node] = []
    for number, key in enumerate(parts):
        indices = np.concatenate(indices_of[key])
        part_of[indices] = number
        row_of[indices] = np.arange(indices.size)
        merged.append(merge(parts[key]))
    if len(merged) == 1:  # its rows are in order
        mixed = as_class_of(schedules[0], reshape(merged[0], shape))
    else:
        mixed = select(schedules[0], merged, part_of.reshape(shape), row_of.reshape(shape))
    return with_companions(mixed, _companions(schedules, shape))


def _companions(schedules: Sequence[Node], shape: Shape) -> dict[str, Node]:
    """The companions that all of the schedules have, each as a batch of the given shape."""
    if any(COMPANION in s.companions for s in schedules):
        schedules = [with_horizon(s, horizon_of(s)) for s in schedules]
    first = schedules[0].companions
    names = [name for name in first if all(name in s.companions for s in schedules)]
    return {name: gather([s.companions[name] for s in schedules], shape) for name in names}


def _unmixed_parts(schedule: Node) -> list[tuple[Node, IntArray]]:
    """Split a batch into parts without "select", each with the indices of its runs."""
    if schedule.kind != "select":
        return [(schedule, np.arange(schedule.size))]
    part = schedule.parameters["part"].ravel()
    row = schedule.parameters["row"].ravel()
    parts: list[tuple[Node, IntArray]] = []
    for number, child in enumerate(schedule.children):
        indices = np.flatnonzero(part == number)
        parts.append((indexed(child, row[indices]), indices))
    return parts


def select(like: N, parts: Sequence[Node], part: IntArray, row: IntArray) -> N:
    """Mixed batch in which run r is run row[r] of parts[part[r]]."""
    parameters = {"part": part, "row": row}
    return canonical(new_like(like, "select", parameters, {}, tuple(parts), shape=part.shape))
