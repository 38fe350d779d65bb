"""Curves between two values: constant, linear, polynomial, cosine, rex, tanh."""

from __future__ import annotations

import numpy as np

from decaylr.parameters import (
    Array,
    Real,
    above,
    broadcast_shape,
    finite,
    flag,
    length_above_zero,
    require,
)
from decaylr.schedule import Schedule


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
    init_value: Real, end_value: Real, steps: Real, power: Real, rise: bool = False, k: Real = 1
) -> Schedule:
    """A power of the share of the length that is left, or with `rise` of the share gone.

    v(p) = end + (init - end) * (1 - x)**power, or init + (end - init) * x**power with
    `rise`, where x = (p/steps)**k, for p < steps; end_value from there on. A cooldown
    "1-sqrt" is power 0.5 with `rise` (k-decay: 2004.05909).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    power : float or array_like
        Exponent, > 0.
    rise : bool
        Whether the power is of the share gone.
    k : float or array_like
        Exponent of the progress, > 0.

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
    parameters = _ends(init_value, end_value, steps)
    parameters |= {"power": above("power", power), "k": above("k", k)}
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


def tanh(init_value: Real, end_value: Real, steps: Real, lower: Real, upper: Real) -> Schedule:
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
