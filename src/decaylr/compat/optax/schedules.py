"""The schedules of optax (0.2.8) by their own names, parameters, order and defaults.

optax computes in float32; these are exact. Every number may be an array, one element a run,
those that optax cannot vmap among them (steps, rates, peaks).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    above,
    ascending,
    at_least,
    broadcastable,
    expect,
    finite,
    flag,
    refuse,
)
from decaylr.combinators.joins import join
from decaylr.compat.optax.cycles import (
    Scales,
    _scales,
)
from decaylr.compat.shared.calls import call, elements, entries
from decaylr.curves import constant, cosine, exponential, polynomial
from decaylr.curves import piecewise_constant as stairs
from decaylr.plateau.scale import Plateau
from decaylr.recipes.phases import sequence
from decaylr.schedule import Schedule


def constant_schedule(value: ArrayLike) -> Schedule:
    """`value` at every count.

    Examples
    --------
    >>> from decaylr.compat.optax import constant_schedule
    >>> constant_schedule(0.5)(9)
    0.5
    """
    return constant(finite("value", value))


def _delayed(begin: Array, value: Array, schedule: Schedule) -> Schedule:
    """The schedule from `begin` on, `value` before; a begin below 0 is 0, as in optax."""
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
    """``end_value + (init_value - end_value) * (1 - x)**power`` after `transition_begin`.

    ``x`` goes from 0 to 1 in `transition_steps`. Where these are not above 0 the value is
    `init_value` for ever, as in optax.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`power` >= 0), which the message names.

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
    stays = (steps <= 0) | (exponent == 0)
    curve = polynomial(
        first,
        np.where(stays, first, end),
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
    """A straight line: :func:`polynomial_schedule` of power 1.

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
    """`init_value` times every scale whose boundary has been reached.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (scales >= 0), which the message names.

    Examples
    --------
    >>> from decaylr.compat.optax import piecewise_constant_schedule
    >>> s = piecewise_constant_schedule(1.0, {10: 0.5, 20: 0.5})
    >>> s(9), s(10), s(20)
    (1.0, 0.5, 0.25)
    """
    first, edges, values = _scales(init_value, boundaries_and_scales)
    if not edges:
        return constant(first)
    return stairs(np.maximum(np.stack(edges, axis=-1), 0), values)


def exponential_decay(
    init_value: ArrayLike,
    transition_steps: ArrayLike,
    decay_rate: ArrayLike,
    transition_begin: ArrayLike = 0,
    staircase: bool = False,
    end_value: ArrayLike | None = None,
) -> Schedule:
    """``init_value * decay_rate**((count - transition_begin) / transition_steps)``.

    The exponent is rounded down with `staircase`. `end_value` is the least value where
    `decay_rate` is below 1, the greatest elsewhere. Where `transition_steps` is not above 0,
    or `decay_rate` is 0, the value is `init_value` for ever, as in optax.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (`decay_rate` >= 0), which the message names.

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
    stays = (steps <= 0) | (rate == 0)
    curve = exponential(
        first, np.where(stays, 1.0, rate), np.where(stays, 1, steps), flag("staircase", staircase)
    )
    made = _delayed(begin, first, curve)
    if end_value is None:
        return made
    end = finite("end_value", end_value)
    largest = np.finfo(np.float64).max
    low = np.where(stays | (rate >= 1), -largest, end)
    return made.clip(low, np.where(stays | (rate < 1), largest, end))


def cosine_decay_schedule(
    init_value: ArrayLike,
    decay_steps: ArrayLike,
    alpha: ArrayLike = 0.0,
    exponent: ArrayLike = 1.0,
) -> Schedule:
    """A cosine from `init_value` to ``alpha * init_value`` in `decay_steps`.

    With ``x = count / decay_steps``::

        init_value * (alpha + (1 - alpha) * ((1 + cos(pi * x)) / 2)**exponent)

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.optax import cosine_decay_schedule
    >>> s = cosine_decay_schedule(1.0, decay_steps=[10, 20], alpha=0.5)
    >>> s(10)
    array([0.5 , 0.75])
    """
    first, steps = finite("init_value", init_value), above("decay_steps", decay_steps)
    share, power = finite("alpha", alpha), above("exponent", exponent)
    broadcastable(init_value=first, decay_steps=steps, alpha=share, exponent=power)
    return cosine(first, first * share, steps, power)


def warmup_constant_schedule(
    init_value: ArrayLike, peak_value: ArrayLike, warmup_steps: ArrayLike
) -> Schedule:
    """A line from `init_value` to `peak_value`; for ever `init_value` without warmup steps.

    Examples
    --------
    >>> from decaylr.compat.optax import warmup_constant_schedule
    >>> warmup_constant_schedule(0.0, 1.0, [0, 4])(9)
    array([0., 1.])
    """
    return linear_schedule(init_value, peak_value, finite("warmup_steps", warmup_steps))


def warmup_cosine_decay_schedule(
    init_value: ArrayLike,
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    decay_steps: ArrayLike,
    end_value: ArrayLike = 0.0,
    exponent: ArrayLike = 1.0,
) -> Schedule:
    """A line to `peak_value`, then a cosine to `end_value` at `decay_steps`, warmup included.

    Where `peak_value` is 0, `end_value` is not reached: all is 0 after the warmup, as in optax.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.optax import warmup_cosine_decay_schedule
    >>> s = warmup_cosine_decay_schedule(0.0, 1.0, [0, 10], decay_steps=110)
    >>> s(10)
    array([0.97974649, 1.        ])
    """
    peak, warmup = finite("peak_value", peak_value), at_least("warmup_steps", warmup_steps)
    total, end = finite("decay_steps", decay_steps), finite("end_value", end_value)
    power = above("exponent", exponent)
    broadcastable(peak_value=peak, warmup_steps=warmup, decay_steps=total, end=end, exponent=power)
    expect("decay_steps", total, "above warmup_steps", total > warmup)
    ramp = linear_schedule(init_value, peak, warmup)
    down = cosine(peak, np.where(peak == 0, 0.0, end), total - warmup, power)
    return join([ramp, down], boundaries=[warmup])


def warmup_exponential_decay_schedule(
    init_value: ArrayLike,
    peak_value: ArrayLike,
    warmup_steps: ArrayLike,
    transition_steps: ArrayLike,
    decay_rate: ArrayLike,
    transition_begin: ArrayLike = 0,
    staircase: bool = False,
    end_value: ArrayLike | None = None,
) -> Schedule:
    """A line to `peak_value`, then :func:`exponential_decay`, counted from the warmup's end.

    Examples
    --------
    >>> from decaylr.compat.optax import warmup_exponential_decay_schedule
    >>> s = warmup_exponential_decay_schedule(0.0, 1.0, 10, transition_steps=5, decay_rate=0.5)
    >>> s(5), s(10), s(20)
    (0.5, 1.0, 0.25)
    """
    warmup = at_least("warmup_steps", warmup_steps)
    peak = finite("peak_value", peak_value)
    decay = exponential_decay(
        peak, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return join([linear_schedule(init_value, peak, warmup), decay], boundaries=[warmup])


def sgdr_schedule(cosine_kwargs: Iterable[Mapping[str, ArrayLike]]) -> Schedule:
    """One :func:`warmup_cosine_decay_schedule` after another.

    Examples
    --------
    >>> from decaylr.compat.optax import sgdr_schedule
    >>> cycle = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 2, "decay_steps": 10}
    >>> s = sgdr_schedule([cycle, cycle])
    >>> s(2), s(10), s(12)
    (1.0, 0.0, 1.0)
    """
    given: list[Mapping[str, Any]] = elements("cosine_kwargs", cosine_kwargs)
    if not given:
        refuse("cosine_kwargs", "at least one mapping", "none")
    names = [f"cosine_kwargs[{i}]" for i in range(len(given))]
    cycles = [entries(name, cycle) for name, cycle in zip(names, given, strict=True)]
    parts = [
        call(warmup_cosine_decay_schedule, cycle, name)
        for name, cycle in zip(names, cycles, strict=True)
    ]
    return sequence(parts, [finite("decay_steps", cycle["decay_steps"]) for cycle in cycles[:-1]])


def join_schedules(schedules: Sequence[Schedule], boundaries: Sequence[ArrayLike]) -> Schedule:
    """One schedule after another, each counted from its boundary.

    Raises
    ------
    TypeError, ValueError
        For boundaries that are not one less than schedules (optax drops what is left over),
        or that decrease.

    Examples
    --------
    >>> from decaylr.compat.optax import join_schedules, linear_schedule
    >>> up, down = linear_schedule(0.0, 1.0, 10), linear_schedule(1.0, 0.0, 20)
    >>> s = join_schedules([up, down], [[10, 15]])
    >>> s(20)
    array([0.5 , 0.75])
    """
    parts, given = elements("schedules", schedules), elements("boundaries", boundaries)
    if not parts:
        refuse("schedules", "at least one schedule", "none")
    if len(given) != len(parts) - 1:
        refuse("boundaries", f"{len(parts) - 1} for {len(parts)} schedules", len(given))
    edges = [at_least(f"boundaries[{i}]", edge) for i, edge in enumerate(given)]
    if edges:
        ascending("boundaries", np.stack(np.broadcast_arrays(*edges), axis=-1), strictly=False)
    return join(parts, boundaries=edges) if edges else parts[0]


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
    """The rule of `optax.contrib.reduce_on_plateau`, on a constant 1 or on `schedule`.

    See :class:`decaylr.Plateau`, rule "optax".

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

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
