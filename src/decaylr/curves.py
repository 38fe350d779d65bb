"""The curves: constructors of single-leaf schedules.

Positions p count from 0 where the curve begins. Every numeric parameter is a number or an
array; arrays broadcast by NumPy's rules and give the batch its shape. In parameters that
are lists the last axis is the list. Values are float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.parameters import (
    Array,
    Real,
    above,
    ascending,
    at_least,
    broadcast_shape,
    choice,
    finite,
    flag,
    length_above_zero,
    listed,
    refuse,
    require,
)
from decaylr.schedule import Schedule

KINDS_OF_INTERPOLATION = ("previous", "linear", "pchip", "cubic")


def constant(value: Real, steps: Real = np.inf) -> Schedule:
    """One value for ever.

    Parameters
    ----------
    value : float or array_like
        The value.
    steps : float or array_like
        Length, > 0; it only places what follows in a join.

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
    >>> dl.constant(0.1)(1000)
    0.1
    """
    parameters = {"value": finite("value", value), "steps": length_above_zero("steps", steps)}
    return Schedule._make("constant", parameters)


def _ends(init_value: Real, end_value: Real, steps: Real) -> dict[str, Array]:
    """Two values and a length, with a difference that a float64 holds."""
    init, end = finite("init_value", init_value), finite("end_value", end_value)
    broadcast_shape({"init_value": init.shape, "end_value": end.shape})
    with np.errstate(over="ignore"):
        change = init.astype(np.float64) - end
    require("init_value - end_value", change, np.isfinite, "finite")
    return {"init_value": init, "end_value": end, "steps": above("steps", steps)}


def linear(init_value: Real, end_value: Real, steps: Real) -> Schedule:
    """A straight line, then its end value for ever.

    v(p) = init_value + (end_value - init_value) * p / steps for p < steps, end_value from
    there on.

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.

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
    >>> dl.linear(0.0, 1.0, 10).table(5, stride=5)
    array([0. , 0.5, 1. , 1. , 1. ])
    """
    return Schedule._make("linear", _ends(init_value, end_value, steps))


def polynomial(
    init_value: Real, end_value: Real, steps: Real, power: Real, rise: bool = False
) -> Schedule:
    """A power of the share of the length that is left, or with `rise` of the share gone.

    v(p) = end + (init - end) * (1 - p/steps)**power, or init + (end - init) * (p/steps)**power
    with `rise`, for p < steps; end_value from there on. A cooldown "1-sqrt" is power 0.5
    with `rise`.

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    power : float or array_like
        Exponent, > 0.
    rise : bool
        Whether the power is of p/steps.

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
    >>> dl.polynomial(1.0, 0.0, 4, 2)(1), dl.polynomial(1.0, 0.0, 4, 0.5, rise=True)(1)
    (0.5625, 0.5)
    """
    parameters = _ends(init_value, end_value, steps) | {"power": above("power", power)}
    return Schedule._make("polynomial", parameters, {"rise": flag("rise", rise)})


def cosine(
    init_value: Real, end_value: Real, steps: Real, exponent: Real = 1, k: Real = 1
) -> Schedule:
    """Half a wave of a cosine, then its end value for ever.

    v(p) = end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent for p < steps,
    end_value from there on (SGDR without restarts, 1608.03983; k-decay, 2004.05909).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    exponent, k : float or array_like
        Exponents of the wave and of the progress, > 0.

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
    >>> dl.cosine(1.0, 0.0, 4).table(5).round(6)
    array([1.      , 0.853553, 0.5     , 0.146447, 0.      ])
    """
    parameters = _ends(init_value, end_value, steps)
    parameters |= {"exponent": above("exponent", exponent), "k": above("k", k)}
    return Schedule._make("cosine", parameters)


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


def rex(init_value: Real, end_value: Real, steps: Real, beta: Real = 0.5) -> Schedule:
    """Reflected exponential: slow at first, steep at the end.

    v(p) = end + (init - end) * (1 - x) / (1 - (1 - beta) * x), x = p / steps, for p < steps;
    end_value from there on (2107.04197, where beta is 1/2).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    beta : float or array_like
        Bend, > 0: 1 is a straight line, less stays high for longer.

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
    >>> dl.rex(1.0, 0.0, 4)(2)
    0.6666666666666666
    """
    parameters = _ends(init_value, end_value, steps) | {"beta": above("beta", beta)}
    return Schedule._make("rex", parameters)


def tanh(
    init_value: Real, end_value: Real, steps: Real, lower: Real, upper: Real
) -> Schedule:
    """Hyperbolic-tangent decay, which comes near its ends but does not meet them.

    v(p) = end + (init - end) * (1 - tanh(lower * (1 - x) + upper * x)) / 2 with
    x = min(p / steps, 1) (1806.01593; timm uses lower -7 and upper 3).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values far to the left and far to the right.
    steps : float or array_like
        Length in positions, > 0.
    lower, upper : float or array_like
        Arguments of the tangent at p = 0 and from p = steps on.

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
    >>> dl.tanh(1.0, 0.0, 10, -3.0, 3.0)(5)
    0.5
    """
    parameters = _ends(init_value, end_value, steps)
    parameters |= {"lower": finite("lower", lower), "upper": finite("upper", upper)}
    return Schedule._make("tanh", parameters)


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


def piecewise_constant(boundaries: Any, values: Any) -> Schedule:
    """The value values[n], n the boundaries with b <= p: a new value holds from its boundary on.

    Parameters
    ----------
    boundaries : array_like
        Non-decreasing positions >= 0 along the last axis.
    values : array_like
        One value more than boundaries along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or lists that do not fit each other.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.piecewise_constant([10, 20], [1.0, 0.5, 0.1])([9, 10, 20])
    array([1. , 0.5, 0.1])
    """
    places = ascending("boundaries", boundaries, strictly=False)
    levels = listed("values", finite("values", values))
    if levels.shape[-1] != places.shape[-1] + 1:
        refuse("values", f"one more than the {places.shape[-1]} boundaries", levels.shape[-1])
    return Schedule._make("piecewise_constant", {"boundaries": places, "values": levels})


def interpolate(positions: Any, values: Any, kind: str = "linear") -> Schedule:
    """A curve through points, flat outside them.

    Kinds: "previous" holds each value; "linear" joins them by lines; "pchip" by cubics that
    keep the data's monotony (Fritsch and Butland 1984, as SciPy's PchipInterpolator);
    "cubic" by the not-a-knot spline (as SciPy's CubicSpline).

    Parameters
    ----------
    positions : array_like
        Strictly increasing positions >= 0 along the last axis, at least two.
    values : array_like
        One value for each position along the last axis.
    kind : {"linear", "previous", "pchip", "cubic"}
        How to join the points.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or lists that do not fit each other.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.interpolate([0, 10, 20], [0.0, 1.0, 0.2])([5, 15, 30])
    array([0.5, 0.6, 0.2])
    """
    how = choice("kind", kind, KINDS_OF_INTERPOLATION)
    knots = ascending("positions", positions, strictly=True)
    heights = listed("values", finite("values", values))
    if knots.shape[-1] < 2:
        refuse("positions", "at least two", knots.shape[-1])
    if heights.shape[-1] != knots.shape[-1]:
        refuse("values", f"one for each of the {knots.shape[-1]} positions", heights.shape[-1])
    return Schedule._make("interpolate", {"positions": knots, "values": heights}, {"kind": how})


def samples(values: Any) -> Schedule:
    """One value per position, the last one held for ever.

    Parameters
    ----------
    values : array_like
        Values at p = 0, 1, 2, ... along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For values of the wrong kind.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.samples([0.1, 0.3, 0.2])([0, 1, 2, 3])
    array([0.1, 0.3, 0.2, 0.2])
    """
    return Schedule._make("samples", {"values": listed("values", finite("values", values))})


MAKERS = {
    maker.__name__: maker
    for maker in (
        constant,
        linear,
        polynomial,
        cosine,
        exponential,
        inverse,
        rex,
        tanh,
        step,
        multi_step,
        piecewise_constant,
        interpolate,
        samples,
    )
}


def replace(schedule: Schedule, parameters: Mapping[str, Any]) -> Schedule:
    """A curve with some of its constructor's parameters replaced."""
    from decaylr.spec import constructor_arguments, known_keys

    if schedule._kind not in MAKERS:
        raise TypeError(f"replace needs a curve, got a schedule of kind {schedule._kind}")
    maker = MAKERS[schedule._kind]
    known_keys(parameters, tuple(maker.__annotations__)[:-1], f"{schedule._kind}.replace")
    forms = ("decay_rate", "time_constant", "half_life", "final")
    arguments = constructor_arguments(schedule)
    if any(name in parameters for name in forms):  # a new form takes the place of the old one
        arguments = {n: v for n, v in arguments.items() if n not in (*forms, "decay_steps")} | {
            n: v for n, v in arguments.items() if n == "decay_steps" and "decay_rate" in parameters
        }
    return maker(**{**arguments, **parameters})
