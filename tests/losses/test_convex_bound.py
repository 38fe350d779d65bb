"""The bound of convex training: closed forms, lower bounds, and the factor that it advises."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import decaylr as dl
from decaylr.laws import ConvexBound


@pytest.mark.parametrize("steps", [1, 2, 3, 100, 1023, 1024, 1025, 12345, 10**6])
@pytest.mark.parametrize("rate", [0.1, 0.03 * 7, 1 / 3])
def test_closed_form_of_constant_schedules(steps, rate):
    with mpmath.workdps(40):
        v = mpmath.mpf(rate)
        d, g = mpmath.mpf(0.7), mpmath.mpf(1.3)
        exact = d**2 / (2 * v * steps) + g**2 * v / 2 * (1 + mpmath.harmonic(steps - 1))
        found = ConvexBound(0.7, 1.3).predict(dl.constant(rate), steps)
        assert abs(found / exact - 1) <= 1e-12


# Numerically worst functions of 60 steps for D = G = 1 and the best factor: a bound is above them.
WORST = {
    "linear": (dl.linear(1.0, 0.0, 60), 0.12921),
    "wsd": (dl.constant(1.0, 48).then(dl.linear(1.0, 0.0, 12)), 0.13960),
    "cosine": (dl.cosine(1.0, 0.0, 60), 0.13323),
    "sqrt": (dl.inverse(1.0, 1.0, 1, 0.5), 0.15420),
    "constant": (dl.constant(1.0), 0.17810),
}


@pytest.mark.parametrize("name", WORST)
def test_the_bound_is_above_the_worst_functions(name):
    schedule, worst = WORST[name]
    _, bound = ConvexBound().tuned(schedule, 60)
    assert worst <= bound <= 2.1 * worst


def test_tuned_is_the_least_bound_over_factors():
    law = ConvexBound(0.8, 3.0, 0.1)
    runs = dl.stack([dl.cosine(1.0, 0.1, 500), dl.linear(1.0, 0.01, 500), dl.constant(1.0)])
    factors, bounds = law.tuned(runs, 500)
    np.testing.assert_allclose(law.predict(runs * factors, 500), bounds, 1e-13, 0)
    for change in (0.99, 1.01):
        assert (law.predict(runs * (factors * change), 500) > bounds).all()
    assert law.tuned(runs[1], 500) == (factors[1], bounds[1])


def test_tails_too_small_for_differences_of_sums():
    rates = 0.5 ** np.arange(200.0)  # cumulative sums from the front lose all after 53 steps
    with mpmath.workdps(200):
        from_back = mpmath.mpf(0)
        after, squares = mpmath.mpf(rates[-1]), mpmath.mpf(rates[-1]) ** 2
        for v in map(mpmath.mpf, rates[-2::-1]):
            squares += v**2
            from_back += v / after * squares / (after + v)
            after += v
        exact = (1 + squares) / (2 * after) + from_back / 2
        assert abs(ConvexBound().predict(dl.exponential(1.0, 0.5), 200) / exact - 1) <= 1e-14
