"""Phases of recipes: shapes of the transition between two values, and their concatenation.

A *shape* is a function ``f`` that falls from ``f(0) = 1`` to ``f(1) = 0``. A decay of ``steps``
positions from ``a`` to ``b`` is ``b + (a - b) * f(x)`` with ``x = p / steps``. A warmup from ``a``
to ``b`` with the same shape is its mirror image ``a + (b - a) * f(1 - x)``.

===========================  =====================================  ==================
shape                        ``f(x)``                               as a warmup
===========================  =====================================  ==================
``"linear"``                 ``1 - x``                              ``x``
``"cosine"``                 ``(1 + cos(pi x)) / 2``                ``(1 - cos(pi x)) / 2``
``"quarter-cosine"``         ``cos(pi x / 2)``                      ``sin(pi x / 2)``
``"mirror-cosine"``          ``2 (1 - x) - (1 + cos(pi x)) / 2``    ``2 x - (1 - cos(pi x)) / 2``
``("polynomial", n)``        ``(1 - x)**n``                         ``x**n``
``("power", n)``             ``1 - x**n``                           ``1 - (1 - x)**n``
``"sqrt"``                   ``sqrt(1 - x)``                        ``sqrt(x)``
``"1-sqrt"``                 ``1 - sqrt(x)``                        ``1 - sqrt(1 - x)``
``("1-exp", g)``             ``1 - exp(-g (1 - x))``                ``1 - exp(-g x)``
``("rex", beta)``            ``(1 - x) / (1 - (1 - beta) x)``       ``f(1 - x)``
``("scaled-exponential",     ``(r**x - r) / (1 - r)``               ``f(1 - x)``
r)``
``("inverse-sqrt", s)``      ``1 - h(x) / h(1)``,                   falls only
                             ``h(x) = 1 / sqrt(1 + s x) - 1``
``"exponential"``            the value is ``a**(1 - x) * b**x``     the same
``"reciprocal"``             the value is                           falls only
                             ``1 / ((1 - x) / a + x / b)``
``"constant"``               1, then a jump to ``b``                ``a``, then a jump
===========================  =====================================  ==================

A shape may also be a function ``(init_value, end_value, steps) -> Schedule``, such as
:func:`decaylr.linear`, :func:`decaylr.cosine` or :func:`decaylr.rex`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, above, expect, one_of, refuse, shown
from decaylr.combinators.joins import join
from decaylr.curves import constant, cosine, exponential, inverse, linear, polynomial, rex
from decaylr.schedule import Schedule
from decaylr.tree.length import NEGLIGIBLE_STEPS

Curve = Callable[[Array, Array, Array, Array], Schedule]
Shape = str | tuple[str, ArrayLike] | Callable[[Array, Array, Array], Schedule]


class Form(NamedTuple):
    """A named shape.

    Attributes
    ----------
    fall, rise : callable
        Curve of a decay and of a warmup, from (init_value, end_value, steps, number); `rise`
        is None if the shape cannot be used for a warmup.
    number : str
        Name of the number in a pair (name, number); "" if there is none.
    default : float, optional
        Default of that number.
    above_zero : bool
        Whether both values must be > 0.
    """

    fall: Curve
    rise: Curve | None
    number: str = ""
    default: float | None = None
    above_zero: bool = False


def cut_off(curve: Schedule, end: ArrayLike, steps: ArrayLike) -> Schedule:
    """Cut off a curve at ``steps``; from there on the value is ``end``."""
    return join([curve, constant(end, NEGLIGIBLE_STEPS)], boundaries=[steps])


def from_start(curve: Schedule, shown: ArrayLike, start: Array, steps: Array) -> Schedule:
    """Begin a curve that shows ``shown`` at 0 exactly at ``start``.

    A sum of curves begins a rounding error beside it, such as just below 0. That error is made
    good along ``steps``.
    """
    missing = start - np.asarray(shown)
    return curve + linear(missing, 0.0, steps) if np.any(missing) else curve


def _linear(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return linear(a, b, n)


def _cosine(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return cosine(a, b, n)


def _quarter_fall(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return cosine(a, b, n, exponent=0.5)


def _quarter_rise(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    curve = cosine(2 * a - b, b, 2 * n).advance(n)
    return from_start(curve, curve(0), a, n)


def _mirror(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return linear(2 * a, 2 * b, n) - cosine(a, b, n)


def _polynomial(a: Array, b: Array, n: Array, power: Array) -> Schedule:
    return polynomial(a, b, n, power)


def _power(a: Array, b: Array, n: Array, power: Array) -> Schedule:
    return polynomial(a, b, n, power, rise=True)


def _sqrt(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return polynomial(a, b, n, 0.5)


def _one_minus_sqrt(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return polynomial(a, b, n, 0.5, rise=True)


def _one_minus_exp_fall(a: Array, b: Array, n: Array, rate: Array) -> Schedule:
    growth = np.exp(rate)
    return cut_off(a - exponential((a - b) / growth, growth, n), b, n)


def _one_minus_exp_rise(a: Array, b: Array, n: Array, rate: Array) -> Schedule:
    curve = b - exponential(b - a, time_constant=n / rate)
    return cut_off(from_start(curve, b - (b - a), a, n), b, n)


def _rex_fall(a: Array, b: Array, n: Array, beta: Array) -> Schedule:
    return rex(a, b, n, beta)


def _rex_rise(a: Array, b: Array, n: Array, beta: Array) -> Schedule:
    return rex(a, b, n, 1 / beta)


def _scaled_fall(a: Array, b: Array, n: Array, ratio: Array) -> Schedule:
    scale = (a - b) / (1 - ratio)
    curve = exponential(scale, ratio, n) + (b - scale * ratio)
    return cut_off(from_start(curve, scale + (b - scale * ratio), a, n), b, n)


def _scaled_rise(a: Array, b: Array, n: Array, ratio: Array) -> Schedule:
    return _scaled_fall(a, b, n, 1 / ratio)


def _inverse_sqrt(a: Array, b: Array, n: Array, sharpness: Array) -> Schedule:
    scale = (b - a) / (1 / np.sqrt(1 + sharpness) - 1)
    curve = inverse(scale, sharpness, n, power=0.5) + (a - scale)
    return cut_off(from_start(curve, scale + (a - scale), a, n), b, n)


def _exponential(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return cut_off(exponential(a, final=(b, n)), b, n)


def _reciprocal(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return cut_off(inverse(a, a / b - 1, n), b, n)


def _constant(a: Array, b: Array, n: Array, _: Array) -> Schedule:
    return cut_off(constant(a), b, n)


FORMS = {
    "linear": Form(_linear, _linear),
    "cosine": Form(_cosine, _cosine),
    "quarter-cosine": Form(_quarter_fall, _quarter_rise),
    "mirror-cosine": Form(_mirror, _mirror),
    "polynomial": Form(_polynomial, _power, "power"),
    "power": Form(_power, _polynomial, "power"),
    "sqrt": Form(_sqrt, _one_minus_sqrt),
    "1-sqrt": Form(_one_minus_sqrt, _sqrt),
    "1-exp": Form(_one_minus_exp_fall, _one_minus_exp_rise, "rate"),
    "rex": Form(_rex_fall, _rex_rise, "beta", 0.5),
    "scaled-exponential": Form(_scaled_fall, _scaled_rise, "ratio"),
    "inverse-sqrt": Form(_inverse_sqrt, None, "sharpness"),
    "exponential": Form(_exponential, _exponential, above_zero=True),
    "reciprocal": Form(_reciprocal, None, above_zero=True),
    "constant": Form(_constant, _constant),
}


def _form(argument: str, shape: object) -> tuple[str, Form, Array]:
    """Look up a named shape and check its number."""
    name, number = shape if isinstance(shape, tuple | list) and len(shape) == 2 else (shape, None)
    if not isinstance(name, str):
        raise TypeError(
            f"{argument} must be a shape's name, a pair (name, number) or a function "
            f"(init_value, end_value, steps) -> Schedule, got {shown(shape)}"
        )
    form = FORMS[one_of(argument, name, tuple(FORMS))]
    if not form.number:
        if number is not None:
            refuse(argument, f"{name!r} without a number", shown(shape))
        return name, form, np.asarray(0)
    number = form.default if number is None else number
    if number is None:
        refuse(argument, f"a pair ({name!r}, {form.number})", shown(name))
    value = above(f"{argument}[1]", number)
    if form.number == "ratio":
        expect(f"{argument}[1]", value, "other than 1", value != 1)
    return name, form, value


def _phase(
    argument: str, shape: Shape, begin: Array, end: Array, steps: Array, *, rises: bool
) -> Schedule:
    """A phase from ``begin`` to ``end``; where ``steps`` is 0 it is ``end`` at once."""
    empty = steps == 0
    if np.any(empty):
        begin, steps = np.where(empty, end, begin), np.where(empty, NEGLIGIBLE_STEPS, steps)
    if callable(shape):
        made: object = shape(begin, end, steps)
        if not isinstance(made, Schedule):
            raise TypeError(
                f"{argument} must be a function that returns a Schedule, got {shown(made)}"
            )
        return made
    name, form, number = _form(argument, shape)
    curve = form.rise if rises else form.fall
    if curve is None:
        refuse(argument, "a shape that can rise", shown(shape))
    if form.above_zero:
        expect(f"the value where the {name} {argument} begins", begin, "> 0", begin > 0)
        expect(f"the value where the {name} {argument} ends", end, "> 0", end > 0)
    return curve(begin, end, steps, number)


def fall(argument: str, shape: Shape, begin: Array, end: Array, steps: Array) -> Schedule:
    """A decay from ``begin`` to ``end`` in ``steps`` >= 0 positions.

    ``argument`` is the name of the parameter ``shape`` in error messages.
    """
    return _phase(argument, shape, begin, end, steps, rises=False)


def rise(argument: str, shape: Shape, begin: Array, end: Array, steps: Array) -> Schedule:
    """A warmup from ``begin`` to ``end`` in ``steps`` >= 0 positions, by the mirrored shape."""
    return _phase(argument, shape, begin, end, steps, rises=True)


def sequence(parts: Sequence[Schedule], lengths: Sequence[Array]) -> Schedule:
    """Join ``parts`` with the given ``lengths`` (>= 0) of all parts but the last."""
    boundaries = []
    begin: Array = np.asarray(0)
    for length in lengths:
        begin = begin + length
        boundaries.append(begin)
    return join(parts, boundaries=boundaries)
