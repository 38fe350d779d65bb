"""The `OptimizerParamScheduler` of Megatron-LM (megatron-core 0.16): rate and weight decay.

Names, parameters, order and defaults are Megatron's, without the leading `optimizer`. Position
`n` is Megatron's `num_steps`, in the same unit as the lengths. Megatron's training loop counts
samples: with a constant batch size, optimizer step `k` is at ``n = k * batch_size``. Every
numeric argument may be an array with one element per run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    at_least,
    broadcastable,
    expect,
    finite,
    flag,
    one_of,
    refuse,
    shown,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.calls import call
from decaylr.curves import constant, inverse
from decaylr.recipes.phases import Shape, fall, rise, sequence
from decaylr.schedule import Schedule

__all__ = ["OptimizerParamScheduler", "OptimizerParams", "from_config"]

STYLES = ("constant", "linear", "cosine", "inverse-square-root", "WSD")
WSD_SHAPES: dict[str, Shape] = {
    "linear": "linear",
    "cosine": "cosine",
    "exponential": ("scaled-exponential", 0.5),
    "minus_sqrt": "1-sqrt",
}


class OptimizerParams(NamedTuple):
    """The two schedules that Megatron computes, over the same positions."""

    lr: Schedule
    weight_decay: Schedule


def OptimizerParamScheduler(  # noqa: N802
    init_lr: ArrayLike,
    max_lr: ArrayLike,
    min_lr: ArrayLike,
    lr_warmup_steps: ArrayLike,
    lr_decay_steps: ArrayLike,
    lr_decay_style: str,
    start_wd: ArrayLike,
    end_wd: ArrayLike,
    wd_incr_steps: ArrayLike,
    wd_incr_style: str,
    use_checkpoint_opt_param_scheduler: bool = True,
    override_opt_param_scheduler: bool = False,
    wsd_decay_steps: ArrayLike | None = None,
    lr_wsd_decay_style: str | None = None,
) -> OptimizerParams:
    """Warmup and decay of the learning rate, and increase of the weight decay.

    With ``W = lr_warmup_steps``, ``T = lr_decay_steps``, ``r = (n - W) / (T - W)``,
    ``D = wsd_decay_steps`` and ``q = max(0, n - (T - D)) / D``::

        lr(n) = init_lr + (max_lr - init_lr) * n / W        W > 0 and n <= W
        lr(n) = max_lr                                      "constant"
        lr(n) = min_lr                                      n > T
        lr(n) = max(min_lr, max_lr * sqrt(max(W, 1) / n))   "inverse-square-root", n >= 1
        lr(n) = min_lr + (max_lr - min_lr) * c              otherwise, with

    ``c = 1 - r`` for "linear", ``(1 + cos(pi * r)) / 2`` for "cosine", and for "WSD" ``1 - q``
    ("linear"), ``(1 + cos(pi * q)) / 2`` ("cosine"), ``2 * 0.5**q - 1`` ("exponential") or
    ``1 - sqrt(q)`` ("minus_sqrt"). The weight decay rises from `start_wd` to `end_wd` in
    `wd_incr_steps`, linearly or along half a cosine.

    Parameters
    ----------
    init_lr, max_lr, min_lr : array_like
        ``max_lr >= min_lr >= 0`` and ``init_lr <= max_lr``.
    lr_warmup_steps, lr_decay_steps : array_like
        ``0 <= lr_warmup_steps < lr_decay_steps``; the decay steps include the warmup. The decay
        steps are whole; a warmup that is a share of them need not be.
    lr_decay_style : {"constant", "linear", "cosine", "inverse-square-root", "WSD"}
    start_wd, end_wd : array_like
        ``0 <= start_wd <= end_wd``, equal for "constant".
    wd_incr_steps : array_like of whole numbers
        >= 1, for "constant" >= 0.
    wd_incr_style : {"constant", "linear", "cosine"}
    use_checkpoint_opt_param_scheduler, override_opt_param_scheduler : bool
        How Megatron treats the values in a checkpoint; they do not change the schedules. At
        most one may be True.
    wsd_decay_steps : array_like of whole numbers, optional
        >= 0, required for "WSD". If it is longer than the time after the warmup, the first
        steps of the decay are skipped.
    lr_wsd_decay_style : {"linear", "cosine", "exponential", "minus_sqrt"}, optional
        Required for "WSD".

    Returns
    -------
    OptimizerParams
        The schedules `.lr` and `.weight_decay`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.megatron import OptimizerParamScheduler
    >>> schedules = OptimizerParamScheduler(
    ...     0.0, 1.0, 0.0, 10, 110, "cosine", 0.0, 0.1, 100, "linear")
    >>> schedules.lr(5), schedules.lr(10), round(schedules.lr(60), 12), schedules.weight_decay(50)
    (0.5, 1.0, 0.5, 0.05)
    """
    style = one_of("lr_decay_style", lr_decay_style, STYLES)
    begin, high, low = _rates(init_lr, max_lr, min_lr)
    warmup, total = _lengths(lr_warmup_steps, lr_decay_steps)
    broadcastable(
        init_lr=begin, max_lr=high, min_lr=low, lr_warmup_steps=warmup, lr_decay_steps=total
    )
    if flag("override_opt_param_scheduler", override_opt_param_scheduler) and flag(
        "use_checkpoint_opt_param_scheduler", use_checkpoint_opt_param_scheduler
    ):
        refuse("override_opt_param_scheduler", "False where the checkpoint's are used", True)
    if style == "WSD":
        last = _wsd(high, low, warmup, total, wsd_decay_steps, lr_wsd_decay_style)
    else:
        last = _decay(style, high, low, warmup, total)
    up = rise("warmup", "linear", begin, high, warmup)
    wd = _weight_decay(start_wd, end_wd, wd_incr_steps, wd_incr_style)
    return OptimizerParams(sequence([up, last], [warmup]), wd)


def _rates(init_lr: ArrayLike, max_lr: ArrayLike, min_lr: ArrayLike) -> tuple[Array, Array, Array]:
    begin, high = finite("init_lr", init_lr), finite("max_lr", max_lr)
    low = at_least("min_lr", min_lr)
    broadcastable(init_lr=begin, max_lr=high, min_lr=low)
    expect("max_lr", high, ">= min_lr", high >= low)
    expect("init_lr", begin, "<= max_lr", begin <= high)
    return begin, high, low


def _lengths(lr_warmup_steps: ArrayLike, lr_decay_steps: ArrayLike) -> tuple[Array, Array]:
    warmup = at_least("lr_warmup_steps", lr_warmup_steps)
    total = whole_numbers("lr_decay_steps", lr_decay_steps, 1)
    broadcastable(lr_warmup_steps=warmup, lr_decay_steps=total)
    expect("lr_warmup_steps", warmup, "< lr_decay_steps", warmup < total)
    return warmup, total


def _decay(style: str, high: Array, low: Array, warmup: Array, total: Array) -> Schedule:
    """The schedule after the warmup, which counts from the warmup's end."""
    if style == "constant":
        return constant(high)
    if style != "inverse-square-root":
        return fall("lr_decay_style", style, high, low, total - warmup)
    # Without a warmup, steps 0 and 1 both have the rate of step 1.
    first = np.where(warmup == 0, 1, 0)
    root = inverse(high, 1, np.maximum(warmup, 1), power=0.5).clip(lo=low)
    # At lr_decay_steps itself the rate is still the inverse square root.
    return sequence([constant(high), root, constant(low)], [first, total - warmup + 1 - first])


def _wsd(
    high: Array,
    low: Array,
    warmup: Array,
    total: Array,
    steps: ArrayLike | None,
    style: str | None,
) -> Schedule:
    """WSD after the warmup: the highest rate, then a decay that ends at `total`."""
    for name, value in (("wsd_decay_steps", steps), ("lr_wsd_decay_style", style)):
        if value is None:
            refuse(name, "given for WSD", None)
    length = whole_numbers("wsd_decay_steps", steps)
    shape = WSD_SHAPES[one_of("lr_wsd_decay_style", style, tuple(WSD_SHAPES))]
    broadcastable(wsd_decay_steps=length, lr_decay_steps=total, lr_warmup_steps=warmup, max_lr=high)
    begin = total - warmup - length
    # Step `warmup` has the highest rate even where the decay should have begun before it;
    # without a decay, step `total` has the highest rate too.
    stable = np.maximum(begin + (length == 0), warmup > 0)
    down = fall("lr_wsd_decay_style", shape, high, low, length).advance(stable - begin)
    return join([constant(high), down], boundaries=[stable])


def _weight_decay(
    start_wd: ArrayLike, end_wd: ArrayLike, wd_incr_steps: ArrayLike, wd_incr_style: str
) -> Schedule:
    style = one_of("wd_incr_style", wd_incr_style, ("constant", "linear", "cosine"))
    start, end = at_least("start_wd", start_wd), at_least("end_wd", end_wd)
    steps = whole_numbers("wd_incr_steps", wd_incr_steps, 0 if style == "constant" else 1)
    broadcastable(start_wd=start, end_wd=end, wd_incr_steps=steps)
    expect("end_wd", end, ">= start_wd", end >= start)
    if style == "constant":
        expect("end_wd", end, "equal to start_wd for constant", end == start)
        return constant(end)
    return rise("wd_incr_style", style, start, end, steps)


def from_config(config: Mapping[str, Any]) -> OptimizerParams:
    """Make the schedules from a mapping of arguments of `OptimizerParamScheduler`.

    Parameters
    ----------
    config : mapping
        Arguments by name; those without a default are required.

    Returns
    -------
    OptimizerParams
        The schedules `.lr` and `.weight_decay`.

    Raises
    ------
    TypeError, ValueError
        If a key is unknown or missing, or a value is wrong; the message names it.

    Examples
    --------
    >>> from decaylr.compat.megatron import from_config
    >>> config = {
    ...     "init_lr": 0.0, "max_lr": 1.0, "min_lr": 0.5, "lr_warmup_steps": 10,
    ...     "lr_decay_steps": 100, "lr_decay_style": "WSD", "wsd_decay_steps": 20,
    ...     "lr_wsd_decay_style": "linear", "start_wd": 0.1, "end_wd": 0.1,
    ...     "wd_incr_steps": 100, "wd_incr_style": "constant"}
    >>> lr, weight_decay = from_config(config)
    >>> lr(80), lr(90), lr(100), weight_decay(7)
    (1.0, 0.75, 0.5, 0.1)
    """
    if not isinstance(config, Mapping):
        raise TypeError(f"config must be a mapping, got {shown(config)}")
    return call(OptimizerParamScheduler, config, "config")
