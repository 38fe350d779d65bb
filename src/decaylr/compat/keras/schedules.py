"""Functions with the signatures of Keras's schedule classes, and `from_config`."""

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
    shown,
)
from decaylr.combinators.joins import join
from decaylr.compat.shared.stairs import size_of_rounded_quotient
from decaylr.curves import (
    constant,
    cosine,
    exponential,
    inverse,
    piecewise_constant,
    polynomial,
    step,
)
from decaylr.recipes.phases import rise, sequence
from decaylr.schedule import Schedule


def ExponentialDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    decay_rate: ArrayLike,
    staircase: bool = False,
    name: str = "ExponentialDecay",
) -> Schedule:
    """``initial_learning_rate * decay_rate**(step / decay_steps)``.

    Parameters
    ----------
    initial_learning_rate : array_like
    decay_steps : array_like
        > 0.
    decay_rate : array_like
        >= 0.
    staircase : bool
        Whether to round the exponent down to an integer, after the quotient ``step / decay_steps``
        has been rounded to float64, as Keras does.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import ExponentialDecay
    >>> ExponentialDecay(1.0, 10, [0.5, 0.25])(20)
    array([0.25  , 0.0625])
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps, factor = above("decay_steps", decay_steps), at_least("decay_rate", decay_rate)
    broadcastable(initial_learning_rate=rate, decay_steps=steps, decay_rate=factor)
    if flag("staircase", staircase):
        return step(rate, size_of_rounded_quotient(steps), factor)
    if np.all(factor > 0):
        return exponential(rate, factor, steps)
    # decay_rate = 0: the initial rate at step 0, then 0
    falling = exponential(rate, np.where(factor == 0, 1.0, factor), steps)
    end = np.where(factor == 0, 1, LARGEST_POSITION)
    return join([falling, constant(0.0)], boundaries=[end])


def PiecewiseConstantDecay(  # noqa: N802
    boundaries: ArrayLike, values: ArrayLike, name: str = "PiecewiseConstant"
) -> Schedule:
    """``values[k]`` up to and **including** ``boundaries[k]``, then the next value.

    Parameters
    ----------
    boundaries : array_like
        Non-decreasing steps along the last axis. Fractions are rounded down, as in Keras, which
        casts them to the dtype of the step.
    values : array_like
        One more than boundaries, along the last axis.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import PiecewiseConstantDecay
    >>> s = PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])
    >>> s(100), s(101), s(201)
    (1.0, 0.5, 0.1)
    """
    steps = ascending("boundaries", boundaries, strictly=False)
    rates = listed("values", finite("values", values))
    if rates.shape[-1] != steps.shape[-1] + 1:
        refuse("values", f"one more than boundaries ({steps.shape[-1] + 1})", rates.shape[-1])
    return piecewise_constant(_first_after(steps), rates)


def _first_after(steps: Array) -> Array:
    """The first whole position after each boundary; beyond all positions where that is."""
    if steps.dtype == np.int64 and np.all(steps < LARGEST_POSITION):
        return steps + 1
    whole = np.floor(steps)
    return (whole.astype(np.int64) if np.all(whole < 2.0**63) else whole) + 1


def PolynomialDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    end_learning_rate: ArrayLike = 0.0001,
    power: ArrayLike = 1.0,
    cycle: bool = False,
    name: str = "PolynomialDecay",
) -> Schedule:
    """``end + (initial - end) * (1 - step / decay_steps)**power``, then `end_learning_rate`.

    With `cycle` the decay restarts at every multiple of `decay_steps`, each time from a lower
    value. In cycle ``c = ceil(step / decay_steps)`` the value is::

        end + (initial - end) * (1 - step / (decay_steps * c))**power

    Parameters
    ----------
    initial_learning_rate, end_learning_rate : array_like
    decay_steps : array_like
        > 0; whole numbers if `cycle` is true.
    power : array_like
        > 0.
    cycle : bool

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import PolynomialDecay
    >>> s = PolynomialDecay(1.0, 100, end_learning_rate=0.0, power=2.0)
    >>> s(50), s(100)
    (0.25, 0.0)
    >>> PolynomialDecay(1.0, 100, 0.0, cycle=True)(150)
    0.25
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps = above("decay_steps", decay_steps)
    end, exponent = finite("end_learning_rate", end_learning_rate), above("power", power)
    broadcastable(
        initial_learning_rate=rate, decay_steps=steps, end_learning_rate=end, power=exponent
    )
    if not flag("cycle", cycle):
        return polynomial(rate, end, steps, exponent)
    expect("decay_steps", steps, "whole where cycle is true", steps == np.floor(steps))
    # From step 1 on, cycle c ends at decay_steps * c, and 1 - step / (decay_steps * c) is the
    # remaining fraction of the cycle divided by c.
    cycles = polynomial(rate - end, np.zeros(()), steps, exponent).advance(1).repeat(steps)
    from_step_1 = cycles * inverse(1.0, 1.0, steps, exponent, staircase=True) + end
    return join([constant(rate), from_step_1], boundaries=[1])


def InverseTimeDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    decay_rate: ArrayLike,
    staircase: bool = False,
    name: str = "InverseTimeDecay",
) -> Schedule:
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Parameters
    ----------
    initial_learning_rate : array_like
    decay_steps : array_like
        > 0.
    decay_rate : array_like
        >= 0.
    staircase : bool
        Whether to round ``step / decay_steps``, which is rounded to float64 first, down to an
        integer.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import InverseTimeDecay
    >>> InverseTimeDecay(1.0, 10, [0.5, 1.0])(20)
    array([0.5       , 0.33333333])
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps, factor = above("decay_steps", decay_steps), at_least("decay_rate", decay_rate)
    broadcastable(initial_learning_rate=rate, decay_steps=steps, decay_rate=factor)
    if flag("staircase", staircase):
        return inverse(rate, factor, size_of_rounded_quotient(steps), staircase=True)
    return inverse(rate, factor, steps)


def CosineDecay(  # noqa: N802
    initial_learning_rate: ArrayLike,
    decay_steps: ArrayLike,
    alpha: ArrayLike = 0.0,
    name: str = "CosineDecay",
    warmup_target: ArrayLike | None = None,
    warmup_steps: ArrayLike = 0,
) -> Schedule:
    """A cosine from `initial_learning_rate` to ``alpha * initial_learning_rate``.

    With `warmup_target`: a linear warmup from `initial_learning_rate` to `warmup_target`, then a
    cosine to ``alpha * warmup_target``.

    Parameters
    ----------
    initial_learning_rate : array_like
    decay_steps : array_like
        Length of the cosine **without** the warmup, > 0.
    alpha : array_like
        Final rate as a fraction of the rate at the start of the cosine.
    warmup_target : array_like, optional
    warmup_steps : array_like
        >= 0; ignored without `warmup_target`, as in Keras.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import CosineDecay
    >>> s = CosineDecay(0.0, 100, warmup_target=1.0, warmup_steps=[0, 10])
    >>> s(10)
    array([0.97552826, 1.        ])
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps, fraction = above("decay_steps", decay_steps), finite("alpha", alpha)
    warmup = at_least("warmup_steps", warmup_steps)
    broadcastable(
        initial_learning_rate=rate, decay_steps=steps, alpha=fraction, warmup_steps=warmup
    )
    if warmup_target is None:
        return cosine(rate, rate * fraction, steps)
    peak = finite("warmup_target", warmup_target)
    ramp = rise("warmup_target", "linear", rate, peak, warmup)
    return sequence([ramp, cosine(peak, peak * fraction, steps)], [warmup])


def CosineDecayRestarts(  # noqa: N802
    initial_learning_rate: ArrayLike,
    first_decay_steps: ArrayLike,
    t_mul: ArrayLike = 2.0,
    m_mul: ArrayLike = 1.0,
    alpha: ArrayLike = 0.0,
    name: str = "SGDRDecay",
) -> Schedule:
    """Repeated cosines that all end at ``alpha * initial_learning_rate``.

    Parameters
    ----------
    initial_learning_rate : array_like
    first_decay_steps : array_like
        Length of the first cycle, > 0.
    t_mul : array_like
        Factor on the length of each next cycle, >= 1. (Below 1, Keras returns NaN.)
    m_mul : array_like
        Factor on the initial rate of each next cycle, >= 0.
    alpha : array_like
        Final rate of every cycle as a fraction of `initial_learning_rate`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import CosineDecayRestarts
    >>> s = CosineDecayRestarts(1.0, 10, t_mul=1.5, m_mul=0.5)
    >>> s(5), s(10), s(25)
    (0.5, 0.5, 0.25)
    """
    rate = finite("initial_learning_rate", initial_learning_rate)
    steps = above("first_decay_steps", first_decay_steps)
    growth, shrink = at_least("t_mul", t_mul, 1.0), at_least("m_mul", m_mul)
    fraction = finite("alpha", alpha)
    broadcastable(
        initial_learning_rate=rate, steps=steps, t_mul=growth, m_mul=shrink, alpha=fraction
    )
    floor = rate * fraction
    return cosine(rate, floor, steps).repeat(
        steps, period_scale=growth, value_scale=shrink, floor=floor, lengths="real"
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
    """Make the schedule that a Keras configuration describes.

    Parameters
    ----------
    config : mapping or float
        The result of `keras.optimizers.schedules.serialize`, the configuration of an optimizer,
        whose `learning_rate` is read, or a constant rate.

    Raises
    ------
    TypeError, ValueError
        If a class or an argument is unknown; the message names it.

    Examples
    --------
    >>> from decaylr.compat.keras import from_config
    >>> s = from_config({
    ...     "class_name": "CosineDecay",
    ...     "config": {"initial_learning_rate": 1.0, "decay_steps": 100},
    ... })
    >>> s(50)
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
            refuse(f"config of {config['class_name']}", "without unknown keys", shown(argument))
    return make(**inner)
