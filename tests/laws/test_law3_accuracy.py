"""Law 3: values are accurate to a few ulp, compared with exact values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.oracles.base import misses
from tests.strategies.curves import CURVES, curves, examples, positions
from tests.strategies.trees import batches, trees


def check(drawn, data, number=6, largest=2**53):
    """Check every run at random positions with the direct call."""
    for run, oracle in enumerate(drawn.oracles):
        single = drawn.schedule if drawn.single else drawn.schedule[run]
        for _ in range(number):
            p = data.draw(positions(oracle, largest))
            problem = misses(single(p), oracle(p))
            assert not problem, f"{single!r} at {p!r}: {problem}"


@pytest.mark.parametrize("name", sorted(CURVES))
@examples(300)
@given(data=st.data())
def test_curves_are_within_their_bound(name, data):
    check(data.draw(curves(name)), data)


@examples(800)
@given(drawn=trees(), data=st.data())
def test_trees_are_within_what_their_rounding_allows(drawn, data):
    check(drawn, data, largest=2**40)


@examples(300)
@given(drawn=batches(), data=st.data())
def test_batches_are_within_what_their_rounding_allows(drawn, data):
    check(drawn, data, number=2, largest=2**40)


@examples(200)
@given(drawn=batches())
def test_lengths_are_those_of_the_parts(drawn):
    expected = [float(oracle.length) for oracle in drawn.oracles]
    np.testing.assert_array_equal(drawn.schedule.length, expected)


def at(schedule, oracle, *positions):
    """Each position evaluated alone and taken from a table."""
    for p in positions:
        assert not misses(schedule(p), oracle(p)), misses(schedule(p), oracle(p))


@pytest.mark.parametrize("ulps", [*range(1, 21)])
@pytest.mark.parametrize("side", [-1, 1])
def test_rates_next_to_one_at_a_billion(ulps, side):
    rate = 1.0 + side * ulps * (2.0**-53 if side < 0 else 2.0**-52)
    at(
        dl.exponential(0.3, rate),
        oracle_curves.exponential(0.3, rate),
        10**9,
        10**9 + 7,
        2**53 // 3,
        2**53,
    )


ENDS = {
    "linear": {},
    "polynomial": {"power": 1.7},
    "polynomial2": {"power": 2, "rise": True},
    "cosine": {},
    "cosine2": {"exponent": 2.5, "k": 0.7},
    "rex": {"beta": 0.25},
}


@pytest.mark.parametrize("name", sorted(ENDS))
@pytest.mark.parametrize("steps", [1, 2, 3, 63, 64, 65, 1000, 12.5, 0.3, 2**40, 2**53 - 1])
@pytest.mark.parametrize(
    "pair", [(0.1, 0.0), (0.0, 0.1), (0.3, 1e-9), (-0.2, 0.7), (0.1, 0.1), (1e-310, 3e-320)]
)
def test_ends_are_met_exactly(name, steps, pair):
    make = getattr(dl, name.rstrip("2"))
    s = make(*pair, steps, **ENDS[name])
    last = math.ceil(steps)
    assert s(0) == pair[0]
    assert s.table(1)[0] == pair[0]
    for p in (last, float(last), last + 1, steps, float(steps), 2**62):
        assert s(p) == pair[1]
    np.testing.assert_array_equal(s.table(3, start=last), [pair[1]] * 3)


TAILS = {
    "linear": {},
    "polynomial": {"power": 1.3},
    "polynomial2": {"power": 2},
    "polynomial3": {"power": 3},
    "polynomial5": {"power": 0.5},
    "cosine": {},
    "cosine2": {"exponent": 2},
    "cosine3": {"k": 3},
    "rex": {"beta": 0.5},
}


@pytest.mark.parametrize("name", sorted(TAILS))
@pytest.mark.parametrize("floor", [0.0, 1e-300, 1e-12, 3e-6])
@pytest.mark.parametrize("steps", [100, 4096, 10**6, 10**9, 2**53 - 1])
def test_nothing_cancels_near_the_end(name, floor, steps):
    make = name.rstrip("235")
    s = getattr(dl, make)(0.1, floor, steps, **TAILS[name])
    oracle = getattr(oracle_curves, make)(0.1, floor, steps, **TAILS[name])
    first = steps - min(70, steps)
    values = s.table(steps - first, start=first)
    for p in range(first, steps, 3):
        assert not misses(float(values[p - first]), oracle(p)), misses(s(p), oracle(p))


SUBNORMAL = [
    (dl.linear, oracle_curves.linear, (1e-308, 0.0, 1000), {}),
    (dl.cosine, oracle_curves.cosine, (1e-308, 0.0, 1000), {}),
    (dl.cosine, oracle_curves.cosine, (1.0, 0.0, 1000), {"exponent": 120}),
    (dl.polynomial, oracle_curves.polynomial, (1e-300, 0.0, 1000), {"power": 3}),
    (dl.polynomial, oracle_curves.polynomial, (1.0, 0.0, 1000), {"power": 107.3}),
    (dl.rex, oracle_curves.rex, (3e-310, 1e-315, 1000), {}),
    (dl.tanh, oracle_curves.tanh, (1.0, 0.0, 1000, -3.0, 372.0), {}),
    (dl.exponential, oracle_curves.exponential, (1.0, 0.48), {}),
    (dl.exponential, oracle_curves.exponential, (1e-300, 0.97), {}),
    (dl.exponential, oracle_curves.exponential, (1e-310,), {"half_life": 100}),
    (dl.inverse, oracle_curves.inverse, (1e-307, 1.0), {}),
    (dl.inverse, oracle_curves.inverse, (1e-307, 1.0), {"power": 0.5}),
    (dl.inverse, oracle_curves.inverse, (1e-250, 1.0), {"power": 20.5}),
    (dl.step, oracle_curves.step, (1e-300, 10, 0.5), {}),
    (dl.multi_step, oracle_curves.multi_step, (1e-300, list(range(0, 1000, 9)), 0.5), {}),
]


@pytest.mark.parametrize(("make", "exact", "arguments", "options"), SUBNORMAL)
def test_subnormal_results_keep_their_absolute_accuracy(make, exact, arguments, options):
    s, oracle = make(*arguments, **options), exact(*arguments, **options)
    values = s.table(1010)
    for p in range(0, 1010, 7):
        assert not misses(float(values[p]), oracle(p)), f"at {p}: {misses(s(p), oracle(p))}"
        assert s(p) == values[p]


def test_a_constant_is_its_number_whatever_it_is():
    for value in (0.0, -0.0, 5e-324, -1.7976931348623157e308, 0.1):
        assert math.copysign(1.0, dl.constant(value)(3)) == math.copysign(1.0, value)
        assert dl.constant(value)(2**63 - 1) == value


@pytest.mark.parametrize("start", [0, 200, 10**6, 2**40, 2**52 - 200])
@pytest.mark.parametrize("power", [1e-3, 0.7, 3.0, 7.5])
@pytest.mark.parametrize("rate", [1e-9, 0.03, 50.0])
def test_powers_of_an_inverse_near_and_far_from_where_it_bends(rate, power, start):
    s, oracle = dl.inverse(0.3, rate, 7, power), oracle_curves.inverse(0.3, rate, 7, power)
    values = s.table(400, start=start)
    for p in range(start, start + 400, 11):
        assert not misses(float(values[p - start]), oracle(p)), misses(s(p), oracle(p))
        assert s(p) == values[p - start]


def test_a_short_cube_between_ends_of_opposite_sign():
    init, end, steps = float.fromhex("0x1.c215p-18"), float.fromhex("-0x1.cfafp-18"), 110
    s = dl.polynomial(init, end, steps, 3)
    oracle = oracle_curves.polynomial(init, end, steps, 3)
    for p in range(steps + 1):
        assert not misses(s(p), oracle(p)), f"at {p}: {misses(s(p), oracle(p))}"
