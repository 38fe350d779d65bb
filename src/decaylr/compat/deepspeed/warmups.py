"""DeepSpeed's learning-rate range test and warmups, and schedules from its configuration."""

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
    shown,
    whole_numbers,
)
from decaylr.combinators.joins import join
from decaylr.compat.deepspeed.one_cycle import OneCycle
from decaylr.compat.shared.calls import call
from decaylr.curves import constant, inverse, samples
from decaylr.recipes.phases import fall, rise, sequence
from decaylr.schedule import Schedule

LONGEST_TABLE = 2**24  # steps of a logarithmic warmup, which is stored as a table


def LRRangeTest(  # noqa: N802
    lr_range_test_min_lr: ArrayLike = 1e-3,
    lr_range_test_step_size: ArrayLike = 2000,
    lr_range_test_step_rate: ArrayLike = 1.0,
    lr_range_test_staircase: bool = False,
) -> Schedule:
    """A rate that rises without bound, to find the largest rate at which training works.

    ``s(p) = min_lr * (1 + step_rate * p / step_size)``, with ``p / step_size`` rounded down
    for a staircase.

    Parameters
    ----------
    lr_range_test_min_lr : array_like
        The rate of step 0.
    lr_range_test_step_size : array_like of whole numbers
        Steps in which the rate rises by `lr_range_test_step_rate` times its initial value, >= 1.
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
        If a parameter has the wrong type or value; the message names it.

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
    """A warmup, then a constant rate.

    With ``i = p - 1``, ``W = max(2, warmup_num_steps)`` and ``d = max_lr - min_lr``::

        s(p) = min_lr                              p = 0
        s(p) = min_lr + d * log(i + 1) / log(W)    i < W, "log"
        s(p) = min_lr + d * i / W                  i < W, "linear"
        s(p) = max_lr                              i >= W

    Parameters
    ----------
    base_lr : array_like, optional
        The optimizer's rate, used only if `warmup_max_lr` is not given.
    warmup_min_lr, warmup_max_lr : array_like
        The rates before and after the warmup.
    warmup_num_steps : array_like of whole numbers
        >= 1; 1 counts as 2. At most 2**24 for "log", which is stored as a table.
    warmup_type : {"log", "linear"}
        Other strings raise ValueError; DeepSpeed warns and uses "log".

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value (the message names it), or neither `base_lr`
        nor `warmup_max_lr` is given.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import WarmupLR
    >>> s = WarmupLR(warmup_max_lr=1.0, warmup_num_steps=4, warmup_type="linear")
    >>> s([0, 1, 2, 3, 4, 5, 6])
    array([0.  , 0.  , 0.25, 0.5 , 0.75, 1.  , 1.  ])
    """
    low, high = finite("warmup_min_lr", warmup_min_lr), _warmup_end(base_lr, warmup_max_lr)
    steps = _warmup_steps(warmup_num_steps)
    broadcastable(warmup_min_lr=low, warmup_max_lr=high, warmup_num_steps=steps)
    return _delayed_one_step(low, _after_warmup(low, high, steps, warmup_type, constant(high)))


def _warmup_end(base_lr: ArrayLike | None, warmup_max_lr: ArrayLike | None) -> Array:
    if warmup_max_lr is not None:
        return finite("warmup_max_lr", warmup_max_lr)
    if base_lr is None:
        refuse("warmup_max_lr", "given where base_lr is not", None)
    return finite("base_lr", base_lr)


def _warmup_steps(value: ArrayLike) -> Array:
    return np.maximum(whole_numbers("warmup_num_steps", value, 1), 2)


def _delayed_one_step(first: Array, after: Schedule) -> Schedule:
    """The rate that the constructor sets at step 0, then the rates of iterations 0, 1, ..."""
    return join([constant(first), after], boundaries=[1])


def _after_warmup(low: Array, high: Array, steps: Array, kind: str, after: Schedule) -> Schedule:
    """The warmup from iteration 0, then `after`, which starts at the end of the warmup."""
    if one_of("warmup_type", kind, ("log", "linear")) == "linear":
        return sequence([rise("warmup_type", "linear", low, high, steps), after], [steps])
    require("warmup_num_steps", steps, lambda x: x <= LONGEST_TABLE, f"at most {LONGEST_TABLE}")
    return sequence([samples(_logarithmic_table(low, high, steps)), after], [steps])


def _logarithmic_table(low: Array, high: Array, steps: Array) -> FloatArray:
    """Values of the warmup on the last axis, as long as the longest warmup of the batch.

    They are computed in long double and rounded to float64 once.
    """
    count = np.arange(1, int(steps.max()) + 1, dtype=np.longdouble)
    progress = np.log(count) / np.log(steps.astype(np.longdouble))[..., None]
    begin, end = low.astype(np.longdouble)[..., None], high.astype(np.longdouble)[..., None]
    return (begin + (end - begin) * progress).astype(np.float64)


def WarmupDecayLR(  # noqa: N802
    total_num_steps: ArrayLike,
    warmup_min_lr: ArrayLike = 0.0,
    warmup_max_lr: ArrayLike = 0.001,
    warmup_num_steps: ArrayLike = 1000,
    warmup_type: str = "log",
) -> Schedule:
    """The warmup of `WarmupLR`, then a linear decay to `warmup_min_lr`.

    With ``i = p - 1``, ``T = total_num_steps`` and ``W = max(2, warmup_num_steps)``, from
    ``i >= W`` on::

        s(p) = min_lr + (max_lr - min_lr) * max(0, (T - i) / max(1, T - W))

    Parameters
    ----------
    total_num_steps : array_like of whole numbers
        >= 0. If it is not above `warmup_num_steps`, the rate drops to `warmup_min_lr` at the
        end of the warmup.
    warmup_min_lr, warmup_num_steps, warmup_type
        As in `WarmupLR`.
    warmup_max_lr : array_like
        The rate after the warmup; the optimizer's rate is not used.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import WarmupDecayLR
    >>> s = WarmupDecayLR(8, 0.0, 1.0, warmup_num_steps=4, warmup_type="linear")
    >>> s([0, 1, 3, 5, 7, 9, 10])
    array([0. , 0. , 0.5, 1. , 0.5, 0. , 0. ])
    """
    low, high = finite("warmup_min_lr", warmup_min_lr), finite("warmup_max_lr", warmup_max_lr)
    steps = _warmup_steps(warmup_num_steps)
    total = whole_numbers("total_num_steps", total_num_steps)
    broadcastable(
        warmup_min_lr=low, warmup_max_lr=high, warmup_num_steps=steps, total_num_steps=total
    )
    down = fall("decay", "linear", high, low, np.maximum(total - steps, 0))
    return _delayed_one_step(low, _after_warmup(low, high, steps, warmup_type, down))


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
    progress of the warmup ``w``, which is ``log(i + 1) / log(W)`` ("log") or ``i / W``
    ("linear")::

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
        Rates at the start of the warmup and at the end of the cosine, as fractions of
        `base_lr`, >= 0.
    warmup_num_steps, warmup_type
        As in `WarmupLR`.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

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
    # DeepSpeed's cosine is one step ahead: its first step has the value of step 1.
    down = fall("decay", "cosine", rate, rate * end, np.maximum(total - steps, 1)).advance(1)
    return _delayed_one_step(
        np.zeros(()), _after_warmup(rate * begin, rate, steps, warmup_type, down)
    )


_WITHOUT_BASE_LR: dict[str, Callable[..., Schedule]] = {
    "LRRangeTest": LRRangeTest,
    "OneCycle": OneCycle,
    "WarmupDecayLR": WarmupDecayLR,
}
_WITH_BASE_LR: dict[str, Callable[..., Schedule]] = {
    "WarmupLR": WarmupLR,
    "WarmupCosineLR": WarmupCosineLR,
}


def from_config(config: Mapping[str, Any], *, base_lr: ArrayLike | None = None) -> Schedule:
    """Make the schedule of the `scheduler` section of a DeepSpeed configuration.

    A list, in which DeepSpeed has one number per parameter group, gives one run per element.

    Parameters
    ----------
    config : mapping
        ``{"scheduler": {"type": name, "params": {...}}}``. `optimizer.params.lr` is used if the
        schedule needs the optimizer's rate; other sections are ignored.
    base_lr : array_like, optional
        The optimizer's rate if the configuration does not contain it.

    Returns
    -------
    Schedule
        With a `.momentum` for "OneCycle".

    Raises
    ------
    TypeError, ValueError
        If the section is malformed, a type or key is unknown (the message names it), a
        parameter is wrong, or the optimizer's rate is missing or given twice.

    Examples
    --------
    >>> from decaylr.compat.deepspeed import from_config
    >>> params = {"warmup_max_lr": 1.0, "warmup_num_steps": 4, "warmup_type": "linear"}
    >>> s = from_config({"scheduler": {"type": "WarmupLR", "params": params}})
    >>> s(3)
    0.5
    """
    section = _mapping(_mapping(config, "config").get("scheduler"), "scheduler")
    known_keys(section, ("type", "params"), "scheduler")
    types = (*_WITHOUT_BASE_LR, *_WITH_BASE_LR)
    name = one_of("scheduler.type", section.get("type"), types)
    params = _mapping(section.get("params", {}), "scheduler.params")
    rate = _rate(config, base_lr)
    if name in _WITHOUT_BASE_LR:
        return call(_WITHOUT_BASE_LR[name], params, "scheduler.params")
    if name == "WarmupCosineLR" and rate is None:
        refuse("base_lr", "given where the config has no optimizer.params.lr", None)
    return call(_WITH_BASE_LR[name], params, "scheduler.params", base_lr=rate)


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {shown(value)}")
    return value


def _rate(config: Mapping[str, Any], base_lr: ArrayLike | None) -> Any:
    """The optimizer's rate, from the configuration or from `base_lr`."""
    optimizer = _mapping(config.get("optimizer", {}), "optimizer")
    rate = _mapping(optimizer.get("params", {}), "optimizer.params").get("lr")
    if rate is not None and base_lr is not None:
        refuse("base_lr", "left out where the config has optimizer.params.lr", base_lr)
    return base_lr if rate is None else rate
