"""`decaylr.dask.fold`: the rows of `Sweep.summary`, from tasks that carry little."""

import pickle

import numpy as np
import pytest

import decaylr as dl
from decaylr.dask.pieces import pieces_of
from decaylr.sweep.sweep import entries_of
from tests.dask.batches import mixed, two_entries
from tests.peers.installed import peer

peer("dask.dataframe")


def same_rows(rows, summary):
    expected = summary.to_pandas()
    assert rows.columns.tolist() == expected.columns.tolist()
    for name in expected.columns:
        left, right = rows[name].to_numpy(), expected[name].to_numpy()
        if right.dtype.kind in "if":
            assert left.dtype == right.dtype, name
            assert np.array_equal(left, right, equal_nan=right.dtype.kind == "f"), name
        else:
            assert left.tolist() == right.tolist(), name


@pytest.mark.parametrize("steps", [None, 1000, 10**9])
@pytest.mark.parametrize("runs_per_task", [None, 7])
def test_the_rows_are_those_of_the_summary(steps, runs_per_task):
    sweep = two_entries(50)
    rows = dl.dask.fold(sweep, steps, runs_per_task=runs_per_task)
    assert rows.npartitions == (2 if runs_per_task is None else 8 + 1)
    same_rows(rows.compute(scheduler="sync"), sweep.summary(steps))
    for part in rows.partitions:  # each by itself, as `to_parquet` writes them
        assert part.compute(scheduler="sync").dtypes.equals(rows.dtypes)


def test_a_schedule_and_a_grid_are_sweeps_too():
    batch = mixed(30)
    same_rows(
        dl.dask.fold(batch, 500, runs_per_task=11).compute(scheduler="sync"),
        dl.Sweep(batch).summary(500),
    )
    grid = dl.sweep.grid(dl.linear, init_value=[0.1, 0.3], end_value=0.0, steps=[4, 7])
    same_rows(dl.dask.fold(grid, runs_per_task=3).compute(scheduler="sync"), grid.summary())


def test_pieces_are_small_and_have_every_run_once():
    sweep = dl.Sweep(mixed(20_000), {"a": np.arange(20_000.0)})
    pieces = pieces_of(entries_of(sweep))
    assert max(len(pickle.dumps(piece)) for piece in pieces) <= 64_000
    assert len(pieces) < 60
    assert [p.first for p in pieces] == [0, *np.cumsum([p.runs for p in pieces])[:-1]]
    back = np.concatenate([piece.entry().columns["a"] for piece in pieces])
    assert np.array_equal(back, np.arange(20_000.0))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((3,), TypeError, "sweep must be a Sweep or a Schedule, got 3"),
        ((dl.linear(1.0, 0.0, 4), 0), ValueError, "steps must be >= 1"),
        ((dl.step(1.0, 3, 0.5),), ValueError, "steps must be given for sweep, which never ends"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        dl.dask.fold(*arguments)
    with pytest.raises(ValueError, match="runs_per_task must be >= 1"):
        dl.dask.fold(two_entries(), 10, runs_per_task=0)
