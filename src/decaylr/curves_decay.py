"""Curves that decay by a rate: exponential, inverse, step, multi_step."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.parameters import (
    Array,
    Real,
    above,
    ascending,
    at_least,
    broadcast_shape,
    finite,
    flag,
    refuse,
    require,
)
from decaylr.schedule import Schedule


def exponential(
    init_value: Real,
    decay_rate: Real | None = None,
    decay_steps: Real = 1,
    staircase: bool = False,
    end_value: Real | None = None,
    *,
    time_constant: Real | None = None,
    half_life: Real | None = None,
    final: tuple[Real, Real] | None = None,
) -> Schedule:
    """Exponential decay (or growth), stated in one of four ways.

    v(p) = init * decay_rate**(p / decay_steps), with the exponent rounded down for a
    staircase; init * exp(-p / time_constant); init * 2**(-p / half_life); or the one that
    passes `value` at n and goes on, `final=(value, n)`.

    Parameters
    ----------
    init_value : float or array_like
        Value at p = 0.
    decay_rate : float or array_like
        Factor of `decay_steps` positions, > 0.
    decay_steps : float or array_like
        Positions of one factor, > 0; belongs to `decay_rate` alone.
    staircase : bool
        Whether the value changes only every `decay_steps` positions.
    end_value : float or array_like, optional
        A floor where the curve falls, a cap where it rises.
    time_constant, half_life : float or array_like
        Positions in which the value falls to 1/e, or to a half, > 0.
    final : tuple of float or array_like
        A value of the sign of init_value, and the position > 0 where it is passed.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or not exactly one of the four forms.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.exponential(0.1, 0.5, 10)(20)
    0.025
    >>> dl.exponential(0.1, half_life=10)(20)
    0.025
    """
    forms = {
        "decay_rate": decay_rate,
        "time_constant": time_constant,
        "half_life": half_life,
        "final": final,
    }
    given = [name for name, value in forms.items() if value is not None]
    if len(given) != 1:
        refuse("exponential", f"given exactly one of {', '.join(forms)}", given or "none")
    stairs = flag("staircase", staircase)
    parameters = {"init_value": finite("init_value", init_value)}
    if decay_rate is not None:
        parameters["decay_rate"] = above("decay_rate", decay_rate)
        parameters["decay_steps"] = above("decay_steps", decay_steps)
    elif stairs or np.ndim(decay_steps) or decay_steps != 1:
        refuse("decay_steps and staircase", "left out without decay_rate", f"with {given[0]}")
    elif final is not None:
        parameters |= _final(parameters["init_value"], final)
    else:
        parameters[given[0]] = above(given[0], forms[given[0]])
    if end_value is not None:
        parameters["end_value"] = finite("end_value", end_value)
    return Schedule._make("exponential", parameters, {"staircase": stairs})


def _final(init: Array, final: Any) -> dict[str, Array]:
    if not isinstance(final, (tuple, list)) or len(final) != 2:
        raise TypeError(f"final must be a pair (value, position), got {final!r:.80}")
    value = finite("final[0]", final[0])
    broadcast_shape({"init_value": init.shape, "final[0]": value.shape})
    alike = np.sign(init) * np.sign(value)
    require("final[0] / init_value", alike, lambda x: x > 0, "> 0")
    return {"final_value": value, "final_steps": above("final[1]", final[1])}


def inverse(
    init_value: Real,
    decay_rate: Real,
    decay_steps: Real = 1,
    power: Real = 1,
    staircase: bool = False,
) -> Schedule:
    """Inverse-time decay and its powers: power 0.5 is the inverse square root.

    v(p) = init / (1 + decay_rate * p / decay_steps)**power, with p / decay_steps rounded
    down for a staircase.

    Parameters
    ----------
    init_value : float or array_like
        Value at p = 0.
    decay_rate : float or array_like
        Growth of the denominator in `decay_steps` positions, >= 0.
    decay_steps : float or array_like
        Unit of the positions, > 0.
    power : float or array_like
        Exponent, finite.
    staircase : bool
        Whether the value changes only every `decay_steps` positions.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.inverse(1.0, 1.0, 10)(30), dl.inverse(1.0, 1.0, 10, power=0.5)(30)
    (0.25, 0.5)
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "decay_rate": at_least("decay_rate", decay_rate),
        "decay_steps": above("decay_steps", decay_steps),
        "power": finite("power", power),
    }
    return Schedule._make("inverse", parameters, {"staircase": flag("staircase", staircase)})


def step(init_value: Real, step_size: Real, gamma: Real) -> Schedule:
    """A factor gamma every `step_size` positions: init * gamma**floor(p / step_size).

    Parameters
    ----------
    init_value : float or array_like
        Value of the first plateau.
    step_size : float or array_like
        Length of a plateau in positions, > 0.
    gamma : float or array_like
        Factor from plateau to plateau, >= 0.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.step(1.0, 30, 0.5).table(3, stride=30)
    array([1.  , 0.5 , 0.25])
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "step_size": above("step_size", step_size),
        "gamma": at_least("gamma", gamma),
    }
    return Schedule._make("step", parameters)


def multi_step(init_value: Real, milestones: Any, gamma: Real) -> Schedule:
    """A factor gamma at every milestone: init * gamma**n, n the milestones with m <= p.

    Parameters
    ----------
    init_value : float or array_like
        Value before the first milestone.
    milestones : array_like
        Non-decreasing positions >= 0 along the last axis; one that stands twice counts twice.
    gamma : float or array_like
        Factor at a milestone, >= 0.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.multi_step(1.0, [30, 60], 0.5)([29, 30, 60])
    array([1.  , 0.5 , 0.25])
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "milestones": ascending("milestones", milestones, strictly=False),
        "gamma": at_least("gamma", gamma),
    }
    return Schedule._make("multi_step", parameters)
