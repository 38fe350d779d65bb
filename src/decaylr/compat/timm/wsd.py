"""timm's warmup-stable-decay scheduler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    above,
    at_least,
    broadcastable,
    expect,
    finite,
    flag,
    one_of,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.functions import tabulate
from decaylr.compat.timm.options import NoiseRange, with_noise, with_warmup
from decaylr.curves import constant, inverse, samples
from decaylr.recipes.phases import Shape, fall
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon

STABLE = ("constant", "rsqrt", "power")
DECAY = ("linear", "1-sqrt", "cosine", "power", "exp")


def WSDLRScheduler(  # noqa: N802
    base_lr: ArrayLike,
    t_initial: ArrayLike,
    decay_t: ArrayLike,
    lr_min: ArrayLike = 0.0,
    stable_fn: str = "constant",
    stable_timescale: ArrayLike | None = None,
    stable_power: ArrayLike = 0.5,
    decay_fn: str | Callable[[float], float] = "1-sqrt",
    decay_power: ArrayLike = 0.5,
    decay_ratio: ArrayLike = 0.1,
    warmup_t: ArrayLike = 0,
    warmup_lr_init: ArrayLike = 0.0,
    t_in_epochs: bool = True,
    noise_range_t: NoiseRange = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Warmup, a stable phase that may fall slowly, and a decay over the last `decay_t`.

    After the warmup, with stable function ``S`` and decay function ``D``::

        lr_min + (max(base_lr * S(t), lr_min) - lr_min) * D(x)

    ``x`` rises from 0 to 1 over the decay. ``S(t)`` is 1 ("constant"),
    ``1 / sqrt(1 + t / stable_timescale)`` ("rsqrt") or
    ``1 / (1 + t / stable_timescale)**stable_power`` ("power"). ``D(x)`` is ``1 - x`` ("linear"),
    ``1 - sqrt(x)`` ("1-sqrt"), ``(1 + cos(pi * x)) / 2`` ("cosine"), ``1 - x**decay_power``
    ("power"), ``(r**x - r) / (1 - r)`` with ``r = decay_ratio`` ("exp"), or a given function.

    Parameters
    ----------
    base_lr, lr_min : array_like
    t_initial, decay_t : array_like
        Length of the stable phase and the decay together, and of the decay alone, > 0.
    stable_fn : {"constant", "rsqrt", "power"}
    stable_timescale, stable_power : array_like
        > 0; the timescale is `warmup_t` by default.
    decay_fn : {"linear", "1-sqrt", "cosine", "power", "exp"} or function
        A function of ``x``, evaluated once at each step of the decay, requires that `decay_t`
        is one whole number.
    decay_power, decay_ratio : array_like
        > 0; `decay_ratio` is below 1.
    warmup_t, warmup_lr_init : array_like
        Linear warmup from `warmup_lr_init` to `base_lr` over the first `warmup_t` positions.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.timm import WSDLRScheduler
    >>> s = WSDLRScheduler(1.0, t_initial=100, decay_t=20, decay_fn="linear", warmup_t=10)
    >>> s(5), s(90), s(100), s(110)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, length = finite("base_lr", base_lr), above("t_initial", t_initial)
    decay, least = above("decay_t", decay_t), at_least("lr_min", lr_min)
    broadcastable(base_lr=rate, t_initial=length, decay_t=decay, lr_min=least)
    expect("decay_t", decay, "at most t_initial", decay <= length)
    flag("t_in_epochs", t_in_epochs), flag("initialize", initialize)
    begin = length - decay
    decay_between = _decay(decay_fn, decay, above("decay_power", decay_power), decay_ratio)
    power = above("stable_power", stable_power)
    if one_of("stable_fn", stable_fn, STABLE) == "constant":
        peak = np.maximum(rate, least)
        schedule = join([constant(peak), decay_between(peak, least)], boundaries=[begin])
    else:
        scale = at_least("warmup_t", warmup_t) if stable_timescale is None else stable_timescale
        stable = inverse(
            rate, 1.0, above("stable_timescale", scale), 0.5 if stable_fn == "rsqrt" else power
        ).clip(least)
        one, zero = np.ones(()), np.zeros(())
        weight_of_least = join([constant(zero), decay_between(zero, one)], boundaries=[begin])
        weight_of_stable = join([constant(one), decay_between(one, zero)], boundaries=[begin])
        schedule = stable * weight_of_stable + weight_of_least * least
    schedule = with_warmup(
        schedule, rate, warmup_t=warmup_t, warmup_lr_init=warmup_lr_init, warmup_prefix=True
    )
    noisy = with_noise(schedule, noise_range_t, noise_pct, noise_std, noise_seed, horizon)
    return with_horizon(noisy, length + at_least("warmup_t", warmup_t))


def _decay(
    decay_fn: str | Callable[[float], float], decay: Array, power: Array, decay_ratio: ArrayLike
) -> Callable[[Array, Array], Schedule]:
    """A function that makes the decay from one value to another."""
    ratio = above("decay_ratio", decay_ratio)
    expect("decay_ratio", ratio, "below 1", ratio < 1)
    if callable(decay_fn):
        return _tabulated_decay(decay_fn, decay)
    shapes: dict[str, Shape] = {
        "linear": "linear",
        "1-sqrt": "1-sqrt",
        "cosine": "cosine",
        "power": ("power", power),
        "exp": ("scaled-exponential", ratio),
    }
    shape = shapes[one_of("decay_fn", decay_fn, DECAY)]
    return lambda begin, end: fall("decay_fn", shape, begin, end, decay)


def _tabulated_decay(
    decay_fn: Callable[[float], float], decay: Array
) -> Callable[[Array, Array], Schedule]:
    steps = int(whole_numbers("decay_t", decay.reshape(()), 1))
    table = samples(tabulate("decay_fn", lambda t: decay_fn(t / steps), steps + 1))
    return lambda begin, end: table * (begin - end) + end
