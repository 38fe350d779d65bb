"""Tables of polynomials: the core's values at whole positions, whatever the schedule."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.evaluation.values import values_of_runs
from decaylr.traced.layout import LAST
from decaylr.traced.listed import listed_blocks
from decaylr.traced.pieces import pieces_of
from decaylr.tree.periods import whole_periods
from tests.training.schedules import SCHEDULES

TINY = float(np.finfo(np.float32).tiny)
# Schedules that change too often up to position 2**31 - 1.
TOO_MANY = {"step-fraction"}


def drawn(rng, steps):
    """Positions of every size, and neighbours of the ends of phases."""
    near = np.array([0, 10, 100, 1000, steps, 2**24, 2**30, LAST])
    around = (near[:, None] + np.arange(-3, 4)).ravel()
    any_size = (2.0 ** rng.uniform(0, 31, 4000)).astype(np.int64)
    return np.unique(np.clip(np.concatenate([around, any_size, np.arange(300)]), 0, LAST))


def values(blocks, run, position):
    """The values of one run, from the list of blocks, in float32."""
    of_run = np.flatnonzero(blocks.runs == run)
    row = of_run[np.searchsorted(blocks.begins[of_run], position, side="right") - 1]
    t = (position - blocks.origins[row]).astype(np.float32) * blocks.scales[row]
    first, *lower, value = blocks.coefficients[row].T
    with np.errstate(over="ignore", under="ignore"):
        for coefficient in reversed(lower):
            value = value * t + coefficient
        return (value + first) * blocks.factors[row]


def assert_near(schedule, position, units=2.0):
    """Every run's pieces are within `units` float32 ulp of the core's values."""
    pieces = pieces_of(schedule, values_of_runs)
    blocks = listed_blocks(pieces)
    for run, one in enumerate(schedule.ravel() if schedule.shape else [schedule]):
        begin, period = pieces.cycle_begins[run], pieces.periods[run]
        inside = np.where(position < begin, position, begin + (position - begin) % period)
        got, expected = values(blocks, run, inside).astype(np.float64), one(position)
        with np.errstate(over="ignore"):
            rounded = expected.astype(np.float32)
        finite = np.isfinite(rounded)
        np.testing.assert_array_equal(got[~finite], rounded[~finite])
        unit = np.spacing(np.maximum(np.abs(rounded[finite]), np.float32(TINY)))
        normal = np.abs(expected[finite]) >= TINY
        off = np.abs(got[finite] - expected[finite]) / unit.astype(np.float64)
        assert np.max(off[normal], initial=0.0) <= units, (run, position[finite][np.argmax(off)])


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - TOO_MANY))
def test_a_schedule_of_every_kind_is_near_the_core(name):
    assert_near(SCHEDULES[name], drawn(np.random.default_rng(len(name)), 1000))


@pytest.mark.parametrize("seed", range(3))
def test_a_mixed_batch_with_drawn_parameters(seed):
    rng = np.random.default_rng(seed)
    peak, steps = rng.uniform(1e-4, 1.0, 4), rng.integers(1000, 10**7, 4)
    warmup = rng.integers(0, 500, 4)
    batch = dl.concatenate(
        [
            dl.warmup_cosine(0.0, peak, warmup, steps),
            dl.exponential(peak, rng.uniform(0.9, 0.999999, 4)),
            dl.wsd(peak, warmup, steps, 0.2 * steps),
            dl.inverse(peak, rng.uniform(0.01, 1.0, 4), 1, 0.5),
            dl.polynomial(peak, 0.0, steps, rng.uniform(0.3, 4.0, 4)),
            dl.one_cycle(peak, steps),
            dl.rex(peak, 0.0, steps),
            dl.cosine(peak, 0.0, steps).stretch(rng.uniform(0.5, 3.0, 4)),
        ]
    )
    assert_near(batch, drawn(rng, int(steps[0])))


def test_values_next_to_a_jump_are_those_of_their_own_side():
    jumps = dl.piecewise_constant([3, 100_003, 2**24 + 1, 2**30 + 7], [1.0, 0.5, 0.25, 3.0, 2.0])
    position = np.array([2, 3, 100_002, 100_003, 2**24, 2**24 + 1, 2**30 + 6, 2**30 + 7, LAST])
    blocks = listed_blocks(pieces_of(jumps, values_of_runs))
    assert values(blocks, 0, position).tolist() == [1, 0.5, 0.5, 0.25, 0.25, 3, 3, 2, 2]


def test_values_of_a_short_schedule_are_rounded_once():
    s = dl.warmup_cosine(0.0, 1.0, 3, 40)
    blocks = listed_blocks(pieces_of(s, values_of_runs))
    np.testing.assert_array_equal(values(blocks, 0, np.arange(45)), s.table(45, dtype="float32"))


@pytest.mark.parametrize(
    ("schedule", "begin", "period"),
    [
        (dl.linear(1.0, 0.5, 10).repeat(), 1, 10),
        (dl.linear(1.0, 0.5, 10.5).repeat(), 1, 10),
        (dl.linear(1.0, 0.5, 10.5).ending("repeat"), 1, 21),
        (dl.linear(1.0, 0.5, 10).ending("mirror"), 1, 20),
        (dl.join([dl.linear(0.0, 1.0, 7), dl.cyclic(0.1, 1.0, 20)], [7.5]), 9, 40),
        (dl.linear(1.0, 0.5, 4).repeat() + dl.linear(1.0, 0.5, 6).repeat(), 1, 12),
        (dl.linear(1.0, 0.5, 10).repeat() * dl.linear(1.0, 0.0, 35), 36, 10),
        (dl.linear(1.0, 0.5, 10).repeat().stretch(1.5).staircase(6), 7, 30),
        (dl.linear(1.0, 0.5, 10).repeat().advance(3), 1, 10),
        # 10 * 1.1 is rounded: position 11 lies before the end of ten cycles.
        (dl.linear(1.0, 0.5, 10).repeat().stretch(1.1), LAST + 1, 1),
        (dl.linear(1.0, 0.5, 1.1).ending("repeat"), LAST + 1, 1),
        (dl.linear(1.0, 0.5, 10).repeat(value_scale=0.5), LAST + 1, 1),
        (dl.linear(1.0, 0.5, 10).repeat(count=3), LAST + 1, 1),
        (dl.exponential(1.0, 0.9), LAST + 1, 1),
    ],
)
def test_periods_are_whole(schedule, begin, period):
    found = whole_periods(schedule, LAST)
    assert (found[0].item(), found[1].item()) == (begin, period)
    if begin <= LAST:
        position = begin + np.arange(5 * period)
        np.testing.assert_array_equal(schedule(position), schedule(position + 1000 * period))


def test_a_schedule_that_changes_too_often_has_none():
    assert pieces_of(dl.step(1.0, 1.1, 0.99999), values_of_runs) is None


def test_an_ending_that_raises_holds_the_last_value():
    s = dl.linear(1.0, 0.5, 10.5).ending("raise")
    blocks = listed_blocks(pieces_of(s, values_of_runs))
    expected = np.float32([s(10), s(10.5), s(10.5)])
    np.testing.assert_array_equal(values(blocks, 0, np.array([10, 11, 10**9])), expected)
