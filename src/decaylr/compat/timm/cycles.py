"""timm's schedulers in cycles: cosine, tanh and polynomial."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, above, at_least, broadcastable, expect, finite, flag
from decaylr.compat.timm.parts import Range, cycles, noisy, warmed
from decaylr.curves import cosine, polynomial, tanh
from decaylr.schedule import Schedule


def _ends(
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
    noise_range_t: Range = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    k_decay: ArrayLike = 1.0,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Cosines from `base_lr` to `lr_min`, `t_initial` positions long, and then `lr_min`.

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
    cycle_mul, cycle_decay, cycle_limit : array_like
        Growth of a cycle's length (>= 1), factor of its peak, and the number of cycles.
    warmup_t, warmup_lr_init : array_like
        A line from `warmup_lr_init` to `base_lr` in the first `warmup_t` positions.
    warmup_prefix : bool
        Whether the schedule's clock starts after the warmup, or runs under it.
    k_decay : array_like
        Power of the progress, > 0.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.timm import CosineLRScheduler
    >>> s = CosineLRScheduler(1.0, t_initial=100, warmup_t=[0, 10], warmup_prefix=True)
    >>> s(50)
    array([0.5      , 0.6545085])
    """
    rate, length, least = _ends(base_lr, t_initial, lr_min)
    power = above("k_decay", k_decay)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, k_decay=power)
    curve = partial(_cosine, length, power)
    schedule = cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    made = warmed(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    return noisy(made, noise_range_t, noise_pct, noise_std, noise_seed, horizon)


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
    noise_range_t: Range = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Hyperbolic tangents: they begin just below `base_lr` and end just above `lr_min`.

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
    lb, ub : array_like
        Where the tangent's argument begins and ends, `lb` < `ub`.
    cycle_mul, cycle_decay, cycle_limit : array_like
        Growth of a cycle's length (>= 1), factor of its peak, and the number of cycles.
    warmup_t, warmup_lr_init : array_like
        A line from `warmup_lr_init` to `base_lr` in the first `warmup_t` positions.
    warmup_prefix : bool
        Whether the schedule's clock starts after the warmup, or runs under it.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.timm import TanhLRScheduler
    >>> s = TanhLRScheduler(1.0, t_initial=100)
    >>> s(70), s(100)
    (0.5, 0.0)
    """
    rate, length, least = _ends(base_lr, t_initial, lr_min)
    lower, upper = finite("lb", lb), finite("ub", ub)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, lb=lower, ub=upper)
    expect("lb", lower, "below ub", lower < upper)
    curve = partial(_tanh, length, lower, upper)
    schedule = cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    # Without a prefix the warmup leads to the curve as it is when it takes over.
    target = rate if warmup_prefix else np.asarray(schedule(at_least("warmup_t", warmup_t)))
    made = warmed(
        schedule,
        target,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    return noisy(made, noise_range_t, noise_pct, noise_std, noise_seed, horizon)


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
    noise_range_t: Range = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    k_decay: ArrayLike = 1.0,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Polynomials: ``lr_min + (base_lr - lr_min) * (1 - x**k_decay)**power``, then `lr_min`.

    Parameters
    ----------
    base_lr : array_like
    t_initial, lr_min : array_like
    power : array_like
        > 0.
    cycle_mul, cycle_decay, cycle_limit : array_like
        Growth of a cycle's length (>= 1), factor of its peak, and the number of cycles.
    warmup_t, warmup_lr_init : array_like
        A line from `warmup_lr_init` to `base_lr` in the first `warmup_t` positions.
    warmup_prefix : bool
        Whether the schedule's clock starts after the warmup, or runs under it.
    k_decay : array_like
        Power of the progress, > 0.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.timm import PolyLRScheduler
    >>> PolyLRScheduler(1.0, t_initial=100, power=2.0)(50)
    0.25
    """
    rate, length, least = _ends(base_lr, t_initial, lr_min)
    exponent, k = above("power", power), above("k_decay", k_decay)
    broadcastable(base_lr=rate, t_initial=length, lr_min=least, power=exponent, k_decay=k)
    curve = partial(_poly, length, exponent, k)
    schedule = cycles(
        curve,
        rate,
        least,
        length,
        cycle_mul=cycle_mul,
        cycle_decay=cycle_decay,
        cycle_limit=cycle_limit,
    )
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    made = warmed(
        schedule,
        rate,
        warmup_t=warmup_t,
        warmup_lr_init=warmup_lr_init,
        warmup_prefix=warmup_prefix,
    )
    return noisy(made, noise_range_t, noise_pct, noise_std, noise_seed, horizon)
