"""Batches of several families: runs gathered into few trees, and the batch that selects them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from decaylr.checks import Array, IntArray
from decaylr.tree.batch import broadcast_to, canonical, indexed, reshape, with_companions
from decaylr.tree.node import N, Node, Shape, is_list, lead_shape, new_like, spread


def signature(schedule: Node) -> tuple[Any, ...]:
    """What two schedules must share to become columns of one tree."""
    if schedule.kind == "select":
        return ("select", id(schedule))
    lists = tuple(
        (name, array.dtype.kind, array.shape[-1] if is_list(schedule.kind, name) else 0)
        for name, array in schedule.parameters.items()
    )
    options = tuple(sorted(schedule.options.items()))
    return (schedule.kind, lists, options, tuple(signature(c) for c in schedule.children))


def merge(schedules: Sequence[N]) -> N:
    """One flat batch from schedules of one signature, in order.

    A parameter that is the same single number everywhere stays one number.
    """
    first = schedules[0]
    if first.kind == "select":
        return reshape(first, -1)
    parameters = {name: _merged_parameter(schedules, name) for name in first.parameters}
    children = tuple(
        merge([broadcast_to(s.children[i], s.shape) for s in schedules])
        for i in range(len(first.children))
    )
    shape = (sum(s.size for s in schedules),)
    return new_like(first, first.kind, parameters, first.options, children, shape=shape)


def _merged_parameter(schedules: Sequence[Node], name: str) -> Array:
    kind = schedules[0].kind
    arrays = [s.parameters[name] for s in schedules]
    one = arrays[0]
    if all(lead_shape(kind, name, a) == () and np.array_equal(a, one) for a in arrays):
        return one
    tail = (-1, one.shape[-1]) if is_list(kind, name) else (-1,)
    rows = [
        spread(kind, name, a, s.shape).reshape(tail) for a, s in zip(arrays, schedules, strict=True)
    ]
    merged = np.concatenate(rows)
    merged.flags.writeable = False
    return merged


def gathered(schedules: Sequence[N], shape: Shape) -> N:
    """Schedules of any families, raveled in order, as one batch of the given shape."""
    parts: dict[tuple[Any, ...], list[Node]] = {}
    places: dict[tuple[Any, ...], list[IntArray]] = {}
    offset = 0
    for schedule in schedules:
        for part, place in _plain_parts(schedule):
            key = signature(part)
            parts.setdefault(key, []).append(part)
            places.setdefault(key, []).append(place + offset)
        offset += schedule.size
    part_of = np.empty(offset, np.int64)
    row_of = np.empty(offset, np.int64)
    merged: list[Node] = []
    for number, key in enumerate(parts):
        place = np.concatenate(places[key])
        part_of[place] = number
        row_of[place] = np.arange(place.size)
        merged.append(merge(parts[key]))
    mixed = select(schedules[0], merged, part_of.reshape(shape), row_of.reshape(shape))
    return with_companions(mixed, _companions(schedules, shape))


def _companions(schedules: Sequence[Node], shape: Shape) -> dict[str, Node]:
    """Those that all of the schedules have, as batches of the given shape."""
    first = schedules[0].companions
    names = [name for name in first if all(name in s.companions for s in schedules)]
    return {name: gathered([s.companions[name] for s in schedules], shape) for name in names}


def _plain_parts(schedule: Node) -> list[tuple[Node, IntArray]]:
    """The parts of a mixed batch with the places of their runs; a plain one is its own part."""
    if schedule.kind != "select":
        return [(schedule, np.arange(schedule.size))]
    part = schedule.parameters["part"].ravel()
    row = schedule.parameters["row"].ravel()
    found: list[tuple[Node, IntArray]] = []
    for number, child in enumerate(schedule.children):
        place = np.flatnonzero(part == number)
        found.append((indexed(child, row[place]), place))
    return found


def select(like: N, parts: Sequence[Node], part: IntArray, row: IntArray) -> N:
    """The batch whose run r is run row[r] of parts[part[r]]."""
    parameters = {"part": part, "row": row}
    return canonical(new_like(like, "select", parameters, {}, tuple(parts), shape=part.shape))
