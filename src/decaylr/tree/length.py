"""How long a schedule is: where its last curve ends, run by run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from decaylr.checks import Array, FloatArray, refuse
from decaylr.tree.node import KINDS, Node

# A curve needs steps > 0. A phase without length is given steps so few that they
# vanish in every sum of lengths, and begins with its end value.
VANISHING = 2.0**-60


def length_of(schedule: Node) -> FloatArray:
    """The length of every run, float64 of the schedule's shape."""
    rule = KINDS[schedule.kind].length
    with np.errstate(over="ignore", invalid="ignore"):
        return np.broadcast_to(np.asarray(rule(schedule), np.float64), schedule.shape)


def real(schedule: Node, name: str) -> FloatArray:
    return schedule.parameters[name].astype(np.float64)


def endless(schedule: Node) -> FloatArray:
    return np.full(schedule.shape, np.inf)


def steps(schedule: Node) -> FloatArray:
    return real(schedule, "steps")


def last(name: str) -> Callable[[Node], FloatArray]:
    return lambda schedule: real(schedule, name)[..., -1]


def of_child(schedule: Node) -> FloatArray:
    return length_of(schedule.children[0])


def compact(length: FloatArray) -> FloatArray:
    """One number where all runs are alike, so that shared lengths stay shared."""
    first = length.flat[0]
    return np.asarray(first) if np.all(length == first) else length


def whole(values: FloatArray) -> Array:
    """As integers where all of them are whole."""
    whole = np.all(values == np.floor(values)) and np.all(values < 2.0**53)
    array: Array = np.array(values, dtype=np.int64 if whole else np.float64)
    array.flags.writeable = False
    return array


def finite_length(schedule: Node, name: str, rule: str) -> Array:
    length = length_of(schedule)
    if not np.all(np.isfinite(length)):
        refuse(name, rule, "none")
    return whole(compact(length))
