"""The benchmarks cover every curve, their expressions are correct, and all of them are shown."""

import itertools
from importlib import import_module

import numpy as np
import pytest

from benchmarks.report import figures, users
from benchmarks.report.results import TABLES
from benchmarks.shapes import CURVES, SHAPES, mixed
from benchmarks.timing import medians, require_close
from benchmarks.users.names import BENCHMARKS as USERS
from decaylr import _engine
from tests.paths import ROOT

ROWS, REASONS = figures.load()


def test_every_curve_has_a_benchmark():
    assert sorted(CURVES) == sorted(_engine.curve_names())


@pytest.mark.parametrize(("n", "steps"), [(20, 600), (7, 40_000)])
@pytest.mark.parametrize("name", SHAPES)
def test_the_reference_expression_is_the_curve(name, n, steps):
    expected = np.empty((n, steps))
    SHAPES[name].numpy(n, steps, expected)
    got = SHAPES[name].schedule(n, steps).table(steps)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


def test_a_mixed_batch_holds_ten_families():
    batch, parts = mixed(100, 50)
    assert len(parts) == 10
    assert batch.shape == (100,)


def test_wrong_numbers_stop_a_benchmark():
    with pytest.raises(AssertionError, match=r"linear: 1.5 instead of 1.0 at \(1,\)"):
        require_close(np.array([1.0, 1.5]), np.ones(2), "linear")
    wrong = np.ones((2000, 100))
    wrong[1999, 7] = np.nan
    with pytest.raises(AssertionError, match=r"nan instead of 1.0 at \(1999, 7\)"):
        require_close(wrong, np.ones((2000, 100)), "linear")


def test_work_is_timed_alternately_and_short_work_is_repeated(monkeypatch):
    clock, calls = itertools.count(), []
    monkeypatch.setattr("benchmarks.timing.perf_counter", lambda: next(clock) * 3e-4)
    monkeypatch.setattr("benchmarks.timing.ENOUGH", 0.0165)
    times = medians(lambda: calls.append("a"), lambda: calls.append("b"))
    assert times == pytest.approx([1e-4, 1e-4])
    assert "".join(calls) == "abab" + "aaabbb" * 8


def suites():
    """Every benchmark class, by its name in asv."""
    for file in sorted((ROOT / "benchmarks").glob("bench_*.py")):
        module = import_module(f"benchmarks.{file.stem}")
        for name, suite in vars(module).items():
            if isinstance(suite, type) and suite.__module__ == module.__name__:
                yield f"{file.stem}.{name}", suite


SUITES = dict(suites())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_figure_names_a_benchmark(row):
    suite, method = row.benchmark.rsplit(".", 1)
    assert callable(getattr(SUITES[suite], method))
    axes = getattr(SUITES[suite], "params", ())
    assert len(row.params) == len(axes)
    assert all(param in axis for param, axis in zip(row.params, axes, strict=True))


def test_no_figure_is_named_twice():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)


def test_every_figure_of_a_benchmark_is_shown():
    tracked = {
        f"{name}.{method}"
        for name, suite in SUITES.items()
        for method in dir(suite)
        if method.startswith("track_")
    }
    assert tracked == {row.benchmark for row in ROWS} | set(TABLES) | set(USERS)


def test_reasons_are_those_of_rows():
    assert set(REASONS) <= {row.name for row in (*ROWS, *users.rows())}
    assert all(REASONS.values())
