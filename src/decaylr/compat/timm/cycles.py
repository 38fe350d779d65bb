"""timm's schedulers that can repeat in cycles: cosine, tanh and polynomial."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, above, at_least, broadcastable, expect, finite, flag
from decaylr.compat.timm.options import (
    NoiseRange,
    end_of_cycles,
    repeated_cycles,
    with_noise,
    with_warmup,
)
from decaylr.curves import cosine, polynomial, tanh
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon


def _checked(
    base_lr: ArrayLike, t_initial: ArrayLike, lr_min: ArrayLike
) -> tuple[Array, Array, Array]:
    rate, length = finite("base_lr", base_lr), above("t_initial", t_initial)
    return rate, length, at_least("lr_min", lr_min)


def CosineLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    t_initial: ArrayLike,
    lr_min: ArrayLike = 0.0,
    cycle_mul: ArrayLike = 1.0,
    cycle_decay: ArrayLike = 1.0,
    cycle_limit: ArrayLike = 1,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    k_decay: ArrayLike = 1.0,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Cosine cycles from `base_lr` to `lr_min`, then `lr_min`.

    Within a cycle, with progress ``x = t / t_initial``::

        lr_min + (base_lr - lr_min) * (1 + cos(pi * x**k_decay)) / 2

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
        Length of the first cycle, > 0, and lowest rate, >= 0.
    cycle_mul, cycle_decay, cycle_limit : array_like
        Factor on the length of each next cycle (>= 1), factor on its peak, and the
        number of cycles.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    warmup_prefix : bool
        If True, the schedule starts at the end of the warmup; if False, the warmup
        replaces its first `warmup_t` positions.
    k_decay : array_like
        Exponent of the progress, > 0.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import CosineLRScheduler
    >>> s = CosineLRScheduler(1.0, t_initial=100, warmup_t=[0, 10], warmup_prefix=True)
    >>> s(50)
    array([0.5      , 0.6545085])
    """
    rate, length, least = _checked(base_lr, t_initial, lr_min)
    power = above("k_decay", k_decay)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, k_decay=power)
    curve = partial(_cosine, length, power)
    schedule = repeated_cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    schedule = with_warmup(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    noisy = with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)
    end = end_of_cycles(length, cycle_mul, cycle_limit, warmup_t if warmup_prefix else 0)
    return with_horizon(noisy, end)


def _cosine(length: Array, k: Array, begin: Array, end: Array) -> Schedule:
    return cosine(begin, end, length, k=k)


def _tanh(length: Array, lower: Array, upper: Array, begin: Array, end: Array) -> Schedule:
    return tanh(begin, end, length, lower, upper)


def _poly(length: Array, power: Array, k: Array, begin: Array, end: Array) -> Schedule:
    return polynomial(begin, end, length, power, k=k)


def TanhLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    t_initial: ArrayLike,
    lb: ArrayLike = -7.0,
    ub: ArrayLike = 3.0,
    lr_min: ArrayLike = 0.0,
    cycle_mul: ArrayLike = 1.0,
    cycle_decay: ArrayLike = 1.0,
    cycle_limit: ArrayLike = 1,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Tanh cycles from just below `base_lr` to just above `lr_min`, then `lr_min`.

    Within a cycle, with progress ``x = t / t_initial``::

        lr_min + (base_lr - lr_min) * (1 - tanh(lb + (ub - lb) * x)) / 2

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
        Length of the first cycle, > 0, and lowest rate, >= 0.
    lb, ub : array_like
        Arguments of the tanh at the start and at the end of a cycle, `lb` < `ub`.
    cycle_mul, cycle_decay, cycle_limit : array_like
        Factor on the length of each next cycle (>= 1), factor on its peak, and the
        number of cycles.
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
    >>> from decaylr.compat.timm import TanhLRScheduler
    >>> s = TanhLRScheduler(1.0, t_initial=100)
    >>> s(70), s(100)
    (0.5, 0.0)
    """
    rate, length, least = _checked(base_lr, t_initial, lr_min)
    lower, upper = finite("lb", lb), finite("ub", ub)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, lb=lower, ub=upper)
    expect("lb", lower, "below ub", lower < upper)
    curve = partial(_tanh, length, lower, upper)
    schedule = repeated_cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    # Without warmup_prefix, timm's warmup ends at the curve's value at warmup_t.
    target = rate if warmup_prefix else np.asarray(schedule(at_least("warmup_t", warmup_t)))
    schedule = with_warmup(
        schedule,
        target,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    noisy = with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)
    end = end_of_cycles(length, cycle_mul, cycle_limit, warmup_t if warmup_prefix else 0)
    return with_horizon(noisy, end)


def PolyLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    t_initial: ArrayLike,
    power: ArrayLike = 0.5,
    lr_min: ArrayLike = 0.0,
    cycle_mul: ArrayLike = 1.0,
    cycle_decay: ArrayLike = 1.0,
    cycle_limit: ArrayLike = 1,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    warmup_prefix: bool = False,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    k_decay: ArrayLike = 1.0,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Polynomial cycles from `base_lr` to `lr_min`, then `lr_min`.

    Within a cycle, with progress ``x = t / t_initial``::

        lr_min + (base_lr - lr_min) * (1 - x**k_decay)**power

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
        Length of the first cycle, > 0, and lowest rate, >= 0.
    power : array_like
        > 0.
    cycle_mul, cycle_decay, cycle_limit : array_like
        Factor on the length of each next cycle (>= 1), factor on its peak, and the
        number of cycles.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    warmup_prefix : bool
        If True, the schedule starts at the end of the warmup; if False, the warmup
        replaces its first `warmup_t` positions.
    k_decay : array_like
        Exponent of the progress, > 0.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import PolyLRScheduler
    >>> PolyLRScheduler(1.0, t_initial=100, power=2.0)(50)
    0.25
    """
    rate, length, least = _checked(base_lr, t_initial, lr_min)
    exponent, k = above("power", power), above("k_decay", k_decay)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, power=exponent, k_decay=k)
    curve = partial(_poly, length, exponent, k)
    schedule = repeated_cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    schedule = with_warmup(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    noisy = with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)
    end = end_of_cycles(length, cycle_mul, cycle_limit, warmup_t if warmup_prefix else 0)
    return with_horizon(noisy, end)
