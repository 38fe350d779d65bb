"""The cosine schedules of transformers, and the warmup before all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, at_least, broadcastable, finite, refuse, whole_numbers
from decaylr.combinators.joins import join
from decaylr.curves import constant, cosine, linear
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule


def _warmed(rate: Array, warmup: Array, after: Schedule) -> Schedule:
    """``rate * t / warmup`` before `after`, which counts from the warmup's end."""
    return sequence([rise("warmup", "linear", np.zeros(()), rate, warmup), after], [warmup])


def _waves(begin: Array, end: Array, steps: Array, cycles: Array) -> Schedule:
    """A cosine of `cycles` whole waves in `steps`, which goes on after them."""
    still = cycles == 0
    half = steps / np.where(still, 1.0, 2 * np.abs(cycles))
    return cosine(begin, np.where(still, begin, end), half).ending("mirror")


def _lengths(
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
    """Linear warmup, then `num_cycles` waves of a cosine, which rises again after its end.

    With ``D = max(1, num_training_steps - num_warmup_steps)``::

        base_lr * (1 + cos(2 * pi * num_cycles * (t - num_warmup_steps) / D)) / 2

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (steps >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_cosine_schedule_with_warmup
    >>> s = get_cosine_schedule_with_warmup(1.0, 10, 110)
    >>> s(5), s(60), s(110), s(160)
    (0.5, 0.5, 0.0, 0.5)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles = finite("num_cycles", num_cycles)
    broadcastable(
        base_lr=rate, num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles
    )
    waves = _waves(rate, np.zeros(()), np.maximum(total - warmup, 1), cycles)
    return _warmed(rate, warmup, waves)


def get_cosine_with_hard_restarts_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 1,
) -> Schedule:
    """Linear warmup, then `num_cycles` cosines from `base_lr` to 0, then 0.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (steps and cycles >= 0), which the
        message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import (
    ...     get_cosine_with_hard_restarts_schedule_with_warmup as restarts,
    ... )
    >>> s = restarts(1.0, 10, 110, num_cycles=2)
    >>> s(35), s(60), s(85), s(110)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles = at_least("num_cycles", num_cycles)
    broadcastable(
        base_lr=rate, num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles
    )
    left = np.maximum(total - warmup, 1)
    still = cycles == 0
    period = left / np.where(still, 1, cycles)
    falling = cosine(rate, np.where(still, rate, 0.0), period).repeat(period, lengths="real")
    parts = [falling.repeat(_whole_restart(left, cycles)), constant(np.zeros(()))]
    return _warmed(rate, warmup, join(parts, boundaries=[left]))


def _whole_restart(left: Array, cycles: Array) -> Array:
    """The first restart that falls on a whole step, or the end of all where none is known.

    Its multiples restart exactly there, where those of the rounded period may come late.
    """
    parts = 1024.0  # of a cycle or a step: finer fractions have no common measure below `left`
    numbers = np.broadcast_arrays(left * parts, cycles * parts)
    fits = np.logical_and.reduce([(x >= 1) & (x < 2.0**62) & (x == np.floor(x)) for x in numbers])
    steps, turns = (np.where(fits, x, 1.0).astype(np.int64) for x in numbers)
    return np.where(fits, steps // np.gcd(steps, turns), np.ceil(left))


def _floor(rate: Array, min_lr: ArrayLike | None, min_lr_rate: ArrayLike | None) -> Array:
    """The lowest rate, from exactly one of its two forms."""
    if (min_lr is None) == (min_lr_rate is None):
        refuse("min_lr", "given where min_lr_rate is not, and only there", min_lr)
    if min_lr is not None:
        return at_least("min_lr", min_lr)
    share: Array = rate * at_least("min_lr_rate", min_lr_rate)
    return share


def get_cosine_with_min_lr_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 0.5,
    min_lr: ArrayLike | None = None,
    min_lr_rate: ArrayLike | None = None,
) -> Schedule:
    """As `get_cosine_schedule_with_warmup`, down to `min_lr` or ``min_lr_rate * base_lr``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_cosine_with_min_lr_schedule_with_warmup
    >>> s = get_cosine_with_min_lr_schedule_with_warmup(1.0, 10, 110, min_lr=0.5)
    >>> s(60), s(110)
    (0.75, 0.5)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    cycles, least = finite("num_cycles", num_cycles), _floor(rate, min_lr, min_lr_rate)
    broadcastable(
        num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles, min_lr=least
    )
    return _warmed(rate, warmup, _waves(rate, least, np.maximum(total - warmup, 1), cycles))


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    num_cycles: ArrayLike = 0.5,
    min_lr: ArrayLike | None = None,
    min_lr_rate: ArrayLike | None = None,
    warmup_lr_rate: ArrayLike | None = None,
) -> Schedule:
    """The same one step ahead, so that the lowest rate is at the last step.

    With ``W = num_warmup_steps`` the warmup is ``base_lr * (t + 1) / W``, or with
    `warmup_lr_rate` a line from ``warmup_lr_rate * base_lr`` to `base_lr` at ``W - 1``; the
    cosine takes ``t - W + 1``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names:
        `num_warmup_steps` is to be whole, since the line of transformers leads above
        `base_lr` otherwise.

    Examples
    --------
    >>> from decaylr.compat.transformers import (
    ...     get_cosine_with_min_lr_schedule_with_warmup_lr_rate as early,
    ... )
    >>> s = early(1.0, 4, 104, min_lr_rate=0.5)
    >>> s(0), s(3), s(53), s(103)
    (0.25, 1.0, 0.75, 0.5)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    whole_numbers("num_warmup_steps", warmup)
    cycles, least = finite("num_cycles", num_cycles), _floor(rate, min_lr, min_lr_rate)
    broadcastable(
        num_warmup_steps=warmup, num_training_steps=total, num_cycles=cycles, min_lr=least
    )
    waves = _waves(rate, least, np.maximum(total - warmup, 1), cycles).advance(1)
    if warmup_lr_rate is None:
        ramp = linear(0.0, rate, np.maximum(warmup, 1)).advance(1)
    else:
        first = rate * finite("warmup_lr_rate", warmup_lr_rate)
        ramp = linear(first, rate, np.maximum(warmup - 1, 1))
    return join([ramp, waves], boundaries=[warmup])
