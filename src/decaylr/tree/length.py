"""The length of a schedule: the position at which each run ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from decaylr.checks import Array, FloatArray, refuse
from decaylr.tree.node import KINDS, Node

# Curves need steps > 0. A phase of length 0 gets this length instead, which is lost to rounding
# in any sum of lengths; the phase then starts at its end value.
NEGLIGIBLE_STEPS = 2.0**-60


def length_of(schedule: Node) -> FloatArray:
    """The length of every run, a float64 array of the shape of the schedule."""
    rule = KINDS[schedule.kind].length
    with np.errstate(over="ignore", invalid="ignore"):
        return np.broadcast_to(np.asarray(rule(schedule), np.float64), schedule.shape)


def as_float(schedule: Node, name: str) -> FloatArray:
    """A parameter as float64."""
    return schedule.parameters[name].astype(np.float64)


def infinite_length(schedule: Node) -> FloatArray:
    """Length rule of kinds that never end."""
    return np.full(schedule.shape, np.inf)


def steps_length(schedule: Node) -> FloatArray:
    """Length rule of kinds whose length is the parameter `steps`."""
    return as_float(schedule, "steps")


def last_position(name: str) -> Callable[[Node], FloatArray]:
    """Length rule of kinds that end at the last element of a list parameter."""
    return lambda schedule: as_float(schedule, name)[..., -1]


def child_length(schedule: Node) -> FloatArray:
    """Length rule of kinds that are as long as their child."""
    return length_of(schedule.children[0])


def compact(length: FloatArray) -> FloatArray:
    """One number if all runs have the same length, otherwise the array unchanged."""
    first = length.flat[0]
    return np.asarray(first) if np.all(length == first) else length


def integers_if_whole(values: FloatArray) -> Array:
    """A read-only copy, as int64 if all values are whole numbers below 2**53."""
    whole = np.all(values == np.floor(values)) and np.all(values < 2.0**53)
    array: Array = np.array(values, dtype=np.int64 if whole else np.float64)
    array.flags.writeable = False
    return array


def finite_length(schedule: Node, name: str, rule: str, got: str = "none") -> Array:
    """The length of a schedule; ValueError `name must be rule, got ...` if it is infinite."""
    length = length_of(schedule)
    if not np.all(np.isfinite(length)):
        refuse(name, rule, got)
    return integers_if_whole(compact(length))
