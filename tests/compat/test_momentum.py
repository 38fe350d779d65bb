"""Every operation on a batch also applies to the momentum of one-cycle schedules."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat.deepspeed import OneCycle
from decaylr.compat.torch import CyclicLR, OneCycleLR

BATCHES = {
    "one_cycle": OneCycleLR(
        [0.1, 0.2, 0.3], total_steps=[10, 20, 30], max_momentum=[0.95, 0.9, 0.85]
    ),
    "one_cycle-shared": OneCycleLR([0.1, 0.2, 0.3], total_steps=20),
    "cyclic": CyclicLR([0.1, 0.2, 0.3], 1.0, step_size_up=7, base_momentum=[0.7, 0.8, 0.75]),
    "deepspeed": OneCycle([0.1, 0.2, 0.3], 1.0, cycle_first_step_size=9),
    "mixed": dl.stack(
        [OneCycleLR(0.1, 10), CyclicLR(0.1, 1.0, step_size_up=4), OneCycleLR(0.5, 30)]
    ),
}
POSITIONS = np.arange(40)


def momenta(schedule):
    return schedule.momentum.table(POSITIONS.size)


def same(schedule, tables):
    """Check that rate and momentum are equal bit for bit."""
    assert schedule.momentum.shape == schedule.shape
    np.testing.assert_array_equal(schedule.table(POSITIONS.size), tables[0])
    np.testing.assert_array_equal(momenta(schedule), tables[1])


@pytest.fixture(params=BATCHES)
def batch(request):
    return BATCHES[request.param]


def tables(batch):
    return batch.table(POSITIONS.size), momenta(batch)


@pytest.mark.parametrize("key", [0, -1, slice(None, None, 2), [2, 0, 0], np.array([1, 0, 1]) > 0])
def test_indexing(batch, key):
    same(batch[key], [table[key] for table in tables(batch)])


def test_iterating(batch):
    for run, schedule in enumerate(batch):
        same(schedule, [table[run] for table in tables(batch)])


def test_reshaping(batch):
    same(batch.reshape(3, 1), [table[:, None] for table in tables(batch)])
    same(batch.reshape(1, 3).ravel(), tables(batch))
    same(batch[1].reshape(1), [table[1:2] for table in tables(batch)])


def test_stacking(batch):
    same(dl.stack([batch, batch[::-1]]), [np.stack([t, t[::-1]]) for t in tables(batch)])
    same(dl.concatenate([batch[1:], batch]), [np.concatenate([t[1:], t]) for t in tables(batch)])


def test_stacking_runs_of_different_functions():
    runs = [BATCHES[name][1] for name in BATCHES]
    wanted = [np.stack([run.table(40) for run in runs]), np.stack([momenta(run) for run in runs])]
    same(dl.stack(runs), wanted)


def test_replacing_a_run(batch):
    other = OneCycleLR(2.0, 15, base_momentum=0.5)
    rate, momentum = (table.copy() for table in tables(batch))
    rate[1], momentum[1] = other.table(40), momenta(other)
    same(batch.replace_run(1, other), [rate, momentum])


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))]
)
def test_copying_and_pickling(batch, copied):
    same(copied(batch), tables(batch))
    same(copied(batch)[1], [table[1] for table in tables(batch)])


def test_an_array_of_momenta_makes_a_batch():
    s = OneCycleLR(0.1, 10, base_momentum=[0.8, 0.85])
    assert s.shape == s.momentum.shape == (2,)
    assert s[1].momentum(2) == OneCycleLR(0.1, 10, base_momentum=0.85).momentum(2)


def test_there_is_none_without_a_cycle_of_it():
    assert dl.linear(1.0, 0.0, 10).momentum is None
    assert OneCycleLR(0.1, 10, cycle_momentum=False).momentum is None
    assert (2 * OneCycleLR(0.1, 10)).momentum is None
    assert OneCycleLR(0.1, 10).branch(5, dl.constant(0.1)).momentum is None
    assert dl.stack([OneCycleLR(0.1, 10), dl.linear(1.0, 0.0, 10)]).momentum is None
