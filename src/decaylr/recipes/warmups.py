"""Recipes with a warmup, and layer-wise decay.

Each function returns an ordinary :class:`decaylr.Schedule`. Numeric parameters are scalars or
arrays, which broadcast. Lengths may be fractional (for example in epochs); a phase of length 0
is skipped in that run. Shapes (``warmup``, ``decay``, ``anneal`` ...) are listed in
:mod:`decaylr.recipes.phases`.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    above,
    at_least,
    broadcastable,
    expect,
    finite,
    finite_quotient,
    one_of,
    refuse,
    shown,
    whole_number,
)
from decaylr.curves import constant, cosine, inverse, linear
from decaylr.recipes.phases import Shape, fall, rise, sequence
from decaylr.schedule import Schedule


def warmup(
    schedule: Schedule | ArrayLike,
    steps: ArrayLike,
    init_value: ArrayLike = 0.0,
    shape: Shape = "linear",
    *,
    offset: ArrayLike = 0,
    divisor: ArrayLike | None = None,
    clock: Literal["after", "under"] = "after",
    peak_value: ArrayLike | None = None,
) -> Schedule:
    """Place a warmup before a schedule.

    With ``f`` the shape (see :mod:`decaylr.recipes.phases`; linear: ``f(x) = 1 - x``)::

        s(p) = init_value + (peak - init_value) * f(1 - (p + offset) / divisor)   p < steps
        s(p) = schedule(p - steps)     p >= steps, clock="after":  peak = schedule(0)
        s(p) = schedule(p)             p >= steps, clock="under":  peak = schedule(steps)

    Parameters
    ----------
    schedule : Schedule or array_like
        The schedule after the warmup; a number stands for a constant.
    steps : array_like
        Length of the warmup, >= 0; runs with 0 have no warmup.
    init_value : array_like
        Value at which the warmup begins (without an offset).
    shape : str, tuple or function
        ``"linear"``, ``("polynomial", 2)``, ``"cosine"``, ``"1-sqrt"``, ``("1-exp", 5)``,
        ``"constant"`` (hold ``init_value``, then jump), ...
    offset, divisor : array_like
        The progress is ``(p + offset) / divisor``, with ``divisor = steps`` by default. For
        ``W = steps``, ``offset=1`` gives ``(p+1)/W``; ``offset=1, divisor=W+1`` gives
        ``(p+1)/(W+1)``; ``divisor=W-1`` reaches the peak at the last warmup position.
    clock : {"after", "under"}
        "after": the schedule starts at its position 0 when the warmup ends. "under": it
        starts together with the warmup and is at its position ``steps`` when that ends.
    peak_value : array_like, optional
        The value to which the warmup leads, ``peak`` above, if it is not the schedule's.

    Returns
    -------
    Schedule
        Its length is ``steps + schedule.length``; with clock="under", ``schedule.length``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.warmup(dl.cosine(1.0, 0.0, 100), 10)
    >>> s(0), s(5), s(10), s(60), s(110)
    (0.0, 0.5, 1.0, 0.5, 0.0)

    A warmup to another value than that at which the schedule begins:

    >>> dl.warmup(dl.constant(0.5), 10, peak_value=1.0)([5, 9, 10])
    array([0.5, 0.9, 0.5])

    A warmup factor, multiplied with a schedule:

    >>> (dl.warmup(1.0, 10) * dl.linear(1.0, 0.0, 20))(5)
    0.375
    """
    one_of("clock", clock, ("after", "under"))
    length, first = at_least("steps", steps), finite("init_value", init_value)
    shift = at_least("offset", offset)
    ramp_steps = length if divisor is None else at_least("divisor", divisor)
    broadcastable(steps=length, init_value=first, offset=shift, divisor=ramp_steps)
    target = schedule if isinstance(schedule, Schedule) else constant(finite("schedule", schedule))
    if clock == "under":
        target = target.advance(length)
    peak = np.asarray(target(0)) if peak_value is None else finite("peak_value", peak_value)
    ramp = rise("shape", shape, first, peak, ramp_steps)
    if np.any(shift > 0):
        ramp = ramp.advance(shift)
    return sequence([ramp, target], [length])


def warmup_cosine(
    init_value: ArrayLike,
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    decay_steps: ArrayLike,
    end_value: ArrayLike = 0.0,
    exponent: ArrayLike = 1.0,
) -> Schedule:
    """Linear warmup, then cosine decay (parameters as in optax).

    With ``W = warmup_steps`` and ``D = decay_steps - W``::

        s(p) = init_value + (peak_value - init_value) * p / W                      p < W
        s(p) = end_value + (peak_value - end_value)
                           * ((1 + cos(pi * (p - W) / D)) / 2)**exponent    W <= p < W + D
        s(p) = end_value                                                        p >= W + D

    Parameters
    ----------
    init_value, peak_value, end_value : array_like
        Values at p = 0, at the end of the warmup, and for p >= ``decay_steps``.
    warmup_steps : array_like
        ``W`` >= 0.
    decay_steps : array_like
        The total length, **including the warmup**, >= ``warmup_steps``.
    exponent : array_like
        Exponent of the cosine, > 0.

    Returns
    -------
    Schedule
        Its length is ``decay_steps``.

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
    >>> s = dl.warmup_cosine(0.0, 3e-4, warmup_steps=[0, 100, 200], decay_steps=1000)
    >>> s(0)
    array([0.0003, 0.    , 0.    ])
    >>> s(1000)
    array([0., 0., 0.])
    """
    ramp, total = at_least("warmup_steps", warmup_steps), at_least("decay_steps", decay_steps)
    peak, end = finite("peak_value", peak_value), finite("end_value", end_value)
    first, power = finite("init_value", init_value), above("exponent", exponent)
    broadcastable(
        init_value=first,
        peak_value=peak,
        warmup_steps=ramp,
        decay_steps=total,
        end_value=end,
        exponent=power,
    )
    expect("decay_steps", total, ">= warmup_steps (it includes them)", total >= ramp)
    parts = [
        rise("warmup", "linear", first, peak, ramp),
        fall("decay", lambda a, b, n: cosine(a, b, n, exponent=power), peak, end, total - ramp),
    ]
    return sequence(parts, [ramp])


def noam(d_model: ArrayLike, warmup_steps: ArrayLike, scale: ArrayLike = 1.0) -> Schedule:
    """The Transformer ("Noam") schedule: linear warmup, then inverse-square-root decay.

    With ``W = warmup_steps``::

        s(p) = scale * d_model**-0.5 * min(p**-0.5, p * W**-1.5),    s(0) = 0

    The paper counts updates from 1. To count them from 0 with the same values, use
    ``noam(...).advance(1)``.

    Parameters
    ----------
    d_model : array_like
        Width of the model, > 0.
    warmup_steps : array_like
        ``W`` > 0. The peak, at p = W, is ``scale / sqrt(d_model * W)``.
    scale : array_like
        Factor of all values.

    Returns
    -------
    Schedule
        Its length is infinite.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", arXiv:1706.03762, section 5.3.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.noam(d_model=512, warmup_steps=4000)
    >>> s(0), round(s(4000), 12), round(s(16000), 12)
    (0.0, 0.000698771243, 0.000349385621)
    """
    width, ramp = above("d_model", d_model), above("warmup_steps", warmup_steps)
    factor = finite("scale", scale)
    broadcastable(d_model=width, warmup_steps=ramp, scale=factor)
    with np.errstate(over="ignore"):
        product = width.astype(np.float64) * ramp  # no integers: they could overflow
        fits = (product >= np.finfo(np.float64).tiny) & np.isfinite(product)
        root = np.where(fits, np.sqrt(product), np.sqrt(width) * np.sqrt(ramp))
        peak = factor / root
    return sequence([linear(0.0, peak, ramp), inverse(peak, 1.0, ramp, power=0.5)], [ramp])


def warmup_inverse_sqrt(
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    timescale: ArrayLike | None = None,
    init_value: ArrayLike = 0.0,
) -> Schedule:
    """Linear warmup, then inverse-square-root decay.

    With ``W = warmup_steps`` and ``T = timescale``::

        s(p) = init_value + (peak_value - init_value) * p / W      p < W
        s(p) = peak_value / sqrt(1 + (p - W) / T)                  p >= W

    With ``T = W`` (the default) the decay is ``peak_value * sqrt(W / p)``.

    Parameters
    ----------
    peak_value, init_value : array_like
        Values at the end of the warmup, and at p = 0.
    warmup_steps : array_like
        ``W`` >= 0.
    timescale : array_like, optional
        ``T`` > 0, by default ``warmup_steps``; required if that is 0.

    Returns
    -------
    Schedule
        Its length is infinite.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
    Transformer", arXiv:1910.10683; Zhai et al., "Scaling Vision Transformers",
    arXiv:2106.04560.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.warmup_inverse_sqrt(1.0, 100)
    >>> s(50), s(100), s(400)
    (0.5, 1.0, 0.5)
    """
    ramp, peak = at_least("warmup_steps", warmup_steps), finite("peak_value", peak_value)
    if timescale is None and np.any(ramp == 0):
        refuse("timescale", "given where warmup_steps is 0", None)
    scale = ramp if timescale is None else above("timescale", timescale)
    first = finite("init_value", init_value)
    broadcastable(peak_value=peak, warmup_steps=ramp, timescale=scale, init_value=first)
    up = rise("warmup", "linear", first, peak, ramp)
    return sequence([up, inverse(peak, 1.0, scale, power=0.5)], [ramp])


def slanted_triangular(
    max_value: ArrayLike,
    total_steps: ArrayLike,
    cut_fraction: ArrayLike = 0.1,
    ratio: ArrayLike = 32.0,
) -> Schedule:
    """Slanted triangular schedule: a short linear rise and a long linear decay (ULMFiT).

    With ``C = floor(total_steps * cut_fraction)``, ``m = max_value / ratio`` and
    ``D = C * (1 / cut_fraction - 1)``::

        s(p) = m + (max_value - m) * p / C                    p < C
        s(p) = max_value - (max_value - m) * (p - C) / D      C <= p < C + D
        s(p) = m                                              p >= C + D

    Parameters
    ----------
    max_value : array_like
        The maximum.
    total_steps : array_like
        Nominal length, >= ``1 / cut_fraction``. The actual length can be shorter, because
        ``C`` is rounded down.
    cut_fraction : array_like
        Share of the length in which the value rises, > 0 and <= 1.
    ratio : array_like
        Ratio of the maximum to the lowest value, > 0.

    Returns
    -------
    Schedule
        Its length is ``C / cut_fraction``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification",
    arXiv:1801.06146, equation 3.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.slanted_triangular(0.5, total_steps=50)
    >>> s(0), s(5), s(50)
    (0.015625, 0.5, 0.015625)
    """
    peak, total = finite("max_value", max_value), above("total_steps", total_steps)
    share, height = above("cut_fraction", cut_fraction), above("ratio", ratio)
    broadcastable(max_value=peak, total_steps=total, cut_fraction=share, ratio=height)
    expect("cut_fraction", share, "at most 1", share <= 1)
    cut = np.floor(total * share)
    expect("total_steps", total, "at least 1 / cut_fraction", cut >= 1)
    bottom = finite_quotient("max_value", peak, "ratio", height)
    down = fall("decay", "linear", peak, bottom, cut * (1 / share - 1))
    return sequence([linear(bottom, peak, cut), down], [cut])


def layerwise(
    schedule: Schedule, num_layers: int, decay: ArrayLike, min_scale: ArrayLike = 0.0
) -> Schedule:
    """Layer-wise decay: one run per layer, with smaller values nearer to the input.

    Layer ``l = 0 ... num_layers - 1`` (0 is nearest the input) has::

        s[..., l](p) = schedule(p) * max(decay**(num_layers - 1 - l), min_scale)

    Parameters
    ----------
    schedule : Schedule
        The schedule of the last layer.
    num_layers : int
        Number of layers or parameter groups, >= 1, embeddings and head included.
    decay : array_like
        Factor from each layer to the one below it, > 0; broadcasts with the schedule.
    min_scale : array_like
        The smallest factor, >= 0.

    Returns
    -------
    Schedule
        A **new trailing axis** of ``num_layers``: shape ``schedule.shape + (num_layers,)``,
        so that ``layerwise(...)[run]`` is the batch of one run's layers.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; the message names it.

    References
    ----------
    Howard and Ruder, "Universal Language Model Fine-tuning for Text Classification",
    arXiv:1801.06146; Bao et al., "BEiT", arXiv:2106.08254.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.layerwise(dl.cosine(1.0, 0.0, 100), num_layers=4, decay=0.5)(0)
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {shown(schedule)}")
    layers = whole_number("num_layers", num_layers, least=1)
    rate, smallest = above("decay", decay), at_least("min_scale", min_scale)
    broadcastable(schedule=np.empty(schedule.shape), decay=rate, min_scale=smallest)
    depth = np.arange(layers - 1, -1, -1.0)
    factors = np.maximum(rate[..., None] ** depth, smallest[..., None])
    scaled: Schedule = schedule.reshape((*schedule.shape, 1)) * factors
    return scaled
