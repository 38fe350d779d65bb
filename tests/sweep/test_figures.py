"""Figures of runs whose lengths differ, beside the values of each run over its own length."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

import decaylr as dl
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import FIGURES, figures_of

RNG = np.random.default_rng(7)
STEPS = np.concatenate([[1, 2, 3, 4, 63, 64, 65, 128], RNG.integers(1, 3000, 30)])
STEPS = np.concatenate([STEPS, [0.5, 7 / 3, 10.1, 0.03 * 410, 99.5, 30 / 7, 3.0, 4.0, 12.5, 1 / 3]])
ENDS = RNG.choice([0.0, 1e-3, 0.1, 2.0], STEPS.size)
SCHEDULES = {
    "cosine": dl.cosine(1.0, ENDS, STEPS),
    "warmup and decay": dl.linear(0.1, 1.0, STEPS).then(dl.cosine(1.0, ENDS, 100)),
    "mixed": dl.concatenate([dl.linear(1.0, ENDS[:20], STEPS[:20]), dl.wsd([0.5, 2.0], 5, 90, 9)]),
}


def naive(run: dl.Schedule) -> list[float]:
    """The figures, from all values of one run at the positions before its length."""
    values = [run(p) for p in range(ceil(float(run.length)))]
    peak, count = max(values), len(values)
    at = values.index(peak)
    half = next((p for p in range(at, count) if values[p] <= 0.5 * peak), -1)
    below = sum(value < 0.01 * peak for value in values) / count
    total = np.sum(np.array(values, np.longdouble))
    sums = float(total), float(total / count)
    return [values[0], peak, at, values[-1], *sums, half, below]


@pytest.mark.parametrize("name", SCHEDULES)
def test_they_are_those_of_its_own_values(name):
    s = SCHEDULES[name]
    found = figures_of(Entry(name, s, length=float(s.length.max()), own_lengths=True))
    wanted = np.array([naive(run) for run in s]).T
    for figure, values in zip(FIGURES, wanted, strict=True):
        if figure in ("mean", "total"):
            ulps = np.abs(found.figures[figure] - values) / np.spacing(values)
            assert ulps.max() <= 8.0
        else:
            np.testing.assert_array_equal(found.figures[figure], values, err_msg=figure)
    np.testing.assert_array_equal(found.positions, np.ceil(s.length))
    assert found.values == np.ceil(s.length).sum()


def test_grids_are_of_each_run():
    s = dl.cosine(1.0, 0.0, [10.5, 3.25, 7.0 / 3.0])
    found = figures_of(Entry("epochs", s, unit="epoch", length=10.5, own_lengths=True))
    for run, schedule in enumerate(s):
        length = float(schedule.length)
        grid = [k * length / 4096 for k in range(4096)]
        values = [schedule(p) for p in grid]
        mean = sum(values) / 4096
        assert found.figures["mean"][run] == pytest.approx(mean, rel=1e-13, abs=0)
        assert found.figures["total"][run] == pytest.approx(mean * length, rel=1e-13, abs=0)
        assert found.figures["final"][run] == values[-1]
        half = next(p for p, value in zip(grid, values, strict=True) if value <= 0.5)
        assert found.figures["half_at"][run] == pytest.approx(half, rel=1e-15, abs=0)
    assert found.positions.tolist() == [4096] * 3


def test_given_steps_are_folded_at_every_position():
    s = dl.cosine(1.0, 0.0, [10.5, 3.25, 7.0 / 3.0, 6e6])
    found = figures_of(Entry("epochs", s, unit="epoch", length=1e13), steps=5_000_000)
    fold = s.fold(5_000_000)
    np.testing.assert_array_equal(found.figures["total"], fold.total)
    np.testing.assert_array_equal(found.figures["half_at"], fold.half_at)
    assert found.positions.tolist() == [5_000_000] * 4
    assert found.exact


def test_a_stated_length_is_that_of_every_run_even_if_the_longest_has_it():
    s = dl.linear(1.0, 0.0, [4, 10])
    stated = figures_of(Entry("a", s, length=10.0))
    assert stated.figures["mean"].tolist() == s.fold(10).mean.tolist()
    own = figures_of(Entry("a", s, length=10.0, own_lengths=True))
    assert own.figures["mean"].tolist() == [float(s[0].fold(4).mean), float(s[1].fold(10).mean)]
