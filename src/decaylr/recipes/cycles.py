"""Recipes that go up and down: one cycle, many cycles, restarts."""

from __future__ import annotations

from functools import partial
from typing import Literal

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
    refuse,
    whole_number,
)
from decaylr.combinators.joins import join
from decaylr.curves import cosine, exponential
from decaylr.recipes.phases import Shape, fall, rise, sequence
from decaylr.schedule import Schedule

MODES = ("triangular", "triangular2", "exp_range", "exp_cycle")


def one_cycle(
    max_value: ArrayLike,
    total_steps: ArrayLike,
    pct_start: ArrayLike = 0.3,
    anneal: Shape = "cosine",
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 1e4,
    three_phase: bool = False,
    *,
    init_value: ArrayLike | None = None,
    end_value: ArrayLike | None = None,
    pct_final: ArrayLike | None = None,
    inclusive: bool = True,
) -> Schedule:
    """One cycle: up to a maximum, down again, further down.

    With ``I = max_value / div_factor`` (or ``init_value``), ``E = I / final_div_factor``
    (or ``end_value``), ``T = total_steps`` and ``x -> f(x)`` the shape, from 1 to 0::

        s(p) = I + (max_value - I) * f(1 - p / A)                 p < A
        two phases:    s(p) = E + (max_value - E) * f((p - A) / (L - A))      A <= p < L
        three phases:  s(p) = I + (max_value - I) * f((p - A) / (B - A))      A <= p < B
                       s(p) = E + (I - E) * f((p - B) / (L - B))              B <= p < L
        s(p) = E                                                  p >= L

    ==================  =====================================  ===========================
    convention          ``A``                                  ``B``, ``L``
    ==================  =====================================  ===========================
    ``inclusive=True``  ``pct_start * T - 1``                  ``2 * pct_start * T - 2``,
    (torch, Paddle)                                            ``T - 1``
    ``inclusive=False`` ``floor(pct_start * T)``               ``floor(2 * pct_start * T)``,
    (optax)                                                    ``T``
    ==================  =====================================  ===========================

    With ``pct_final`` given, ``B`` is ``pct_final * T - 1`` or ``floor(pct_final * T)``.

    Parameters
    ----------
    max_value : array_like
        The highest value.
    total_steps : array_like
        ``T`` > 0. Inclusive: the last of the positions ``0 ... T - 1`` has the end value.
    pct_start : array_like
        Share of ``T`` spent going up, in [0, 1].
    anneal : str, tuple or function
        Shape of every phase: ``"cosine"``, ``"linear"``, ...
    div_factor, final_div_factor : array_like
        ``I = max_value / div_factor`` and ``E = I / final_div_factor``, both > 0.
    three_phase : bool
        Go back to ``I`` first, then to ``E``.
    init_value, end_value : array_like, optional
        ``I`` and ``E`` themselves, in place of the two factors. A momentum that runs
        against the rate: ``one_cycle(0.85, T, init_value=0.95, end_value=0.95)``.
    pct_final : array_like, optional
        Three phases: where the second one ends, >= ``pct_start``.
    inclusive : bool
        The convention for ``A``, ``B`` and ``L`` above.

    Returns
    -------
    Schedule
        Its length is ``L``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    References
    ----------
    Smith and Topin, "Super-Convergence", arXiv:1708.07120.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.one_cycle(25.0, total_steps=10, anneal="linear", final_div_factor=2)
    >>> s(0), s(1), s(2), s(9)
    (1.0, 13.0, 25.0, 0.5)
    """
    peak, total = finite("max_value", max_value), above("total_steps", total_steps)
    first: Array = peak / above("div_factor", div_factor)
    first = first if init_value is None else finite("init_value", init_value)
    last: Array = first / above("final_div_factor", final_div_factor)
    last = last if end_value is None else finite("end_value", end_value)
    start = at_least("pct_start", pct_start)
    broadcastable(
        max_value=peak, total_steps=total, pct_start=start, init_value=first, end_value=last
    )
    if not flag("three_phase", three_phase) and pct_final is not None:
        refuse("pct_final", "given with three_phase alone", pct_final)
    up, middle, end = _cycle_edges(total, start, three_phase, pct_final, inclusive)
    parts = [rise("anneal", anneal, first, peak, up)]
    if not three_phase:
        return join([*parts, fall("anneal", anneal, peak, last, end - up)], boundaries=[up])
    parts += [
        fall("anneal", anneal, peak, first, middle - up),
        fall("anneal", anneal, first, last, end - middle),
    ]
    return join(parts, boundaries=[up, middle])


def _cycle_edges(
    total: Array, start: Array, three_phase: bool, pct_final: ArrayLike | None, inclusive: bool
) -> tuple[Array, Array, Array]:
    """Ends of the rise, of the second of three phases and of the whole cycle."""
    share, phases = 2 * start, 2
    if pct_final is not None:
        share, phases = at_least("pct_final", pct_final), 1
        expect("pct_final", share, "in [pct_start, 1]", (start <= share) & (share <= 1))
    elif three_phase:
        expect("pct_start", start, "in [0, 0.5] with three phases", start <= 0.5)
    expect("pct_start", start, "in [0, 1]", start <= 1)
    top, middle = start * total, share * total
    if not flag("inclusive", inclusive):
        return np.floor(top), np.floor(middle), total
    expect("pct_start", start, "at least 1 / total_steps", top >= 1)
    return top - 1, middle - phases, total - 1


def cyclic(
    base_value: ArrayLike,
    max_value: ArrayLike,
    step_size_up: ArrayLike = 2000,
    step_size_down: ArrayLike | None = None,
    mode: Literal["triangular", "triangular2", "exp_range", "exp_cycle"] = "triangular",
    gamma: ArrayLike | None = None,
    *,
    shape: Shape = "linear",
    count: ArrayLike | None = None,
) -> Schedule:
    """Cyclical rate: from a base to a maximum and back, again and again.

    With ``U`` and ``D`` the steps up and down, ``c = floor(p / (U + D))`` the cycle,
    ``q = p - c * (U + D)`` and ``f`` the shape (linear: ``1 - x``)::

        t = f(1 - q / U)                       q < U
        t = f((q - U) / D)                     q >= U
        s(p) = base_value + (max_value - base_value) * t * scale

    ================  ===========================================
    mode              scale
    ================  ===========================================
    ``triangular``    1
    ``triangular2``   ``0.5**c``
    ``exp_range``     ``gamma**p``, the position in all cycles
    ``exp_cycle``     ``gamma**c``
    ================  ===========================================

    Parameters
    ----------
    base_value, max_value : array_like
        The lower and the (first) upper value.
    step_size_up, step_size_down : array_like
        ``U`` and ``D`` >= 0, not both 0; ``D`` is ``U`` unless given.
    mode : str
        See the table.
    gamma : array_like, optional
        > 0, for ``exp_range`` and ``exp_cycle`` alone.
    shape : str, tuple or function
        Shape of both slopes.
    count : array_like, optional
        Number of cycles, after which the base value stays; without end unless given.

    Returns
    -------
    Schedule
        Its length is infinite; with ``count`` it is ``count * (U + D)``, ``exp_range`` aside.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    References
    ----------
    Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.cyclic(1.0, 5.0, step_size_up=2, step_size_down=6, mode="triangular2")
    >>> s(0), s(2), s(5), s(8), s(10)
    (1.0, 5.0, 3.0, 1.0, 3.0)
    """
    one_of("mode", mode, MODES)
    if mode.startswith("exp") != (gamma is not None):
        refuse("gamma", "given for exp_range and exp_cycle alone", f"{gamma!r} for {mode}")
    base, peak = finite("base_value", base_value), finite("max_value", max_value)
    up = at_least("step_size_up", step_size_up)
    down = up if step_size_down is None else at_least("step_size_down", step_size_down)
    rate = above("gamma", 1.0 if gamma is None else gamma)
    broadcastable(base_value=base, max_value=peak, step_size_up=up, step_size_down=down, gamma=rate)
    if mode == "exp_range":
        wave = _wave(np.zeros(()), peak - base, up, down, shape, np.ones(()), count)
        return wave * exponential(1.0, rate) + base
    scale = np.asarray(0.5) if mode == "triangular2" else rate
    return _wave(base, peak, up, down, shape, scale, count)


def _wave(
    base: Array,
    peak: Array,
    up: Array,
    down: Array,
    shape: Shape,
    scale: Array,
    count: ArrayLike | None,
) -> Schedule:
    period = above("step_size_up + step_size_down", up + down)
    slopes = [rise("shape", shape, base, peak, up), fall("shape", shape, peak, base, down)]
    body = sequence(slopes, [up])
    return body.repeat(period, count=count, value_scale=scale, floor=base, lengths="real")


def cosine_restarts(
    peak_value: ArrayLike,
    first_steps: ArrayLike,
    end_value: ArrayLike = 0.0,
    period_scale: ArrayLike = 1.0,
    peak_scale: ArrayLike = 1.0,
    warmup_steps: ArrayLike = 0,
    init_value: ArrayLike | None = None,
    count: int | None = None,
    lengths: Literal["floor", "real"] = "floor",
    exponent: ArrayLike = 1.0,
) -> Schedule:
    """Cosines with warm restarts (SGDR).

    Cycle ``c`` begins at ``B_c``, the sum of the lengths before it, and is
    ``L_c = first_steps * period_scale**c`` long, rounded down with ``lengths="floor"``.
    With ``W = warmup_steps``, ``q = p - B_c``, ``m = peak_scale**c``, ``P = peak_value``,
    ``E = end_value`` and ``I = init_value``::

        s(p) = E + m * ((I - E) + (P - I) * q / W)                                q < W
        s(p) = E + m * (P - E) * ((1 + cos(pi * (q - W) / (L_c - W))) / 2)**exponent   q >= W

    Parameters
    ----------
    peak_value, end_value : array_like
        Highest value of the first cycle, and the value every cycle falls to.
    first_steps : array_like
        Length of the first cycle, warmup included, > 0.
    period_scale : array_like
        Growth of the cycles, > 0, any real number; below 1 they shrink (real lengths).
    peak_scale : array_like
        Factor of the peak above ``end_value`` from one cycle to the next, >= 0.
    warmup_steps : array_like
        ``W`` >= 0, in **every** cycle, at its head. Where cycles change in length it
        needs ``count``, since a warmup of fixed length is not a stretched first cycle.
    init_value : array_like, optional
        Value at which each warmup begins (scaled with the peak), ``end_value`` unless given.
    count : int, optional
        Number of cycles, after which ``end_value`` holds.
    lengths : {"floor", "real"}
        Whole or real cycle lengths.
    exponent : array_like
        Power of the cosine, > 0.

    Returns
    -------
    Schedule
        Its length is infinite, or that of ``count`` cycles.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    References
    ----------
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
    arXiv:1608.03983.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.cosine_restarts(1.0, 10, period_scale=2, peak_scale=0.5)
    >>> s(0), s(5), s(10), s(20), s(30)
    (1.0, 0.5, 0.5, 0.25, 0.25)
    """
    first, growth = above("first_steps", first_steps), above("period_scale", period_scale)
    ramp, shrink = at_least("warmup_steps", warmup_steps), at_least("peak_scale", peak_scale)
    one_of("lengths", lengths, ("floor", "real"))
    peak, end = finite("peak_value", peak_value), finite("end_value", end_value)
    begin = end if init_value is None else finite("init_value", init_value)
    power = above("exponent", exponent)
    broadcastable(
        peak_value=peak,
        first_steps=first,
        end_value=end,
        period_scale=growth,
        peak_scale=shrink,
        warmup_steps=ramp,
        init_value=begin,
        exponent=power,
    )
    expect("warmup_steps", ramp, "<= first_steps", ramp <= first)

    cycle = partial(_cycle, end=end, ramp=ramp, exponent=power)
    if not ramp.any() or np.all(growth == 1):
        return cycle(begin, peak, first).repeat(
            first, count=count, period_scale=growth, value_scale=shrink, floor=end, lengths=lengths
        )
    if count is None:
        refuse("count", "given where cycles of changing length have a warmup", None)
    spans = [first * growth.astype(np.float64) ** c for c in range(whole_number("count", count, 1))]
    spans = [np.floor(span) for span in spans] if lengths == "floor" else spans
    expect("warmup_steps", ramp, "<= the shortest cycle", ramp <= np.minimum(spans[0], spans[-1]))
    lows = [begin] + [end + (begin - end) * shrink**c for c in range(1, len(spans))]
    tops = [peak] + [end + (peak - end) * shrink**c for c in range(1, len(spans))]
    parts = [cycle(*values) for values in zip(lows, tops, spans, strict=True)]
    return sequence(parts, spans[:-1])


def _cycle(
    low: Array, top: Array, length: Array, *, end: Array, ramp: Array, exponent: Array
) -> Schedule:
    """One cycle: a warmup if any run has one, and a cosine."""
    shape = partial(cosine, exponent=exponent)
    down = fall("decay", shape, top, end, length - ramp)
    return (
        sequence([rise("warmup", "linear", low, top, ramp), down], [ramp]) if ramp.any() else down
    )
