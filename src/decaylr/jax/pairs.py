"""Double-word arithmetic inside JAX: numbers as unevaluated sums of two floats (words).

Two words have 48 bits in float32 and 106 bits in float64, so that rounding errors within a
formula do not show in its result. Products are computed from halves of words, which makes them
exact; it does not matter whether XLA fuses them with additions. Derivatives are those of the
exact operations and are stored in the first word.

The `raw_` functions are for numbers far from the ends of the range: in error terms, infinity minus
infinity is NaN. `add`, `mul`, `div` and `times_exp2` give infinity where the result is too large,
and coefficients of derivatives are finite, because a branch that `where` does not take is still
multiplied by 0.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Words = tuple[Any, ...]

LN2 = Fraction("0.693147180559945309417232121458176568075500134360255254120680009")
HALF_PI = Fraction("1.570796326794896619231321691639751442098584699687552910487472296")
# By bytes of the dtype: bits of the exponent, and of the mantissa of half a word.
HALVES = {4: (8, 11), 8: (11, 25)}
# By bytes of the dtype: number of terms of the series, and of those computed with both words.
EXP_TERMS = {4: (13, 6), 8: (17, 5)}
SINE_TERMS = {4: (9, 4), 8: (12, 4)}
LOG_TERMS = {4: (10, 4), 8: (14, 4)}
FARTHEST = 4096.0  # beyond this power of two every float is 0 or infinite


@cache
def constant(value: Fraction, dtype: str) -> Words:
    """A rational number rounded to two words."""
    kind = np.dtype(dtype).type
    high = kind(float(value))
    return high, kind(float(value - Fraction(float(high))))


# -- arithmetic on words ----------------------------------------------------------------


def two_sum(a: Any, b: Any) -> Words:
    """a + b exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def quick_sum(a: Any, b: Any) -> Words:
    """a + b exactly, for abs(a) >= abs(b)."""
    s = a + b
    return s, b - (s - a)


def halves(a: Any) -> Words:
    """Split a into two words with half the bits each; their sum is exactly a."""
    exponent, mantissa = HALVES[a.dtype.itemsize]
    high = lax.reduce_precision(a, exponent_bits=exponent, mantissa_bits=mantissa)
    return high, a - high


def product(a: Any, b: Any) -> Words:
    """a * b in two words."""
    a, b = jnp.asarray(a), jnp.asarray(b)
    (a1, a2), (b1, b2) = halves(a), halves(b)
    middle, rest = two_sum(a1 * b2, a2 * b1)
    high, low = two_sum(a1 * b1, middle)
    return quick_sum(high, low + (rest + a2 * b2))


def raw_add(a: Words, b: Words) -> Words:
    """a + b."""
    s, e = two_sum(a[0], b[0])
    t, f = two_sum(a[1], b[1])
    s, e = quick_sum(s, e + t)
    return quick_sum(s, e + f)


def raw_mul(a: Words, b: Words) -> Words:
    """a * b."""
    high, low = product(a[0], b[0])
    return quick_sum(high, low + (a[0] * b[1] + a[1] * b[0]))


def raw_div(a: Words, b: Words) -> Words:
    """a / b, by long division."""
    first = a[0] / b[0]
    rest = raw_add(a, negated(raw_mul(b, one_word(first))))
    second = rest[0] / b[0]
    rest = raw_add(rest, negated(raw_mul(b, one_word(second))))
    return quick_sum(first, second + rest[0] / b[0])


def _in_range(
    raw: Callable[..., Words], rounded: Callable[[Any, Any], Any]
) -> Callable[..., Words]:
    """`raw`, with the operation on first words where error terms are beyond the range."""

    def operation(a: Words, b: Words) -> Words:
        high, low = raw(a, b)
        inside = jnp.isfinite(high)
        return jnp.where(inside, high, rounded(a[0], b[0])), jnp.where(inside, low, 0.0)

    return operation


def one_word(a: Any) -> Words:
    """A float as two words."""
    return a, jnp.zeros_like(a)


def negated(a: Words) -> Words:
    """-a."""
    return -a[0], -a[1]


def select(condition: Any, a: Words, b: Words) -> Words:
    """a where the condition is true, b elsewhere."""
    return jnp.where(condition, a[0], b[0]), jnp.where(condition, a[1], b[1])


def power_of_two(n: Any, dtype: Any) -> Any:
    """2**n as a normal float, n clipped to the exponents of normal floats."""
    information = np.finfo(dtype)
    integer = jnp.int32 if information.bits == 32 else jnp.int64
    kept = jnp.clip(n, information.minexp, information.maxexp - 1).astype(integer)
    bits = (kept + (information.maxexp - 1)) << information.nmant
    return lax.bitcast_convert_type(bits, dtype)


def scaled(x: Words, n: Any) -> Words:
    """x * 2**n: infinite above the range, 0 below it."""
    half = n >> 1
    first, second = power_of_two(half, x[0].dtype), power_of_two(n - half, x[0].dtype)
    high = x[0] * first * second
    return high, jnp.where(jnp.isfinite(high), x[1] * first * second, 0.0)


def series(x: Words, coefficients: list[Fraction], exact: int) -> Words:
    """``c[0] + c[1] * x + c[2] * x**2 + ...``; only the first `exact` terms use both words."""
    dtype = x[0].dtype.name
    words = [constant(c, dtype) for c in coefficients]
    tail = jnp.full_like(x[0], words[-1][0])
    for high, _ in reversed(words[exact:-1]):
        tail = tail * x[0] + high
    total: Words = (tail, jnp.zeros_like(tail))
    for c in reversed(words[:exact]):
        total = raw_add(raw_mul(total, x), c)
    return total


_ranged_add = _in_range(raw_add, lambda a, b: a + b)
_ranged_mul = _in_range(raw_mul, lambda a, b: a * b)
_ranged_div = _in_range(raw_div, lambda a, b: a / b)


# -- functions on words -----------------------------------------------------------------


def _exp2_parts(y: Words) -> tuple[Words, Any]:
    """2**z - 1 and n with y = z + n, n whole and z from -1/2 to 1/2."""
    dtype = y[0].dtype
    far = jnp.clip(y[0], -FARTHEST, FARTHEST)
    y = select(jnp.abs(y[0]) < FARTHEST, y, one_word(far))
    whole = jnp.round(y[0])
    z = raw_mul(raw_add(y, one_word(-whole)), constant(LN2, dtype.name))
    terms, exact = EXP_TERMS[dtype.itemsize]
    factorial = [Fraction(1)]
    for k in range(2, terms):
        factorial.append(factorial[-1] / k)
    return raw_mul(z, series(z, factorial, exact)), whole.astype(jnp.int32)


def raw_exp2(y: Words) -> Words:
    """2**y and 2**y - 1, each as two words."""
    less, n = _exp2_parts(y)
    one = one_word(jnp.ones_like(y[0]))
    grown = scaled(raw_add(less, one), n)
    return (*grown, *select(n == 0, less, _ranged_add(grown, negated(one))))


def raw_times_exp2(factor: Words, y: Words) -> Words:
    """factor * 2**y; only the product is rounded to the range, not the power."""
    less, n = _exp2_parts(y)
    return scaled(_ranged_mul(factor, raw_add(less, one_word(jnp.ones_like(y[0])))), n)


def raw_log2(x: Words, excess: Words) -> Words:
    """log2(x) for x > 0; `excess` is x - 1, which keeps the result accurate near 1."""
    dtype = x[0].dtype
    mantissa, exponent = jnp.frexp(x[0])
    low = mantissa < 0.70710678
    exponent = jnp.where(low, exponent - 1, exponent)
    near = exponent == 0
    moved = scaled(x, -exponent)
    one = jnp.ones_like(x[0])
    away = select(near, excess, raw_add(moved, one_word(-one)))
    s = raw_div(away, raw_add(select(near, x, moved), one_word(one)))
    terms, exact = LOG_TERMS[dtype.itemsize]
    odd = [Fraction(1, 2 * k + 1) for k in range(terms)]
    atanh = raw_mul(s, series(raw_mul(s, s), odd, exact))
    fraction = raw_mul(atanh, constant(2 / LN2, dtype.name))
    return raw_add(one_word(exponent.astype(dtype)), fraction)


def raw_sine(x: Words) -> Words:
    """sin(pi/2 * x) for 0 <= x <= 1."""
    one = jnp.ones_like(x[0])
    upper = x[0] > 0.5
    mirrored = raw_add(one_word(one), negated(x))
    z = raw_mul(select(upper, mirrored, x), constant(HALF_PI, x[0].dtype.name))
    square = raw_mul(z, z)
    terms, exact = SINE_TERMS[x[0].dtype.itemsize]
    sine, cosine = [Fraction(1)], [Fraction(1)]
    for k in range(1, terms):
        sine.append(-sine[-1] / (2 * k * (2 * k + 1)))
        cosine.append(-cosine[-1] / (2 * k * (2 * k - 1)))
    return select(upper, series(square, cosine, exact), raw_mul(z, series(square, sine, exact)))


# -- the same functions with derivatives -------------------------------------------------


def _differentiable(
    raw: Callable[..., Words], tangent: Callable[[tuple[Words, ...], Words, list[Any]], Any]
) -> Callable[..., Words]:
    """Give a function of words the derivative `tangent(arguments, result, first tangents)`."""
    function = jax.custom_jvp(raw)

    def rule(primals: tuple[Words, ...], tangents: tuple[Words, ...]) -> tuple[Words, Words]:
        result = function(*primals)
        first = jnp.broadcast_to(
            tangent(primals, result, [t[0] for t in tangents]), result[0].shape
        )
        # The second word of every number has a tangent of 0.
        words = [first if i % 2 == 0 else jnp.zeros_like(r) for i, r in enumerate(result)]
        return result, tuple(words)

    function.defjvp(rule)
    wrapped: Callable[..., Words] = function
    return wrapped


def _finite(coefficient: Any) -> Any:
    """The coefficient of a tangent, kept within the range: 0 times infinity would be NaN."""
    return jnp.nan_to_num(coefficient)


def _tangent_of_quotient(a: tuple[Words, ...], r: Words, t: list[Any]) -> Any:
    divisor = jnp.where(jnp.isfinite(r[0]), a[1][0], 1.0)
    return (t[0] - _finite(r[0]) * t[1]) / divisor


add = _differentiable(_ranged_add, lambda _, __, t: t[0] + t[1])
mul = _differentiable(
    _ranged_mul, lambda a, _, t: t[0] * _finite(a[1][0]) + t[1] * _finite(a[0][0])
)
div = _differentiable(_ranged_div, _tangent_of_quotient)
exp2 = _differentiable(raw_exp2, lambda _, r, t: _finite(r[0]) * t[0] * float(LN2))
log2 = _differentiable(raw_log2, lambda a, _, t: t[0] / (a[0][0] * float(LN2)))
# factor * 2**y
times_exp2 = _differentiable(
    raw_times_exp2,
    lambda a, r, t: t[0] * _finite(raw_exp2(a[1])[0]) + t[1] * _finite(r[0] * float(LN2)),
)
sine: Callable[..., Words] = _differentiable(
    raw_sine,
    lambda a, _, t: float(HALF_PI) * sine((1.0 - a[0][0], -a[0][1]))[0] * t[0],
)
