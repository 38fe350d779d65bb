"""Exact values of schedules, naive and slow. Shares no code with the package.

An `Oracle` maps a position (a `Fraction`) to a `Value`: the documented real number, computed with
mpmath from the float64 parameters, and the largest error allowed for a result. Decisions (which
plateau, past the end or not) compare exact rationals: position 11 lies before 10 * 1.1, which is
11.00000000000000088.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import mpmath

real = mpmath.mp.clone()
real.prec = 500

OVERFLOW = real.mpf(2) ** 1024 - real.mpf(2) ** 970
SMALLEST = -1074


class Value(NamedTuple):
    """The exact value and the largest error allowed; zero where the bits must be equal."""

    exact: mpmath.mpf
    slack: mpmath.mpf


class Oracle:
    """A schedule of one run: `at(position)`, its length, and its bound in ulp if a curve.

    `marks(k)` are exact positions where something begins or ends, in cycle or plateau k if there
    are several. An infinite length does not affect the length of arithmetic with other schedules.
    """

    def __init__(
        self,
        at: Callable[[Fraction], Value],
        length=math.inf,
        bound=None,
        endless_number=False,
        marks: Callable[[int], list[Fraction]] | None = None,
    ):
        self.at = at
        self.length = length
        self.bound = bound
        self.endless_number = endless_number
        self.marks = marks or (lambda k: [] if length == math.inf else [fraction(length)])

    def __call__(self, position) -> Value:
        return self.at(fraction(position))


def fraction(number) -> Fraction:
    """An int, float or rational as the exact rational that it is."""
    if isinstance(number, Fraction):
        return number
    return Fraction(int(number)) if float(number).is_integer() else Fraction(float(number))


def number(value) -> mpmath.mpf:
    """A rational or float as a real number."""
    if isinstance(value, Fraction):
        return real.mpf(value.numerator) / value.denominator
    return real.mpf(value)


def unit(value) -> mpmath.mpf:
    """One unit in the last place of a float64 of this size."""
    if value == 0:
        return real.ldexp(1, SMALLEST)
    exponent = real.frexp(abs(value))[1]
    return real.ldexp(1, max(exponent - 53, SMALLEST))


def exactly(value) -> Value:
    """A value whose bits must be met."""
    return Value(number(value), real.zero)


def near(value, bound, *ends) -> Value:
    """Allow `bound` ulp of the value, or of the larger end if the curve changes sign."""
    signs = {real.sign(number(end)) for end in ends} - {0}
    size = max(abs(number(end)) for end in ends) if len(signs) == 2 else value
    return Value(value, bound * unit(size))


def rounded(value: Value) -> Value:
    """Allow one more rounding to float64; values that overflow float64 are not checked."""
    if not real.isfinite(value.slack) or abs(value.exact) >= OVERFLOW:
        return Value(value.exact, real.inf)
    return Value(value.exact, value.slack + unit(abs(value.exact) + value.slack) / 2)


def _slack(value: Value) -> mpmath.mpf:
    return real.inf if abs(value.exact) >= OVERFLOW else value.slack


def plus(a: Value, b: Value) -> Value:
    """A float64 sum."""
    return rounded(Value(a.exact + b.exact, _slack(a) + _slack(b)))


def minus(a: Value, b: Value) -> Value:
    """A float64 difference."""
    return rounded(Value(a.exact - b.exact, _slack(a) + _slack(b)))


def times(a: Value, b: Value) -> Value:
    """A float64 product."""
    if real.inf in (_slack(a), _slack(b)):
        return Value(a.exact * b.exact, real.inf)
    slack = abs(a.exact) * b.slack + abs(b.exact) * a.slack + a.slack * b.slack
    return rounded(Value(a.exact * b.exact, slack))


def over(a: Value, divisor) -> Value:
    """A float64 quotient by an exact number."""
    by = number(divisor)
    return rounded(Value(a.exact / by, _slack(a) / abs(by)))


def bounded(value: Value, lo=None, hi=None) -> Value:
    """A value limited to exact bounds; exactly the bound if the value is clearly beyond it."""
    for bound, outside in ((lo, lambda x, b: x < b), (hi, lambda x, b: x > b)):
        if bound is not None and outside(value.exact, number(bound)):
            clear = abs(value.exact - number(bound)) > value.slack
            value = Value(number(bound), real.zero if clear else value.slack)
    return value


def misses(got: float, value: Value) -> str:
    """A description of the error of a result; empty if the result is within its bound."""
    if value.slack == real.inf:
        return ""
    if abs(value.exact) >= OVERFLOW:
        fits = math.isinf(got) and (got > 0) == (value.exact > 0)
        return "" if fits else f"got {got!r} for a value beyond float64"
    if not math.isfinite(got):
        return f"got {got!r} for {real.nstr(value.exact, 20)}"
    error = abs(real.mpf(got) - value.exact)
    if error <= value.slack:
        return ""
    ulps = real.nstr(error / unit(value.exact), 5)
    return f"got {got!r} for {real.nstr(value.exact, 25)}: {ulps} ulp off"


def reached(position: Fraction, mark) -> bool:
    """Whether a position is at or after a milestone."""
    return position >= fraction(mark)


def stage(position: Fraction, size) -> int:
    """The index of the plateau for a given size: floor(position / size)."""
    return position // fraction(size)


def plateaus(size) -> Callable[[int], list[Fraction]]:
    """The marks of plateaus of one size."""
    return lambda k: [k * fraction(size)]


def count_reached(position: Fraction, marks) -> int:
    """The number of milestones at or before a position."""
    return sum(reached(position, mark) for mark in marks)


def since(position: Fraction, begin) -> Fraction:
    """The position counted from `begin`, never negative."""
    return max(Fraction(0), position - fraction(begin))
