"""Batches of several families inside other schedules."""

import numpy as np
import pytest

import decaylr as dl

MIXED = dl.concatenate([dl.linear([1.0], 0.0, 9), dl.cosine([1.0, 2.0], 0.0, 9)])


@pytest.mark.parametrize("made", [lambda s: -s, lambda s: 2.0 * s, lambda s: s.repeat(4)])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_schedule_of_a_mixed_batch_is_stacked_with_itself(made, times):
    one = made(MIXED)
    stacked = dl.stack([one] * times)
    assert stacked.shape == (times, 3)
    assert np.array_equal(stacked.table(12), np.stack([one.table(12)] * times))
    assert np.array_equal(dl.concatenate([one] * times).table(12), stacked.reshape(-1).table(12))
