"""The schedules of transformers other than the cosines, and `get_scheduler`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    above,
    at_least,
    broadcastable,
    expect,
    finite,
    one_of,
    refuse,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.calls import as_dict
from decaylr.compat.transformers.cosine import (
    after_warmup,
    checked_lengths,
    cosine_waves,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
)
from decaylr.compat.transformers.metric_driven import (
    get_greedy_schedule,
    get_reduce_on_plateau_schedule,
)
from decaylr.curves import constant, inverse
from decaylr.plateau.scale import Plateau
from decaylr.recipes.phases import fall, rise
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon


def get_constant_schedule(base_lr: ArrayLike) -> Schedule:
    """`base_lr` at every step.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_constant_schedule
    >>> get_constant_schedule(0.5)(1000)
    0.5
    """
    return constant(finite("base_lr", base_lr))


def get_constant_schedule_with_warmup(base_lr: ArrayLike, num_warmup_steps: ArrayLike) -> Schedule:
    """Linear warmup ``base_lr * t / num_warmup_steps``, then `base_lr`.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps : array_like
        >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_constant_schedule_with_warmup
    >>> s = get_constant_schedule_with_warmup(1.0, [0, 4])
    >>> s(1)
    array([1.  , 0.25])
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    broadcastable(base_lr=rate, num_warmup_steps=warmup)
    return after_warmup(rate, warmup, constant(rate))


def get_linear_schedule_with_warmup(
    base_lr: ArrayLike, num_warmup_steps: ArrayLike, num_training_steps: ArrayLike
) -> Schedule:
    """Linear warmup from 0, then a linear decay to 0 at `num_training_steps`.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_training_steps : array_like
        >= 0; the training steps include the warmup.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_linear_schedule_with_warmup
    >>> s = get_linear_schedule_with_warmup(1.0, 10, 110)
    >>> s(5), s(10), s(60), s(110)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    decay_steps = np.maximum(total - warmup, 0)
    decay = fall("decay", "linear", rate, np.zeros(()), decay_steps)
    return with_horizon(after_warmup(rate, warmup, decay), total)


def get_polynomial_decay_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    lr_end: ArrayLike = 1e-7,
    power: ArrayLike = 1.0,
) -> Schedule:
    """Linear warmup from 0, then a polynomial decay to `lr_end`.

    After the warmup, with ``x`` from 0 to 1 over the remaining steps::

        lr_end + (base_lr - lr_end) * (1 - x)**power

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_training_steps : array_like
        >= 0; the training steps include the warmup. They must differ: transformers divides by
        0 if they are equal.
    lr_end : array_like
        Below `base_lr`.
    power : array_like
        > 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_polynomial_decay_schedule_with_warmup
    >>> s = get_polynomial_decay_schedule_with_warmup(1.0, 10, 110, lr_end=0.0, power=2.0)
    >>> s(60), s(200)
    (0.25, 0.0)
    """
    rate, warmup, total = checked_lengths(base_lr, num_warmup_steps, num_training_steps)
    end, exponent = finite("lr_end", lr_end), above("power", power)
    broadcastable(base_lr=rate, num_warmup_steps=warmup, lr_end=end, power=exponent)
    expect("lr_end", end, "below base_lr", end < rate)
    expect("num_training_steps", total, "other than num_warmup_steps", total != warmup)
    decay_steps = np.maximum(total - warmup, 0)
    decay = fall("decay", ("polynomial", exponent), rate, end, decay_steps)
    return with_horizon(after_warmup(rate, warmup, decay), total)


def get_inverse_sqrt_schedule(
    base_lr: ArrayLike, num_warmup_steps: ArrayLike, timescale: ArrayLike | None = None
) -> Schedule:
    """Linear warmup from 0, then ``base_lr / sqrt(1 + (t - num_warmup_steps) / timescale)``.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps : array_like
        >= 0.
    timescale : array_like, optional
        > 0; by default `num_warmup_steps`, or 10 000 without a warmup.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_inverse_sqrt_schedule
    >>> get_inverse_sqrt_schedule(1.0, 100)(400)
    0.5
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    default = np.where(warmup == 0, 10_000, warmup)
    scale = default if timescale is None else above("timescale", timescale)
    broadcastable(base_lr=rate, num_warmup_steps=warmup, timescale=scale)
    return after_warmup(rate, warmup, inverse(rate, 1.0, scale, power=0.5))


def get_wsd_schedule(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_decay_steps: ArrayLike,
    num_training_steps: ArrayLike | None = None,
    num_stable_steps: ArrayLike | None = None,
    warmup_type: str = "linear",
    decay_type: str = "cosine",
    min_lr_ratio: ArrayLike = 0,
    num_cycles: ArrayLike = 0.5,
) -> Schedule:
    """Warmup-stable-decay: ``min_lr_ratio * base_lr`` to `base_lr`, constant, and back down.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_decay_steps : array_like
        >= 0.
    num_training_steps, num_stable_steps : array_like, optional
        One of them is required. The stable steps default to the training steps minus warmup
        and decay; if both are given, `num_training_steps` is ignored. If the training is
        shorter than warmup and decay together, the first steps of the decay are skipped.
    warmup_type, decay_type : {"linear", "cosine", "1-sqrt"}
    min_lr_ratio : array_like
        >= 0.
    num_cycles : array_like
        Number of full waves of a cosine decay.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_wsd_schedule
    >>> s = get_wsd_schedule(1.0, 10, 20, num_training_steps=100, decay_type="linear")
    >>> s(5), s(79), s(90), s(100)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    decay = at_least("num_decay_steps", num_decay_steps)
    ratio = at_least("min_lr_ratio", min_lr_ratio)
    stable = _stable(warmup, decay, num_training_steps, num_stable_steps)
    cycles = finite("num_cycles", num_cycles)
    broadcastable(base_lr=rate, warmup=warmup, decay=decay, stable=stable, min_lr_ratio=ratio)
    shapes = ("linear", "cosine", "1-sqrt")
    least = rate * ratio
    ramp = rise("warmup_type", one_of("warmup_type", warmup_type, shapes), least, rate, warmup)
    if one_of("decay_type", decay_type, shapes) == "cosine":
        down = cosine_waves(rate, least, np.maximum(decay, 1), cycles)
    else:
        down = fall("decay_type", decay_type, rate, least, decay)
    if np.any(stable < 0):
        down = down.advance(np.maximum(-stable, 0))
    edges = [warmup, warmup + np.maximum(stable, 0), np.maximum(warmup + stable + decay, warmup)]
    schedule = join([ramp, constant(rate), down, constant(least)], boundaries=edges)
    return with_horizon(schedule, edges[-1])


def _stable(
    warmup: Array,
    decay: Array,
    num_training_steps: ArrayLike | None,
    num_stable_steps: ArrayLike | None,
) -> Array:
    if num_stable_steps is not None:
        return at_least("num_stable_steps", num_stable_steps)
    if num_training_steps is None:
        refuse("num_training_steps", "given where num_stable_steps is not", None)
    total = at_least("num_training_steps", num_training_steps)
    broadcastable(num_training_steps=total, num_warmup_steps=warmup, num_decay_steps=decay)
    return total - warmup - decay


NAMES: dict[str, Callable[..., Schedule | Plateau]] = {
    "linear": get_linear_schedule_with_warmup,
    "cosine": get_cosine_schedule_with_warmup,
    "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
    "polynomial": get_polynomial_decay_schedule_with_warmup,
    "constant": get_constant_schedule,
    "constant_with_warmup": get_constant_schedule_with_warmup,
    "inverse_sqrt": get_inverse_sqrt_schedule,
    "reduce_lr_on_plateau": get_reduce_on_plateau_schedule,
    "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
    "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
    "warmup_stable_decay": get_wsd_schedule,
    "greedy": get_greedy_schedule,
}


_METRIC_DRIVEN = ("reduce_lr_on_plateau", "greedy")
_ENDLESS = ("constant", "constant_with_warmup", "inverse_sqrt")


def get_scheduler(
    name: str,
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike | None = None,
    num_training_steps: ArrayLike | None = None,
    scheduler_specific_kwargs: Mapping[str, Any] | None = None,
) -> Schedule | Plateau:
    """Make a schedule by its name, as `transformers.get_scheduler` does.

    Parameters
    ----------
    name : str
        One of the 12 names of transformers' `SchedulerType`, such as "cosine".
    base_lr : array_like
    num_warmup_steps, num_training_steps : array_like, optional
        Required by the schedules that have these parameters.
    scheduler_specific_kwargs : mapping, optional
        Further arguments of the schedule.

    Returns
    -------
    Schedule or Plateau
        A Plateau for "reduce_lr_on_plateau" and "greedy".

    Raises
    ------
    TypeError, ValueError
        If the name is unknown, a parameter is missing, or the schedule does not have it.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_scheduler
    >>> get_scheduler("cosine", 1.0, 10, 110)(60)
    0.5
    """
    make = NAMES[one_of("name", name, tuple(NAMES))]
    extra = as_dict("scheduler_specific_kwargs", scheduler_specific_kwargs)
    if extra and name in ("constant", "constant_with_warmup"):
        refuse("scheduler_specific_kwargs", f"empty for {name}", extra)
    if name in _METRIC_DRIVEN:
        return make(base_lr, **extra)
    lengths: dict[str, ArrayLike | None] = {}
    if name != "constant":
        if num_warmup_steps is None:
            refuse("num_warmup_steps", f"given for {name}", None)
        lengths["num_warmup_steps"] = num_warmup_steps
    if name not in _ENDLESS:
        if num_training_steps is None and name != "warmup_stable_decay":
            refuse("num_training_steps", f"given for {name}", None)
        lengths["num_training_steps"] = num_training_steps
    schedule = make(base_lr, **lengths, **extra)
    if num_training_steps is None or isinstance(schedule, Plateau):
        return schedule
    return with_horizon(schedule, at_least("num_training_steps", num_training_steps))
