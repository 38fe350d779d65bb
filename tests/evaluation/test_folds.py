"""Folds of long runs, which evaluate few values, compared with tables, sums and areas."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.strategies.curves import curves, examples
from tests.strategies.trees import batches, trees

UNIT, SMALLEST = 2.0**-53, 2.0**-1074
several = examples(150)

starts = st.one_of(st.just(0), st.integers(0, 5000), st.integers(0, 2**50))
fractions = st.sampled_from([1.0, 0.5, 0.25, 1 - 2**-50, 0.0, -0.5, 0.1, 1e-9])


def folded(s, steps, start, fraction):
    """Check every field of the fold that must equal the table exactly."""
    found = s.fold(steps, start=start)
    table = s.table(steps, start=start)
    np.testing.assert_array_equal(found.initial, table[..., 0])
    np.testing.assert_array_equal(found.final, table[..., -1])
    np.testing.assert_array_equal(found.peak, table.max(axis=-1))
    np.testing.assert_array_equal(found.peak_at, start + table.argmax(axis=-1))
    limit = (fraction * found.peak)[..., None]
    np.testing.assert_array_equal(found.spent(fraction), (table < limit).sum(axis=-1) / steps)
    after = np.arange(start, start + steps) >= found.peak_at[..., None]
    under = (table <= limit) & after
    first = np.where(under.any(axis=-1), start + under.argmax(axis=-1), -1)
    np.testing.assert_array_equal(found.below(fraction), first)
    return found, table


def close(totals, table, units):
    """Check totals, within a multiple of 2^-53 of the sum of the magnitudes."""
    exact = np.vectorize(math.fsum, signature="(n)->()")(table)
    with np.errstate(invalid="ignore"):
        error = np.abs(totals - exact)
    most = units * UNIT * np.abs(table).sum(axis=-1) + SMALLEST * table.shape[-1]
    assert np.all((totals == exact) | (error <= most))


@several
@given(
    drawn=curves() | trees() | batches(),
    start=starts,
    steps=st.integers(1, 700) | st.integers(4000, 9000),
    fraction=fractions,
)
def test_a_fold_is_that_of_the_table(drawn, start, steps, fraction):
    found, table = folded(drawn.schedule, steps, start, fraction)
    close(found.total, table, 16)
    at = sorted({0, steps // 3, steps - 1})
    totals = found.totals_at([start + k for k in at])
    np.testing.assert_array_equal(totals[..., -1], found.total)
    for i, k in enumerate(at):
        close(totals[..., i], table[..., : k + 1], 16)


PEAKS = np.array([0.3, 1.0, -0.7, 1e-300, 2e200])
KNOTS = [3, 90, 20_000, 70_000, 77_000, 100_000, 139_000]
LEVELS = np.array([0.1, 1.0, 0.9, 0.9, -0.2, 0.3, 0.0])
LONG = {
    "constant": dl.constant(PEAKS),
    "linear": dl.linear(PEAKS, 0.1 * PEAKS, [150_000, 90_000.5, 70_000, 2**50, 3]),
    "line through zero": dl.linear(-PEAKS, 0.3 * PEAKS, 140_001),
    "square": dl.polynomial(PEAKS, 0.01 * PEAKS, [150_000, 90_000, 70_000, 2**40, 300], 2),
    "rising square": dl.polynomial(0.0, PEAKS, 180_000, 2, rise=True),
    "falling away": dl.polynomial(0.9 * PEAKS, PEAKS, 180_000, 2),
    "cube": dl.polynomial(PEAKS, 0.0, 180_000, 3),
    "rising cube": dl.polynomial(PEAKS, 0.2 * PEAKS, 80_000, 3, rise=True),
    "cosine": dl.cosine(PEAKS, 0.0, [150_000, 90_000.5, 70_000, 2**45, 300]),
    "rising cosine": dl.cosine(0.1 * PEAKS, PEAKS, 2**30),
    "cosine through zero": dl.cosine(PEAKS, -PEAKS, 150_001),
    "cosine of a power": dl.cosine(PEAKS, 0.1 * PEAKS, 150_001, 1.5, 0.7),
    "exponential": dl.exponential(PEAKS, [0.9, 0.9999, 1 - 1e-12, 0.5, 1.0001]),
    "down to a floor": dl.exponential(PEAKS[:3], [0.9, 0.9999, 1.0001], end_value=[0.1, 0.2, -1.5]),
    "stairs": dl.exponential(PEAKS, 0.7, [7, 70, 700, 7000, 70_000], staircase=True),
    "step": dl.step(PEAKS, [7, 70.5, 700, 7000, 70_000], [0.999, 0.7, 1.0, 0.0, 1.1]),
    "multi_step": dl.multi_step(PEAKS, [10, 11, 70_000, 140_000.5], 0.3),
    "piecewise": dl.piecewise_constant([10, 11, 70_000, 140_000], [1, 3, 3, -2, 0.5]),
    "inverse": dl.inverse(PEAKS, 0.001, [1, 10, 100, 1e9, 1], [1, 0.5, -1, 2, 0.0]),
    "rex": dl.rex(PEAKS, 0.0, 150_000),
    "steep rex": dl.rex(PEAKS, 0.1 * PEAKS, 150_000.5, [1e-6, 0.1, 1.0, 3.0, 1e7]),
    "powers": dl.polynomial(PEAKS, 0.1 * PEAKS, 150_000, [0.3, 0.5, 1.7, 4.0, 11.0]),
    "rising powers": dl.polynomial(0.0, PEAKS, 150_000, [0.3, 0.5, 1.7, 4.0, 40.0], rise=True),
    "inverse powers": dl.inverse(PEAKS, [0.0, 0.01, 1e-9, 3.0, 0.1], 1, [1, 1, 1, 0.5, 7.0]),
    "lines": dl.interpolate(KNOTS, PEAKS[:, None] * LEVELS),
    "pchip": dl.interpolate(KNOTS, PEAKS[:, None] * LEVELS, "pchip"),
    "cubic": dl.interpolate(KNOTS, PEAKS[:, None] * LEVELS, "cubic"),
    "cubic between": dl.interpolate(np.add(KNOTS, 0.25), PEAKS[:, None] * LEVELS, "cubic"),
    "tanh": dl.tanh(PEAKS, 0.1 * PEAKS, 20_000, [-3, 3, 0, -1e-9, -30], [3, -3, 0, 1e-9, 30]),
    "warmup and cosine": dl.warmup_cosine(0.0, PEAKS, 30_000, 150_000),
    "stable": dl.wsd(PEAKS, 20_000, 100_000, 30_000),
    "scaled": 3.0 * dl.cosine(PEAKS, 0.0, 150_000) * [-1.0, 0.5, 1e-3, 0.0, 2.0],
    "scaled down": -dl.wsd(PEAKS, 70_000, 70_000, 7) / 7.0,
    "restarts": dl.cosine(PEAKS, 0.0, 5000).repeat(),
    "moved": dl.linear(0.0, PEAKS, 1000).then(dl.exponential(PEAKS, 0.9999)).advance(70_000),
    "fractional join": dl.join([dl.constant(PEAKS), dl.cosine(PEAKS, 0.0, 1e5)], [70_000.5]),
}


@pytest.mark.parametrize("start", [0, 100, 65_536, 149_000, 2**40 + 7])
@pytest.mark.parametrize("name", LONG)
def test_long_runs(name, start):
    s, steps = LONG[name], 140_003
    found, table = folded(s, steps, start, 0.3)
    close(found.total, table, 8)
    at = start + np.array([steps - 1, 65_535, 5, 65_536, 700])
    totals = found.totals_at(at)
    np.testing.assert_array_equal(totals[..., 0], found.total)
    for i, p in enumerate(at):
        close(totals[..., i], table[..., : p - start + 1], 8)


def area(values, momentum):
    """S2 by its definition, in 300 bits."""
    with mpmath.workprec(300):
        m, total, before = mpmath.mpf(0), mpmath.mpf(0), mpmath.mpf(float(values[0]))
        for value in values:
            m = m * momentum + (before - mpmath.mpf(float(value)))
            total += m
            before = mpmath.mpf(float(value))
        return total


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.99, 0.9999, 1 - 2**-40])
@pytest.mark.parametrize("steps", [1, 2, 63, 64, 65, 200, 512, 513, 2048, 2049, 5000])
def test_annealing_areas(steps, momentum):
    falling = dl.stack(
        [dl.cosine(1.0, 0.0, 4000), dl.exponential(1.0, 0.99), dl.step(1.0, 64, 0.9)]
    )
    found = falling.fold(steps).annealing(momentum)
    for run, s in enumerate(falling):
        exact = area(s.table(steps), momentum)
        assert abs(found[run] - exact) <= 16 * UNIT * abs(exact)
    there_and_back = dl.linear(0.0, 1.0, 100).then(dl.linear(1.0, 0.3, steps))
    table = there_and_back.table(steps)
    exact = area(table, momentum)
    both_ways = abs(area(np.maximum.accumulate(table), momentum)) + abs(exact)
    assert abs(there_and_back.fold(steps).annealing(momentum) - exact) <= 16 * UNIT * 2 * both_ways


def test_the_area_of_a_long_plateau_is_not_slow_to_fade():
    s = dl.linear(1.0, 0.5, 100).then(dl.constant(0.5))
    exact = 0.5 / (1 - 0.9)
    assert s.fold(100_000).annealing(0.9) == pytest.approx(exact, rel=1e-13, abs=0)


CLOSED = {
    "linear": (dl.linear, oracle_curves.linear, (0.223, -0.067, 2112), {}),
    "square": (dl.polynomial, oracle_curves.polynomial, (0.3, 0.006, 1700), {"power": 2}),
    "cube": (dl.polynomial, oracle_curves.polynomial, (0.01, 0.02, 5727), {"power": 3}),
    "cosine": (dl.cosine, oracle_curves.cosine, (0.0017, 1e-5, 3123), {}),
    "exponential": (dl.exponential, oracle_curves.exponential, (0.0034, 0.9999), {}),
    "step": (dl.step, oracle_curves.step, (5.6e-5, 37, 0.7), {}),
}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(("start", "steps"), [(0, 2500), (75, 1000), (1500, 3000)])
def test_closed_forms_are_within_two_ulp_of_the_sum_of_exact_values(name, start, steps):
    make, curve, arguments, options = CLOSED[name]
    exact_at = curve(*arguments, **options)
    with mpmath.workprec(200):
        exact = mpmath.fsum(exact_at(p).exact for p in range(start, start + steps))
    total = make(*arguments, **options).fold(steps, start=start).total
    assert abs(mpmath.mpf(float(total)) - exact) <= 2 * math.ulp(float(exact))


# Curves so flat that rounding decides which of two neighboring values is larger.
FLAT = {
    "exponential": dl.exponential(0.7, 1 - 2.0**-49),
    "top of a cosine": dl.cosine(0.7, 0.7 * (1 - 2.0**-33), 10**7),
    "rising cosine": dl.cosine(0.7 * (1 - 2.0**-40), 0.7, 60_000),
    "line": dl.linear(0.7, 0.7 * (1 - 2.0**-37), 60_000),
    "cube": dl.polynomial(0.7, 0.7 * (1 - 2.0**-30), 60_000, 3),
    "power": dl.polynomial(0.7, 0.7 * (1 - 2.0**-35), 60_000, 1.7),
    "rex": dl.rex(0.7, 0.7 * (1 - 2.0**-35), 60_000),
    "inverse": dl.inverse(0.7, 2.0**-49),
    "pchip": dl.interpolate([0, 30_000, 60_000], 0.7 + np.array([0, 2.0**-35, 0]), "pchip"),
    "cubic": dl.interpolate([0, 30_000, 60_000], 0.7 + np.array([0, 2.0**-35, 0]), "cubic"),
    "tanh": dl.tanh(0.7, 0.7 * (1 - 2.0**-35), 60_000, -3.0, 3.0),
}


@pytest.mark.parametrize("name", FLAT)
def test_where_rounding_decides_which_value_is_larger(name):
    s, steps = FLAT[name], 60_000
    found, table = s.fold(steps), s.table(steps)
    assert (found.peak, found.peak_at) == (table.max(), table.argmax())
    for value in table[np.random.default_rng(3).integers(0, steps, 60)]:
        fraction = float(value / found.peak)
        limit = fraction * found.peak
        assert found.spent(fraction) == (table < limit).sum() / steps
        under = np.nonzero((table <= limit) & (np.arange(steps) >= found.peak_at))[0]
        assert found.below(fraction) == (under[0] if len(under) else -1)


@pytest.mark.parametrize(
    ("s", "steps"),
    [
        (dl.stack([dl.linear(1.0, 0.1, 2**25), dl.cosine(0.3, 0.0, 2**23)]), 2**26 + 5),
        (dl.inverse([1.0, 0.5, 0.1], 0.01), 2**18 + 77),
    ],
)
def test_few_very_long_runs_are_the_same_on_several_threads(s, steps):
    one, three = (s.fold(steps, threads=n) for n in (1, 3))
    np.testing.assert_array_equal(three.total, one.total)
    np.testing.assert_array_equal(three.peak_at, one.peak_at)
    for run, alone in enumerate(s):
        assert three.total[run] == alone.fold(steps).total


@pytest.mark.parametrize(
    ("s", "first"),
    [
        (dl.linear(1.0, 0.0, 10).ending("raise"), 11),
        (dl.linear(1.0, 0.0, 10).ending("raise").advance(4), 7),
        (dl.linear(1.0, 0.0, 10).ending("raise") + dl.constant([1.0, 2.0]), 11),
        (dl.stack([dl.constant(1.0), dl.linear(1.0, 0.0, 10).ending("raise")]), 11),
        (dl.join([dl.constant(1.0), dl.linear(1.0, 0.0, 10).ending("raise")], [20]), 31),
        (dl.linear(1.0, 0.0, 10).ending("raise").repeat(20), 11),
    ],
)
def test_a_refusal_names_the_first_position_that_is_refused(s, first):
    with pytest.raises(ValueError, match=r"at most the length 10 .* got 11"):
        s.fold(2**40)
    with pytest.raises(ValueError, match="at most the length 10"):
        s.table(1000, start=first - 3, stride=3)
    assert s.table(first).shape[-1] == first
