"""Cycles, stairs and phases that begin between whole positions, by every route."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl

SIZES = [1.1, 0.3, 2.5, 7 / 3, 10 / 3, 12.7, 0.03 * 999, 1738.5, 1 / 7, 99.99]
PLACES = [0, 1, 2, 11, 22, 33, 100, 1100, 4097, 2**31, 2**53 - 1, 2**53 + 2, 2**55 + 3, 2**62 + 1]


def test_a_cycle_of_fractional_length_has_one_value_by_every_route():
    s = dl.cosine(1e-3, 0.0, 1.1).repeat(1.1, lengths="real")
    # 11 lies before 10 * 1.1 = 11.00000000000000088, near the end of the tenth cycle
    assert 0.0 < s(11) < 1e-30
    assert s.table(12)[11] == s(11) == s.table(1, start=11)[0] == s.cursor(11).value
    assert s.fold(12).final == s(11)


def test_samples_are_read_inside_of_their_array_at_the_last_positions():
    start, period = 2**63 - 976, 1738.5
    s = dl.samples([1.0, 2.0]).repeat(period, lengths="real")
    locals_ = [Fraction(start + k) % Fraction(period) for k in range(4)]
    expected = [1.0 if local < 1 else 2.0 for local in locals_]
    assert s.table(4, start=start).tolist() == expected == [s(start + k) for k in range(4)]


@pytest.mark.parametrize("size", SIZES)
def test_a_cycle_begins_at_the_exact_multiple(size):
    s = dl.linear(0.0, size, size).repeat(size, lengths="real")
    for p in PLACES:
        local = float(Fraction(p) % Fraction(size))
        np.testing.assert_array_max_ulp(s(p), local, maxulp=2)


@pytest.mark.parametrize("size", SIZES)
def test_a_stair_begins_at_the_exact_multiple(size):
    s = dl.inverse(1.0, 1.0, size, staircase=True)
    places = [p for p in PLACES if p / size < 2**53]
    for p in places:
        expected = 1.0 / (1.0 + float(Fraction(p) // Fraction(size)))
        np.testing.assert_array_max_ulp(s(p), expected, maxulp=2)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["repeat", "mirror"])
def test_an_ending_turns_at_the_exact_multiple(size, mode):
    s = dl.linear(0.0, size, size).ending(mode)
    for p in PLACES:
        cycle, local = divmod(Fraction(p), Fraction(size))
        back = mode == "mirror" and cycle % 2 == 1
        np.testing.assert_array_max_ulp(
            s(p), float(Fraction(size) - local if back else local), maxulp=2
        )


def test_cycles_that_double_near_the_last_position():
    s = dl.linear(0.0, 1.0, 256).repeat(256, period_scale=2)
    p = 2**63 - 253
    assert s(p) == s.table(49, start=p - 48)[48] == s.cursor(p).value == 3 * 2.0**-63


RUNS = 70
RNG = np.random.default_rng(5)
PEAK = 10 ** RNG.uniform(-4, -2, RUNS)
WARMUP = RNG.integers(1, 3000, RUNS) / 10
STEPS = RNG.choice([100.0, 120.5, 1000 / 3, 90], RUNS)
BATCHES = {
    "warmup_cosine": dl.warmup_cosine(0.0, PEAK, WARMUP, WARMUP + STEPS),
    "whole warmups": dl.warmup_cosine(0.0, PEAK, np.floor(WARMUP), np.floor(WARMUP + STEPS)),
    "linear": dl.linear(PEAK, 1e-5, STEPS),
    "one_cycle": dl.one_cycle(PEAK, STEPS * 3),
    "wsd": dl.wsd(PEAK, WARMUP, STEPS, STEPS * 0.1),
    "restarts": dl.cosine(PEAK, 0.0, STEPS).repeat(STEPS, lengths="real"),
    "exponential": dl.linear(0.0, PEAK, WARMUP).then(dl.exponential(PEAK, 0.99, STEPS)),
    "stretched": dl.rex(PEAK, 0.0, 90).stretch(STEPS / 90),
}


@pytest.mark.parametrize("name", BATCHES)
def test_few_positions_of_many_runs_have_the_bits_of_one_run(name):
    s = BATCHES[name]
    table = s.table(450)
    for p in [0, 1, 63, 64, 89, 90, 99, 100, 101, 120, 121, 333, 334, 449]:
        np.testing.assert_array_equal(s(p), table[:, p])
        assert [s[i](p) for i in range(0, RUNS, 7)] == table[::7, p].tolist()
    for steps, start in [(1, 77), (3, 0), (10, 95), (31, 300)]:
        window = table[:, start : start + steps]
        np.testing.assert_array_equal(s.table(steps, start=start), window)
        np.testing.assert_array_equal(s.table(steps, start=start, layout="steps").T, window)
        narrow = s.table(steps, start=start, dtype=np.float32)
        np.testing.assert_array_equal(narrow, window.astype(np.float32))


@pytest.mark.parametrize("name", BATCHES)
def test_arrays_of_positions_and_strides_have_the_bits_of_the_table(name):
    s = BATCHES[name][3]
    table, order = s.table(450), np.random.default_rng(1).permutation(450)
    for positions in (np.arange(450), order, np.sort(order[:100]), np.repeat(np.arange(50), 3)):
        np.testing.assert_array_equal(s(positions), table[positions])
        np.testing.assert_array_equal(s(positions.astype(np.float64)), table[positions])
    for stride in (2, 3, 16, 17, 100):
        count = (449 // stride) + 1
        np.testing.assert_array_equal(s.table(count, stride=stride), table[::stride])
