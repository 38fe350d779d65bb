"""Recipes with cycles: one-cycle, cyclical rates and warm restarts."""

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
    finite_quotient,
    flag,
    one_of,
    refuse,
    shown,
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
    """One-cycle schedule: up to a maximum, then down to a final value below the initial one.

    With ``I = max_value / div_factor`` (or ``init_value``), ``E = I / final_div_factor``
    (or ``end_value``), ``T = total_steps`` and ``f`` the shape, falling from ``f(0) = 1`` to
    ``f(1) = 0``::

        s(p) = I + (max_value - I) * f(1 - p / A)                 p < A
        two phases:    s(p) = E + (max_value - E) * f((p - A) / (L - A))      A <= p < L
        three phases:  s(p) = I + (max_value - I) * f((p - A) / (B - A))      A <= p < B
                       s(p) = E + (I - E) * f((p - B) / (L - B))              B <= p < L
        s(p) = E                                                  p >= L

    =================== =====================================  ===========================
    convention          ``A``                                  ``B``, ``L``
    =================== =====================================  ===========================
    ``inclusive=True``  ``pct_start * T - 1``                  ``2 * pct_start * T - 2``,
    (torch, Paddle)                                            ``T - 1``
    ``inclusive=False`` ``floor(pct_start * T)``               ``floor(2 * pct_start * T)``,
    (optax)                                                    ``T``
    =================== =====================================  ===========================

    With ``pct_final``, ``B`` is ``pct_final * T - 1`` or ``floor(pct_final * T)``.

    Parameters
    ----------
    max_value : array_like
        The maximum.
    total_steps : array_like
        ``T`` > 0. With ``inclusive``, the end value is reached at the position ``T - 1``,
        otherwise at ``T``.
    pct_start : array_like
        Share of ``T`` in which the value rises, in [0, 1].
    anneal : str, tuple or function
        Shape of every phase: ``"cosine"``, ``"linear"``, ...
    div_factor, final_div_factor : array_like
        ``I = max_value / div_factor`` and ``E = I / final_div_factor``, both > 0.
    three_phase : bool
        Whether the value falls to ``I`` first, and then in a third phase to ``E``.
    init_value, end_value : array_like, optional
        ``I`` and ``E`` themselves, instead of the two factors. For a momentum that falls
        while the rate rises: ``one_cycle(0.85, T, init_value=0.95, end_value=0.95)``.
    pct_final : array_like, optional
        Only with ``three_phase``: share of ``T`` at which the second phase ends, >=
        ``pct_start`` and <= 1.
    inclusive : bool
        Which convention of the table applies.

    Returns
    -------
    Schedule
        Its length is ``L``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

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
    divisor = above("div_factor", div_factor)
    final_divisor = above("final_div_factor", final_div_factor)
    if init_value is None:
        first = finite_quotient("max_value", peak, "div_factor", divisor)
    else:
        first = finite("init_value", init_value)
    if end_value is None:
        last = finite_quotient("the first value", first, "final_div_factor", final_divisor)
    else:
        last = finite("end_value", end_value)
    start = at_least("pct_start", pct_start)
    broadcastable(
        max_value=peak, total_steps=total, pct_start=start, init_value=first, end_value=last
    )
    if not flag("three_phase", three_phase) and pct_final is not None:
        refuse("pct_final", "left out unless three_phase is True", pct_final)
    with np.errstate(over="ignore"):  # `rise` and `fall` refuse infinite edges
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
    """End positions of the rise, of the second phase (of three), and of the whole cycle."""
    share, offset = 2 * start, 2
    if pct_final is not None:
        share, offset = at_least("pct_final", pct_final), 1
        expect("pct_final", share, "in [pct_start, 1]", (start <= share) & (share <= 1))
    elif three_phase:
        expect("pct_start", start, "in [0, 0.5] with three phases", start <= 0.5)
    expect("pct_start", start, "in [0, 1]", start <= 1)
    top, middle = start * total, share * total
    if not flag("inclusive", inclusive):
        return np.floor(top), np.floor(middle), total
    expect("pct_start", start, "at least 1 / total_steps", top >= 1)
    return top - 1, middle - offset, total - 1


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
    """Cyclical learning rate: from a base value to a maximum and back, repeatedly.

    With ``U = step_size_up``, ``D = step_size_down``, ``c = floor(p / (U + D))`` the number of
    the cycle, ``q = p - c * (U + D)`` and ``f`` the shape (linear: ``f(x) = 1 - x``)::

        t = f(1 - q / U)                       q < U
        t = f((q - U) / D)                     q >= U
        s(p) = base_value + (max_value - base_value) * t * scale

    ================  ===========================================
    mode              scale
    ================  ===========================================
    ``triangular``    1
    ``triangular2``   ``0.5**c``
    ``exp_range``     ``gamma**p``
    ``exp_cycle``     ``gamma**c``
    ================  ===========================================

    Parameters
    ----------
    base_value, max_value : array_like
        The lower value, and the upper value of the first cycle.
    step_size_up, step_size_down : array_like
        ``U`` and ``D`` >= 0, not both 0; ``D`` is ``U`` by default.
    mode : {"triangular", "triangular2", "exp_range", "exp_cycle"}
        See the table.
    gamma : array_like, optional
        > 0; required for ``exp_range`` and ``exp_cycle``, not allowed otherwise.
    shape : str, tuple or function
        Shape of the rise and of the fall: see :mod:`decaylr.recipes.phases`.
    count : array_like, optional
        Number of cycles, after which the value stays at ``base_value``; by default the
        cycles never end.

    Returns
    -------
    Schedule
        Its length is infinite, or with ``count`` it is ``count * (U + D)``, except for
        ``exp_range``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

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
        rule = "given for exp_range and exp_cycle, and left out for other modes"
        refuse("gamma", rule, f"{shown(gamma)} for {mode}")
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
    with np.errstate(over="ignore"):  # `above` refuses an infinite sum
        total = up + down
    period = above("step_size_up + step_size_down", total)
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
    """Cosine decay with warm restarts (SGDR).

    Cycle ``c`` has the length ``L_c = first_steps * period_scale**c``, rounded down with
    ``lengths="floor"``, and begins at ``B_c``, the sum of the lengths before it.
    With ``W = warmup_steps``, ``q = p - B_c``, ``m = peak_scale**c``, ``P = peak_value``,
    ``E = end_value`` and ``I = init_value``::

        s(p) = E + m * ((I - E) + (P - I) * q / W)                                q < W
        s(p) = E + m * (P - E) * ((1 + cos(pi * (q - W) / (L_c - W))) / 2)**exponent   q >= W

    Parameters
    ----------
    peak_value, end_value : array_like
        Maximum of the first cycle, and the value to which every cycle falls.
    first_steps : array_like
        Length of the first cycle including its warmup, > 0.
    period_scale : array_like
        Factor between the lengths of successive cycles, > 0. Below 1 the cycles become
        shorter, and ``count`` is required.
    peak_scale : array_like
        Factor between the heights ``P - E`` of successive cycles, >= 0.
    warmup_steps : array_like
        ``W`` >= 0, the length of a linear warmup at the beginning of **every** cycle. If
        cycles change in length, a warmup requires ``count``.
    init_value : array_like, optional
        Value at which the warmup of the first cycle begins (later ones are scaled like the
        peak); ``end_value`` by default.
    count : int, optional
        Number of cycles, after which the value stays at ``end_value``.
    lengths : {"floor", "real"}
        Whether cycle lengths are rounded down to integers.
    exponent : array_like
        Exponent of the cosine, > 0.

    Returns
    -------
    Schedule
        Its length is infinite, or with ``count`` the sum of the cycle lengths.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

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
        refuse("count", "given if cycles with a warmup change in length", None)
    spans = [first * growth.astype(np.float64) ** c for c in range(whole_number("count", count, 1))]
    spans = [np.floor(span) for span in spans] if lengths == "floor" else spans
    expect("warmup_steps", ramp, "<= the shortest cycle", ramp <= np.minimum(spans[0], spans[-1]))
    bottoms = [begin] + [end + (begin - end) * shrink**c for c in range(1, len(spans))]
    tops = [peak] + [end + (peak - end) * shrink**c for c in range(1, len(spans))]
    parts = [cycle(*values) for values in zip(bottoms, tops, spans, strict=True)]
    return sequence(parts, spans[:-1])


def _cycle(
    bottom: Array, top: Array, length: Array, *, end: Array, ramp: Array, exponent: Array
) -> Schedule:
    """One cycle: a linear warmup, if any run has one, and a cosine."""
    shape = partial(cosine, exponent=exponent)
    down = fall("decay", shape, top, end, length - ramp)
    return (
        sequence([rise("warmup", "linear", bottom, top, ramp), down], [ramp])
        if ramp.any()
        else down
    )
