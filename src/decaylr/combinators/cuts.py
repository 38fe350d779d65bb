"""What comes before and after a position of a schedule, as the parts of a flat join.

An edit of the horizon is a join of parts of the edited schedule. If that is a join itself, its
parts are taken over and those that are never reached are left out; changes of their positions and
factors go into the parts. So a schedule that was edited n times has about n parts, none nested.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from decaylr.checks import Array, FloatArray
from decaylr.combinators.arithmetic import multiply
from decaylr.combinators.positions import advance, stretch
from decaylr.tree.batch import broadcast_to, rebuild_with
from decaylr.tree.length import integers_if_whole, length_of
from decaylr.tree.node import KINDS, N, Node, Shape, is_list, new_like
from decaylr.tree.periods import product_and_error

EXACT = 2.0**53  # whole numbers below are exact, and a quotient of them is rounded once


class Parts(NamedTuple):
    """Schedules, and the position from which each but the first is used."""

    schedules: list[Any]
    begins: list[Array]


class Scale(NamedTuple):
    """A change of all distances by the exact ratio `new / old`."""

    new: Array
    old: FloatArray


def joined(like: N, shape: Shape, *pieces: Parts, at: Sequence[Array]) -> N:
    """The pieces, one after the other, where each but the first begins at one of `at`.

    The result has at least the given batch shape, even if a run's own part was left out.
    """
    schedules, begins = list(pieces[0].schedules), list(pieces[0].begins)
    for position, piece in zip(at, pieces[1:], strict=True):
        schedules += piece.schedules
        begins += [position, *piece.begins]
    if len(schedules) == 1:
        node: N = schedules[0]
    else:
        parameters = {f"boundary{i}": _read_only(begin) for i, begin in enumerate(begins)}
        node = new_like(like, "join", parameters, None, tuple(schedules))
    return broadcast_to(node, np.broadcast_shapes(node.shape, shape))


def _read_only(array: Array) -> Array:
    if array.flags.writeable or not isinstance(array, np.ndarray):
        array = np.array(array)
        array.flags.writeable = False
    return array


def _begins(schedule: Node) -> list[Array]:
    return [schedule.parameters[f"boundary{i}"] for i in range(len(schedule.children) - 1)]


def before(schedule: N, cut: Array) -> Parts:
    """The parts that are in use before a position; their values there do not change."""
    if schedule.kind != "join":
        return Parts([schedule], [])
    begins = _begins(schedule)  # they do not decrease, so that the last ones are cut off
    while begins and np.all(begins[-1] >= cut):
        del begins[-1]
    for i in reversed(range(len(begins))):
        late = begins[i] >= cut
        if not np.any(late):
            break
        clamped = np.minimum(begins[i], cut)
        if not np.all(clamped == np.where(late, cut, begins[i])):
            return Parts([schedule], [])  # integers that are no floats
        begins[i] = clamped
    return Parts(list(schedule.children[: len(begins) + 1]), begins)


def as_parts(schedule: N, offset: Array) -> Parts:
    """The parts of a schedule that begins at a position, where adding it is exact."""
    begins = _begins(schedule) if schedule.kind == "join" else []
    if not begins or not all(_whole(array) for array in (offset, *begins)):
        return Parts([schedule], [])
    return Parts(list(schedule.children), [offset + begin for begin in begins])


def after(schedule: N, cut: Array, scale: Scale | None = None, offset: Array | int = 0) -> Parts:
    """The parts in use from a position on, which becomes the position `offset`."""
    if schedule.kind != "join":
        return Parts([moved(schedule, cut, scale)], [])
    starts = [np.zeros((), np.int64), *_begins(schedule)]
    first = len(starts) - 1
    while first and not np.all(starts[first] <= cut):
        first -= 1
    parts = Parts([], [])
    for start, part in zip(starts[first:], schedule.children[first:], strict=True):
        parts.schedules.append(moved(part, np.maximum(cut - start, 0), scale))
        parts.begins.append(_scaled(np.maximum(start, cut), cut, scale, offset))
    del parts.begins[0]
    return parts


def value_at(schedule: Node, position: Array) -> Any:
    """``schedule(position)``, without compiling the parts of a join that are not in use there."""
    if schedule.kind != "join":
        return schedule(position)
    begins, parts = _begins(schedule), schedule.children
    last = len(begins)
    while last and np.all(begins[last - 1] > position):
        last -= 1
    first = last
    while first and not np.all(begins[first - 1] <= position):
        first -= 1
    if first == 0:
        used = Parts(list(parts[: last + 1]), begins[:last])
        return joined(schedule, schedule.shape, used, at=[])(position)
    used = Parts(list(parts[first : last + 1]), begins[first:last])
    unused = Parts([KINDS["constant"].make(0.0)], [])
    return joined(schedule, schedule.shape, unused, used, at=[begins[first - 1]])(position)


def moved(schedule: Node, by: Array, scale: Scale | None) -> Any:
    """A schedule from its position `by` on, with all distances scaled."""
    endless = schedule.kind == "constant" and np.all(np.isinf(length_of(schedule)))
    if endless or (scale is None and not np.any(by)):
        return schedule
    if schedule.kind == "join":
        parts, begins = after(schedule, by, scale)
        return joined(schedule, schedule.shape, Parts(parts, begins), at=[])
    inner, factor = _scaled_by(schedule)
    if factor is not None:
        return multiply(moved(inner, by, scale), factor)
    retimed = _retimed(schedule, by, scale)
    if retimed is not None:
        return retimed
    inner, skipped, ratio = _unwrapped(schedule)
    skipped = skipped + (by if np.all(ratio == 1) else by / ratio)
    if scale is not None:
        with np.errstate(over="ignore"):  # `stretch` refuses what is not finite
            ratio = ratio * (scale.new / scale.old)
    inner = advance(inner, skipped) if np.any(skipped) else inner
    return inner if np.all(ratio == 1) else stretch(inner, ratio)


def times(parts: Parts, factor: Array) -> Parts:
    """The parts multiplied by a factor, which is merged into the factor that a part has."""

    def scaled(part: Node) -> Any:
        inner, own = _scaled_by(part)
        return multiply(inner, factor if own is None else own * factor)

    return Parts([scaled(part) for part in parts.schedules], parts.begins)


def _scaled_by(schedule: Node) -> tuple[Node, Array | None]:
    """A product with a constant as its other factor and that number; None for what is none."""
    if schedule.kind == "product" and len(schedule.children) == 2:
        inner, last = schedule.children
        if last.kind == "constant" and np.all(np.isinf(length_of(last))):
            return inner, last.parameters["value"]
    return schedule, None


def _unwrapped(schedule: Node) -> tuple[Node, Array, Array]:
    """The schedule without a stretch and an advance below it; their parameters."""
    inner, by, ratio = schedule, np.zeros((), np.int64), np.ones(())
    if inner.kind == "stretch":
        inner, ratio = inner.children[0], inner.parameters["ratio"]
    if inner.kind == "advance":
        inner, by = inner.children[0], inner.parameters["by"]
    return inner, by, ratio


def _retimed(schedule: Node, by: Array, scale: Scale | None) -> Any:
    """A curve of steps with its own positions changed, which keeps them exact; else None."""
    kind = KINDS[schedule.kind]
    if scale is None or kind.family != "steps" or kind.children != "none":
        return None
    (name,) = kind.times
    positions = schedule.parameters[name]
    if is_list(schedule.kind, name):
        by, new, old = (np.asarray(array)[..., None] for array in (by, *scale))
        changed = _scaled(np.maximum(positions, by), by, Scale(new, old), 0)
        return rebuild_with_shape(schedule, name, changed, changed.shape[:-1])
    size, skipped = (_scaled(a, np.zeros((), np.int64), scale, 0) for a in (positions, by))
    if not (_whole(size) and _whole(skipped)):
        return None
    retimed = rebuild_with_shape(schedule, name, size, size.shape)
    return advance(retimed, skipped) if np.any(skipped) else retimed


def rebuild_with_shape(schedule: Node, name: str, array: Array, shape: Shape) -> Node:
    """A curve with another parameter, whose batch shape may be larger."""
    wider = broadcast_to(schedule, np.broadcast_shapes(schedule.shape, shape))
    return rebuild_with(wider, {**wider.parameters, name: array}, ())


def _whole(array: Array) -> bool:
    return bool(np.all(array == np.floor(array)) and np.all(np.abs(array) < EXACT))


def _scaled(position: Array, cut: Array, scale: Scale | None, offset: Array | int) -> Array:
    """``offset + (position - cut) * scale``, computed exactly and rounded once, down.

    A position at a boundary is then never before the rounded boundary, also where the boundary is
    the sum of two rounded ones.
    """
    new, old = (np.ones(()), np.ones(())) if scale is None else scale
    given = np.broadcast_arrays(position, cut, new, old, offset)
    with np.errstate(over="ignore", invalid="ignore"):
        distance, shift = (np.asarray(a, np.float64) for a in (given[0] - given[1], given[4]))
        product = distance * given[2] + shift * given[3]
        if all(map(_whole, (*given, product))):
            return integers_if_whole(_quotient_below(product, np.asarray(given[3], np.float64)))
    exact = np.vectorize(_exactly, otypes=[np.float64])
    return integers_if_whole(exact(*given))


def _quotient_below(x: FloatArray, y: FloatArray) -> FloatArray:
    """x / y for whole x and y, rounded down."""
    quotient = np.asarray(x / y)
    product, error = product_and_error(quotient, y)
    above = (product - x) + error > 0.0
    below: FloatArray = np.where(above, np.nextafter(quotient, -np.inf), quotient)
    return below


def _exactly(position: Any, cut: Any, new: Any, old: Any, offset: Any) -> float:
    from fractions import Fraction  # a third of the time that `import decaylr` takes

    p, c, n, o, start = (Fraction(x) for x in (position, cut, new, old, offset))
    exact = start + (p - c) * n / o
    nearest = float(exact)
    return nearest if nearest <= exact else math.nextafter(nearest, -math.inf)
