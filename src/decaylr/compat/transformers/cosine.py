"""The cosine schedules of transformers, and the linear warmup that all its schedules share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    at_least,
    broadcastable,
    finite,
    finite_quotient,
    refuse,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.curves import constant, cosine, linear
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon


def after_warmup(rate: Array, warmup: Array, after: Schedule) -> Schedule:
    """Linear warmup from 0 to `rate`, then `after`, which starts at the end of the warmup."""
    return sequence([rise("warmup", "linear", np.zeros(()), rate, warmup), after], [warmup])


def cosine_waves(begin: Array, end: Array, steps: Array, cycles: Array) -> Schedule:
    """A cosine with `cycles` full waves in `steps`; it continues afterwards."""
    is_constant = cycles == 0
    waves = np.where(is_constant, 1.0, 2 * np.abs(cycles))
    half_wave = finite_quotient("the steps after the warmup", steps, "2 * num_cycles", waves)
    return cosine(begin, np.where(is_constant, begin, end), half_wave).ending("mirror")


def checked_lengths(
    base_lr: ArrayLike, num_warmup_steps: ArrayLike, num_training_steps: ArrayLike
) -> tuple[Array, Array, Array]:
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    total = at_least("num_training_steps", num_training_steps)
    broadcastable(base_lr=rate, num_warmup_steps=warmup, num_training_steps=total)
    return rate, warmup, total


def get_cosine_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 0.5,
) -> Schedule:
    """Linear warmup from 0, then a cosine from `base_lr` to 0.

    After the warmup, with ``D = max(1, num_training_steps - num_warmup_steps)``::

        base_lr * (1 + cos(2 * pi * num_cycles * (t - num_warmup_steps) / D)) / 2

    The cosine does not stop at `num_training_steps`: with the default `num_cycles` the rate
    rises again afterwards, as in transformers.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_training_steps : array_like
        >= 0; the training steps include the warmup.
    num_cycles : array_like
        Number of full waves of the cosine.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_cosine_schedule_with_warmup
    >>> s = get_cosine_schedule_with_warmup(1.0, 10, 110)
    >>> s(5), s(60), s(110), s(160)
    (0.5, 0.5, 0.0, 0.5)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles = finite("num_cycles", num_cycles)
    broadcastable(
        base_lr=rate, num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles
    )
    decay = cosine_waves(rate, np.zeros(()), np.maximum(total - warmup, 1), cycles)
    return with_horizon(after_warmup(rate, warmup, decay), total)


def get_cosine_with_hard_restarts_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 1,
) -> Schedule:
    """Linear warmup from 0, then `num_cycles` cosines from `base_lr` to 0, then 0.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_training_steps : array_like
        >= 0; the training steps include the warmup.
    num_cycles : array_like
        Number of cosines, >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import (
    ...     get_cosine_with_hard_restarts_schedule_with_warmup as restarts,
    ... )
    >>> s = restarts(1.0, 10, 110, num_cycles=2)
    >>> s(35), s(60), s(85), s(110)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles = at_least("num_cycles", num_cycles)
    broadcastable(
        base_lr=rate, num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles
    )
    decay_steps = np.maximum(total - warmup, 1)
    is_constant = cycles == 0
    with np.errstate(over="ignore"):  # a constant has no cycles, others refuse an endless one
        period = decay_steps / np.where(is_constant, 1, cycles)
    waves = cosine(rate, np.where(is_constant, rate, 0.0), period).repeat(period, lengths="real")
    parts = [waves.repeat(_whole_step_restart(decay_steps, cycles)), constant(np.zeros(()))]
    decay = join(parts, boundaries=[decay_steps])
    return with_horizon(after_warmup(rate, warmup, decay), total)


def _whole_step_restart(decay_steps: Array, cycles: Array) -> Array:
    """The first restart at a whole step, or the end of the decay if none is found.

    Repeating from that step keeps later restarts exact; multiples of a rounded period may be one
    step late.
    """
    unit = 1024.0  # cycles and steps are compared in units of 1 / 1024
    scaled = np.broadcast_arrays(decay_steps * unit, cycles * unit)
    fits = np.logical_and.reduce([(x >= 1) & (x < 2.0**62) & (x == np.floor(x)) for x in scaled])
    steps, count = (np.where(fits, x, 1.0).astype(np.int64) for x in scaled)
    return np.where(fits, steps // np.gcd(steps, count), np.ceil(decay_steps))


def _floor(rate: Array, min_lr: ArrayLike | None, min_lr_rate: ArrayLike | None) -> Array:
    """The lowest rate, given either as `min_lr` or as a fraction of the base rate."""
    if (min_lr is None) == (min_lr_rate is None):
        refuse("min_lr", "given where min_lr_rate is not, and only there", min_lr)
    if min_lr is not None:
        return at_least("min_lr", min_lr)
    floor: Array = rate * at_least("min_lr_rate", min_lr_rate)
    return floor


def get_cosine_with_min_lr_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 0.5,
    min_lr: ArrayLike | None = None,
    min_lr_rate: ArrayLike | None = None,
) -> Schedule:
    """Like `get_cosine_schedule_with_warmup`, down to `min_lr` or ``min_lr_rate * base_lr``.

    Parameters
    ----------
    base_lr, num_warmup_steps, num_training_steps, num_cycles : array_like
        As in :func:`get_cosine_schedule_with_warmup`.
    min_lr, min_lr_rate : array_like, optional
        Exactly one of them is required, >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_cosine_with_min_lr_schedule_with_warmup
    >>> s = get_cosine_with_min_lr_schedule_with_warmup(1.0, 10, 110, min_lr=0.5)
    >>> s(60), s(110)
    (0.75, 0.5)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles, least = finite("num_cycles", num_cycles), _floor(rate, min_lr, min_lr_rate)
    broadcastable(
        num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles, min_lr=least
    )
    waves = cosine_waves(rate, least, np.maximum(total - warmup, 1), cycles)
    return with_horizon(after_warmup(rate, warmup, waves), total)


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 0.5,
    min_lr: ArrayLike | None = None,
    min_lr_rate: ArrayLike | None = None,
    warmup_lr_rate: ArrayLike | None = None,
) -> Schedule:
    """Like `get_cosine_with_min_lr_schedule_with_warmup`, but one step earlier.

    The lowest rate is reached at the last training step, ``num_training_steps - 1``. With
    ``W = num_warmup_steps`` the warmup is ``base_lr * (t + 1) / W``, or, with `warmup_lr_rate`,
    linear from ``warmup_lr_rate * base_lr`` at 0 to `base_lr` at ``W - 1``. The cosine is
    evaluated at ``t - W + 1``.

    Parameters
    ----------
    base_lr, num_training_steps, num_cycles, min_lr, min_lr_rate : array_like
        As in :func:`get_cosine_with_min_lr_schedule_with_warmup`.
    num_warmup_steps : array_like of whole numbers
        >= 0. Fractions raise ValueError: with them, the warmup of transformers ends above
        `base_lr`.
    warmup_lr_rate : array_like, optional
        Initial rate as a fraction of `base_lr`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import (
    ...     get_cosine_with_min_lr_schedule_with_warmup_lr_rate as early,
    ... )
    >>> s = early(1.0, 4, 104, min_lr_rate=0.5)
    >>> s(0), s(3), s(53), s(103)
    (0.25, 1.0, 0.75, 0.5)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    whole_numbers("num_warmup_steps", warmup)
    cycles, least = finite("num_cycles", num_cycles), _floor(rate, min_lr, min_lr_rate)
    broadcastable(
        num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles, min_lr=least
    )
    waves = cosine_waves(rate, least, np.maximum(total - warmup, 1), cycles).advance(1)
    if warmup_lr_rate is None:
        ramp = linear(0.0, rate, np.maximum(warmup, 1)).advance(1)
    else:
        first = rate * finite("warmup_lr_rate", warmup_lr_rate)
        ramp = linear(first, rate, np.maximum(warmup - 1, 1))
    return with_horizon(join([ramp, waves], boundaries=[warmup]), total)
