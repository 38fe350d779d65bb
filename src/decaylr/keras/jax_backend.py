"""Keras's steps inside JAX, where int64 and float64 may be missing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import numpy as np

from decaylr.jax.numbers import LAST, JaxNumbers, Pair
from decaylr.jax.pytree import words
from decaylr.traced import formulas as traced


def value(node: traced.Outline, counter: Any, start: Fraction, units: Fraction, dtype: str) -> Any:
    """The traced formula at ``start + counter * units``."""
    kind = np.dtype(jnp.result_type(float))
    filled = node.mapped(lambda array: words(node.kind, array, kind))
    p = position(counter, start, units, kind)
    return JaxNumbers.rounded(traced.value(filled, p, JaxNumbers)).astype(dtype)


def position(counter: Any, start: Fraction, units: Fraction, kind: np.dtype[Any]) -> Pair:
    """Exactly the whole number where it is one, kept within [0, 2**31 - 1].

    The counter is divided as integers, so that only what lies between is rounded.
    """
    over = units.denominator
    whole = JaxNumbers.position(counter // over, kind) * _number(units.numerator, kind)
    if over > 1:
        rest = JaxNumbers.position(counter % over, kind) * _number(units.numerator, kind)
        whole = whole + rest / _number(over, kind)
    if start:
        whole = whole + _number(start, kind)
    return JaxNumbers.where(whole > float(LAST), _number(LAST, kind), whole)


def _number(value: Fraction | int, kind: np.dtype[Any]) -> Pair:
    """A number in two words of the dtype."""
    high = kind.type(float(value))
    low = kind.type(float(Fraction(value) - Fraction(float(high))))
    return Pair(jnp.asarray(high), jnp.asarray(low))
