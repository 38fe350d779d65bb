"""Interpolation at the start and end of its blocks and outside them: accuracy and equal bits."""

from __future__ import annotations

import math

import numpy as np
import pytest

import decaylr as dl
from tests.oracles import points as oracle_points
from tests.oracles.base import misses

KINDS = ["linear", "pchip", "cubic"]
WIDTHS = [1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 130, 400, 3000]


def check(positions, values, kind, start, steps, every=1):
    """Check that a table equals single values, and that a sample of them is accurate."""
    s = dl.interpolate(positions, values, kind)
    exact = oracle_points.interpolate(positions, values, kind)
    table = s.table(steps, start=start)
    assert table.tolist() == [s(start + k) for k in range(steps)]
    for k in range(0, steps, every):
        problem = misses(table[k], exact(start + k))
        assert not problem, f"{s!r} at {start + k}: {problem}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shift", [0, 1, 63, 64, 0.25, 2**40 + 1])
@pytest.mark.parametrize(
    "values",
    [(1.0, 0.4, 0.0), (0.0, 1e-9, 80.0), (1e-3, -0.7, 0.2), (0.3, 0.3, 0.1), (0.0, 0.0, 1.0)],
)
def test_intervals_of_any_width(kind, shift, values):
    for width in WIDTHS:
        positions = [shift, shift + width, shift + width + 70]
        check(positions, values, kind, int(shift), min(width, 400) + 75, every=11)


@pytest.mark.parametrize("kind", KINDS)
def test_knots_between_whole_positions(kind):
    rng = np.random.default_rng(11)
    for _ in range(25):
        positions = np.cumsum(10.0 ** rng.uniform(-1.5, 2.3, 5)).tolist()
        values = (10.0 ** rng.uniform(-6, 1, 5) * rng.choice([-1, 1, 1, 1], 5)).tolist()
        check(positions, values, kind, 0, int(positions[-1]) + 2, every=17)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("power", [-1060, -1000, -700, -590, 890, 899])
def test_values_of_any_size(kind, power):
    plain = np.array([0.9, 1.7, 0.31, 1e-3])
    positions = [0, 100, 333, 700]
    values = (plain * 2.0**power).tolist()
    check(positions, values, kind, 0, 710, every=23)
    if power > -900:
        scaled = dl.interpolate(positions, plain, kind).table(710) * 2.0**power
        np.testing.assert_array_equal(dl.interpolate(positions, values, kind).table(710), scaled)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [2**52 - 300, 2**53 - 300, 2**53 + 1, 2**60])
def test_knots_among_large_positions(kind, first):
    positions = [first - 2**50, first, first + 301, first + 2**53]
    for start in (first - 40, first + 250):
        check(positions, [1.0, 0.7, 0.2, 0.1], kind, start, 100, every=7)


@pytest.mark.parametrize("kind", KINDS)
def test_between_equal_values_every_position_has_them(kind):
    s = dl.interpolate([0, 1000, 1999, 2000.5], [0.1, 0.1, 0.1, 0.1], kind)
    np.testing.assert_array_equal(s.table(2100), np.full(2100, 0.1))


@pytest.mark.parametrize("kind", ["pchip", "cubic"])
@pytest.mark.parametrize("width", [10**6, 10**9, 2**45])
def test_nothing_cancels_where_the_curve_comes_to_rest(kind, width):
    """Values near an end whose value and slope are zero or almost zero."""
    for values in ([1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 1e-12, 1e-12]):
        positions = [0, width, 2 * width, 3 * width]
        check(positions, values, "pchip", 2 * width - 90, 100, every=3)
        check(positions, values[::-1], kind, width, 70, every=3)


# Levels so small that slopes, or products of slopes, would be subnormal, beside larger ones.
SMALL = {
    "beside one": ([0, 420, 980], [1.0, 1e-303, 0.0]),
    "before one": ([0, 560, 980], [0.0, 1e-303, 1.0]),
    "far apart": ([0, 10**6, 10**9 + 7], [1.0, 3e-303, 1e-306]),
    "down and down": ([0, 300, 700, 1500, 2000], [1e3, 1e-150, 1e-290, 1e-305, 0.0]),
    "up again": ([0, 100, 900, 1000], [1e-304, 1e-307, 5e-305, 1e250]),
    "of both signs": ([0, 100, 900, 1000], [1.0, -1e-304, 2e-305, -1e-3]),
    "subnormal": ([0, 333, 777], [1e-307, 1e-310, 5e-324]),
    "between whole ones": ([0.5, 420.25, 980.75], [1.0, 1e-303, 0.0]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SMALL)
def test_values_so_small_that_slopes_vanish(name, kind):
    positions, values = SMALL[name]
    s = dl.interpolate(positions, values, kind)
    exact = oracle_points.interpolate(positions, values, kind)
    for p in {int(p) for start in positions for p in np.linspace(start, start + 900, 120)}:
        assert not misses(s(p), exact(p)), f"{p}: {misses(s(p), exact(p))}"
        assert s.table(3, start=p)[0] == s(p)
    found, table = s.fold(2500), s.table(2500)
    assert (found.peak, found.peak_at) == (table.max(), table.argmax())
    assert abs(found.total - math.fsum(table)) <= 2**-49 * math.fsum(abs(table)) + 2500 * 5e-324


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("p", [5e-324, 1e-300, 1e-40, 1e-17, 0.1, 1.9, 2 - 2**-52])
def test_positions_near_a_value_of_0_in_a_short_interval(kind, p):
    positions, values = [0, 2, 3, 4, 5], [0.0, 1.0, 1.0, 0.0, 0.0]
    s = dl.interpolate(positions, values, kind)
    assert not misses(s(p), oracle_points.interpolate(positions, values, kind)(p))
    assert s.advance(p).table(5)[0] == s(p)


def through(knots, values, p, extend):
    """Straight lines between points in plain Python; of two equal positions the second counts."""
    after = [i for i, knot in enumerate(knots) if knot <= p]
    i = after[-1] if after else -1
    if not extend and not 0 <= i < len(knots) - 1:
        return values[max(i, 0)]
    i = min(max(i, 0), len(knots) - 2)
    return values[i] + (values[i + 1] - values[i]) * (p - knots[i]) / (knots[i + 1] - knots[i])


@pytest.mark.parametrize("kind", ["linear", "previous"])
@pytest.mark.parametrize(
    "knots", [[0, 10, 10, 30], [0, 0, 7, 20], [3, 7 / 3 * 3, 7, 9.5], [0, 11 / 10 * 10, 20, 20]]
)
def test_a_position_that_stands_twice_is_a_jump(kind, knots):
    values = [0.1, 0.3, 0.7, 0.2]
    s = dl.interpolate(knots, values, kind)
    assert s.length == knots[-1]
    for p in [*range(40), 6.9, 10.999, 19.5]:
        expected = through(knots, values, p, extend=False)
        if kind == "previous":
            expected = [v for k, v in zip(knots, values, strict=True) if k <= p or k == knots[0]][
                -1
            ]
        assert s(p) == pytest.approx(expected, rel=1e-13), p


def test_jumps_in_some_runs_of_a_batch():
    knots = np.array([[0, 10, 10, 30], [0, 10, 20, 30], [5, 5, 10, 10]])
    values = [0.1, 0.3, 0.7, 0.2]
    batch = dl.interpolate(knots, values)
    for run in range(3):
        single = dl.interpolate(knots[run], values)
        np.testing.assert_array_equal(batch[run].table(40), single.table(40))
        expected = [through(list(knots[run]), values, p, extend=False) for p in range(40)]
        np.testing.assert_allclose(single.table(40), expected, rtol=1e-13)
    assert dl.from_json(batch.to_json()) == batch


@pytest.mark.parametrize("first", [0, 5, 7 / 3])
def test_lines_that_go_on_outside(first):
    knots, values = [first, 11.0, 0.03 * 700], [0.4, 0.3, 0.05]
    s = dl.interpolate(knots, values, outside="extend")
    for p in [0, 1, 2, 5, 8, 11, 20, 21, 22, 50, 1000, 10**6, 10**12]:
        expected = through(knots, values, p, extend=True)
        assert s(p) == pytest.approx(expected, rel=1e-13, abs=1e-16), p
    assert (float(s.length), float(s.horizon)) == (np.inf, knots[-1])
    np.testing.assert_array_equal(
        dl.interpolate([knots, knots], values, outside="extend").table(40)[1], s.table(40)
    )
