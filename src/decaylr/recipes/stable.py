"""Recipes with a constant phase: warmup-stable-decay (WSD) and variants."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import Array, at_least, broadcastable, expect, finite, listed, refuse
from decaylr.combinators.joins import join
from decaylr.curves import constant
from decaylr.recipes.phases import Shape, fall, rise, sequence
from decaylr.schedule import Schedule


def wsd(
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    stable_steps: ArrayLike,
    decay_steps: ArrayLike,
    init_value: ArrayLike = 0.0,
    end_value: ArrayLike = 0.0,
    *,
    warmup: Shape = "linear",
    decay: Shape = "linear",
) -> Schedule:
    """Warmup-stable-decay (WSD): warmup, constant phase, decay.

    With ``W = warmup_steps``, ``S = stable_steps``, ``D = decay_steps``, and ``g`` and ``f`` the
    shapes of warmup and decay (see :mod:`decaylr.recipes.phases`; linear: ``f(x) = 1 - x``)::

        s(p) = init_value + (peak_value - init_value) * g(1 - p / W)              p < W
        s(p) = peak_value                                                W <= p < W + S
        s(p) = end_value + (peak_value - end_value) * f((p - W - S) / D) W + S <= p < W + S + D
        s(p) = end_value                                                 p >= W + S + D

    Parameters
    ----------
    peak_value, init_value, end_value : array_like
        Values in the constant phase, at p = 0, and after the decay.
    warmup_steps, stable_steps, decay_steps : array_like
        ``W``, ``S``, ``D`` in positions, each >= 0.
    warmup, decay : str, tuple or function
        Shapes: ``"linear"``, ``"cosine"``, ``"1-sqrt"``, ``"exponential"`` (needs
        ``end_value`` > 0), ``("scaled-exponential", 0.1)``, ``("power", 2)``, ...

    Returns
    -------
    Schedule
        Its length is ``W + S + D``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Hu et al., "MiniCPM", arXiv:2404.06395; Haegele et al., "Scaling Laws and
    Compute-Optimal Training Beyond Fixed Training Durations", arXiv:2405.18392
    (the 1-sqrt decay).

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.wsd(1.0, warmup_steps=10, stable_steps=70, decay_steps=20)
    >>> s(0), s(5), s(10), s(79), s(90), s(100)
    (0.0, 0.5, 1.0, 1.0, 0.5, 0.0)
    >>> dl.wsd(1.0, 10, 70, 20, decay="1-sqrt")(85)
    0.5
    """
    ramp, flat = at_least("warmup_steps", warmup_steps), at_least("stable_steps", stable_steps)
    down = at_least("decay_steps", decay_steps)
    peak, end = finite("peak_value", peak_value), finite("end_value", end_value)
    first = finite("init_value", init_value)
    broadcastable(
        peak_value=peak,
        warmup_steps=ramp,
        stable_steps=flat,
        decay_steps=down,
        init_value=first,
        end_value=end,
    )
    parts = [
        rise("warmup", warmup, first, peak, ramp),
        constant(peak),
        fall("decay", decay, peak, end, down),
    ]
    return sequence(parts, [ramp, flat])


def trapezoid(
    peak_value: ArrayLike,
    total_steps: ArrayLike,
    warmup_steps: ArrayLike,
    decay_steps: ArrayLike,
    init_value: ArrayLike = 0.0,
    end_value: ArrayLike = 0.0,
) -> Schedule:
    """Linear warmup, constant phase, linear decay, for a given total length.

    Equal to ``wsd(peak_value, warmup_steps, total_steps - warmup_steps - decay_steps, decay_steps,
    init_value, end_value)``.

    Parameters
    ----------
    peak_value, init_value, end_value : array_like
        Values in the constant phase, at p = 0, and for p >= ``total_steps``.
    total_steps : array_like
        The total length, >= ``warmup_steps + decay_steps``.
    warmup_steps, decay_steps : array_like
        Lengths of warmup and decay, >= 0.

    Returns
    -------
    Schedule
        Its length is ``total_steps``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Xing et al., "A Walk with SGD", arXiv:1802.08770; Haegele et al., arXiv:2405.18392.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.trapezoid(1.0, total_steps=100, warmup_steps=10, decay_steps=20)
    >>> s(5), s(10), s(80), s(90), s(100)
    (0.5, 1.0, 1.0, 0.5, 0.0)
    """
    total, ramp = at_least("total_steps", total_steps), at_least("warmup_steps", warmup_steps)
    down = at_least("decay_steps", decay_steps)
    broadcastable(total_steps=total, warmup_steps=ramp, decay_steps=down)
    expect("total_steps", total, ">= warmup_steps + decay_steps", total >= ramp + down)
    return wsd(peak_value, ramp, total - ramp - down, down, init_value, end_value)


def wsd_s(
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    decay_starts: ArrayLike,
    decay_ends: ArrayLike,
    end_value: ArrayLike = 0.0,
    init_value: ArrayLike = 0.0,
    *,
    warmup: Shape = "linear",
    decay: Shape = "linear",
) -> Schedule:
    """WSD-S: warmup, then a constant value with several decays, each followed by a jump back.

    With ``W = warmup_steps``, decay ``i`` from ``A_i = decay_starts[..., i]`` to
    ``B_i = decay_ends[..., i]``, and ``g`` and ``f`` the shapes of warmup and decay::

        s(p) = init_value + (peak_value - init_value) * g(1 - p / W)                p < W
        s(p) = end_value + (peak_value - end_value) * f((p - A_i) / (B_i - A_i))    A_i <= p < B_i
        s(p) = end_value                                                 p >= the last B_i
        s(p) = peak_value                                                otherwise

    Parameters
    ----------
    peak_value, end_value, init_value : array_like
        Values between decays, at the end of a decay, and at p = 0.
    warmup_steps : array_like
        ``W`` >= 0.
    decay_starts, decay_ends : array_like
        Positions, listed along the last axis; ``W <= A_0 <= B_0 <= A_1 <= B_1 ...``.
    warmup, decay : str, tuple or function
        Shapes, see :mod:`decaylr.recipes.phases`.

    Returns
    -------
    Schedule
        Its length is the last of ``decay_ends``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Wen et al., "Understanding Warmup-Stable-Decay Learning Rates: A River Valley Loss
    Landscape Perspective", arXiv:2410.05192.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.wsd_s(1.0, 100, decay_starts=[800, 1800], decay_ends=[1000, 2000])
    >>> s(100), s(900), s(1000), s(1900), s(2000)
    (1.0, 0.5, 1.0, 0.5, 0.0)
    """
    ramp = at_least("warmup_steps", warmup_steps)
    peak, end = finite("peak_value", peak_value), finite("end_value", end_value)
    first = finite("init_value", init_value)
    edges = _edges(ramp, decay_starts, decay_ends)
    broadcastable(
        peak_value=peak, warmup_steps=ramp, decay_starts=edges[0], end_value=end, init_value=first
    )
    parts = [rise("warmup", warmup, first, peak, ramp)]
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        parts += [constant(peak), fall("decay", decay, peak, end, stop - begin)]
    return join(parts, boundaries=[ramp, *edges[:-1]])


def _edges(ramp: Array, decay_starts: ArrayLike, decay_ends: ArrayLike) -> list[Array]:
    """Starts and ends of the decays, alternating; checked to be in order."""
    starts = listed("decay_starts", at_least("decay_starts", decay_starts))
    ends = listed("decay_ends", at_least("decay_ends", decay_ends))
    if starts.shape[-1] != ends.shape[-1]:
        refuse("decay_ends", f"as long as decay_starts, {starts.shape[-1]}", ends.shape[-1])
    broadcastable(decay_starts=starts, decay_ends=ends, warmup_steps=ramp[..., None])
    expect("decay_starts", starts[..., 0], ">= warmup_steps", starts[..., 0] >= ramp)
    expect("decay_ends", ends, ">= decay_starts", ends >= starts)
    following = starts[..., 1:]
    expect("decay_starts", following, ">= the decay_ends before them", following >= ends[..., :-1])
    return [edge[..., i] for i in range(starts.shape[-1]) for edge in (starts, ends)]


def infinite(
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    cooldown_steps: ArrayLike,
    constant_value: ArrayLike,
    constant_steps: ArrayLike | None = None,
    anneal_steps: ArrayLike | None = None,
    end_value: ArrayLike | None = None,
    init_value: ArrayLike = 0.0,
    *,
    warmup: Shape = "linear",
    cooldown: Shape = "cosine",
    anneal: Shape = "exponential",
) -> Schedule:
    """Infinite schedule: warmup, cooldown to a constant value, and an optional final anneal.

    With ``W``, ``C``, ``K``, ``A`` the lengths of warmup, cooldown, constant phase and anneal,
    ``g``, ``f`` and ``h`` the shapes of warmup, cooldown and anneal, and ``q = p - W - C``::

        s(p) = init_value + (peak_value - init_value) * g(1 - p / W)                  p < W
        s(p) = constant_value + (peak_value - constant_value) * f((p - W) / C)        p < W + C
        s(p) = constant_value                                                         q < K
        s(p) = end_value + (constant_value - end_value) * h((q - K) / A)              q < K + A
        s(p) = end_value                                                              q >= K + A

    The exponential anneal is ``constant_value * (end_value / constant_value)**((q - K) / A)``.

    Parameters
    ----------
    peak_value, constant_value, end_value, init_value : array_like
        Values after the warmup, in the constant phase, after the anneal, and at p = 0.
    warmup_steps, cooldown_steps, constant_steps, anneal_steps : array_like
        ``W``, ``C``, ``K``, ``A`` in positions, each >= 0. Without ``constant_steps``,
        ``anneal_steps`` and ``end_value`` the constant phase never ends; such a schedule can
        be annealed later with :meth:`decaylr.Schedule.branch`.
    warmup, cooldown, anneal : str, tuple or function
        Shapes; published cooldowns are ``"cosine"``, ``"linear"`` and
        ``("inverse-sqrt", s)``.

    Returns
    -------
    Schedule
        Its length is ``W + C + K + A``, or infinite.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Ibrahim et al., "Simple and Scalable Strategies to Continually Pre-train Large Language
    Models", arXiv:2403.08763; Singh et al., "Beyond Cosine Decay", arXiv:2503.02844.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.infinite(1.0, 10, 100, constant_value=0.5)
    >>> s(10), s(60), s(10**9)
    (1.0, 0.75, 0.5)
    >>> s = dl.infinite(1.0, 10, 100, 0.5, constant_steps=890, anneal_steps=200, end_value=0.125)
    >>> s(1000), s(1100), s(1200)
    (0.5, 0.25, 0.125)
    """
    ramp, cool = at_least("warmup_steps", warmup_steps), at_least("cooldown_steps", cooldown_steps)
    peak, plain = finite("peak_value", peak_value), finite("constant_value", constant_value)
    first = finite("init_value", init_value)
    broadcastable(
        peak_value=peak,
        warmup_steps=ramp,
        cooldown_steps=cool,
        constant_value=plain,
        init_value=first,
    )
    parts = [
        rise("warmup", warmup, first, peak, ramp),
        fall("cooldown", cooldown, peak, plain, cool),
        constant(plain),
    ]
    given = (constant_steps, anneal_steps, end_value)
    if all(item is None for item in given):
        return sequence(parts, [ramp, cool])
    if any(item is None for item in given):
        refuse("constant_steps, anneal_steps and end_value", "given together", given)
    flat, down = at_least("constant_steps", constant_steps), at_least("anneal_steps", anneal_steps)
    last = finite("end_value", end_value)
    broadcastable(
        warmup_steps=ramp,
        constant_value=plain,
        constant_steps=flat,
        anneal_steps=down,
        end_value=last,
    )
    parts.append(fall("anneal", anneal, plain, last, down))
    return sequence(parts, [ramp, cool, flat])
