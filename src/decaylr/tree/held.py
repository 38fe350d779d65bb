"""Schedules that hold their last value where they would refuse a position."""

from __future__ import annotations

from decaylr.checks import real_array
from decaylr.tree.batch import rebuild_with
from decaylr.tree.node import N, Node, new_like


def without_refusals(schedule: N) -> N:
    """The same schedule, with s(L) at p > L in place of every ending "raise" at L.

    For code inside a trace, which cannot raise.
    """
    if not schedule.children:
        return schedule
    children = tuple(without_refusals(child) for child in schedule.children)
    if schedule.kind == "ending" and schedule.options["mode"] == "raise":
        return _held(schedule, children[0])
    if all(new is old for new, old in zip(children, schedule.children, strict=True)):
        return schedule
    return rebuild_with(schedule, schedule.parameters, children)


def _held(ending: N, child: Node) -> N:
    """The child up to its length, then its value there."""
    length = ending.parameters["length"]
    after = new_like(ending, "advance", {"by": length}, None, (child,))
    one_stair = {"every": real_array("every", 2.0**62)}
    last = new_like(ending, "staircase", one_stair, None, (after,))
    parts = (child, last)
    return new_like(ending, "join", {"boundary0": length}, None, parts, shape=ending.shape)
