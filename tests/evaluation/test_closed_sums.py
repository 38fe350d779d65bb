"""Closed-form sums of folds, compared with sums of exact values."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points
from tests.strategies.curves import examples

heights = st.sampled_from([0.0, 0.3, 1e-9, 0.017, 5.0]) | st.floats(1e-6, 10.0)
signed = heights | heights.map(lambda x: -x)
lengths = st.integers(2, 60) | st.integers(60, 6000) | st.integers(6000, 10**7)


def between(name, draw, **options):
    make, exact = getattr(dl, name), getattr(oracle_curves, name)
    ends = draw(signed), draw(signed), draw(lengths)
    return make(*ends, **options), exact(*ends, **options), ends[2]


def powers(draw):
    return between("polynomial", draw, power=draw(st.floats(0.1, 5.0)), rise=draw(st.booleans()))


def ways(draw):
    power, k = draw(st.floats(0.1, 4.0)), draw(st.floats(0.5, 4.0))
    return between("polynomial", draw, power=power, k=k)


def waves(draw):
    exponent, k = draw(st.floats(0.1, 4.0)), draw(st.sampled_from([1.0, 0.5, 2.0, 3.3]))
    return between("cosine", draw, exponent=exponent, k=k)


def quotients(draw):
    return between("rex", draw, beta=draw(st.floats(0.02, 4.0)))


def tanhs(draw):
    return between("tanh", draw, lower=draw(st.floats(-9, 9)), upper=draw(st.floats(-9, 9)))


def inverses(draw):
    power = draw(st.sampled_from([1.0, 0.5, 0.3, 1.7, 3.0]))
    arguments = (draw(signed), 10.0 ** draw(st.floats(-6, 2)), draw(st.integers(1, 1000)), power)
    return dl.inverse(*arguments), oracle_curves.inverse(*arguments), draw(lengths)


def knots(draw):
    number = draw(st.integers(2, 7))
    widths = draw(
        st.lists(st.sampled_from([1, 2, 3, 70, 700.5, 5000]), min_size=number, max_size=number)
    )
    values = draw(st.lists(signed, min_size=number, max_size=number))
    arguments = np.cumsum(widths).tolist(), values, draw(st.sampled_from(["linear", "pchip"]))
    return dl.interpolate(*arguments), oracle_points.interpolate(*arguments), int(sum(widths))


FAMILIES = {f.__name__: f for f in (powers, ways, waves, quotients, tanhs, inverses, knots)}


def summed(values):
    """The exact sum, and one ulp of the sum of the magnitudes."""
    with mpmath.workprec(200):
        exact = [value.exact for value in values]
        return mpmath.fsum(exact), math.ulp(float(mpmath.fsum(map(abs, exact))))


@pytest.mark.parametrize("family", FAMILIES)
@examples(50)
@given(data=st.data())
def test_totals_are_within_two_units_of_the_sum_of_exact_values(family, data):
    s, exact_at, length = FAMILIES[family](data.draw)
    start = data.draw(st.sampled_from([0, 1]) | st.integers(0, length + length // 5))
    steps = data.draw(st.integers(513, 800))
    exact, unit = summed([exact_at(p) for p in range(start, start + steps)])
    total = s.fold(steps, start=start).total
    assert abs(mpmath.mpf(float(total)) - exact) <= 2 * unit


@examples(40)
@given(data=st.data())
def test_cycles_add_up_to_the_sum_of_exact_values(data):
    period, count = data.draw(st.integers(1, 700)), data.draw(st.sampled_from([None, 1, 3]))
    ends = data.draw(heights), data.draw(heights), data.draw(st.integers(1, 900))
    s = dl.cosine(*ends).repeat(period, count=count)
    inside = oracle_curves.cosine(*ends)
    last = math.inf if count is None else count * period
    start, steps = data.draw(st.integers(0, 3000)), data.draw(st.integers(513, 1000))
    positions = range(start, start + steps)
    exact, unit = summed([inside(p % period if p < last else period) for p in positions])
    found = s.fold(steps, start=start)
    assert abs(mpmath.mpf(float(found.total)) - exact) <= 2 * unit


CYCLES = {
    "restarts": lambda s: s.repeat(),
    "cut short": lambda s: s.repeat(333),
    "held": lambda s: s.repeat(700, count=70),
    "again": lambda s: s.ending("repeat"),
    "to and fro": lambda s: s.ending("mirror"),
    "advanced": lambda s: s.repeat().advance(1234),
    "scaled": lambda s: 0.3 * s.repeat(),
    "in phases": lambda s: dl.linear(0.0, 1.0, 500).then(s.repeat(450)),
}
INSIDE = {
    "cosine": dl.cosine(1.0, 0.1, 500),
    "rising": dl.cosine(0.1, 1.0, 500),
    "up and down": dl.linear(0.0, 1.0, 123).then(dl.polynomial(1.0, 0.0, 377, 1.7)),
    "flat": dl.linear(0.7, 0.7 * (1 - 2.0**-49), 500),
}


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("cycles", CYCLES)
@pytest.mark.parametrize("start", [0, 499, 70_003])
def test_folds_of_cycles_are_those_of_the_table(cycles, inside, start):
    s, steps = CYCLES[cycles](INSIDE[inside]), 80_001
    found, table = s.fold(steps, start=start), s.table(steps, start=start)
    assert (found.initial, found.final) == (table[0], table[-1])
    assert (found.peak, found.peak_at) == (table.max(), start + table.argmax())
    for fraction in (1.0, 1 - 2.0**-50, 0.5, 0.1, 0.0):
        limit = fraction * found.peak
        assert found.spent(fraction) == np.mean(table < limit)
        under = np.flatnonzero(table[table.argmax() :] <= limit)
        first = found.peak_at + under[0] if under.size else -1
        assert found.below(fraction) == first
    assert abs(found.total - math.fsum(table)) <= 8 * 2.0**-53 * math.fsum(abs(table))
