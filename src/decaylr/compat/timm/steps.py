"""timm's step, multi-step and plateau schedulers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import above, ascending, at_least, broadcastable, finite, flag
from decaylr.compat.shared.plateau import ReduceLROnPlateau
from decaylr.compat.timm.options import NoiseRange, with_noise, with_warmup
from decaylr.curves import constant, multi_step
from decaylr.curves import step as stairs
from decaylr.plateau.scale import Plateau
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule


def StepLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    decay_t: ArrayLike,
    decay_rate: ArrayLike = 1.0,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * decay_rate**floor(t / decay_t)``.

    Parameters
    ----------
    base_lr : array_like
    decay_t : array_like
        Positions between two decays, > 0.
    decay_rate : array_like
        >= 0.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    warmup_prefix : bool
        If True, the schedule starts at the end of the warmup; if False, the warmup
        replaces its first `warmup_t` positions.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import StepLRScheduler
    >>> StepLRScheduler(1.0, decay_t=30, decay_rate=0.5)(60)
    0.25
    """
    rate, every = finite("base_lr", base_lr), above("decay_t", decay_t)
    factor = at_least("decay_rate", decay_rate)
    broadcastable(base_lr=rate, decay_t=every, decay_rate=factor)
    schedule = stairs(rate, every, factor)
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    schedule = with_warmup(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    return with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)


def MultiStepLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    decay_t: ArrayLike,
    decay_rate: ArrayLike = 1.0,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    warmup_prefix: bool = True,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """``base_lr * decay_rate**(number of decay_t <= t + 1)``.

    As in timm, each decay takes effect one position before its `decay_t`.

    Parameters
    ----------
    base_lr : array_like
    decay_t : array_like
        Non-decreasing positions along the last axis.
    decay_rate : array_like
        >= 0.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    warmup_prefix : bool
        If True, the schedule starts at the end of the warmup; if False, the warmup
        replaces its first `warmup_t` positions.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import MultiStepLRScheduler
    >>> s = MultiStepLRScheduler(1.0, decay_t=[30, 60], decay_rate=0.5)
    >>> s(28), s(29)
    (1.0, 0.5)
    """
    rate = finite("base_lr", base_lr)
    steps = ascending("decay_t", decay_t, strictly=False)
    schedule = multi_step(rate, np.maximum(steps - 1, 0), at_least("decay_rate", decay_rate))
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    schedule = with_warmup(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    return with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)


def PlateauLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    decay_rate: ArrayLike = 0.1,
    patience_t: ArrayLike = 10,
    threshold: ArrayLike = 1e-4,
    cooldown_t: ArrayLike = 0,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    lr_min: ArrayLike = 0.0,
    mode: str = "max",
    noise_range_t: NoiseRange = None,
    noise_type: str = "normal",
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike | None = None,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Plateau:
    """PyTorch's reduce-on-plateau rule after a warmup.

    See :class:`decaylr.Plateau`, rule "torch". Call `update` only after the warmup.

    Parameters
    ----------
    base_lr : array_like
    decay_rate, patience_t, threshold, cooldown_t, lr_min, mode
        `factor`, `patience`, `threshold`, `cooldown`, `min_lr` and `mode` of
        :func:`decaylr.compat.torch.ReduceLROnPlateau`.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    noise_type : str
        "normal", or any other string for uniform noise in ``[-noise_pct, noise_pct]``.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Returns
    -------
    Plateau

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import PlateauLRScheduler
    >>> p = PlateauLRScheduler(0.5, decay_rate=0.5, patience_t=0, warmup_t=4)
    >>> p.value(2), p.update(1.0, position=5), p.update(1.0, position=6), p.value(6)
    (0.25, 1.0, 0.5, 0.25)
    """
    rate, length = finite("base_lr", base_lr), at_least("warmup_t", warmup_t)
    first = at_least("warmup_lr_init", warmup_lr_init)
    broadcastable(base_lr=rate, warmup_t=length, warmup_lr_init=first)
    flag("initialize", initialize)
    rule = ReduceLROnPlateau(
        rate, mode, decay_rate, patience_t, threshold, "rel", cooldown_t, lr_min
    )
    ramp = rise("warmup_t", "linear", first, rate, length)
    schedule = sequence([ramp, constant(rate)], [length])
    seed = 42 if noise_seed is None else noise_seed
    return rule.replace(
        with_noise(schedule, noise_range_t, noise_pct, noise_std, seed, horizon, noise_type)
    )
