"""optax's schedules that join others: warmups, SGDR and `join_schedules`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import above, ascending, at_least, broadcastable, expect, finite, refuse
from decaylr.combinators.joins import join
from decaylr.compat.optax.schedules import exponential_decay, linear_schedule
from decaylr.compat.shared.calls import as_dict, as_list, call
from decaylr.curves import cosine
from decaylr.recipes.phases import sequence
from decaylr.schedule import Schedule


def warmup_constant_schedule(
    init_value: ArrayLike, peak_value: ArrayLike, warmup_steps: ArrayLike
) -> Schedule:
    """Linear warmup from `init_value` to `peak_value`, which holds afterwards.

    Without warmup steps the value stays at `init_value`, as in optax.

    Parameters
    ----------
    init_value, peak_value, warmup_steps : array_like

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
    """Linear warmup to `peak_value`, then a cosine to `end_value` at `decay_steps`.

    Parameters
    ----------
    init_value, peak_value, end_value : array_like
        Values at step 0, at the end of the warmup and from `decay_steps` on. Where `peak_value`
        is 0 the value is 0 after the warmup, whatever `end_value` is, as in optax.
    warmup_steps, decay_steps : array_like
        ``0 <= warmup_steps < decay_steps``; the decay steps include the warmup.
    exponent : array_like
        Exponent of the cosine, > 0; see :func:`cosine_decay_schedule`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

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
    """Linear warmup to `peak_value`, then :func:`exponential_decay`.

    The decay, with `transition_begin`, counts from the end of the warmup.

    Parameters
    ----------
    init_value, peak_value : array_like
        Values at step 0 and at the end of the warmup.
    warmup_steps : array_like
        >= 0.
    transition_steps, decay_rate, transition_begin, staircase, end_value
        As in :func:`exponential_decay`.

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

    Parameters
    ----------
    cosine_kwargs : list of mapping
        The arguments of each cycle; the next one begins after its `decay_steps`.

    Examples
    --------
    >>> from decaylr.compat.optax import sgdr_schedule
    >>> cycle = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 2, "decay_steps": 10}
    >>> s = sgdr_schedule([cycle, cycle])
    >>> s(2), s(10), s(12)
    (1.0, 0.0, 1.0)
    """
    mappings: list[Mapping[str, Any]] = as_list("cosine_kwargs", cosine_kwargs)
    if not mappings:
        refuse("cosine_kwargs", "at least one mapping", "none")
    names = [f"cosine_kwargs[{i}]" for i in range(len(mappings))]
    cycles = [as_dict(name, cycle) for name, cycle in zip(names, mappings, strict=True)]
    parts = [
        call(warmup_cosine_decay_schedule, cycle, name)
        for name, cycle in zip(names, cycles, strict=True)
    ]
    return sequence(parts, [finite("decay_steps", cycle["decay_steps"]) for cycle in cycles[:-1]])


def join_schedules(schedules: Sequence[Schedule], boundaries: Sequence[ArrayLike]) -> Schedule:
    """One schedule after another; each counts its steps from its boundary.

    Parameters
    ----------
    schedules : list of Schedule
    boundaries : list of array_like
        Non-decreasing steps at which the next schedule begins, one fewer than `schedules`.

    Raises
    ------
    TypeError, ValueError
        If the boundaries decrease, or there is not one fewer than schedules (optax silently
        ignores extra ones).

    Examples
    --------
    >>> from decaylr.compat.optax import join_schedules, linear_schedule
    >>> up, down = linear_schedule(0.0, 1.0, 10), linear_schedule(1.0, 0.0, 20)
    >>> s = join_schedules([up, down], [[10, 15]])
    >>> s(20)
    array([0.5 , 0.75])
    """
    parts, steps = as_list("schedules", schedules), as_list("boundaries", boundaries)
    if not parts:
        refuse("schedules", "at least one schedule", "none")
    if len(steps) != len(parts) - 1:
        refuse("boundaries", f"{len(parts) - 1} for {len(parts)} schedules", len(steps))
    if not steps:
        return parts[0]
    starts = [at_least(f"boundaries[{i}]", step) for i, step in enumerate(steps)]
    ascending("boundaries", np.stack(np.broadcast_arrays(*starts), axis=-1), strictly=False)
    return join(parts, boundaries=starts)
