"""The horizon of a schedule: how long the training is for which it was made.

A schedule may go on past its horizon: a cosine of PyTorch rises again after `T_max`. Its length is
then infinite, but the number that it was given says where the training ends. It is kept as a
companion, so that whatever keeps companions (indexing, stacking, pickling) keeps it too.
"""

from __future__ import annotations

import numpy as np

from decaylr.checks import Array, FloatArray
from decaylr.tree.batch import broadcast_to, with_companions
from decaylr.tree.length import length_of
from decaylr.tree.node import KINDS, N, Node, new_curve_like

COMPANION = "horizon"


def with_horizon(schedule: N, horizon: Array | float) -> N:
    """A copy of a schedule that knows the length of the training for which it was made.

    Where `horizon` is not above 0 or not finite in some run, the schedule is returned unchanged.
    """
    value = np.asarray(horizon)
    if not np.all(np.isfinite(value) & (value > 0)):
        return schedule
    shape = np.broadcast_shapes(schedule.shape, value.shape)
    if shape != schedule.shape:
        schedule = broadcast_to(schedule, shape)
    stated = broadcast_to(new_curve_like(schedule, "constant", value), schedule.shape)
    return with_companions(schedule, {**schedule.companions, COMPANION: stated})


def stated_horizon(schedule: Node) -> Array | None:
    """The horizon that a schedule was made with, of any shape that broadcasts to its own."""
    stated = schedule.companions.get(COMPANION)
    return None if stated is None else stated.parameters["value"]


def horizon_of(schedule: Node) -> FloatArray:
    """The horizon of every run, float64 of `.shape`: as stated, else the length."""
    stated = stated_horizon(schedule)
    if stated is not None:
        return np.broadcast_to(np.asarray(stated, np.float64), schedule.shape)
    length = length_of(schedule)
    if np.all(np.isfinite(length)):
        return length
    rule = KINDS[schedule.kind].horizon
    return length if rule is None else np.broadcast_to(rule(schedule), schedule.shape)


def longest_of_children(schedule: Node) -> FloatArray:
    """The longest finite horizon among the operands; infinite if there is none."""
    longest = np.full(schedule.shape, -np.inf)
    for child in schedule.children:
        horizon = horizon_of(child)
        longest = np.maximum(longest, np.where(np.isfinite(horizon), horizon, -np.inf))
    return np.where(longest > 0, longest, np.inf)
