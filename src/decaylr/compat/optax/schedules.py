"""optax's schedules without joins, and its reduce-on-plateau rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    above,
    at_least,
    broadcastable,
    finite,
    flag,
)
from decaylr.combinators.joins import join
from decaylr.compat.optax.cycles import Scales, boundaries_and_values
from decaylr.compat.shared.stairs import size_of_rounded_quotient
from decaylr.curves import constant, cosine, exponential, piecewise_constant, polynomial
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule


def constant_schedule(value: ArrayLike) -> Schedule:
    """`value` at every step.

    Examples
    --------
    >>> from decaylr.compat.optax import constant_schedule
    >>> constant_schedule(0.5)(9)
    0.5
    """
    return constant(finite("value", value))


def _delayed(begin: Array, value: Array, schedule: Schedule) -> Schedule:
    """`value` before `begin`, then the schedule; a negative `begin` counts as 0, as in optax."""
    if not np.any(begin > 0):
        return schedule
    return join([constant(value), schedule], boundaries=[np.maximum(begin, 0)])


def polynomial_schedule(
    init_value: ArrayLike,
    end_value: ArrayLike,
    power: ArrayLike,
    transition_steps: ArrayLike,
    transition_begin: ArrayLike = 0,
) -> Schedule:
    """``end_value + (init_value - end_value) * (1 - x)**power``.

    ``x`` is 0 before `transition_begin` and rises to 1 in `transition_steps`.

    Parameters
    ----------
    init_value, end_value : array_like
    power : array_like
        >= 0.
    transition_steps : array_like
        Length of the decay. If it is not above 0, the value stays at `init_value`, as in optax.
    transition_begin : array_like
        First step of the decay.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import polynomial_schedule
    >>> s = polynomial_schedule(1.0, 0.0, power=2, transition_steps=[0, 10], transition_begin=5)
    >>> s(10)
    array([1.  , 0.25])
    """
    first, end = finite("init_value", init_value), finite("end_value", end_value)
    exponent, steps = at_least("power", power), finite("transition_steps", transition_steps)
    begin = finite("transition_begin", transition_begin)
    broadcastable(
        init_value=first, end_value=end, power=exponent, transition_steps=steps, begin=begin
    )
    is_constant = (steps <= 0) | (exponent == 0)
    curve = polynomial(
        first,
        np.where(is_constant, first, end),
        np.where(steps <= 0, 1, steps),
        np.where(exponent == 0, 1.0, exponent),
    )
    return _delayed(begin, first, curve)


def linear_schedule(
    init_value: ArrayLike,
    end_value: ArrayLike,
    transition_steps: ArrayLike,
    transition_begin: ArrayLike = 0,
) -> Schedule:
    """A linear decay: :func:`polynomial_schedule` with power 1.

    Parameters
    ----------
    init_value, end_value, transition_steps, transition_begin : array_like
        As in :func:`polynomial_schedule`.

    Examples
    --------
    >>> from decaylr.compat.optax import linear_schedule
    >>> linear_schedule(1.0, 0.0, 10)(5)
    0.5
    """
    return polynomial_schedule(init_value, end_value, 1.0, transition_steps, transition_begin)


def piecewise_constant_schedule(
    init_value: ArrayLike, boundaries_and_scales: Scales | None = None
) -> Schedule:
    """`init_value` times the scales of all boundaries that have been reached.

    Parameters
    ----------
    init_value : array_like
    boundaries_and_scales : mapping, optional
        From steps to scales >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import piecewise_constant_schedule
    >>> s = piecewise_constant_schedule(1.0, {10: 0.5, 20: 0.5})
    >>> s(9), s(10), s(20)
    (1.0, 0.5, 0.25)
    """
    first, boundaries, values = boundaries_and_values(init_value, boundaries_and_scales)
    if not boundaries:
        return constant(first)
    return piecewise_constant(np.maximum(np.stack(boundaries, axis=-1), 0), values)


def exponential_decay(
    init_value: ArrayLike,
    transition_steps: ArrayLike,
    decay_rate: ArrayLike,
    transition_begin: ArrayLike = 0,
    staircase: bool = False,
    end_value: ArrayLike | None = None,
) -> Schedule:
    """``init_value * decay_rate**((count - transition_begin) / transition_steps)``.

    The value is `init_value` before `transition_begin`.

    Parameters
    ----------
    init_value : array_like
    transition_steps : array_like
        Steps in which the value is multiplied by `decay_rate` once. If it is not above 0, the
        value stays at `init_value`, as in optax.
    decay_rate : array_like
        >= 0. With 0 the value stays at `init_value`, as in optax.
    transition_begin : array_like
        First step of the decay.
    staircase : bool
        Whether to round the exponent down to an integer, after the quotient has been rounded to
        float64, as optax does.
    end_value : array_like, optional
        Lower bound of the value where `decay_rate` is below 1, else upper bound.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import exponential_decay
    >>> s = exponential_decay(1.0, transition_steps=10, decay_rate=[0.5, 0.25])
    >>> s(20)
    array([0.25  , 0.0625])
    """
    first, steps = finite("init_value", init_value), finite("transition_steps", transition_steps)
    rate, begin = at_least("decay_rate", decay_rate), finite("transition_begin", transition_begin)
    broadcastable(init_value=first, transition_steps=steps, decay_rate=rate, transition_begin=begin)
    is_constant = (steps <= 0) | (rate == 0)
    stairs = flag("staircase", staircase)
    sizes = np.where(is_constant, 1, steps)
    curve = exponential(
        first,
        np.where(is_constant, 1.0, rate),
        size_of_rounded_quotient(sizes) if stairs else sizes,
        stairs,
    )
    schedule = _delayed(begin, first, curve)
    if end_value is None:
        return schedule
    end = finite("end_value", end_value)
    low = np.where(is_constant | (rate >= 1), -np.inf, end)
    return schedule.clip(low, np.where(is_constant | (rate < 1), np.inf, end))


def cosine_decay_schedule(
    init_value: ArrayLike,
    decay_steps: ArrayLike,
    alpha: ArrayLike = 0.0,
    exponent: ArrayLike = 1.0,
) -> Schedule:
    """A cosine from `init_value` to ``alpha * init_value`` in `decay_steps`.

    With progress ``x = min(count / decay_steps, 1)``::

        init_value * (alpha + (1 - alpha) * ((1 + cos(pi * x)) / 2)**exponent)

    Parameters
    ----------
    init_value : array_like
    decay_steps : array_like
        > 0.
    alpha : array_like
        Final value as a fraction of `init_value`.
    exponent : array_like
        > 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import cosine_decay_schedule
    >>> s = cosine_decay_schedule(1.0, decay_steps=[10, 20], alpha=0.5)
    >>> s(10)
    array([0.5 , 0.75])
    """
    first, steps = finite("init_value", init_value), above("decay_steps", decay_steps)
    fraction, power = finite("alpha", alpha), above("exponent", exponent)
    broadcastable(init_value=first, decay_steps=steps, alpha=fraction, exponent=power)
    return cosine(first, first * fraction, steps, power)


def reduce_on_plateau(
    factor: ArrayLike = 0.1,
    patience: ArrayLike = 10,
    rtol: ArrayLike = 1e-4,
    atol: ArrayLike = 0.0,
    cooldown: ArrayLike = 0,
    accumulation_size: ArrayLike = 1,
    min_scale: ArrayLike = 0.0,
    *,
    schedule: Schedule | None = None,
) -> Plateau:
    """The rule of `optax.contrib.reduce_on_plateau`, applied to a constant 1 or to `schedule`.

    See :class:`decaylr.Plateau`, rule "optax".

    Parameters
    ----------
    factor, patience, rtol, atol, cooldown, accumulation_size, min_scale : array_like
        As in :class:`decaylr.Plateau`, where `rtol` is called `threshold`.
    schedule : Schedule, optional
        The rate that the plateau scales.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import reduce_on_plateau
    >>> p = reduce_on_plateau(factor=0.5, patience=1)
    >>> p.update(1.0), p.update(1.0)
    (1.0, 0.5)
    """
    return Plateau(
        constant(1.0) if schedule is None else schedule,
        rule="optax",
        factor=factor,
        patience=patience,
        threshold=at_least("rtol", rtol),
        atol=atol,
        cooldown=cooldown,
        accumulation_size=accumulation_size,
        min_scale=min_scale,
    )
