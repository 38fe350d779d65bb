"""Combinators: joins, arithmetic, and schedules at other positions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from decaylr import structure
from decaylr.curves import constant
from decaylr.lengths import length_of
from decaylr.parameters import (
    Array,
    FloatArray,
    Real,
    above,
    at_least,
    broadcast_shape,
    choice,
    finite,
    numbers,
    refuse,
    require,
)
from decaylr.schedule import Schedule

ENDINGS = ("hold", "repeat", "mirror", "raise")


def join(schedules: Sequence[Schedule], boundaries: Sequence[Real] | None = None) -> Schedule:
    """Schedules one after the other, each at positions counted from its own begin.

    Part i holds on [boundaries[i-1], boundaries[i]), the last one for ever. A part shorter
    than its place holds its end, a longer one is cut; a place of no length contributes
    nothing.

    Parameters
    ----------
    schedules : sequence of Schedule
        At least one part; their shapes broadcast.
    boundaries : sequence of float or array_like, optional
        One fewer than parts, non-decreasing in every run, counted from the join's own 0;
        each a number or an array with one value per run. By default the parts' lengths
        place them, and only the last may be infinite.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parts that are no schedules, boundaries that decrease or do not fit the parts,
        or infinite parts before the last.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.join([dl.linear(0.0, 1.0, 10), dl.cosine(1.0, 0.0, 90)])
    >>> s(5), s(10), s(100)
    (0.5, 1.0, 0.0)
    """
    parts = _schedules("schedules", schedules)
    places = natural_boundaries(parts) if boundaries is None else _given(parts, boundaries)
    if places is None:
        endless = next(i for i, p in enumerate(parts) if not np.all(np.isfinite(length_of(p))))
        refuse(
            "boundaries",
            "given where a part before the last is infinite",
            f"none, and part {endless} is infinite",
        )
    if len(parts) == 1:
        return parts[0]
    named = {f"boundary{i}": place for i, place in enumerate(places)}
    return Schedule._make("join", named, None, tuple(parts))


def _schedules(name: str, values: Any) -> list[Schedule]:
    if isinstance(values, Schedule):
        raise TypeError(f"{name} must be a sequence of schedules, got a single Schedule")
    parts = list(values)
    for i, part in enumerate(parts):
        if not isinstance(part, Schedule):
            raise TypeError(f"{name} must be schedules, got {type(part).__name__} at index {i}")
    if not parts:
        refuse(name, "at least one schedule", "none")
    return parts


def natural_boundaries(parts: Sequence[Schedule]) -> list[Array] | None:
    """Where the parts' lengths place them; None if one before the last is infinite."""
    places: list[Array] = []
    end: FloatArray = np.zeros(())
    for part in parts[:-1]:
        length = _compact(length_of(part))
        if not np.all(np.isfinite(length)):
            return None
        end = end + length
        places.append(_whole(end))
    return places


def _compact(length: FloatArray) -> FloatArray:
    """One number where all runs are alike, so that shared lengths stay shared."""
    first = length.flat[0]
    return np.asarray(first) if np.all(length == first) else length


def _whole(values: FloatArray) -> Array:
    """As integers where all of them are whole."""
    whole = np.all(values == np.floor(values)) and np.all(values < 2.0**53)
    array: Array = np.array(values, dtype=np.int64 if whole else np.float64)
    array.flags.writeable = False
    return array


def _given(parts: Sequence[Schedule], boundaries: Sequence[Real]) -> list[Array]:
    listed = isinstance(boundaries, np.ndarray) and boundaries.ndim > 0
    if not listed and (isinstance(boundaries, str) or not isinstance(boundaries, Sequence)):
        raise TypeError(f"boundaries must be a sequence, got {boundaries!r:.80}")
    if len(boundaries) != len(parts) - 1:
        refuse("boundaries", f"one fewer than the {len(parts)} parts", len(boundaries))
    places = [at_least(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
    for i, (before, after) in enumerate(pairwise(places)):
        broadcast_shape({f"boundaries[{i}]": before.shape, f"boundaries[{i + 1}]": after.shape})
        if np.any(after < before):
            refuse("boundaries", "non-decreasing", f"{after.min()} after {before.max()} at {i + 1}")
    return places


def then(first: Schedule, *parts: Schedule) -> Schedule:
    """`join` of a schedule and others by their lengths; joins of joins become one."""
    _schedules("parts", parts)
    flat: list[Schedule] = []
    boundaries: list[Real] = []
    end: FloatArray = np.zeros(())
    for part in (first, *parts):
        if flat:
            boundaries.append(_whole(_compact(end)))
        inner, places = _unjoined(part)
        boundaries += [_whole(_compact(end + place)) for place in places]
        flat += inner
        end = end + _compact(length_of(part))
        if part is not (first, *parts)[-1] and not np.all(np.isfinite(end)):
            refuse("then", "called on a schedule of finite length", "one of infinite length")
    return join(flat, boundaries)


def _unjoined(part: Schedule) -> tuple[list[Schedule], list[Array]]:
    if part._kind != "join":
        return [part], []
    places = [part._parameters[f"boundary{i}"] for i in range(len(part._children) - 1)]
    return list(part._children), places


def reduce(kind: str, operands: Sequence[Any]) -> Schedule:
    """A sum, product or difference from left to right; a left operand of the kind is unfolded."""
    first, *rest = (_operand(value) for value in operands)
    unfolds = first._kind == kind and structure.natural_shape(first) == first.shape
    head = first._children if unfolds else (first,)
    return Schedule._make(kind, {}, None, (*head, *rest))


def _operand(value: Any) -> Schedule:
    return value if isinstance(value, Schedule) else constant(finite("operand", value))


def negative(schedule: Schedule) -> Schedule:
    """The values with their signs changed."""
    return Schedule._make("negative", {}, None, (schedule,), shape=schedule.shape)


def quotient(schedule: Schedule, divisor: Any) -> Schedule:
    """The values divided by numbers other than zero."""
    by = finite("divisor", divisor)
    require("divisor", by, lambda x: x != 0, "other than zero")
    return Schedule._make("quotient", {"divisor": by}, None, (schedule,))


def clip(schedule: Schedule, lo: Real | None, hi: Real | None) -> Schedule:
    """Values kept within bounds, either of which may be left out."""
    bounds = {name: numbers(name, v) for name, v in (("lo", lo), ("hi", hi)) if v is not None}
    if not bounds:
        return schedule
    for name, array in bounds.items():
        require(name, array, lambda x: ~np.isnan(x), "a number")
    if len(bounds) == 2:
        broadcast_shape({name: array.shape for name, array in bounds.items()})
        if np.any(bounds["hi"] < bounds["lo"]):
            refuse("hi", ">= lo", f"hi {bounds['hi']} with lo {bounds['lo']}")
    return Schedule._make("clip", bounds, None, (schedule,))


def repeat(
    schedule: Schedule,
    period: Real | None,
    count: Real | None,
    period_scale: Real,
    value_scale: Real,
    floor: Real,
    lengths: str,
) -> Schedule:
    """Cycles of a schedule: see `Schedule.repeat`."""
    rule = choice("lengths", lengths, ("floor", "real"))
    if period is None:
        period = _finite_length(schedule, "period", "given for a schedule of infinite length")
    least = 1.0 if rule == "floor" else 0.0
    parameters: dict[str, Array] = {
        "period": at_least("period", period, 1.0) if least else above("period", period),
        "period_scale": above("period_scale", period_scale),
        "value_scale": at_least("value_scale", value_scale),
        "floor": finite("floor", floor),
    }
    scale = parameters["period_scale"]
    require("period_scale", scale, _apart, "1, or at least 1e-6 away from it, and <= 2**63")
    if count is not None:
        parameters["count"] = _cycles(count, parameters["period"], scale, least)
    elif np.any(scale < 1):
        refuse("count", "given where period_scale < 1", f"none with period_scale {scale}")
    return Schedule._make("repeat", parameters, {"lengths": rule}, (schedule,))


def _apart(scale: Any) -> Any:
    """Growth so slow that a position would lie millions of cycles away is refused."""
    return (scale <= 2.0**63) & ((scale == 1) | (np.abs(scale - 1.0) >= 1e-6))


def _cycles(count: Real, period: Array, scale: Array, least: float) -> Array:
    array = at_least("count", count, 1.0)
    require("count", array, lambda x: x == np.floor(x), "a whole number")
    with np.errstate(over="ignore"):
        last = period * scale.astype(np.float64) ** (array - 1.0)
    if np.any(last < least):
        refuse("count", "such that the last cycle is at least one position long", array)
    return array.astype(np.int64)


def _finite_length(schedule: Schedule, name: str, rule: str) -> Array:
    length = length_of(schedule)
    if not np.all(np.isfinite(length)):
        refuse(name, rule, "none")
    return _whole(_compact(length))


def staircase(schedule: Schedule, every: Real) -> Schedule:
    """The value at every * floor(p / every)."""
    return Schedule._make("staircase", {"every": above("every", every)}, None, (schedule,))


def advance(schedule: Schedule, by: Real) -> Schedule:
    """The value at p + by."""
    return Schedule._make("advance", {"by": at_least("by", by)}, None, (schedule,))


def stretch(schedule: Schedule, ratio: Real) -> Schedule:
    """The value at p / ratio."""
    return Schedule._make("stretch", {"ratio": above("ratio", ratio)}, None, (schedule,))


def ending(schedule: Schedule, mode: str) -> Schedule:
    """What happens past the length."""
    word = choice("mode", mode, ENDINGS)
    if word == "hold":
        return schedule
    length = _finite_length(schedule, "mode", f"hold for a schedule of infinite length, not {word}")
    require("length", length, lambda x: x > 0, "> 0 for an ending")
    return Schedule._make("ending", {"length": length}, {"mode": word}, (schedule,))


def stack(schedules: Sequence[Schedule]) -> Schedule:
    """Schedules of equal shapes along a new first axis; families may be mixed.

    Examples
    --------
    >>> import decaylr as dl
    >>> mixed = dl.stack([dl.linear(1.0, 0.0, 10), dl.cosine(1.0, 0.0, 10)])
    >>> mixed.shape
    (2,)
    """
    parts = _schedules("schedules", schedules)
    for i, part in enumerate(parts):
        if part.shape != parts[0].shape:
            refuse("schedules", f"of one shape {parts[0].shape}", f"{part.shape} at index {i}")
    return structure.gathered(parts, (len(parts), *parts[0].shape))


def concatenate(schedules: Sequence[Schedule]) -> Schedule:
    """Batches along their first axis; families may be mixed.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.concatenate([dl.linear([1.0, 2.0], 0.0, 10), dl.step([1.0], 5, 0.5)]).shape
    (3,)
    """
    parts = _schedules("schedules", schedules)
    for i, part in enumerate(parts):
        if not part.shape or part.shape[1:] != parts[0].shape[1:]:
            refuse(
                "schedules",
                f"batches of trailing shape {parts[0].shape[1:]}",
                f"{part.shape} at index {i}",
            )
    total = sum(part.shape[0] for part in parts)
    return structure.gathered(parts, (total, *parts[0].shape[1:]))


def replace_run(batch: Schedule, i: int, schedule: Schedule) -> Schedule:
    """A batch along one axis with run i replaced."""
    if batch.ndim != 1:
        refuse("the batch", "of one axis for replace_run", f"shape {batch.shape}")
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
    if schedule.shape != ():
        refuse("schedule", "a single schedule", f"shape {schedule.shape}")
    place = range(len(batch))[i]
    pieces = [batch[:place]] if place else []
    pieces.append(schedule.reshape(1))
    if place + 1 < len(batch):
        pieces.append(batch[place + 1 :])
    return concatenate(pieces)
