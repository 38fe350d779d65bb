"""Weights of merged checkpoints: they sum to 1 and rebuild the decay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr.laws import merge_weights
from tests.strategies.curves import examples
from tests.strategies.numbers import written


@given(st.data())
@examples(60)
def test_weights_sum_to_1_and_rebuild_the_schedule(data):
    peak, n = data.draw(written(1e-3, 10.0)), data.draw(written(1.0, 500.0))
    end = peak * data.draw(st.sampled_from([0.0, 0.1, 1 / 3, 1.0]))
    schedule = data.draw(
        st.sampled_from(
            [dl.linear(peak, end, n), dl.cosine(peak, end, n), dl.exponential(peak, 0.97)]
        )
    )
    at = np.array(sorted(data.draw(st.sets(st.integers(0, 600), min_size=1, max_size=40))))
    if schedule(int(at[0])) == 0.0:
        return
    weights = merge_weights(schedule, at)
    assert (weights >= 0).all()
    assert abs(weights.sum() - 1) <= len(at) * 2**-53
    shares = schedule(at) / schedule(int(at[0]))
    np.testing.assert_allclose(np.cumsum(weights[::-1])[::-1], shares, 0, len(at) * 2**-53)


def test_merging_is_training_with_the_decayed_rate_where_gradients_do_not_change():
    schedule, at = dl.linear(0.3, 0.0, 8), np.arange(2, 9)
    gradient = np.array([0.7, -2.0])
    checkpoints = [np.array([1.0, 2.0]) - 0.225 * j * gradient for j in range(len(at))]
    decayed = np.array([1.0, 2.0])
    for p in at[1:]:
        decayed -= schedule(int(p)) * gradient
    merged = merge_weights(schedule, at) @ np.array(checkpoints)
    np.testing.assert_allclose(merged, decayed, 1e-14)


def test_batches():
    runs = dl.linear([[1.0], [2.0]], [0.0, 0.5, 1.0], 10)
    weights = merge_weights(runs, [0, 3, 10])
    assert weights.shape == (2, 3, 3)
    for run in np.ndindex(2, 3):
        np.testing.assert_array_equal(weights[run], merge_weights(runs[run], [0, 3, 10]))


@pytest.mark.parametrize(
    ("schedule", "at", "error", "text"),
    [
        (dl.linear(0.0, 1.0, 5), [1, 3], ValueError, "schedule must be from one .* not rising"),
        (dl.linear(1.0, 0.0, 5), [5, 6], ValueError, "schedule must be > 0 where it begins"),
        (dl.linear(1.0, -1.0, 5), [0, 5], ValueError, "schedule must be from one"),
        (dl.constant(1.0), [3, 3], ValueError, "checkpoints must be strictly increasing"),
        (dl.constant(1.0), [], ValueError, "checkpoints must be a list of at least one"),
        (dl.constant(1.0), [0.5], TypeError, "checkpoints must be a list of integers"),
        (dl.constant(1.0), [[1, 2]], TypeError, "checkpoints must be a list of integers"),
        (1.0, [1], TypeError, "schedule must be a Schedule"),
    ],
)
def test_refusals(schedule, at, error, text):
    with pytest.raises(error, match=text):
        merge_weights(schedule, at)
