"""JSON, reprs and sweep files from earlier versions give the same schedules, bit for bit at whole
positions.

Between them, also where a schedule is evaluated inside another one, only the accuracy is promised.
The files in this folder stay unchanged; a new version only adds files.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import decaylr as dl

HERE = Path(__file__).parent
WRITTEN = json.loads((HERE / "written.json").read_text())
SCHEDULES = WRITTEN["schedules"]
NAMES = {name: getattr(dl, name) for name in dl.__all__} | {"array": np.array, "inf": np.inf}


# These evaluate another schedule between its whole positions.
BETWEEN = {
    SCHEDULES[name]["repr"]
    for name in (
        "repeat",
        "restarts",
        "restarts-1.2",
        "cycles-real",
        "stretch",
        "extended",
        "join-boundaries",
    )
}


def check(schedule, written):
    """The values at the recorded positions."""
    p = np.array(WRITTEN["positions"]).reshape((-1,) + (1,) * schedule.ndim)
    values = np.asarray(schedule(p), np.float64)
    assert list(schedule.shape) == written["shape"]
    expected = np.reshape([float.fromhex(value) for value in written["values"]], values.shape)
    whole = (p == np.floor(p)) & (written["repr"] not in BETWEEN)
    exact = np.broadcast_to(whole, values.shape)
    assert values[exact].tobytes() == expected[exact].tobytes()
    np.testing.assert_array_max_ulp(values, expected, maxulp=4)


@pytest.mark.parametrize("name", SCHEDULES)
def test_json(name):
    check(dl.from_json(SCHEDULES[name]["json"]), SCHEDULES[name])


@pytest.mark.parametrize("name", SCHEDULES)
def test_repr(name):
    check(eval(SCHEDULES[name]["repr"], NAMES), SCHEDULES[name])


@pytest.mark.parametrize("name", SCHEDULES)
def test_json_is_written_as_before(name):
    written = SCHEDULES[name]["json"]
    assert json.loads(dl.from_json(written).to_json()) == json.loads(written)


def test_a_sweep_file_of_many_entries():
    sweep = dl.load(HERE / "many.toml")
    assert len(sweep.names) == 54
    for name in sweep.names:
        check(sweep[name], SCHEDULES[name])


@pytest.mark.parametrize("file", ["grid.toml", "grid.json"])
def test_a_sweep_file_with_columns(file):
    sweep = dl.load(HERE / file)
    columns = sweep.entries["sweep"].columns
    assert columns["peak"].tolist() == [[0.1] * 3, [0.2] * 3]
    assert columns["n"].tolist() == [[100, 200, 300]] * 2
    made = dl.warmup_cosine(0.0, columns["peak"], columns["n"] // 10 + 1, columns["n"])
    assert sweep["sweep"] == made
