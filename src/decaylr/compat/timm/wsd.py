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
from decaylr.compat.shared.functions import table_of
from decaylr.compat.timm.parts import Range, noisy, warmed
from decaylr.curves import constant, inverse, samples
from decaylr.recipes.phases import Shape, fall
from decaylr.schedule import Schedule

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
    noise_range_t: Range = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    initialize: bool = True,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Warmup, a stable phase that may fall slowly, and a decay over the last `decay_t`.

    After the warmup, with ``S`` the stable and ``D`` the decay function::

        lr_min + (max(base_lr * S(t), lr_min) - lr_min) * D(x)

    where ``S`` is 1, ``1 / sqrt(1 + t / stable_timescale)`` or that to `stable_power`, and ``D``
    is ``1 - x``, ``1 - sqrt(x)``, a cosine, ``1 - x**decay_power``, ``(r**x - r) / (1 - r)`` with
    ``r = decay_ratio``, or a function of ``x``, which goes from 0 to 1 in `decay_t`.

    Parameters
    ----------
    base_lr, lr_min : array_like
    t_initial, decay_t : array_like
        The length without the warmup, and that of the decay at its end.
    stable_fn : {"constant", "rsqrt", "power"}
    stable_timescale, stable_power : array_like
        > 0; the timescale is `warmup_t` unless given.
    decay_fn : {"linear", "1-sqrt", "cosine", "power", "exp"} or function
        A function needs a single whole `decay_t`.
    decay_power, decay_ratio : array_like
        > 0; the ratio is below 1.
    warmup_t, warmup_lr_init : array_like
        A line from `warmup_lr_init` to `base_lr` in the first `warmup_t` positions.
    noise_range_t, noise_pct, noise_std, noise_seed, horizon
        See :mod:`decaylr.compat.timm`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

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
    share = _share(decay_fn, decay, above("decay_power", decay_power), decay_ratio)
    power = above("stable_power", stable_power)
    if one_of("stable_fn", stable_fn, STABLE) == "constant":
        top = np.maximum(rate, least)
        schedule = join([constant(top), share(top, least)], boundaries=[begin])
    else:
        scale = at_least("warmup_t", warmup_t) if stable_timescale is None else stable_timescale
        stable = inverse(
            rate, 1.0, above("stable_timescale", scale), 0.5 if stable_fn == "rsqrt" else power
        ).clip(least)
        one, zero = np.ones(()), np.zeros(())
        gone = join([constant(zero), share(zero, one)], boundaries=[begin])
        left = join([constant(one), share(one, zero)], boundaries=[begin])
        schedule = stable * left + gone * least
    made = warmed(
        schedule, rate, warmup_t=warmup_t, warmup_lr_init=warmup_lr_init, warmup_prefix=True
    )
    return noisy(made, noise_range_t, noise_pct, noise_std, noise_seed, horizon)


def _share(
    decay_fn: str | Callable[[float], float], decay: Array, power: Array, decay_ratio: ArrayLike
) -> Callable[[Array, Array], Schedule]:
    """The decay between two values, along the function chosen."""
    ratio = above("decay_ratio", decay_ratio)
    expect("decay_ratio", ratio, "below 1", ratio < 1)
    if callable(decay_fn):
        return _tabulated(decay_fn, decay)
    shapes: dict[str, Shape] = {
        "linear": "linear",
        "1-sqrt": "1-sqrt",
        "cosine": "cosine",
        "power": ("power", power),
        "exp": ("scaled-exponential", ratio),
    }
    shape = shapes[one_of("decay_fn", decay_fn, DECAY)]
    return lambda begin, end: fall("decay_fn", shape, begin, end, decay)


def _tabulated(
    decay_fn: Callable[[float], float], decay: Array
) -> Callable[[Array, Array], Schedule]:
    steps = int(whole_numbers("decay_t", decay.reshape(()), 1))
    table = samples(table_of("decay_fn", lambda t: decay_fn(t / steps), steps + 1))
    return lambda begin, end: table * (begin - end) + end
