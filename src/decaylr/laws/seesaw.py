"""Batches that grow in place of a part of the decay of the rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from decaylr.checks import real_array, refuse, require, whole_number
from decaylr.combinators.joins import join
from decaylr.curves import constant, piecewise_constant
from decaylr.laws.law import require_schedule
from decaylr.schedule import Schedule

ROUNDING = 1e-12  # a rate this much above a level, relatively, is at it


@dataclass(frozen=True, eq=False)
class Seesaw:
    """A training with growing batches: see `seesaw`.

    Attributes
    ----------
    rate : Schedule
        The learning rate by step of the new training.
    batch_size : Schedule
        Samples per step of the new training.
    steps : int
        Number of its steps.
    """

    rate: Schedule
    batch_size: Schedule
    steps: int


def seesaw(
    schedule: Schedule, batch_size: int, *, steps: int, factor: float = 0.5, levels: int = 4
) -> Seesaw:
    """Trade decays of the rate for larger batches (Seesaw, arXiv:2510.14717).

    Where the schedule has fallen to factor**j of its peak, j = 1 .. levels, the batch becomes
    1 / factor times as large, and the rate is multiplied by 1 / sqrt(factor): a decay by `factor`
    becomes one by sqrt(factor). The training sees the same samples in fewer steps.

    Parameters
    ----------
    schedule : Schedule
        A single schedule of the learning rate per step, such as steps by `factor`. Within a level
        the new rate follows it.
    batch_size : int
        Samples per step of the original training, >= 1.
    steps : int
        Number of steps of the original training, >= 1.
    factor : float
        In (0, 1).
    levels : int
        How often the batch may grow, >= 0.

    Returns
    -------
    Seesaw
        Batches are rounded to whole samples, a level begins with the first whole step that all
        its samples belong to, and the last step has what is left: the samples of all steps are
        `steps` * `batch_size` exactly.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> stairs = dl.step(0.8, 100, 0.5)
    >>> new = dl.laws.seesaw(stairs, 32, steps=300)
    >>> new.steps, int(new.batch_size.table(new.steps).sum()), 300 * 32
    (175, 9600, 9600)
    >>> new.rate(0), round(new.rate(100), 6), new.rate(150)
    (0.8, 0.565685, 0.4)
    """
    require_schedule(schedule)
    if schedule.shape != ():
        refuse("schedule", "a single schedule", f"a batch of shape {schedule.shape}")
    size, length = whole_number("batch_size", batch_size, 1), whole_number("steps", steps, 1)
    share = _share(factor)
    cuts = _cuts(schedule, length, share, whole_number("levels", levels))
    phases, taken = _phases(cuts, length, size, share)
    rates = [
        schedule.advance(phase.done / size).stretch(size / phase.scale)
        * math.sqrt(phase.scale / size)
        for phase in phases
    ]
    begins = [phase.begin for phase in phases[1:]]
    sizes = [phase.batch for phase in phases]
    batches = piecewise_constant(begins, sizes) if begins else constant(sizes[0])
    return Seesaw(join(rates, begins), batches, taken)


class _Phase(NamedTuple):
    """Steps of one batch size."""

    begin: int  # the first step of the new training
    done: int  # samples before it
    scale: int  # the batch size that the rate goes with
    batch: int  # samples per step: another number in the last step


def _phases(cuts: list[int], steps: int, size: int, share: float) -> tuple[list[_Phase], int]:
    """The phases and the number of steps of the new training."""
    found: list[_Phase] = []
    total, done, step, batch = steps * size, 0, 0, size
    for level, end in enumerate([*cuts, steps]):
        batch = max(round(size / share**level), 1)
        count = min(-((done - end * size) // batch), (total - done) // batch)
        if count > 0:
            found.append(_Phase(step, done, batch, batch))
            step, done = step + count, done + count * batch
    if done < total:
        found.append(_Phase(step, done, batch, total - done))
        step += 1
    return found, step


def _share(factor: Any) -> float:
    share = real_array("factor", factor)
    if share.shape != ():
        raise TypeError(f"factor must be one number, got an array of shape {share.shape}")
    require("factor", share, lambda a: (a > 0) & (a < 1), "in (0, 1)")
    return float(share)


def _cuts(schedule: Schedule, steps: int, share: float, levels: int) -> list[int]:
    """The first positions at which the schedule is at or under each power of the share."""
    fold = schedule.fold(steps)
    if not fold.peak > 0:
        refuse("schedule", "> 0 somewhere", f"a peak of {fold.peak}")
    found = [int(fold.below(share**level * (1 + ROUNDING))) for level in range(1, levels + 1)]
    return [cut for cut in found if cut >= 0]
