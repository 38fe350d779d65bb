"""The schedules of `keras.optimizers.schedules` (Keras 3) and the rules of two callbacks.

Names, parameters, order and defaults are Keras's; `name` is accepted and changes nothing.
Keras computes in float32; these are exact. Every number may be an array, one element a run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    LARGEST_POSITION,
    Array,
    above,
    ascending,
    at_least,
    broadcastable,
    expect,
    finite,
    flag,
    listed,
    one_of,
    refuse,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.functions import table_of
from decaylr.curves import constant, cosine, exponential, inverse, polynomial, samples, step
from decaylr.curves import piecewise_constant as stairs
from decaylr.plateau.scale import Plateau
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule


def ExponentialDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    decay_rate: ArrayLike,
    staircase: bool = False,
    name: str = "ExponentialDecay",
) -> Schedule:
    """``initial_learning_rate * decay_rate**(step / decay_steps)``, rounded down by `staircase`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`decay_rate` >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import ExponentialDecay
    >>> ExponentialDecay(1.0, 10, [0.5, 0.25])(20)
    array([0.25  , 0.0625])
    """
    rate, steps = finite("initial_learning_rate", initial_learning_rate), _steps(decay_steps)
    factor = at_least("decay_rate", decay_rate)
    broadcastable(initial_learning_rate=rate, decay_steps=steps, decay_rate=factor)
    if flag("staircase", staircase):
        return step(rate, steps, factor)
    if np.all(factor > 0):
        return exponential(rate, factor, steps)
    falling = exponential(rate, np.where(factor == 0, 1.0, factor), steps)
    end = np.where(factor == 0, 1, LARGEST_POSITION)
    return join([falling, constant(0.0)], boundaries=[end])


def _steps(decay_steps: ArrayLike, name: str = "decay_steps") -> Array:
    return above(name, decay_steps)


def PiecewiseConstantDecay(  # noqa: N802
    boundaries: ArrayLike, values: ArrayLike, name: str = "PiecewiseConstant"
) -> Schedule:
    """``values[k]`` up to and **including** ``boundaries[k]``, then the next.

    The last axis of both is the list. A boundary that is not whole counts rounded down, as
    Keras casts it to the type of the step.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import PiecewiseConstantDecay
    >>> s = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])
    >>> s(100), s(101), s(201)
    (1.0, 0.5, 0.1)
    """
    edges = ascending("boundaries", boundaries, strictly=False)
    rates = listed("values", finite("values", values))
    if rates.shape[-1] != edges.shape[-1] + 1:
        refuse("values", f"one more than boundaries ({edges.shape[-1] + 1})", rates.shape[-1])
    whole = edges if edges.dtype == np.int64 else np.floor(edges).astype(np.int64)
    return stairs(whole + 1, rates)


def PolynomialDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    end_learning_rate: ArrayLike = 0.0001,
    power: ArrayLike = 1.0,
    cycle: bool = False,
    name: str = "PolynomialDecay",
) -> Schedule:
    """``end + (initial - end) * (1 - step / decay_steps)**power``, then `end_learning_rate`.

    With `cycle` there is no end: `decay_steps`, a whole number then, grows to its first
    multiple at or after the step. In cycle ``c``, ``decay_steps * (c - 1) < step <=
    decay_steps * c``, the value is ``end + (initial - end) * (1 - step / (decay_steps * c))**
    power``: after each multiple it rises to less than it began with.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`power` > 0; `decay_steps` whole with
        `cycle`), which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import PolynomialDecay
    >>> s = PolynomialDecay(1.0, 100, end_learning_rate=0.0, power=2.0)
    >>> s(50), s(100)
    (0.25, 0.0)
    >>> PolynomialDecay(1.0, 100, 0.0, cycle=True)(150)
    0.25
    """
    rate, steps = finite("initial_learning_rate", initial_learning_rate), _steps(decay_steps)
    end, exponent = finite("end_learning_rate", end_learning_rate), above("power", power)
    broadcastable(
        initial_learning_rate=rate, decay_steps=steps, end_learning_rate=end, power=exponent
    )
    if not flag("cycle", cycle):
        return polynomial(rate, end, steps, exponent)
    expect("decay_steps", steps, "whole where cycle is true", steps == np.floor(steps))
    # Counted from step 1, cycle c is decay_steps long and ends at its own multiple. There
    # 1 - step / (decay_steps * c) is the part of one cycle that is left, over c.
    left = polynomial(rate - end, np.zeros(()), steps, exponent).advance(1).repeat(steps)
    later = left * inverse(1.0, 1.0, steps, exponent, staircase=True) + end
    return join([constant(rate), later], boundaries=[1])


def InverseTimeDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    decay_rate: ArrayLike,
    staircase: bool = False,
    name: str = "InverseTimeDecay",
) -> Schedule:
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``; `staircase` rounds down.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`decay_rate` >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import InverseTimeDecay
    >>> InverseTimeDecay(1.0, 10, [0.5, 1.0])(20)
    array([0.5       , 0.33333333])
    """
    rate, steps = finite("initial_learning_rate", initial_learning_rate), _steps(decay_steps)
    factor = at_least("decay_rate", decay_rate)
    broadcastable(initial_learning_rate=rate, decay_steps=steps, decay_rate=factor)
    return inverse(rate, factor, steps, staircase=flag("staircase", staircase))


def CosineDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    alpha: ArrayLike = 0.0,
    name: str = "CosineDecay",
    warmup_target: ArrayLike | None = None,
    warmup_steps: ArrayLike = 0,
) -> Schedule:
    """A cosine from `initial_learning_rate` to `alpha` times it in `decay_steps`.

    With `warmup_target` a line leads from `initial_learning_rate` to it in `warmup_steps`
    first, and the cosine, which `decay_steps` count **without** the warmup, goes from the
    target to `alpha` times it. Without a target `warmup_steps` mean nothing, as in Keras.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import CosineDecay
    >>> s = CosineDecay(0.0, 100, warmup_target=1.0, warmup_steps=[0, 10])
    >>> s(10)
    array([0.97552826, 1.        ])
    """
    rate, steps = finite("initial_learning_rate", initial_learning_rate), _steps(decay_steps)
    share, warmup = finite("alpha", alpha), at_least("warmup_steps", warmup_steps)
    broadcastable(initial_learning_rate=rate, decay_steps=steps, alpha=share, warmup_steps=warmup)
    if warmup_target is None:
        return cosine(rate, rate * share, steps)
    peak = finite("warmup_target", warmup_target)
    ramp = rise("warmup_target", "linear", rate, peak, warmup)
    return sequence([ramp, cosine(peak, peak * share, steps)], [warmup])


def CosineDecayRestarts(  # noqa: N802
    initial_learning_rate: ArrayLike,
    first_decay_steps: ArrayLike,
    t_mul: ArrayLike = 2.0,
    m_mul: ArrayLike = 1.0,
    alpha: ArrayLike = 0.0,
    name: str = "SGDRDecay",
) -> Schedule:
    """Cosines with restarts: each `t_mul` times as long as the one before, `m_mul` times as high.

    The floor ``alpha * initial_learning_rate`` is that of every cycle.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`t_mul` >= 1: Keras gives NaN below it),
        which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import CosineDecayRestarts
    >>> s = CosineDecayRestarts(1.0, 10, t_mul=1.5, m_mul=0.5)
    >>> s(5), s(10), s(25)
    (0.5, 0.5, 0.25)
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps = _steps(first_decay_steps, "first_decay_steps")
    growth, shrink = at_least("t_mul", t_mul, 1.0), at_least("m_mul", m_mul)
    share = finite("alpha", alpha)
    broadcastable(initial_learning_rate=rate, steps=steps, t_mul=growth, m_mul=shrink, alpha=share)
    floor = rate * share
    return cosine(rate, floor, steps).repeat(
        steps, period_scale=growth, value_scale=shrink, floor=floor, lengths="real"
    )


def LearningRateScheduler(  # noqa: N802
    schedule: Schedule | Callable[[int, float], float],
    initial_learning_rate: float | None = None,
    *,
    horizon: int | None = None,
) -> Schedule:
    """The rates that `keras.callbacks.LearningRateScheduler` sets, a position being an epoch.

    A function is called as Keras does, with the epoch and the rate before it, for `horizon`
    epochs; its last value holds. A schedule is its own answer.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import LearningRateScheduler
    >>> s = LearningRateScheduler(lambda epoch, lr: lr * 0.5, 1.0, horizon=3)
    >>> s(0), s(2)
    (0.5, 0.125)
    """
    if isinstance(schedule, Schedule):
        return schedule
    if not callable(schedule):
        raise TypeError(f"schedule must be a Schedule or a function, got {schedule!r:.80}")
    if initial_learning_rate is None:
        refuse("initial_learning_rate", "given where schedule is a function", None)
    rate = float(finite("initial_learning_rate", initial_learning_rate))

    def following(epoch: int) -> float:
        nonlocal rate
        rate = float(schedule(epoch, rate))
        return rate

    return samples(table_of("schedule", following, horizon))


def ReduceLROnPlateau(  # noqa: N802
    base_lr: ArrayLike,
    factor: ArrayLike = 0.1,
    patience: ArrayLike = 10,
    mode: str = "min",
    min_delta: ArrayLike = 1e-4,
    cooldown: ArrayLike = 0,
    min_lr: ArrayLike = 0.0,
) -> Plateau:
    """The rule of `keras.callbacks.ReduceLROnPlateau` on a constant rate.

    See :class:`decaylr.Plateau`, rule "keras". There is no `monitor`, and so no mode "auto":
    the metric is what `update` is given.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.keras import ReduceLROnPlateau
    >>> p = ReduceLROnPlateau(0.5, factor=0.5, patience=1)
    >>> p.update(1.0), p.update(1.0)
    (1.0, 0.5)
    """
    rate = finite("base_lr", base_lr)
    return Plateau(
        constant(rate),
        rule="keras",
        mode=mode,
        factor=factor,
        patience=patience,
        cooldown=cooldown,
        threshold=at_least("min_delta", min_delta),
        min_value=np.minimum(finite("min_lr", min_lr), rate),
    )


CLASSES: dict[str, Callable[..., Schedule]] = {
    "ExponentialDecay": ExponentialDecay,
    "PiecewiseConstantDecay": PiecewiseConstantDecay,
    "PolynomialDecay": PolynomialDecay,
    "InverseTimeDecay": InverseTimeDecay,
    "CosineDecay": CosineDecay,
    "CosineDecayRestarts": CosineDecayRestarts,
}


def from_config(config: Mapping[str, Any] | float) -> Schedule:
    """The schedule of Keras's own data: `keras.optimizers.schedules.serialize(schedule)`.

    Also a whole optimizer's config, of which `learning_rate` counts, and a plain number.

    Raises
    ------
    TypeError, ValueError
        For an unknown class or argument, by its name.

    Examples
    --------
    >>> from decaylr.compat.keras import from_config
    >>> made = from_config({
    ...     "class_name": "CosineDecay",
    ...     "config": {"initial_learning_rate": 1.0, "decay_steps": 100},
    ... })
    >>> made(50)
    0.5
    """
    if not isinstance(config, Mapping):
        return constant(finite("learning_rate", config))
    if "learning_rate" in config:
        return from_config(config["learning_rate"])
    inner = config.get("config", {})
    if "class_name" not in config or not isinstance(inner, Mapping):
        raise TypeError(f"config must have class_name and config, got {sorted(map(str, config))}")
    if "learning_rate" in inner:
        return from_config(inner["learning_rate"])
    make = CLASSES[one_of("class_name", config["class_name"], tuple(CLASSES))]
    known = inspect.signature(make).parameters
    for argument in inner:
        if argument not in known:
            refuse(f"config of {config['class_name']}", "without unknown keys", repr(argument))
    return make(**inner)
