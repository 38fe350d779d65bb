"""Closed-form sums of folds are within 2 ulp of the sum of exact values."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points

MANY = 600  # more than a fold evaluates value by value
COUNTS = np.array([1, 2, 3, 47, 48, 49, 63, 64, 65, 113, 200, 599, 600])


def sums(s, exact_at, start):
    """The total of the whole window and of shorter windows."""
    exact = [exact_at(p).exact for p in range(start, start + MANY)]
    found = s.fold(MANY, start=start)
    totals = found.totals_at(start + COUNTS - 1)
    assert totals[-1] == found.total
    values = list(itertools.accumulate(exact))
    sizes = list(itertools.accumulate(map(abs, exact)))
    for total, n in zip(totals, COUNTS, strict=True):
        error = abs(mpmath.mpf(float(total)) - values[n - 1])
        assert error <= 2 * math.ulp(float(sizes[n - 1])), f"of {n} values"


STARTS = [0, 1, 2_000, 100_000, 10**9]

RATES = [0.0, 1e-9, 0.001, 0.01, 0.37, 5.0, 1e6]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("power", [1, 0.5, 2, 0.07, 1.3, 7.9])
@pytest.mark.parametrize("rate", RATES)
def test_inverse(rate, power, start):
    arguments = (0.0173, rate, 1.7, power)
    sums(dl.inverse(*arguments), oracle_curves.inverse(*arguments), start)


ENDS = [
    (0.3, 0.0),
    (0.0, 0.3),
    (1e-9, 2.0),
    (0.7, 0.6),
    (0.3, -0.2),
    (-1e-150, -1e-160),
    (1e200, 0.0),
]


def before(steps):
    """Windows at the start, in the middle and across the end of a curve."""
    return sorted({0, 1, steps // 2, max(steps - MANY, 0), max(steps - 31, 0), steps + 3})


@pytest.mark.parametrize("rise", [False, True])
@pytest.mark.parametrize("power", [1.7, 0.5, 0.05, 2.2, 15.5])
@pytest.mark.parametrize("steps", [3, 500, 4000.5, 10**7])
def test_powers(steps, power, rise):
    for (init, end), start in zip(itertools.cycle(ENDS), before(int(steps)), strict=False):
        arguments = (init, end, steps, power, rise)
        sums(dl.polynomial(*arguments), oracle_curves.polynomial(*arguments), start)


@pytest.mark.parametrize("beta", [0.5, 1.0, 1 - 2**-40, 1e-7, 3.0, 1e9])
@pytest.mark.parametrize("steps", [3, 500, 4000, 10**7])
def test_rex(steps, beta):
    for (init, end), start in zip(itertools.cycle(ENDS), before(steps), strict=False):
        arguments = (init, end, steps, beta)
        sums(dl.rex(*arguments), oracle_curves.rex(*arguments), start)


@pytest.mark.parametrize("bounds", [(-3, 3), (3, -3), (-20, 18), (15, 30), (-30, -15), (0, 1e-9)])
@pytest.mark.parametrize("steps", [300, 2001.5, 5000, 10**7])
def test_tanh(steps, bounds):
    for (init, end), start in zip(itertools.cycle(ENDS), before(int(steps)), strict=False):
        arguments = (init, end, steps, *bounds)
        sums(dl.tanh(*arguments), oracle_curves.tanh(*arguments), start)


KNOTS = {
    "whole": [2, 1200, 3000, 8000, 9000],
    "between": [2.25, 1200.5, 3000.125, 8000.0, 9000.75],
    "far": [10**9, 10**9 + 700, 10**9 + 5000, 10**12, 10**13],
}
LEVELS = [[0.1, 1.0, 0.9, 1e-9, 0.0], [-0.3, 0.2, 0.2, -1e-4, 5.0], [1e-190, 2e-190, 3e-190, 0, 0]]


@pytest.mark.parametrize("kind", ["previous", "linear", "pchip", "cubic"])
@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("knots", KNOTS)
def test_interpolation(knots, levels, kind):
    s = dl.interpolate(KNOTS[knots], levels, kind)
    exact_at = oracle_points.interpolate(KNOTS[knots], levels, kind)
    for knot in KNOTS[knots]:
        sums(s, exact_at, max(int(knot) - 350, 0))
    sums(s, exact_at, int(KNOTS[knots][2]) + 2000)


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.3, 1 / 3, 0.9])
@pytest.mark.parametrize("steps", [0.7, 1.1, 1.5, 5 / 3, 2.25, 3.1])
def test_cosines_of_few_positions_between_whole_ones(steps, offset):
    s = dl.cosine(0.3, 1.0, steps).advance(offset)
    want = math.fsum(s.table(MANY))
    assert abs(s.fold(MANY).total - want) <= 4 * math.ulp(want)
