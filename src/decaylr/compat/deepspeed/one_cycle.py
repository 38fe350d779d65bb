"""DeepSpeed's `OneCycle`: a cycle up and down, then a decay."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, at_least, broadcastable, finite, flag, whole_number, whole_numbers
from decaylr.combinators.joins import join
from decaylr.compat.shared.momentum import with_momentum
from decaylr.curves import constant, inverse, piecewise_constant
from decaylr.recipes.phases import fall, rise, sequence
from decaylr.schedule import Schedule


def OneCycle(  # noqa: N802
    cycle_min_lr: ArrayLike,
    cycle_max_lr: ArrayLike,
    decay_lr_rate: ArrayLike = 0.0,
    cycle_first_step_size: ArrayLike = 2000,
    cycle_second_step_size: ArrayLike | None = None,
    cycle_first_stair_count: int = 0,
    cycle_second_stair_count: int | None = None,
    decay_step_size: ArrayLike = 0,
    cycle_momentum: bool = True,
    cycle_min_mom: ArrayLike = 0.8,
    cycle_max_mom: ArrayLike = 0.9,
    decay_mom_rate: ArrayLike = 0.0,
) -> Schedule:
    """One cycle from `cycle_min_lr` to `cycle_max_lr` and back, then an inverse-time decay.

    With step sizes ``U`` (up) and ``D`` (down), and ``x = p / U`` on the way up and
    ``x = (U + D - p) / D`` on the way down, rounded down to a multiple of ``1 / stair_count``
    where there are stairs::

        s(p) = min_lr + (max_lr - min_lr) * x                                  p < U + D
        s(p) = min_lr / (1 + decay_lr_rate * (p - U - D) / decay_step_size)    p >= U + D

    `.momentum` is ``max_mom - (max_mom - min_mom) * x``, then ``max_mom * (1 +
    decay_mom_rate * (p - U - D) / decay_step_size)``; at ``p = 0`` it is `cycle_min_mom`, which
    DeepSpeed's constructor sets. (DeepSpeed keeps Adam's second beta at 0.99.)

    Parameters
    ----------
    cycle_min_lr, cycle_max_lr : array_like
    decay_lr_rate, decay_mom_rate : array_like
        >= 0.
    cycle_first_step_size, cycle_second_step_size : array_like of whole numbers
        Steps up, >= 1, and down, >= 0; the second equals the first by default.
    cycle_first_stair_count, cycle_second_stair_count : int
        Number of stairs up and down, 0 for none; the second equals the first by default.
    decay_step_size : array_like
        Unit of the decay in steps, >= 0; 0 for no decay.
    cycle_momentum : bool
        Whether there is a `.momentum`; if False, it is None.
    cycle_min_mom, cycle_max_mom : array_like

    Returns
    -------
    Schedule
        With `.momentum`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import OneCycle
    >>> s = OneCycle(1.0, 5.0, 1.0, cycle_first_step_size=4, decay_step_size=2)
    >>> s([0, 2, 4, 8, 10])
    array([1. , 3. , 5. , 1. , 0.5])
    """
    low, high = finite("cycle_min_lr", cycle_min_lr), finite("cycle_max_lr", cycle_max_lr)
    up = whole_numbers("cycle_first_step_size", cycle_first_step_size, 1)
    down = up
    if cycle_second_step_size is not None:
        down = whole_numbers("cycle_second_step_size", cycle_second_step_size)
    rate = at_least("decay_lr_rate", decay_lr_rate)
    unit = at_least("decay_step_size", decay_step_size)
    stairs_up = whole_number("cycle_first_stair_count", cycle_first_stair_count)
    stairs_down = stairs_up
    if cycle_second_stair_count is not None:
        stairs_down = whole_number("cycle_second_stair_count", cycle_second_stair_count)
    broadcastable(
        cycle_min_lr=low,
        cycle_max_lr=high,
        cycle_first_step_size=up,
        cycle_second_step_size=down,
        decay_lr_rate=rate,
        decay_step_size=unit,
    )
    cycle = partial(_cycle, up, down, stairs_up, stairs_down)
    lr = cycle(low, high, inverse(low, *_decay(rate, unit)))
    if not flag("cycle_momentum", cycle_momentum):
        return with_momentum(lr, None)
    least, most = finite("cycle_min_mom", cycle_min_mom), finite("cycle_max_mom", cycle_max_mom)
    growth = at_least("decay_mom_rate", decay_mom_rate)
    after = inverse(most, *_decay(growth, unit), power=-1)
    momentum = cycle(most, least, after).advance(1)
    return with_momentum(lr, join([constant(least), momentum], boundaries=[1]))


def _decay(rate: Array, unit: Array) -> tuple[Array, Array]:
    """The rate and the unit of the decay; the rate is 0 where the unit is 0."""
    return np.where(unit == 0, 0.0, rate), np.where(unit == 0, 1, unit)


def _cycle(
    up: Array,
    down: Array,
    stairs_up: int,
    stairs_down: int,
    low: Array,
    high: Array,
    after: Schedule,
) -> Schedule:
    """From `low` to `high` and back, linearly or in stairs, then `after`."""
    rising = rise("cycle", "linear", low, high, up)
    if stairs_up:
        steps = up.astype(np.int64)[..., None] * np.arange(1, stairs_up + 1)
        rising = _stairs(-(-steps // stairs_up), low, high)  # rounded up
    falling = fall("cycle", "linear", high, low, down)
    if stairs_down:
        steps = down.astype(np.int64)[..., None] * np.arange(stairs_down)
        falling = _stairs(steps // stairs_down + 1, high, low)
    return sequence([rising, falling, after], [up, down])


def _stairs(boundaries: Array, begin: Array, end: Array) -> Schedule:
    """Evenly spaced values from `begin` to `end`, the next one at each boundary."""
    progress = np.linspace(0.0, 1.0, boundaries.shape[-1] + 1)
    values = begin[..., None] + (end - begin)[..., None] * progress
    return piecewise_constant(boundaries, values)
