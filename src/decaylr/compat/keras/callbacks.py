"""The rates that two of Keras's callbacks set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    at_least,
    finite,
    refuse,
    shown,
)
from decaylr.compat.shared.functions import tabulate
from decaylr.curves import constant, samples
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


def LearningRateScheduler(  # noqa: N802
    schedule: Schedule | Callable[[int, float], float],
    initial_learning_rate: float | None = None,
    *,
    horizon: int | None = None,
) -> Schedule:
    """The rate of each epoch that `keras.callbacks.LearningRateScheduler` sets.

    Parameters
    ----------
    schedule : Schedule or callable
        A schedule is returned as it is. A function is called with the epoch and the rate of the
        epoch before, as Keras does.
    initial_learning_rate : float, optional
        The rate before epoch 0; required for a function.
    horizon : int, optional
        Number of epochs for which a function is called; the last rate holds afterwards.
        Required for a function.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import LearningRateScheduler
    >>> s = LearningRateScheduler(lambda epoch, lr: lr * 0.5, 1.0, horizon=3)
    >>> s(0), s(2)
    (0.5, 0.125)
    """
    if isinstance(schedule, Schedule):
        return schedule
    if not callable(schedule):
        raise TypeError(f"schedule must be a Schedule or a function, got {shown(schedule)}")
    if initial_learning_rate is None:
        refuse("initial_learning_rate", "given where schedule is a function", None)
    rate = float(finite("initial_learning_rate", initial_learning_rate))

    def next_rate(epoch: int) -> float:
        nonlocal rate
        rate = float(schedule(epoch, rate))
        return rate

    return samples(tabulate("schedule", next_rate, horizon))


def ReduceLROnPlateau(  # noqa: N802
    base_lr: ArrayLike,
    factor: ArrayLike = 0.1,
    patience: ArrayLike = 10,
    mode: str = "min",
    min_delta: ArrayLike = 1e-4,
    cooldown: ArrayLike = 0,
    min_lr: ArrayLike = 0.0,
) -> Plateau:
    """The rule of `keras.callbacks.ReduceLROnPlateau`, applied to a constant rate.

    See :class:`decaylr.Plateau`, rule "keras". There is no `monitor` and no mode "auto": pass the
    metric to `update`.

    Parameters
    ----------
    base_lr : array_like
        The initial rate.
    factor, patience, mode, min_delta, cooldown, min_lr
        As in :class:`decaylr.Plateau`, where `min_delta` is called `threshold` and `min_lr` is
        called `min_value`.

    Returns
    -------
    Plateau

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import ReduceLROnPlateau
    >>> p = ReduceLROnPlateau(0.5, factor=0.5, patience=1)
    >>> p.update(1.0), p.update(1.0)
    (1.0, 0.5)
    """
    rate = finite("base_lr", base_lr)
    return Plateau(
        constant(rate),
        rule="keras",
        mode=mode,
        factor=factor,
        patience=patience,
        cooldown=cooldown,
        threshold=at_least("min_delta", min_delta),
        min_value=np.minimum(finite("min_lr", min_lr), rate),
    )
