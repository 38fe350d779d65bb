"""Figures of runs whose lengths differ, beside the values of each run over its own length."""

from __future__ import annotations

import numpy as np
import pytest

import decaylr as dl
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import FIGURES, figures_of

RNG = np.random.default_rng(7)
STEPS = np.concatenate([[1, 2, 3, 4, 63, 64, 65, 128], RNG.integers(1, 3000, 40)])
ENDS = RNG.choice([0.0, 1e-3, 0.1, 2.0], STEPS.size)
SCHEDULES = {
    "cosine": dl.cosine(1.0, ENDS, STEPS),
    "warmup and decay": dl.linear(0.1, 1.0, STEPS).then(dl.cosine(1.0, ENDS, 100)),
    "mixed": dl.concatenate([dl.linear(1.0, ENDS[:20], STEPS[:20]), dl.wsd([0.5, 2.0], 5, 90, 9)]),
}


def naive(run: dl.Schedule) -> list[float]:
    """The figures, from all values of one run at the positions 0..length."""
    values = [run(p) for p in range(int(run.length) + 1)]
    peak = max(values)
    below = sum(value < 0.01 * peak for value in values) / len(values)
    mean = float(np.sum(np.array(values, np.longdouble)) / len(values))
    return [values[0], peak, values.index(peak), values[-1], mean, below]


@pytest.mark.parametrize("name", SCHEDULES)
def test_they_are_those_of_its_own_values(name):
    s = SCHEDULES[name]
    found = figures_of(Entry(name, s, length=float(s.length.max())))
    wanted = np.array([naive(run) for run in s]).T
    for figure, values in zip(FIGURES, wanted, strict=True):
        if figure == "mean":
            ulps = np.abs(found.figures[figure] - values) / np.spacing(values)
            assert ulps.max() <= 8.0
        else:
            np.testing.assert_array_equal(found.figures[figure], values, err_msg=figure)
    np.testing.assert_array_equal(found.positions, s.length + 1)
    assert found.values == (s.length + 1).sum()


def test_grids_are_of_each_run():
    s = dl.cosine(1.0, 0.0, [10.5, 3.25, 7.0 / 3.0])
    found = figures_of(Entry("epochs", s, unit="epoch", length=10.5))
    for run, schedule in enumerate(s):
        grid = np.linspace(0.0, float(schedule.length), 4097)
        values = schedule(grid)
        assert found.figures["mean"][run] == pytest.approx(values.mean(), rel=1e-14, abs=0)
        assert found.figures["last"][run] == values[-1]
    assert found.positions.tolist() == [4097] * 3
