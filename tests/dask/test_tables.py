"""`decaylr.dask.table`: values, blocks, and what a task carries."""

import pickle

import numpy as np
import pytest

import decaylr as dl
from decaylr.evaluation.lazy import MOST_PAYLOAD
from tests.dask.batches import mixed
from tests.peers.installed import peer

peer("dask.array")


@pytest.mark.parametrize("chunks", ["auto", (7, 30), (1, -1), (40, 101), (13, 1)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_bits_are_those_of_the_table(chunks, dtype):
    batch, window = mixed(40), {"start": 5, "stride": 3, "dtype": dtype}
    table = dl.dask.table(batch, 101, **window, chunks=chunks)
    assert table.dtype == dtype
    expected = batch.table(101, **window)
    assert np.array_equal(table.compute(scheduler="threads"), expected)
    assert np.array_equal(table[3:9, 50].compute(scheduler="threads"), expected[3:9, 50])


@pytest.mark.parametrize("shape", [(), (1,), (4, 3), (2, 1, 3)])
def test_the_shape_is_that_of_the_table(shape):
    batch = dl.cosine(np.full(shape, 0.1), 0.0, 40)
    table = dl.dask.table(batch, 50, chunks=(2, 20))
    assert table.shape == (*shape, 50)
    assert np.array_equal(table.compute(scheduler="threads"), batch.table(50))


def test_a_task_carries_little_of_many_runs():
    batch = mixed(20_000)
    for chunks in ("auto", (100, -1), (5000, 10)):
        graph = dict(dl.dask.table(batch, 2001, chunks=chunks).__dask_graph__())
        sizes = [len(pickle.dumps(task)) for task in graph.values()]
        assert max(sizes) <= 64_000
        # No run is sent twice, whatever the blocks: a run has some 40 to 60 bytes.
        assert sum(s for s in sizes if s > MOST_PAYLOAD / 4) < 100 * batch.size


def test_a_run_of_a_long_list_is_a_piece_of_its_own():
    values = np.random.default_rng(0).random((3, 20_000))
    table = dl.dask.table(dl.samples(values), 20_000, chunks=(2, 5000))
    assert np.array_equal(table.compute(scheduler="threads"), values)


def test_too_many_tasks_are_refused_with_chunks_that_would_do():
    batch = dl.linear(np.ones(10**6), 0.0, 100)
    with pytest.raises(
        ValueError, match=r"of at most 100,000 blocks, such as chunks=\("
    ) as refused:
        dl.dask.table(batch, 1000, chunks=(5, 1000))
    rows, columns = map(int, str(refused.value).split("chunks=(")[1].split(")")[0].split(","))
    assert dl.dask.table(batch, 1000, chunks=(rows, columns)).npartitions <= 10**5


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((3, 10), TypeError, "schedule must be a Schedule, got 3"),
        ((dl.linear(1.0, 0.0, 4), 0), ValueError, "steps must be >= 1, got 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        dl.dask.table(*arguments)
