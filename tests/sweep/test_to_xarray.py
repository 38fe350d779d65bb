"""`Sweep.to_xarray`: values with what the runs are, at once or as a Dask array."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.sweep import Entry, Sweep
from tests.peers.installed import peer

peer("xarray")
dask_array = peer("dask.array")

PEAKS = np.array([0.03, 0.06, 0.0])


def two_entries():
    first = Entry("a", dl.cosine(PEAKS, 0.0, 100), length=100.0, columns={"peak": PEAKS})
    return Sweep.of((first, Entry("b", dl.inverse(0.1, 0.7), "token", 100.0)))


@pytest.mark.parametrize("chunks", [None, "auto", (1, 10), (2, -1), (3, 7)])
def test_values_and_coordinates(chunks):
    sweep = two_entries()
    array = sweep.to_xarray(25, start=3, stride=4, chunks=chunks)
    assert array.dims == ("run", "step")
    assert np.array_equal(array.values, sweep.schedule.table(25, start=3, stride=4))
    assert array["step"].values.tolist() == list(range(3, 103, 4))
    assert array["name"].values.tolist() == ["a", "a", "a", "b"]
    assert array["unit"].values.tolist() == ["step"] * 3 + ["token"]
    assert np.array_equal(array["peak"], [*PEAKS, np.nan], equal_nan=True)
    assert set(array.indexes) == {"step"}
    assert isinstance(array.data, np.ndarray if chunks is None else dask_array.Array)


def test_blocks_are_those_of_chunks():
    array = two_entries().to_xarray(25, chunks=(3, 10))
    assert array.chunks == ((3, 1), (10, 10, 5))


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="steps must be >= 1, got 0"):
        two_entries().to_xarray(0)
    with pytest.raises(TypeError, match='chunks must be "auto" or a pair'):
        two_entries().to_xarray(5, chunks=3)
