"""Sweeps from Python: grids, columns and samples, each made with one call."""

import numpy as np
import pytest
from scipy import stats

import decaylr as dl
from decaylr import sweep


def test_grid_has_one_axis_per_keyword_and_one_call():
    calls = []

    def make(peak, n, end):
        calls.append((peak.shape, n.shape, end.shape))
        return dl.linear(peak, end, n)

    found = sweep.grid(make, peak=[1.0, 2.0], n=[10, 20, 30], end=[0.0])
    assert calls == [((2, 1, 1), (1, 3, 1), (1, 1, 1))]
    assert found.schedule.shape == (2, 3, 1)
    assert found.columns["n"][1, 2, 0] == 30
    assert found.schedule[1, 2, 0](15) == 1.0


def test_a_number_is_no_axis_of_a_grid():
    found = sweep.grid(dl.linear, init_value=[0.3, 0.1], end_value=0.03, steps=[4, 5, 7])
    assert found.schedule == dl.linear([[0.3], [0.1]], 0.03, [4, 5, 7])
    assert found.columns["end_value"].tolist() == [[0.03] * 3] * 2
    assert sweep.grid(dl.constant, value=0.1).schedule.shape == ()


def test_zip_takes_columns_row_by_row():
    found = sweep.zip(dl.linear, init_value=[1.0, 2.0], end_value=0.0, steps=[10, 20])
    assert found.schedule == dl.linear([1.0, 2.0], 0.0, [10, 20])
    assert found.columns["end_value"].tolist() == [0.0, 0.0]


def test_sample_draws_the_same_runs_for_the_same_seed():
    def draw(seed):
        return sweep.sample(
            lambda lr, steps, rate: dl.exponential(lr, rate, steps),
            n=500,
            seed=seed,
            lr=sweep.loguniform(1e-4, 1e-1),
            steps=sweep.integers(5, 9),
            rate=sweep.uniform(0.5, 0.9),
        )

    found = draw(3)
    assert found.schedule == draw(3).schedule
    assert found.schedule != draw(4).schedule
    assert set(found.columns["steps"].tolist()) == {5, 6, 7, 8}
    assert found.columns["lr"].min() >= 1e-4
    assert found.columns["lr"].max() < 1e-1
    assert abs(np.median(np.log10(found.columns["lr"])) + 2.5) < 0.3


def test_choice_and_scipy_distributions():
    found = sweep.sample(
        lambda a, b: dl.linear(a, 0.0, b),
        n=50,
        seed=0,
        a=stats.loguniform(1e-3, 1e-1),
        b=sweep.choice([100, 200]),
    )
    assert set(found.columns["b"].tolist()) == {100, 200}
    assert found.schedule.shape == (50,)


def test_a_sweep_saves_and_loads(tmp_path):
    found = sweep.zip(dl.linear, init_value=[1.0, 2.0], end_value=0.0, steps=[10, 20])
    found.save(tmp_path / "s.toml")
    again = dl.load(tmp_path / "s.toml")
    assert again["sweep"] == found.schedule
    assert again.entries["sweep"].columns["steps"].tolist() == [10, 20]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sweep.grid(dl.linear), ValueError, "axes must be at least one, got none"),
        (
            lambda: sweep.grid(dl.linear, init_value=[]),
            ValueError,
            "init_value must be a number or a list",
        ),
        (lambda: sweep.grid(dl.linear, init_value=["a"]), TypeError, "init_value must be real"),
        (lambda: sweep.grid(lambda a: a, a=[1]), TypeError, "must return a Schedule, got ndarray"),
        (
            lambda: sweep.zip(dl.constant, value=[1, 2], steps=[1, 2, 3]),
            ValueError,
            r"value \(2,\), steps \(3,\)",
        ),
        (
            lambda: sweep.sample(dl.constant, 0, 1, value=sweep.uniform(0, 1)),
            ValueError,
            "n must be",
        ),
        (lambda: sweep.sample(dl.constant, 5, 1, value=3), ValueError, "distributions must be at"),
        (lambda: sweep.uniform(2, 1), ValueError, "high must be > low 2, got 1"),
        (lambda: sweep.loguniform(0, 1), ValueError, "low must be > 0, got 0"),
        (lambda: sweep.integers(0.5, 3), ValueError, "whole numbers"),
        (lambda: sweep.choice([]), ValueError, "at least one number"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()
