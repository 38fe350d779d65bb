"""The loss-curve laws inside JAX, differentiable by the parameters of the schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from decaylr.checks import real_array, require, whole_number
from decaylr.jax.pytree import Traced, schedule
from decaylr.laws import Annealing, ConvexBound, Functional, MultiPower
from decaylr.schedule import Schedule

Law = Annealing | MultiPower | Functional | ConvexBound


def loss(
    law: Law, rate: Traced | Schedule | Callable[[Any], Any], steps: int, at: Any = None
) -> jax.Array:
    """Predict losses from a schedule inside JAX, as `law.predict` does outside.

    Partial sums are taken from the back, so that none is a difference of larger ones. In float32
    a loss is within about 1e-5 of that of the core.

    Parameters
    ----------
    law : Annealing, MultiPower, Functional or ConvexBound
    rate : Traced, Schedule or callable
        The learning rate: what `decaylr.jax.schedule` returns, a schedule, or a function that maps
        an array of steps to rates, with the steps on the first axis.
    steps : int
        Number of steps of the training, >= 1.
    at : int or array_like of int, optional
        Positions below `steps`; the default is the last one.

    Returns
    -------
    jax.Array
        Of the shape of the schedule followed by that of `at`.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value. Rates are not checked inside a trace.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.jax import loss, schedule
    >>> law = dl.laws.MultiPower.published("100M")
    >>> rate = schedule(dl.cosine(3e-4, 3e-5, 2000))
    >>> abs(float(loss(law, rate, 2000)) - law.predict(dl.cosine(3e-4, 3e-5, 2000), 2000)) < 1e-4
    True
    """
    if type(law) not in _LOSSES:
        names = ", ".join(kind.__name__ for kind in _LOSSES)
        raise TypeError(f"law must be one of {names}, got {type(law).__name__}")
    number = whole_number("steps", steps, 1)
    positions = real_array("at", number - 1 if at is None else at)
    if positions.dtype != np.int64:
        raise TypeError(f"at must be integers, got {positions.dtype}")
    require("at", positions, lambda p: (p >= 0) & (p < number), f"within [0, {number - 1}]")
    rates = _rates(rate, number)
    formula = _LOSSES[type(law)]

    @jax.checkpoint  # the derivative keeps no terms of every position
    def one(t: Any) -> Any:
        return formula(law, _Window(rates, t))

    losses = lax.map(one, jnp.asarray(positions.ravel()))
    shaped = jnp.moveaxis(losses, 0, -1)
    return shaped.reshape(rates.shape[1:] + positions.shape)


def _rates(rate: Any, steps: int) -> Any:
    """The rates at all steps, on the first axis."""
    function = schedule(rate, learnable=True) if isinstance(rate, Schedule) else rate
    if not callable(function):
        raise TypeError(f"rate must be a schedule or a function, got {type(rate).__name__}")
    axes = len(function.shape) if isinstance(function, Traced) else 0
    return jnp.asarray(function(jnp.arange(steps).reshape(-1, *(1,) * axes)))


class _Window:
    """The rates up to a position t, and their sums; later ones count as 0."""

    def __init__(self, rates: Any, t: Any) -> None:
        number = jnp.arange(rates.shape[0]).reshape(-1, *(1,) * (rates.ndim - 1))
        self.age = t - number
        self.number = number
        self.rates = jnp.where(self.age >= 0, rates, 0.0)
        self.onward = _from_back(self.rates)  # from a step on, the step itself included
        self.later = _next(self.onward)

    def drops(self, since: int) -> Any:
        """How much each rate is below the one before, where that counts."""
        before = jnp.concatenate([self.rates[:1], self.rates[:-1]])
        counts = (self.age >= 0) & (self.number > since)
        return jnp.where(counts, before - self.rates, 0.0)

    def total(self, warmup_sum: float) -> Any:
        return self.onward[0] + warmup_sum


def _from_back(terms: Any) -> Any:
    return lax.cumsum(terms, axis=0, reverse=True)


def _next(terms: Any) -> Any:
    return jnp.concatenate([terms[1:], jnp.zeros_like(terms[:1])])


def _annealing(law: Annealing, w: _Window) -> Any:
    grown = jnp.maximum(w.age + 1, 0)
    spent = (1.0 - law.momentum**grown) / (1.0 - law.momentum)
    area = (w.drops(law.drops_from) * spent).sum(axis=0)
    return law.L0 + law.A * w.total(law.warmup_sum) ** -law.alpha - law.C * area


def _multi_power(law: MultiPower, w: _Window) -> Any:
    some = w.rates > 0
    scale = jnp.where(some, w.rates, 1.0) ** -law.gamma
    gain = 1.0 - (1.0 + law.C * scale * w.onward) ** -law.beta
    gain = jnp.where(some, gain, jnp.where(w.onward > 0, 1.0, 0.0))
    drop = (w.drops(law.drops_from) * gain).sum(axis=0)
    return law.L0 + law.A * w.total(law.warmup_sum) ** -law.alpha - law.B * drop


def _functional(law: Functional, w: _Window) -> Any:
    falls = jnp.maximum(w.drops(law.drops_from), 0.0)
    time = lax.cumsum(w.rates, axis=0) + law.warmup_sum
    power = jnp.where(time > 0, time, 1.0) ** -law.s
    gain = 1.0 - (1.0 + law.c4 * w.later) ** -law.gamma
    drop = (falls * (law.c3 + power) * gain).sum(axis=0)
    return law.L0 + law.c1 * w.total(law.warmup_sum) ** -law.s - law.c2 * drop


def _convex_bound(law: ConvexBound, w: _Window) -> Any:
    squares = _from_back(w.rates**2)
    counts = (w.age > 0) & (w.rates > 0)
    after, all_ = (jnp.where(counts, x, 1.0) for x in (w.later, w.onward))
    ratios = jnp.where(counts, (w.rates / after) * (squares / all_), 0.0).sum(axis=0)
    twice = 2.0 * w.onward[0]
    return law.L0 + law.D**2 / twice + law.G**2 * (squares[0] / twice + ratios / 2.0)


_LOSSES: dict[type, Callable[[Any, _Window], Any]] = {
    Annealing: _annealing,
    MultiPower: _multi_power,
    Functional: _functional,
    ConvexBound: _convex_bound,
}
