"""The schedules of `transformers.optimization` (transformers 5).

Names, parameters, order and defaults are those of transformers; the leading `optimizer` is
the `base_lr` of its group, and `last_epoch` is left out. Numbers may be arrays, one element
a run; lengths are in optimizer steps, and a warmup may be 0 in some runs.
"""

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
    flag,
    one_of,
    refuse,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.calls import entries
from decaylr.compat.shared.plateau import ReduceLROnPlateau
from decaylr.compat.transformers.cosine import (
    _lengths,
    _warmed,
    _waves,
    get_cosine_schedule_with_warmup,
    get_cosine_with_hard_restarts_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup,
    get_cosine_with_min_lr_schedule_with_warmup_lr_rate,
)
from decaylr.curves import constant, inverse
from decaylr.plateau.scale import Plateau
from decaylr.recipes.phases import fall, rise
from decaylr.schedule import Schedule


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
    """``base_lr * t / num_warmup_steps``, then `base_lr`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (steps >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_constant_schedule_with_warmup
    >>> s = get_constant_schedule_with_warmup(1.0, [0, 4])
    >>> s(1)
    array([1.  , 0.25])
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    broadcastable(base_lr=rate, num_warmup_steps=warmup)
    return _warmed(rate, warmup, constant(rate))


def get_linear_schedule_with_warmup(
    base_lr: ArrayLike, num_warmup_steps: ArrayLike, num_training_steps: ArrayLike
) -> Schedule:
    """Linear warmup, then a straight line to 0 at `num_training_steps`, which include it.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (steps >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_linear_schedule_with_warmup
    >>> s = get_linear_schedule_with_warmup(1.0, 10, 110)
    >>> s(5), s(10), s(60), s(110)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    left = np.maximum(total - warmup, 0)
    return _warmed(rate, warmup, fall("decay", "linear", rate, np.zeros(()), left))


def get_polynomial_decay_schedule_with_warmup(
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike,
    num_training_steps: ArrayLike,
    lr_end: ArrayLike = 1e-7,
    power: ArrayLike = 1.0,
) -> Schedule:
    """Linear warmup, then ``lr_end + (base_lr - lr_end) * (1 - x)**power``, then `lr_end`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names: `lr_end` is to
        be below `base_lr`, `power` above 0, and `num_training_steps` other than
        `num_warmup_steps`, where transformers divides by 0.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_polynomial_decay_schedule_with_warmup
    >>> s = get_polynomial_decay_schedule_with_warmup(1.0, 10, 110, lr_end=0.0, power=2.0)
    >>> s(60), s(200)
    (0.25, 0.0)
    """
    rate, warmup, total = _lengths(base_lr, num_warmup_steps, num_training_steps)
    end, exponent = finite("lr_end", lr_end), above("power", power)
    broadcastable(base_lr=rate, num_warmup_steps=warmup, lr_end=end, power=exponent)
    expect("lr_end", end, "below base_lr", end < rate)
    expect("num_training_steps", total, "other than num_warmup_steps", total != warmup)
    left = np.maximum(total - warmup, 0)
    return _warmed(rate, warmup, fall("decay", ("polynomial", exponent), rate, end, left))


def get_inverse_sqrt_schedule(
    base_lr: ArrayLike, num_warmup_steps: ArrayLike, timescale: ArrayLike | None = None
) -> Schedule:
    """Linear warmup, then ``base_lr / sqrt(1 + (t - num_warmup_steps) / timescale)``.

    `timescale` is `num_warmup_steps` unless given, and 10 000 where those are 0.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_inverse_sqrt_schedule
    >>> get_inverse_sqrt_schedule(1.0, 100)(400)
    0.5
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    own = np.where(warmup == 0, 10_000, warmup)
    scale = own if timescale is None else above("timescale", timescale)
    broadcastable(base_lr=rate, num_warmup_steps=warmup, timescale=scale)
    return _warmed(rate, warmup, inverse(rate, 1.0, scale, power=0.5))


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
    """Warmup from ``min_lr_ratio * base_lr``, stable, decay to ``min_lr_ratio * base_lr``.

    Parameters
    ----------
    base_lr : array_like
    num_warmup_steps, num_decay_steps : array_like
        >= 0.
    num_training_steps, num_stable_steps : array_like, optional
        The stable steps, or the whole from which they follow; where both are given the
        stable steps count. Where the whole is too short, the decay is under way when it begins.
    warmup_type, decay_type : {"linear", "cosine", "1-sqrt"}
    min_lr_ratio : array_like
        >= 0.
    num_cycles : array_like
        Waves of a cosine decay.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_wsd_schedule
    >>> s = get_wsd_schedule(1.0, 10, 20, num_training_steps=100, decay_type="linear")
    >>> s(5), s(79), s(90), s(100)
    (0.5, 1.0, 0.5, 0.0)
    """
    rate, warmup = finite("base_lr", base_lr), at_least("num_warmup_steps", num_warmup_steps)
    decay, ratio = (
        at_least("num_decay_steps", num_decay_steps),
        at_least("min_lr_ratio", min_lr_ratio),
    )
    stable = _stable(warmup, decay, num_training_steps, num_stable_steps)
    cycles = finite("num_cycles", num_cycles)
    broadcastable(base_lr=rate, warmup=warmup, decay=decay, stable=stable, min_lr_ratio=ratio)
    shapes = ("linear", "cosine", "1-sqrt")
    least = rate * ratio
    ramp = rise("warmup_type", one_of("warmup_type", warmup_type, shapes), least, rate, warmup)
    if one_of("decay_type", decay_type, shapes) == "cosine":
        down = _waves(rate, least, np.maximum(decay, 1), cycles)
    else:
        down = fall("decay_type", decay_type, rate, least, decay)
    if np.any(stable < 0):
        down = down.advance(np.maximum(-stable, 0))
    edges = [warmup, warmup + np.maximum(stable, 0), np.maximum(warmup + stable + decay, warmup)]
    return join([ramp, constant(rate), down, constant(least)], boundaries=edges)


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


def get_reduce_on_plateau_schedule(base_lr: ArrayLike, **kwargs: Any) -> Plateau:
    """PyTorch's rule: see :func:`decaylr.compat.torch.ReduceLROnPlateau`.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_reduce_on_plateau_schedule
    >>> get_reduce_on_plateau_schedule(0.5, patience=2).rule
    'torch'
    """
    return ReduceLROnPlateau(base_lr, **kwargs)


def GreedyLR(  # noqa: N802
    base_lr: ArrayLike,
    mode: str = "min",
    factor: ArrayLike = 0.95,
    patience: ArrayLike = 10,
    threshold: ArrayLike = 1e-6,
    threshold_mode: str = "abs",
    cooldown: ArrayLike = 0,
    warmup: ArrayLike = 0,
    min_lr: ArrayLike = 1e-3,
    max_lr: ArrayLike = 1.0,
    eps: ArrayLike = 1e-8,
    verbose: bool = False,
    smooth: bool = False,
    window_size: int = 50,
    reset_start: ArrayLike = 500,
) -> Plateau:
    """A rate that rises where a metric improves and falls where it does not.

    See :class:`decaylr.Plateau`, rule "greedy". `verbose` changes nothing.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.transformers import GreedyLR
    >>> p = GreedyLR(0.25, factor=0.5, patience=0)
    >>> p.update(1.0), p.value(0)
    (2.0, 0.5)
    """
    flag("verbose", verbose)
    return Plateau(
        constant(finite("base_lr", base_lr)),
        rule="greedy",
        mode=mode,
        factor=factor,
        patience=patience,
        threshold=threshold,
        threshold_mode=threshold_mode,
        cooldown=cooldown,
        min_value=finite("min_lr", min_lr),
        warmup=warmup,
        max_value=finite("max_lr", max_lr),
        eps=eps,
        smooth=smooth,
        window_size=window_size,
        reset_start=reset_start,
    )


def get_greedy_schedule(base_lr: ArrayLike, **kwargs: Any) -> Plateau:
    """:func:`GreedyLR` by its other name.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_greedy_schedule
    >>> get_greedy_schedule(0.5).rule
    'greedy'
    """
    return GreedyLR(base_lr, **kwargs)


_NAMES: dict[str, Callable[..., Schedule | Plateau]] = {
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


def get_scheduler(
    name: str,
    base_lr: ArrayLike,
    num_warmup_steps: ArrayLike | None = None,
    num_training_steps: ArrayLike | None = None,
    scheduler_specific_kwargs: Mapping[str, Any] | None = None,
) -> Schedule | Plateau:
    """The schedule of one of the 12 names that `transformers.get_scheduler` knows.

    Raises
    ------
    TypeError, ValueError
        For an unknown name, or a parameter that the named schedule needs or does not have.

    Examples
    --------
    >>> from decaylr.compat.transformers import get_scheduler
    >>> get_scheduler("cosine", 1.0, 10, 110)(60)
    0.5
    """
    make = _NAMES[one_of("name", name, tuple(_NAMES))]
    extra = entries("scheduler_specific_kwargs", scheduler_specific_kwargs)
    if extra and name in ("constant", "constant_with_warmup"):
        refuse("scheduler_specific_kwargs", f"empty for {name}", extra)
    if name == "constant":
        return make(base_lr)
    if name in _METRIC_DRIVEN:
        return make(base_lr, **extra)
    if num_warmup_steps is None:
        refuse("num_warmup_steps", f"given for {name}", None)
    if name == "constant_with_warmup":
        return make(base_lr, num_warmup_steps)
    if name == "inverse_sqrt":
        return make(base_lr, num_warmup_steps, **extra)
    if num_training_steps is None and name != "warmup_stable_decay":
        refuse("num_training_steps", f"given for {name}", None)
    return make(
        base_lr, num_warmup_steps=num_warmup_steps, num_training_steps=num_training_steps, **extra
    )


# Last, since it uses what is above.
