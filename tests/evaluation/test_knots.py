"""`knots`: lines between few points of a schedule."""

import numpy as np
import pytest

import decaylr as dl

SCHEDULES = {
    "wsd": dl.wsd(0.03 * 7, 10, 42, 20),
    "cosine": dl.cosine(1.0, 0.1, 60),
    "to zero": dl.cosine(7 / 3, 0.0, 41),
    "warmup": dl.warmup_cosine(0.0, 0.3, 7, 55, end_value=0.03),
    "exponential": dl.exponential(0.1, 0.93),
    "step": dl.step(0.1, 17, 0.5),
    "restarts": dl.cosine_restarts(0.3, 13, end_value=0.01),
    "noise": dl.samples(np.random.default_rng(5).uniform(0.5, 1.0, 60)),
    "waves": dl.cyclic(0.1, 1.0, 7) * dl.cosine(1.0, 0.5, 50),
    "constant": dl.constant(0.3),
    "signs": dl.tanh(1.0, -1.0, 60, -3.0, 3.0),
}


def fits(values, i, j, rtol):
    """Whether the line from i to j is within the tolerance, point by point."""
    for n in range(i + 1, j):
        line = values[i] + (values[j] - values[i]) * (n - i) / (j - i)
        if abs(line - values[n]) > rtol * abs(values[n]) * (1 + 1e-12) + 1e-16:
            return False
    return True


def fewest(values, rtol):
    """The number of points of the smallest set, by trying every line."""
    best = [0] + [len(values)] * (len(values) - 1)
    for j in range(1, len(values)):
        best[j] = 1 + min(best[i] for i in range(j) if fits(values, i, j, rtol))
    return best[-1] + 1


def within(schedule, steps, rtol):
    """The knots, after checking them with NumPy's interpolation."""
    points = schedule.knots(steps, rtol)
    positions, values = zip(*points, strict=True)
    assert (positions[0], positions[-1]) == (0, steps - 1)
    assert [schedule(p) for p in positions] == list(values)
    expected = schedule.table(steps)
    error = np.abs(np.interp(np.arange(steps), positions, values) - expected)
    assert np.all(error <= rtol * np.abs(expected) * (1 + 1e-9) + 1e-16)
    return points


@pytest.mark.parametrize("rtol", [1e-6, 0.003, 0.03, 0.25])
@pytest.mark.parametrize("name", SCHEDULES)
def test_they_are_the_fewest(name, rtol):
    for steps in (1, 2, 23, 61):
        points = within(SCHEDULES[name], steps, rtol)
        assert len(points) == fewest(SCHEDULES[name].table(steps).tolist(), rtol)


@pytest.mark.parametrize("name", ["cosine", "warmup", "wsd", "exponential", "restarts"])
def test_long_schedules(name):
    schedule = SCHEDULES[name].stretch(1000)
    points = within(schedule, 60_001, 0.01)
    short = within(SCHEDULES[name], 61, 0.01)
    assert len(points) <= 3 * len(short)


def test_a_curve_that_bends_one_way_has_the_fewest_at_any_length():
    """Lines that reach as far as they can, against all sets of points."""
    for steps in (2048, 2049):
        assert len(dl.exponential(0.1, 0.999).knots(steps, 0.01)) == 9


def test_a_list_for_rllib():
    points = dl.linear(1e-3, 1e-4, 10**6).knots(10**6 + 1, 1e-3)
    assert points == [(0, 1e-3), (10**6, 1e-4)]
    assert [type(x) for x in points[0]] == [int, float]


@pytest.mark.parametrize(
    ("schedule", "arguments", "error", "text"),
    [
        (dl.constant([1.0, 2.0]), (10, 0.1), ValueError, r"a single one, such as schedule\[0\]"),
        (dl.constant(1.0), (0, 0.1), ValueError, "steps must be >= 1"),
        (dl.constant(1.0), (1.5, 0.1), TypeError, "steps must be an integer"),
        (dl.constant(1.0), (10, 0.0), ValueError, "rtol must be finite and > 0"),
        (dl.constant(1.0), (10, [0.1]), TypeError, "rtol must be one number"),
        (
            dl.exponential(1.0, 1e300),
            (9, 0.1),
            ValueError,
            "finite at the positions below 9, got inf",
        ),
    ],
)
def test_refusals(schedule, arguments, error, text):
    with pytest.raises(error, match=text):
        schedule.knots(*arguments)
