"""The summary of a sweep: parameters beside folds, over each run's own length."""

import csv
import json

import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest

import decaylr as dl
from decaylr.evaluation.summary import FIELDS

FILE = """
version = 1
[schedules.falling]
columns = { peak = [0.3, 0.7, 0.1], n = [10, 4, 7], Total = [1, 2, 3] }
linear = ["$peak", "$Total"]
steps = "$n"
[schedules.epochs]
unit = "epoch"
length = 9
step = [0.5, 3, 0.1]
[schedules.rates]
length = 12
columns = { peak = [1, 2], rate = [0.9, 0.8] }
exponential = ["$peak", "$rate"]
"""


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(FILE)
    return dl.load(path)


def test_the_columns_of_a_file_have_a_value_per_run_and_are_masked_where_there_is_none(sweep):
    assert list(sweep.columns) == ["peak", "n", "Total", "rate"]
    assert sweep.columns["peak"].tolist() == [0.3, 0.7, 0.1, None, 1.0, 2.0]
    assert sweep.columns["rate"].tolist() == [None] * 4 + [0.9, 0.8]
    assert sweep.columns["n"].dtype == np.int64


def test_each_row_has_its_parameters_and_the_folds_over_its_own_length(sweep):
    summary = sweep.summary()
    assert list(summary)[:4] == ["name", "run", "unit", "length"]
    assert summary["name"].tolist() == ["falling"] * 3 + ["epochs"] + ["rates"] * 2
    assert summary["run"].tolist() == [0, 1, 2, 0, 0, 1]
    assert summary["length"].tolist() == [10, 4, 7, 9, 12, 12]
    for row, steps in ((0, 10), (1, 4), (2, 7), (4, 12), (5, 12)):
        fold = sweep.schedule[row].fold(steps)
        for name in FIELDS:
            assert summary[name][row] == getattr(fold, name), (row, name)
    grid = [sweep["epochs"](9 * k / 4096) for k in range(4096)]
    assert summary["mean"][3] == pytest.approx(sum(grid) / 4096, rel=1e-13, abs=0)
    assert summary["positions"].tolist() == [10, 4, 7, 4096, 12, 12]


def test_a_parameter_that_has_the_name_of_a_fold_is_renamed(sweep):
    summary = sweep.summary()
    assert summary.parameters == ("param_peak", "n", "param_Total", "rate")
    assert summary["param_peak"].tolist() == [0.3, 0.7, 0.1, None, 1.0, 2.0]


def test_given_steps_are_the_positions_of_every_run(sweep):
    summary, fold = sweep.summary(20), sweep.schedule.fold(20)
    for name in FIELDS:
        np.testing.assert_array_equal(summary[name], getattr(fold, name), err_msg=name)
    assert set(summary["positions"].tolist()) == {20}


def test_sweeps_from_python_have_it_too():
    sweep = dl.sweep.grid(dl.linear, init_value=[0.3, 0.1], end_value=[0.0], steps=[7, 10, 3])
    summary = sweep.summary()
    assert summary["steps"].tolist() == [7, 10, 3, 7, 10, 3]
    totals = [run.fold(int(run.length)).total for run in sweep.schedule.ravel()]
    assert summary["total"].tolist() == totals
    assert set(summary["name"]) == {"sweep"}


def test_a_run_without_an_end_needs_steps():
    sweep = dl.sweep.zip(dl.constant, value=[1.0, 2.0])
    with pytest.raises(ValueError, match="steps must be given for sweep, which never ends"):
        sweep.summary()
    assert sweep.summary(5)["total"].tolist() == [5.0, 10.0]
    with pytest.raises(TypeError, match="steps must be an integer"):
        sweep.summary(2.5)


def test_names_that_are_the_same_after_renaming_are_refused():
    sweep = dl.sweep.zip(
        lambda peak, param_peak: dl.linear(peak, param_peak, 4), peak=1, param_peak=2
    )
    with pytest.raises(
        ValueError, match="columns must be of different names, got peak, param_peak"
    ):
        sweep.summary()


def test_every_way_out_has_the_same_rows(sweep, tmp_path):
    summary = sweep.summary()
    frame = summary.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(summary)
    np.testing.assert_array_equal(frame["total"], summary["total"])
    assert frame["rate"].isna().tolist() == [True] * 4 + [False] * 2
    summary.to_parquet(tmp_path / "s.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "s.parquet")
    streamed = pyarrow.table(summary)
    dicts = json.loads(json.dumps(summary.to_dicts()))
    assert table.to_pylist() == streamed.to_pylist() == summary.to_dicts() == dicts
    summary.to_csv(tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["total"]) for row in rows] == summary["total"].tolist()
    assert [row["rate"] for row in rows] == [""] * 4 + ["0.9", "0.8"]


def test_a_saved_sweep_keeps_own_lengths(sweep, tmp_path):
    for suffix in (".toml", ".json"):
        sweep.save(tmp_path / f"again{suffix}")
        again = dl.load(tmp_path / f"again{suffix}").summary()
        assert again["length"].tolist() == [10, 4, 7, 9, 12, 12]
        assert again["total"].tolist() == sweep.summary()["total"].tolist()
