"""DeepSpeed's one cycle: up, down, and a decay without end."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, at_least, broadcastable, finite, flag, whole_number, whole_numbers
from decaylr.combinators.joins import join
from decaylr.compat.shared.cycled import with_momentum
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
    """One cycle from `cycle_min_lr` to `cycle_max_lr` and back, then a decay.

    With ``U`` and ``D`` the two step sizes and ``x`` the share of the way up, ``p / U`` and
    then ``(U + D - p) / D``, rounded down to a multiple of 1 / count where there are stairs::

        s(p) = min_lr + (max_lr - min_lr) * x                                  p < U + D
        s(p) = min_lr / (1 + decay_lr_rate * (p - U - D) / decay_step_size)    p >= U + D

    `.momentum` is ``max_mom - (max_mom - min_mom) * x``, then ``max_mom * (1 +
    decay_mom_rate * (p - U - D) / decay_step_size)``; at p = 0 it is `cycle_min_mom`, which
    DeepSpeed sets as it begins. (Its second beta is 0.99 throughout.)

    Parameters
    ----------
    cycle_min_lr, cycle_max_lr : array_like
    decay_lr_rate, decay_mom_rate : array_like
        >= 0.
    cycle_first_step_size, cycle_second_step_size : array_like of whole numbers
        Steps up, >= 1, and down, >= 0; as many down as up unless given.
    cycle_first_stair_count, cycle_second_stair_count : int
        Stairs on the way up and down, 0 for none; as many down as up unless given.
    decay_step_size : array_like
        Unit of the decay, >= 0; without a decay where it is 0.
    cycle_momentum : bool
        Whether there is a `.momentum`; it is None if not.
    cycle_min_mom, cycle_max_mom : array_like

    Returns
    -------
    Schedule
        With `.momentum`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

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
    rate, unit = (
        at_least("decay_lr_rate", decay_lr_rate),
        at_least("decay_step_size", decay_step_size),
    )
    stairs = whole_number("cycle_first_stair_count", cycle_first_stair_count)
    back = stairs
    if cycle_second_stair_count is not None:
        back = whole_number("cycle_second_stair_count", cycle_second_stair_count)
    broadcastable(
        cycle_min_lr=low,
        cycle_max_lr=high,
        cycle_first_step_size=up,
        cycle_second_step_size=down,
        decay_lr_rate=rate,
        decay_step_size=unit,
    )
    cycle = partial(_cycle, up, down, stairs, back)
    lr = cycle(low, high, inverse(low, *_decay(rate, unit)))
    if not flag("cycle_momentum", cycle_momentum):
        return with_momentum(lr, None)
    least, most = finite("cycle_min_mom", cycle_min_mom), finite("cycle_max_mom", cycle_max_mom)
    growth = at_least("decay_mom_rate", decay_mom_rate)
    after = inverse(most, *_decay(growth, unit), power=-1)
    momentum = cycle(most, least, after).advance(1)
    return with_momentum(lr, join([constant(least), momentum], boundaries=[1]))


def _decay(rate: Array, unit: Array) -> tuple[Array, Array]:
    """The decay's rate and unit, without a decay where the unit is 0."""
    return np.where(unit == 0, 0.0, rate), np.where(unit == 0, 1, unit)


def _cycle(
    up: Array, down: Array, stairs: int, back: int, low: Array, high: Array, after: Schedule
) -> Schedule:
    """`low` to `high` and back, smoothly or in stairs, then `after`."""
    rising = rise("cycle", "linear", low, high, up)
    if stairs:
        rising = _levels(_whole_steps(up, np.arange(1, stairs + 1), stairs, -1), low, high)
    falling = fall("cycle", "linear", high, low, down)
    if back:
        falling = _levels(_whole_steps(down, np.arange(back), back, 1), high, low)
    return sequence([rising, falling, after], [up, down])


def _whole_steps(steps: Array, stair: Array, stairs: int, side: int) -> Array:
    """The first whole step at (side -1) or past (side 1) ``stair * steps / stairs``."""
    product = steps.astype(np.int64)[..., None] * stair
    return -(-product // stairs) if side < 0 else product // stairs + 1


def _levels(boundaries: Array, begin: Array, end: Array) -> Schedule:
    """Even levels from `begin` to `end`, a new one at each boundary."""
    share = np.linspace(0.0, 1.0, boundaries.shape[-1] + 1)
    values = begin[..., None] + (end - begin)[..., None] * share
    return piecewise_constant(boundaries, values)
