"""Values of `Schedule` inside Keras's compiled step on JAX, which may lack int64 and float64."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import numpy as np

from decaylr.jax.numbers import LAST, JaxNumbers, Pair
from decaylr.jax.parameters import words
from decaylr.traced import formulas as traced


def value(node: traced.Outline, counter: Any, start: Fraction, units: Fraction, dtype: str) -> Any:
    """The value of the traced formula at ``start + counter * units``, as `dtype`."""
    word_dtype = np.dtype(jnp.result_type(float))
    with_words = node.mapped(lambda array: words(node.kind, array, word_dtype))
    p = position(counter, start, units, word_dtype)
    return JaxNumbers.rounded(traced.value(with_words, p, JaxNumbers)).astype(dtype)


def position(counter: Any, start: Fraction, units: Fraction, dtype: np.dtype[Any]) -> Pair:
    """The position at a step, at most 2**31 - 1; exact if it is a whole number.

    The counter is divided as an integer first, so that only fractions are rounded.
    """
    denominator = units.denominator
    numerator = _number(units.numerator, dtype)
    total = JaxNumbers.position(counter // denominator, dtype) * numerator
    if denominator > 1:
        remainder = JaxNumbers.position(counter % denominator, dtype) * numerator
        total = total + remainder / _number(denominator, dtype)
    if start:
        total = total + _number(start, dtype)
    return JaxNumbers.where(total > float(LAST), _number(LAST, dtype), total)


def _number(value: Fraction | int, dtype: np.dtype[Any]) -> Pair:
    """A number as a pair of floats."""
    high = dtype.type(float(value))
    low = dtype.type(float(Fraction(value) - Fraction(float(high))))
    return Pair(jnp.asarray(high), jnp.asarray(low))
