"""The trainings of docs/examples/published.toml, compared with independently computed points.

`points` are spread over a training; `corners` are the start, middle and end of its phases.
"""

import json

import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT

POINTS = json.loads((ROOT / "tests/sweep/published_points.json").read_text())


@pytest.fixture(scope="module")
def published():
    return dl.load(ROOT / "docs/examples/published.toml")


def test_every_training_is_there_and_no_other(published):
    assert sorted(published.names) == sorted(POINTS)
    assert len(published.names) == 150


@pytest.mark.parametrize("name", POINTS)
def test_units_lengths_and_points(published, name):
    entry = POINTS[name]
    place = published.names.index(name)
    assert published.units[place] == entry["unit"]
    assert published.lengths[place] == entry["length"]
    for position, value in entry["points"] + entry["corners"]:
        assert published[name](position) == pytest.approx(value, rel=1e-8, abs=0.0)


def test_points_are_not_a_formality(published):
    points = [(name, *point) for name, entry in POINTS.items() for point in entry["points"]]
    assert len(points) > 800
    moved = [pytest.approx(1.000001 * v, rel=1e-8, abs=0.0) for _, _, v in points]
    matched = sum(published[n](p) == m for (n, p, _), m in zip(points, moved, strict=True))
    assert matched == sum(v == 0 for _, _, v in points)


def test_no_training_is_without_points(published):
    assert [name for name in published.names if len(POINTS[name]["corners"]) < 2] == []


def test_every_training_is_finite_and_never_negative(published):
    for name, length in zip(published.names, published.lengths, strict=True):
        values = published[name](np.linspace(0.0, length, 257))
        assert np.all(np.isfinite(values)), name
        assert np.all(values >= 0), name


def test_the_whole_batch_has_the_runs_in_order(published):
    starts = published.schedule(0)
    assert published.schedule.shape == (150,)
    assert [published[name](0) for name in published.names] == starts.tolist()


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_saved_file_reads_back_equal(published, tmp_path, suffix):
    path = tmp_path / f"again{suffix}"
    published.save(path)
    again = dl.load(path)
    assert again.names == published.names
    assert again.units == published.units
    assert again.lengths == published.lengths
    assert again.schedule == published.schedule


def test_the_search_is_one_batch_of_100_000_schedules():
    search = dl.load(ROOT / "docs/examples/grid.toml")
    assert search.schedule.shape == (100_000,)
    assert set(search.lengths) == {2000.0}
    found = search.schedule[::997].fold(2000)
    assert np.all(found.peak > 0)
    assert np.all(found.peak <= 0.1 * (1 + 1e-12))
