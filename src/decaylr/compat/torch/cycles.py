"""PyTorch's cyclic schedulers: warm restarts, triangular cycles and the one-cycle policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    above,
    at_least,
    broadcastable,
    expect,
    finite,
    finite_quotient,
    flag,
    one_of,
    refuse,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.functions import as_schedule
from decaylr.compat.shared.momentum import with_momentum
from decaylr.compat.torch.curves import ExponentialLR
from decaylr.curves import constant, cosine
from decaylr.recipes.cycles import cyclic
from decaylr.recipes.phases import Shape, fall, rise
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon


def CosineAnnealingWarmRestarts(  # noqa: N802
    base_lr: ArrayLike,
    T_0: ArrayLike,  # noqa: N803
    T_mult: ArrayLike = 1,  # noqa: N803
    eta_min: ArrayLike = 0.0,
) -> Schedule:
    """Repeated cosines from `base_lr` to `eta_min`.

    Parameters
    ----------
    base_lr, eta_min : array_like
    T_0 : array_like of whole numbers
        Length of the first cycle in steps, at least 1.
    T_mult : array_like of whole numbers
        Each cycle is this many times as long as the one before, at least 1.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.torch import CosineAnnealingWarmRestarts
    >>> s = CosineAnnealingWarmRestarts(1.0, T_0=10, T_mult=3)
    >>> s(5), s(10), s(1210)
    (0.5, 1.0, 1.0)
    """
    rate, least = finite("base_lr", base_lr), finite("eta_min", eta_min)
    first, growth = whole_numbers("T_0", T_0, 1), whole_numbers("T_mult", T_mult, 1)
    broadcastable(base_lr=rate, T_0=first, T_mult=growth, eta_min=least)
    return cosine(rate, least, first).repeat(first, period_scale=growth)


MODES = ("triangular", "triangular2", "exp_range")


def CyclicLR(  # noqa: N802
    base_lr: ArrayLike,
    max_lr: ArrayLike,
    step_size_up: ArrayLike = 2000,
    step_size_down: ArrayLike | None = None,
    mode: str = "triangular",
    gamma: ArrayLike = 1.0,
    scale_fn: Schedule | Callable[[int], ArrayLike] | None = None,
    scale_mode: str = "cycle",
    cycle_momentum: bool = True,
    base_momentum: ArrayLike = 0.8,
    max_momentum: ArrayLike = 0.9,
    *,
    horizon: int | None = None,
) -> Schedule:
    """Triangular cycles: linearly up to `max_lr` and back down to `base_lr`, repeated.

    With cycle number ``c = 1 + floor(t / (step_size_up + step_size_down))`` and ``x`` rising
    linearly from 0 to 1 on the way up and falling to 0 on the way down::

        s(t) = base_lr + (max_lr - base_lr) * x * scale

    where `scale` is 1 for "triangular", ``1 / 2**(c - 1)`` for "triangular2", ``gamma**t`` for
    "exp_range", or ``scale_fn(c)`` or ``scale_fn(t)`` if a function is given.

    Parameters
    ----------
    base_lr, max_lr : array_like
    step_size_up, step_size_down : array_like
        Steps of the way up and of the way down, > 0; the second equals the first by default.
    mode : {"triangular", "triangular2", "exp_range"}
    gamma : array_like
        >= 0, for "exp_range".
    scale_fn : Schedule or function, optional
        Replaces `mode`. A function needs `horizon`.
    scale_mode : {"cycle", "iterations"}
        Whether `scale_fn` takes the cycle number ``c``, which starts at 1, or the step ``t``.
    cycle_momentum : bool
        Whether `.momentum` falls from `max_momentum` to `base_momentum` as the rate rises;
        if False, `.momentum` is None.
    base_momentum, max_momentum : array_like
    horizon : int, optional
        Number of arguments, from 0 on, at which a function `scale_fn` is evaluated.

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
    >>> from decaylr.compat.torch import CyclicLR
    >>> s = CyclicLR(1.0, 5.0, step_size_up=2, mode="triangular2")
    >>> s(2), s(4), s(6), round(s.momentum(2), 12)
    (5.0, 1.0, 3.0, 0.8)
    """
    low, high = finite("base_lr", base_lr), finite("max_lr", max_lr)
    up = above("step_size_up", step_size_up)
    down = up if step_size_down is None else above("step_size_down", step_size_down)
    rate = at_least("gamma", gamma)
    broadcastable(base_lr=low, max_lr=high, step_size_up=up, step_size_down=down, gamma=rate)
    one_of("scale_mode", scale_mode, ("cycle", "iterations"))
    if scale_fn is None:
        one_of("mode", mode, MODES)
        wave = partial(_wave, mode, up, down, rate)
    else:
        scale = as_schedule("scale_fn", scale_fn, horizon)
        wave = partial(_scaled_wave, _over_cycles(scale, up + down, scale_mode), up, down)
    if not flag("cycle_momentum", cycle_momentum):
        return with_momentum(wave(low, high), None)
    least, most = finite("base_momentum", base_momentum), finite("max_momentum", max_momentum)
    return with_momentum(wave(low, high), wave(most, least))


def _wave(mode: str, up: Array, down: Array, gamma: Array, low: Array, high: Array) -> Schedule:
    if mode != "exp_range":
        return cyclic(low, high, up, down, mode)  # type: ignore[arg-type]
    return _scaled_wave(ExponentialLR(1.0, gamma), up, down, low, high)


def _scaled_wave(scale: Schedule, up: Array, down: Array, low: Array, high: Array) -> Schedule:
    return cyclic(0.0, high - low, up, down) * scale + low


def _over_cycles(scale: Schedule, period: Array, scale_mode: str) -> Schedule:
    """The scale as a function of the step; a scale per cycle is held during that cycle."""
    if scale_mode == "iterations":
        return scale
    return scale.advance(1).stretch(period).staircase(period)


def OneCycleLR(  # noqa: N802
    max_lr: ArrayLike,
    total_steps: ArrayLike | None = None,
    epochs: ArrayLike | None = None,
    steps_per_epoch: ArrayLike | None = None,
    pct_start: ArrayLike = 0.3,
    anneal_strategy: str = "cos",
    cycle_momentum: bool = True,
    base_momentum: ArrayLike = 0.85,
    max_momentum: ArrayLike = 0.95,
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 10000.0,
    three_phase: bool = False,
) -> Schedule:
    """The one-cycle policy: up to `max_lr`, then down to far below the initial rate.

    With ``I = max_lr / div_factor``, ``E = I / final_div_factor`` and ``T = total_steps``, the
    rate rises from ``I`` at step 0 to `max_lr` at ``pct_start * T - 1`` and falls to ``E`` at
    ``T - 1``; with three phases it first falls back to ``I`` at ``2 * pct_start * T - 2``. At
    step ``T``, the last that PyTorch allows, PyTorch extrapolates the last phase by one step.
    That value holds afterwards, where PyTorch raises an error. If the last phase has no length,
    the rate stays at the end value of the phase before it.

    Parameters
    ----------
    max_lr : array_like
    total_steps : array_like of whole numbers, optional
        The total number of steps ``T``, at least 1.
    epochs, steps_per_epoch : array_like of whole numbers, optional
        Their product is ``T`` if `total_steps` is not given.
    pct_start : array_like
        Fraction of the steps in which the rate rises, in [0, 1]. ``pct_start * T`` must not be
        1, where PyTorch divides by 0.
    anneal_strategy : {"cos", "linear"}
    cycle_momentum : bool
        Whether `.momentum` falls from `max_momentum` to `base_momentum` and rises back; if
        False, `.momentum` is None.
    base_momentum, max_momentum : array_like
    div_factor, final_div_factor : array_like
        > 0.
    three_phase : bool
        Whether the rate falls back to ``I`` before it falls to ``E``.

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
    >>> from decaylr.compat.torch import OneCycleLR
    >>> s = OneCycleLR(25.0, total_steps=10, anneal_strategy="linear", final_div_factor=2)
    >>> s(0), s(2), s(9), s.momentum(2)
    (1.0, 25.0, 0.5, 0.85)
    """
    peak = finite("max_lr", max_lr)
    total = _total(total_steps, epochs, steps_per_epoch)
    fraction = at_least("pct_start", pct_start)
    expect("pct_start", fraction, "in [0, 1]", fraction <= 1)
    expect("pct_start", fraction, "other than 1 / total_steps", fraction * total != 1)
    kind = one_of("anneal_strategy", anneal_strategy, ("cos", "linear"))
    if flag("three_phase", three_phase):
        rule = "at most (total_steps + 1) / (2 * total_steps) with three phases"
        expect("pct_start", fraction, rule, 2 * fraction * total <= total + 1)
    first = finite_quotient("max_lr", peak, "div_factor", above("div_factor", div_factor))
    final_divisor = above("final_div_factor", final_div_factor)
    last = finite_quotient("the first value", first, "final_div_factor", final_divisor)
    broadcastable(max_lr=peak, total_steps=total, pct_start=fraction, div_factor=first, end=last)
    cycle = partial(one_cycle_phases, fraction * total, total, kind, three_phase)
    rate = cycle([first, peak, first, last] if three_phase else [first, peak, last])
    rate = with_horizon(rate, total)
    if not flag("cycle_momentum", cycle_momentum):
        return rate
    least, most = finite("base_momentum", base_momentum), finite("max_momentum", max_momentum)
    values = [most, least, most, most] if three_phase else [most, least, most]
    return with_momentum(rate, cycle(values))


def _total(
    total_steps: ArrayLike | None, epochs: ArrayLike | None, steps_per_epoch: ArrayLike | None
) -> Array:
    if total_steps is not None:
        return whole_numbers("total_steps", total_steps, 1)
    if epochs is None or steps_per_epoch is None:
        refuse("total_steps", "given, or epochs and steps_per_epoch both", None)
    return whole_numbers("epochs", epochs, 1) * whole_numbers("steps_per_epoch", steps_per_epoch, 1)


def one_cycle_phases(
    peak_end: Array, total: Array, kind: str, three_phase: bool, values: list[Array]
) -> Schedule:
    """Join the phases of a one-cycle schedule.

    The phases connect consecutive `values`. They end at ``peak_end - 1``, with three phases at
    ``2 * peak_end - 2``, and at ``total - 1``.
    """
    edges = [np.asarray(peak_end - 1.0)] + ([2 * peak_end - 2.0] if three_phase else [])
    begins, ends = [np.zeros(()), *edges], [*edges, total - 1]
    # If the last phase has no length, the value stays at the end of the phase before it.
    values = [*values[:-1], np.where(ends[-1] > begins[-1], values[-1], values[-2])]
    shape: Shape = {"cos": "cosine", "linear": "linear"}[kind]
    parts = []
    for i, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        make = rise if i == 0 else fall
        length = np.maximum(end - begin, 0)
        part = make("anneal_strategy", shape, values[i], values[i + 1], length)
        # Skip the steps of a phase that would begin before step 0.
        parts.append(part.advance(np.maximum(-begin, 0)) if np.any(begin < 0) else part)
    after = _extrapolated(kind, begins[-1], ends[-1], values[-2], values[-1])
    boundaries = [np.maximum(edge, 0) for edge in edges]
    return join([*parts, after], boundaries=[*boundaries, np.maximum(total, boundaries[-1])])


def _extrapolated(kind: str, begin: Array, end: Array, high: Array, low: Array) -> Schedule:
    """The constant that the last phase's formula gives one step after its end."""
    length = np.asarray(np.where(end > begin, end - begin, 1.0))
    if kind == "linear":
        return constant(low + (low - high) / length)
    # A cosine has the same value one step after its end as one step before it.
    return constant(cosine(high, low, length).ending("mirror").advance(length + 1)(0))
