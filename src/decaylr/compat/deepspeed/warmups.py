"""The learning-rate schedules of `deepspeed.runtime.lr_schedules` (DeepSpeed 0.19.8).

Names, parameters, order and defaults are DeepSpeed's; the leading `optimizer` is the `base_lr`
of its group where a schedule reads it, and `last_batch_iteration` is left out. Position `p` is
the rate of optimizer step `p`, the first being 0. DeepSpeed calls its scheduler after the
optimizer, and its first call is iteration 0: step 0 runs at the rate that the constructor sets,
and step `p` at the rate of iteration ``p - 1``. That is why warmups run their first two steps
at their lowest rate. Numbers may be arrays, one element a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    FloatArray,
    at_least,
    broadcastable,
    finite,
    flag,
    known_keys,
    one_of,
    refuse,
    require,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.compat.deepspeed.one_cycle import OneCycle
from decaylr.compat.shared.calls import call
from decaylr.curves import constant, inverse, samples
from decaylr.recipes.phases import fall, rise, sequence
from decaylr.schedule import Schedule

# A logarithmic warmup is a table of its values.
LONGEST_TABLE = 2**24


def LRRangeTest(  # noqa: N802
    lr_range_test_min_lr: ArrayLike = 1e-3,
    lr_range_test_step_size: ArrayLike = 2000,
    lr_range_test_step_rate: ArrayLike = 1.0,
    lr_range_test_staircase: bool = False,
) -> Schedule:
    """A rate that rises for ever, to find the largest that still trains.

    ``s(p) = min_lr * (1 + step_rate * p / step_size)``, with ``p / step_size`` rounded down
    for a staircase.

    Parameters
    ----------
    lr_range_test_min_lr : array_like
        The rate of step 0.
    lr_range_test_step_size : array_like of whole numbers
        Steps in which the rate rises by `lr_range_test_step_rate` times its first value, >= 1.
    lr_range_test_step_rate : array_like
        >= 0.
    lr_range_test_staircase : bool
        Whether the rate changes only every `lr_range_test_step_size` steps.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import LRRangeTest
    >>> s = LRRangeTest(0.5, lr_range_test_step_size=100)
    >>> s(0), s(100), s(150)
    (0.5, 1.0, 1.25)
    """
    rate = finite("lr_range_test_min_lr", lr_range_test_min_lr)
    size = whole_numbers("lr_range_test_step_size", lr_range_test_step_size, 1)
    growth = at_least("lr_range_test_step_rate", lr_range_test_step_rate)
    stairs = flag("lr_range_test_staircase", lr_range_test_staircase)
    broadcastable(
        lr_range_test_min_lr=rate, lr_range_test_step_size=size, lr_range_test_step_rate=growth
    )
    return inverse(rate, growth, size, power=-1, staircase=stairs)


def WarmupLR(  # noqa: N802
    base_lr: ArrayLike | None = None,
    warmup_min_lr: ArrayLike = 0.0,
    warmup_max_lr: ArrayLike | None = None,
    warmup_num_steps: ArrayLike = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """A warmup, then its highest rate for ever.

    With ``i = p - 1``, ``W = max(2, warmup_num_steps)`` and ``d = max_lr - min_lr``::

        s(p) = min_lr                              p = 0
        s(p) = min_lr + d * log(i + 1) / log(W)    i < W, "log"
        s(p) = min_lr + d * i / W                  i < W, "linear"
        s(p) = max_lr                              i >= W

    Parameters
    ----------
    base_lr : array_like, optional
        The optimizer's rate, which is read only where `warmup_max_lr` is left out.
    warmup_min_lr, warmup_max_lr : array_like
        The rates before and after the warmup.
    warmup_num_steps : array_like of whole numbers
        >= 1, and 1 is as 2; for "log", whose values are tabulated, at most 2**24.
    warmup_type : {"log", "linear"}
        Other words, which DeepSpeed takes for "log" with a warning, are refused.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names, or neither of
        `base_lr` and `warmup_max_lr`.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import WarmupLR
    >>> s = WarmupLR(warmup_max_lr=1.0, warmup_num_steps=4, warmup_type="linear")
    >>> s([0, 1, 2, 3, 4, 5, 6])
    array([0.  , 0.  , 0.25, 0.5 , 0.75, 1.  , 1.  ])
    """
    low, high = finite("warmup_min_lr", warmup_min_lr), _highest(base_lr, warmup_max_lr)
    steps = _warmup_steps(warmup_num_steps)
    broadcastable(warmup_min_lr=low, warmup_max_lr=high, warmup_num_steps=steps)
    return _started(low, _warmed(low, high, steps, warmup_type, constant(high)))


def _highest(base_lr: ArrayLike | None, warmup_max_lr: ArrayLike | None) -> Array:
    if warmup_max_lr is not None:
        return finite("warmup_max_lr", warmup_max_lr)
    if base_lr is None:
        refuse("warmup_max_lr", "given where base_lr is not", None)
    return finite("base_lr", base_lr)


def _warmup_steps(value: ArrayLike) -> Array:
    return np.maximum(whole_numbers("warmup_num_steps", value, 1), 2)


def _started(first: Array, after: Schedule) -> Schedule:
    """The rate that the constructor sets for one step, then that of iterations 0, 1, ..."""
    return join([constant(first), after], boundaries=[1])


def _warmed(low: Array, high: Array, steps: Array, kind: str, after: Schedule) -> Schedule:
    """A warmup from iteration 0, then `after`, which counts from its end."""
    if one_of("warmup_type", kind, ("log", "linear")) == "linear":
        return sequence([rise("warmup_type", "linear", low, high, steps), after], [steps])
    require("warmup_num_steps", steps, lambda x: x <= LONGEST_TABLE, f"at most {LONGEST_TABLE}")
    return sequence([samples(_logarithmic(low, high, steps)), after], [steps])


def _logarithmic(low: Array, high: Array, steps: Array) -> FloatArray:
    """The warmup's values as the last axis, rounded once; shorter ones go on to be cut."""
    count = np.arange(1, int(steps.max()) + 1, dtype=np.longdouble)
    share = np.log(count) / np.log(steps.astype(np.longdouble))[..., None]
    wide = low.astype(np.longdouble)[..., None], high.astype(np.longdouble)[..., None]
    return (wide[0] + (wide[1] - wide[0]) * share).astype(np.float64)


def WarmupDecayLR(  # noqa: N802
    total_num_steps: ArrayLike,
    warmup_min_lr: ArrayLike = 0.0,
    warmup_max_lr: ArrayLike = 0.001,
    warmup_num_steps: ArrayLike = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """The warmup of `WarmupLR`, then a straight line down to `warmup_min_lr`.

    With ``i = p - 1``, ``T = total_num_steps`` and ``W = max(2, warmup_num_steps)``, from
    ``i >= W`` on::

        s(p) = min_lr + (max_lr - min_lr) * max(0, (T - i) / max(1, T - W))

    Parameters
    ----------
    total_num_steps : array_like of whole numbers
        >= 0. Where it is not above `warmup_num_steps` the rate falls to `warmup_min_lr` as
        the warmup ends.
    warmup_min_lr, warmup_num_steps, warmup_type
        As those of `WarmupLR`.
    warmup_max_lr : array_like
        The rate after the warmup; the optimizer's is not read.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import WarmupDecayLR
    >>> s = WarmupDecayLR(8, 0.0, 1.0, warmup_num_steps=4, warmup_type="linear")
    >>> s([0, 1, 3, 5, 7, 9, 10])
    array([0. , 0. , 0.5, 1. , 0.5, 0. , 0. ])
    """
    low, high = finite("warmup_min_lr", warmup_min_lr), finite("warmup_max_lr", warmup_max_lr)
    steps, total = (
        _warmup_steps(warmup_num_steps),
        whole_numbers("total_num_steps", total_num_steps),
    )
    broadcastable(
        warmup_min_lr=low, warmup_max_lr=high, warmup_num_steps=steps, total_num_steps=total
    )
    down = fall("decay", "linear", high, low, np.maximum(total - steps, 0))
    return _started(low, _warmed(low, high, steps, warmup_type, down))


def WarmupCosineLR(  # noqa: N802
    base_lr: ArrayLike,
    total_num_steps: ArrayLike,
    warmup_min_ratio: ArrayLike = 0.0,
    warmup_num_steps: ArrayLike = 1000,
    cos_min_ratio: ArrayLike = 0.0001,
    warmup_type: str = "log",
) -> Schedule:
    """A warmup to `base_lr`, then a cosine to ``base_lr * cos_min_ratio``.

    With ``i = p - 1``, ``T = total_num_steps``, ``W = max(2, warmup_num_steps)`` and the
    warmup's share ``w`` of `WarmupLR`, ``log(i + 1) / log(W)`` or ``i / W``::

        s(p) = 0                                                        p = 0
        s(p) = base_lr * (m + (1 - m) * w),  m = warmup_min_ratio       i < W
        s(p) = base_lr * (c + (1 - c) * (1 + cos(pi * x)) / 2)          i >= W
        x = min(1, (i - W + 1) / max(1, T - W)),  c = cos_min_ratio

    Parameters
    ----------
    base_lr : array_like
        The optimizer's rate.
    total_num_steps : array_like of whole numbers
        >= 0.
    warmup_min_ratio, cos_min_ratio : array_like
        Shares of `base_lr`, >= 0, with which the warmup begins and the cosine ends.
    warmup_num_steps, warmup_type
        As those of `WarmupLR`.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import WarmupCosineLR
    >>> s = WarmupCosineLR(1.0, 8, 0.5, 4, 0.0, "linear")
    >>> s([0, 1, 3, 6, 9]).round(12)
    array([0.  , 0.5 , 0.75, 0.5 , 0.  ])
    """
    rate, total = finite("base_lr", base_lr), whole_numbers("total_num_steps", total_num_steps)
    steps = _warmup_steps(warmup_num_steps)
    begin = at_least("warmup_min_ratio", warmup_min_ratio)
    end = at_least("cos_min_ratio", cos_min_ratio)
    broadcastable(
        base_lr=rate,
        total_num_steps=total,
        warmup_min_ratio=begin,
        warmup_num_steps=steps,
        cos_min_ratio=end,
    )
    # The cosine's own first step shows its second value, so it is one step shorter to see.
    down = fall("decay", "cosine", rate, rate * end, np.maximum(total - steps, 1)).advance(1)
    return _started(np.zeros(()), _warmed(rate * begin, rate, steps, warmup_type, down))


_SETS_THE_RATE: dict[str, Callable[..., Schedule]] = {
    "LRRangeTest": LRRangeTest,
    "OneCycle": OneCycle,
    "WarmupDecayLR": WarmupDecayLR,
}
_READS_THE_RATE: dict[str, Callable[..., Schedule]] = {
    "WarmupLR": WarmupLR,
    "WarmupCosineLR": WarmupCosineLR,
}


def from_config(config: Mapping[str, Any], *, base_lr: ArrayLike | None = None) -> Schedule:
    """The schedule of a DeepSpeed configuration's block `scheduler`.

    Lists, which DeepSpeed reads as one number for each parameter group, are one run each.

    Parameters
    ----------
    config : mapping
        ``{"scheduler": {"type": name, "params": {...}}}``. `optimizer.params.lr` is read
        where the schedule needs the optimizer's rate; other blocks are not schedules'.
    base_lr : array_like, optional
        The optimizer's rate where the configuration does not have it.

    Returns
    -------
    Schedule
        That of OneCycle has a `.momentum`.

    Raises
    ------
    TypeError, ValueError
        For a block of another form, an unknown type or key, which the message names, wrong
        parameters, or a rate that is missing or given twice.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import from_config
    >>> params = {"warmup_max_lr": 1.0, "warmup_num_steps": 4, "warmup_type": "linear"}
    >>> s = from_config({"scheduler": {"type": "WarmupLR", "params": params}})
    >>> s(3)
    0.5
    """
    block = _table(_table(config, "config").get("scheduler"), "scheduler")
    known_keys(block, ("type", "params"), "scheduler")
    types = (*_SETS_THE_RATE, *_READS_THE_RATE)
    name = one_of("scheduler.type", block.get("type"), types)
    params = _table(block.get("params", {}), "scheduler.params")
    rate = _rate(config, base_lr)
    if name in _SETS_THE_RATE:
        return call(_SETS_THE_RATE[name], params, "scheduler.params")
    if name == "WarmupCosineLR" and rate is None:
        refuse("base_lr", "given where the config has no optimizer.params.lr", None)
    return call(_READS_THE_RATE[name], params, "scheduler.params", base_lr=rate)


def _table(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {value!r:.80}")
    return value


def _rate(config: Mapping[str, Any], base_lr: ArrayLike | None) -> Any:
    """The optimizer's rate: the configuration's own, or the one given beside it."""
    optimizer = _table(config.get("optimizer", {}), "optimizer")
    own = _table(optimizer.get("params", {}), "optimizer.params").get("lr")
    if own is not None and base_lr is not None:
        refuse("base_lr", "left out where the config has optimizer.params.lr", base_lr)
    return base_lr if own is None else own
