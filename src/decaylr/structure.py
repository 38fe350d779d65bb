"""The tree as data: broadcasting, indexing, merging, equality.

A parameter keeps the shape it was given (a scalar stays one number for a million runs)
and meets the shape of the batch only where an operation needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr.kinds import is_list
from decaylr.parameters import Array, IntArray

if TYPE_CHECKING:
    from decaylr.schedule import Schedule

Shape = tuple[int, ...]
Move = Callable[[Array, int], Array]


def lead_shape(kind: str, name: str, array: Array) -> Shape:
    """The part of a parameter's shape that belongs to the batch."""
    return array.shape[:-1] if is_list(kind, name) else array.shape


def spread(kind: str, name: str, array: Array, shape: Shape) -> Array:
    """A parameter broadcast to the shape of the batch (a view)."""
    tail = array.shape[-1:] if is_list(kind, name) else ()
    return np.broadcast_to(array, shape + tail)


def rebuild(
    schedule: Schedule,
    shape: Shape,
    move: Callable[[str, Array], Array],
    child: Callable[[Schedule], Schedule],
) -> Schedule:
    """The same node with its parameters moved and its children replaced."""
    parameters = {name: move(name, array) for name, array in schedule._parameters.items()}
    children = tuple(child(c) for c in schedule._children)
    return type(schedule)._make(
        schedule._kind, parameters, schedule._options, children, shape=shape
    )


def reshaped(schedule: Schedule, move: Callable[[Array, int], Array], shape: Shape) -> Schedule:
    """Apply `move(array, trailing axes)` to every parameter at the full shape of the batch."""
    old = schedule.shape

    def parameter(name: str, array: Array) -> Array:
        if lead_shape(schedule._kind, name, array) == ():
            return array
        full = spread(schedule._kind, name, array, old)
        moved = np.array(move(full, full.ndim - len(old)), order="C")
        moved.flags.writeable = False
        return moved

    def child(c: Schedule) -> Schedule:
        if c.shape == ():
            return c
        return reshaped(broadcast_to(c, old), move, shape)

    if schedule._kind == "select":
        return canonical(rebuild(schedule, shape, parameter, lambda c: c))
    return rebuild(schedule, shape, parameter, child)


def broadcast_to(schedule: Schedule, shape: Shape) -> Schedule:
    """The schedule with its batch broadcast to a shape."""
    if schedule.shape == shape:
        return schedule
    if schedule.shape == () and schedule._kind != "select":
        return rebuild(schedule, shape, lambda _, array: array, lambda c: c)

    def widen(array: Array, tail: int) -> Array:
        return np.broadcast_to(array, shape + array.shape[array.ndim - tail :])

    return reshaped(schedule, widen, shape)


def indexed(schedule: Schedule, key: Any) -> Schedule:
    """The runs that an index, slice, or index or boolean array names."""
    try:
        shape = np.broadcast_to(np.uint8(0), schedule.shape)[key].shape
    except OverflowError:
        raise IndexError(f"index {key!r:.80} is out of bounds for shape {schedule.shape}") from None
    if 0 in shape:
        raise ValueError(f"a batch must hold at least one run, got none from index {key!r:.80}")
    whole = key if isinstance(key, tuple) else (key,)
    return reshaped(schedule, lambda array, tail: array[whole + (slice(None),) * tail], shape)


def signature(schedule: Schedule) -> tuple[Any, ...]:
    """What two schedules must share to become columns of one tree."""
    if schedule._kind == "select":
        return ("select", id(schedule))
    lists = tuple(
        (name, array.dtype.kind, array.shape[-1] if is_list(schedule._kind, name) else 0)
        for name, array in schedule._parameters.items()
    )
    options = tuple(sorted(schedule._options.items()))
    return (schedule._kind, lists, options, tuple(signature(c) for c in schedule._children))


def merge(schedules: Sequence[Schedule]) -> Schedule:
    """One flat batch from schedules of one signature, in order.

    A parameter that is the same single number everywhere stays one number.
    """
    first = schedules[0]
    if first._kind == "select":
        return first.reshape(-1)
    parameters = {name: _merged_parameter(schedules, name) for name in first._parameters}
    children = tuple(
        merge([broadcast_to(s._children[i], s.shape) for s in schedules])
        for i in range(len(first._children))
    )
    shape = (sum(s.size for s in schedules),)
    return type(first)._make(first._kind, parameters, first._options, children, shape=shape)


def _merged_parameter(schedules: Sequence[Schedule], name: str) -> Array:
    kind = schedules[0]._kind
    arrays = [s._parameters[name] for s in schedules]
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


def gathered(schedules: Iterable[Schedule], shape: Shape) -> Schedule:
    """Schedules of any families, raveled in order, as one batch of the given shape."""
    parts: dict[tuple[Any, ...], list[Schedule]] = {}
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
    merged = []
    for number, key in enumerate(parts):
        place = np.concatenate(places[key])
        part_of[place] = number
        row_of[place] = np.arange(place.size)
        merged.append(merge(parts[key]))
    return select(merged, part_of.reshape(shape), row_of.reshape(shape))


def _plain_parts(schedule: Schedule) -> list[tuple[Schedule, IntArray]]:
    """The parts of a mixed batch with the places of their runs; a plain one is its own part."""
    if schedule._kind != "select":
        return [(schedule, np.arange(schedule.size))]
    part = schedule._parameters["part"].ravel()
    row = schedule._parameters["row"].ravel()
    found = []
    for number, child in enumerate(schedule._children):
        place = np.flatnonzero(part == number)
        found.append((child[row[place]], place))
    return found


def select(parts: Sequence[Schedule], part: IntArray, row: IntArray) -> Schedule:
    """The batch whose run r is run row[r] of parts[part[r]]."""
    from decaylr.schedule import Schedule

    parameters = {"part": part, "row": row}
    return canonical(Schedule._make("select", parameters, {}, tuple(parts), shape=part.shape))


def canonical(mixed: Schedule) -> Schedule:
    """Parts in order of first appearance with just the rows in use, in order of use."""
    part = np.asarray(mixed._parameters["part"])
    row = np.asarray(mixed._parameters["row"])
    flat_part, flat_row = part.ravel(), row.ravel()
    used, first = np.unique(flat_part, return_index=True)
    used = used[np.argsort(first)]
    children = []
    new_part = np.empty_like(flat_part)
    new_row = np.empty_like(flat_row)
    for number, old in enumerate(used):
        place = np.flatnonzero(flat_part == old)
        rows = flat_row[place]
        child = mixed._children[old]
        in_use = np.array_equal(rows, np.arange(child.size))
        children.append(child if in_use else indexed(child, rows))
        new_part[place] = number
        new_row[place] = np.arange(place.size)
    if len(children) == 1:
        return children[0].reshape(part.shape)
    parameters: dict[str, Array] = {
        "part": new_part.reshape(part.shape),
        "row": new_row.reshape(part.shape),
    }
    for array in parameters.values():
        array.flags.writeable = False
    return type(mixed)._make("select", parameters, {}, tuple(children), shape=part.shape)


def natural_shape(schedule: Schedule) -> Shape:
    """The shape that the parameters and children broadcast to."""
    if schedule._kind == "select":
        return schedule.shape
    shapes = [lead_shape(schedule._kind, n, a) for n, a in schedule._parameters.items()]
    return np.broadcast_shapes(*shapes, *(natural_shape(c) for c in schedule._children))


def anchored(schedule: Schedule) -> Schedule:
    """The same schedule with its shape visible in its first parameter."""
    if natural_shape(schedule) == schedule.shape:
        return schedule
    if not schedule._parameters:
        first = anchored(broadcast_to(schedule._children[0], schedule.shape))
        children = (first, *schedule._children[1:])
        return rebuild_with(schedule, schedule._parameters, children)
    name, array = next(iter(schedule._parameters.items()))
    full = np.array(spread(schedule._kind, name, array, schedule.shape))
    full.flags.writeable = False
    return rebuild_with(schedule, schedule._parameters | {name: full}, schedule._children)


def rebuild_with(
    schedule: Schedule, parameters: dict[str, Array], children: tuple[Schedule, ...]
) -> Schedule:
    """The same kind of node, options and shape from other parameters and children."""
    return type(schedule)._make(
        schedule._kind, parameters, schedule._options, children, shape=schedule.shape
    )


def same(a: Schedule, b: Schedule, shape: Shape | None = None) -> bool:
    """Whether two trees have the same structure and the same values everywhere."""
    if shape is None and a.shape != b.shape:
        return False
    shape = a.shape if shape is None else shape
    alike = (
        a._kind == b._kind
        and a._options == b._options
        and a._parameters.keys() == b._parameters.keys()
        and len(a._children) == len(b._children)
    )
    if not alike:
        return False
    for name, array in a._parameters.items():
        if not _same_values(a._kind, name, array, b._parameters[name], shape):
            return False
    inner = None if a._kind == "select" else shape
    return all(same(c, d, inner) for c, d in zip(a._children, b._children, strict=True))


def _same_values(kind: str, name: str, a: Array, b: Array, shape: Shape) -> bool:
    if is_list(kind, name) and a.shape[-1] != b.shape[-1]:
        return False
    if a.shape == b.shape:
        return bool(np.array_equal(a, b))
    return bool(np.array_equal(spread(kind, name, a, shape), spread(kind, name, b, shape)))


def fingerprint(schedule: Schedule) -> tuple[object, ...]:
    """Something hashable that equal schedules share: ends and extremes of each parameter."""
    parameters = tuple(
        (name, *(float(x) + 0.0 for x in (a.flat[0], a.flat[-1], a.min(), a.max())))
        for name, a in sorted(schedule._parameters.items())
    )
    options = tuple(sorted(schedule._options.items()))
    return (schedule._kind, parameters, options, tuple(fingerprint(c) for c in schedule._children))


def differences(a: Schedule, b: Schedule, path: str = "", shape: Shape | None = None) -> list[str]:
    """What differs between two schedules, a line each; parameters meet the batch's shape."""
    where = f"{path}: " if path else ""
    if a._kind != b._kind:
        return [f"{where}{a._kind} against {b._kind}"]
    here = f"{path}.{a._kind}" if path else a._kind
    lines = []
    if not path and a.shape != b.shape:
        lines.append(f"{here}: shape {a.shape} against {b.shape}")
    if len(a._children) != len(b._children):
        lines.append(f"{here}: {len(a._children)} parts against {len(b._children)}")
    if shape is None and a.shape == b.shape:
        shape = a.shape
    settings_a: dict[str, Any] = {**a._parameters, **a._options}
    settings_b: dict[str, Any] = {**b._parameters, **b._options}
    for name in [*settings_a, *(n for n in settings_b if n not in settings_a)]:
        if shape is not None and name in a._parameters and name in b._parameters:
            pair = a._parameters[name], b._parameters[name]
            if _same_values(a._kind, name, *pair, shape):
                continue
        lines += _setting_difference(f"{here}.{name}", settings_a.get(name), settings_b.get(name))
    inner = None if a._kind == "select" else shape
    pairs = zip(a._children, b._children, strict=False)
    for i, (c, d) in enumerate(pairs):
        lines += differences(c, d, f"{here}[{i}]", inner)
    return lines


def _setting_difference(path: str, a: Any, b: Any) -> list[str]:
    if a is not None and b is not None and np.array_equal(a, b):
        return []
    return [f"{path}: {_brief(a)} against {_brief(b)}"]


def _brief(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"array of shape {value.shape} from {value.min()} to {value.max()}"
    return str(value.tolist() if isinstance(value, np.ndarray) else value)
