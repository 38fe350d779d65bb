"""Law 4: positions and boundaries are compared as integers, on half-open intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.strategies.curves import examples

LARGEST = 2**63 - 1
BOUNDARIES = [1, 10, 2**24 + 1, 2**31, 2**32 + 1, 2**53, 2**53 + 1, 2**60 + 3, 2**62, LARGEST - 1]


def around(boundary: int) -> list[int]:
    return [p for p in range(boundary - 2, boundary + 3) if 0 <= p <= LARGEST]


def everywhere(schedule, positions):
    """The values, after checking that scalar call, array, table and cursor agree."""
    alone = [schedule(p) for p in positions]
    assert list(schedule(np.array(positions))) == alone
    first, count = positions[0], len(positions)
    assert positions == list(range(first, first + count))
    assert list(schedule.table(count, start=first)) == alone
    cursor = schedule.cursor(first)
    for value in alone[:-1]:
        assert cursor.value == value
        cursor.step()
    assert cursor.value == alone[-1]
    return alone


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_joins_change_at_their_boundary(boundary):
    s = dl.join([dl.constant(1.0), dl.constant(2.0)], [boundary])
    positions = around(boundary)
    assert everywhere(s, positions) == [1.0 if p < boundary else 2.0 for p in positions]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_part_starts_at_its_own_zero(boundary):
    s = dl.join([dl.constant(9.0), dl.samples([0.0, 1.0, 2.0, 3.0])], [boundary])
    positions = around(boundary)
    expected = [9.0 if p < boundary else float(min(p - boundary, 3)) for p in positions]
    assert everywhere(s, positions) == expected


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_lists_of_boundaries(boundary):
    positions = around(boundary)
    steps = dl.multi_step(1.0, [0, boundary, boundary], 0.5)
    levels = dl.piecewise_constant([boundary, LARGEST], [5.0, 6.0, 7.0])
    held = dl.interpolate([0, boundary], [5.0, 6.0], kind="previous")
    assert everywhere(steps, positions) == [0.5 if p < boundary else 0.125 for p in positions]
    assert everywhere(levels, positions) == [
        7.0 if p == LARGEST else 5.0 if p < boundary else 6.0 for p in positions
    ]
    assert everywhere(held, positions) == [5.0 if p < boundary else 6.0 for p in positions]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_boundaries_of_a_batch(boundary):
    marks = np.array([boundary, max(boundary - 1, 0), min(boundary + 1, LARGEST)])
    s = dl.join([dl.constant(1.0), dl.constant(2.0)], [marks])
    for p in around(boundary):
        assert list(s(p)) == [1.0 if p < mark else 2.0 for mark in marks.tolist()]


@pytest.mark.parametrize("size", [1, 3, 7, 10, 2**31 + 1, 2**53 + 1, 2**61 + 1])
def test_plateaus_are_integer_quotients(size):
    ladder = dl.samples([float(k % 97) for k in range(97 * 3)]).ending("repeat")
    stairs = ladder.staircase(size)
    for quotient in (1, 2, 5, (LARGEST - 5) // size):
        positions = around(min(quotient * size, LARGEST - 2))
        expected = [ladder(p // size * size) for p in positions]
        assert everywhere(stairs, positions) == expected
        halves = dl.step(1.0, size, 0.5)
        assert everywhere(halves, positions) == [
            2.0 ** -(p // size) if p // size < 1075 else 0.0 for p in positions
        ]


PERIODS = [1, 2, 3, 10, 97, 2**31 + 1, 2**53 + 1]


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("cycle", [0, 1, 2, 2**40, 2**62])
def test_repeat_finds_its_cycle_without_unrolling(period, cycle):
    begin = min(cycle, (2**62) // period) * period
    body = dl.samples(np.arange(min(period, 100), dtype=float))
    s = body.repeat(period)
    positions = list(range(begin, begin + 5))
    expected = [float(min(p % period, min(period, 100) - 1)) for p in positions]
    assert everywhere(s, positions) == expected
    if begin > 2:
        before = list(range(begin - 2, begin))
        expected = [float(min(p % period, min(period, 100) - 1)) for p in before]
        assert everywhere(s, before) == expected


@examples(300)
@given(
    period=st.integers(1, 2**40),
    position=st.integers(0, LARGEST),
    mode=st.sampled_from(["repeat", "mirror"]),
)
def test_endings_take_the_remainder_exactly(period, position, mode):
    low = dl.piecewise_constant([1, period], [0.25, 0.5, 0.75])  # first position, inside, end
    local = position % period
    if mode == "mirror" and position // period % 2:
        local = period - local
    assert low.ending(mode)(position) == low(local)


@examples(300)
@given(first=st.integers(1, 50), scale=st.integers(2, 5), position=st.integers(0, LARGEST))
def test_growing_cycles_begin_on_integers(first, scale, position):
    begin, length, cycle = 0, first, 0
    while position >= begin + length:
        begin, length, cycle = begin + length, length * scale, cycle + 1
    marked = dl.samples([1.0, 0.0]).repeat(first, period_scale=scale, value_scale=0.5)
    if begin:
        assert marked(begin) == 0.5**cycle
        assert marked(begin - 1) in (0.0, 0.5 ** (cycle - 1))
    if first > 1 and begin + length <= LARGEST:
        assert marked(begin + length - 1) == 0.0


@examples(200)
@given(by=st.integers(0, LARGEST), position=st.integers(0, LARGEST))
def test_advance_adds_integers(by, position):
    mark = min(by + position, LARGEST)
    s = dl.piecewise_constant([mark], [1.0, 2.0]).advance(by)
    assert s(position) == 2.0
    if mark == by + position and position:
        assert s(position - 1) == 1.0


@pytest.mark.parametrize("count", [1, 2, 3, 10**6, 2**52])
def test_the_last_of_counted_cycles_holds(count):
    s = dl.linear(1.0, 0.0, 4).repeat(count=count)
    end = 4 * count
    assert s.length == end
    assert everywhere(s, [end - 2, end - 1, end, end + 1]) == [0.5, 0.25, 0.0, 0.0]


def test_the_largest_position_is_a_position():
    for s in (dl.linear(1.0, 0.5, 10), dl.constant(0.5), dl.join([dl.constant(0.5)] * 2, [9])):
        assert s(LARGEST) == 0.5
        assert list(s.table(2, start=LARGEST - 1)) == [0.5, 0.5]
    with pytest.raises(ValueError, match="at most 9223372036854775807"):
        dl.constant(1.0)(LARGEST + 1)


@pytest.mark.parametrize("steps", [2**53 + 1, 2**60 + 7])
def test_what_remains_is_an_integer(steps):
    s = dl.linear(1.0, 0.0, steps)
    for left in (1, 2, 3):
        assert s(steps - left) == pytest.approx(left / steps, rel=4e-16, abs=0)
    assert s(steps) == 0.0
