"""Growing batches: the samples of all steps are those of the original training."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr.laws import seesaw
from tests.strategies.curves import examples


@given(st.data())
@examples(60)
def test_samples_are_equal_and_batches_grow(data):
    size, steps = data.draw(st.integers(1, 700)), data.draw(st.integers(1, 400))
    factor = data.draw(st.sampled_from([0.5, 0.1, 1 / 3, 0.7, 0.03 * 9]))
    levels = data.draw(st.integers(0, 5))
    schedule = data.draw(
        st.sampled_from(
            [
                dl.step(0.3, max(steps // 4, 1), factor),
                dl.cosine(0.3, 0.0, steps),
                dl.linear(0.0, 0.3, max(steps // 5, 1)).then(dl.exponential(0.3, 0.98)),
                dl.constant(0.1),
                dl.multi_step(0.3, [steps // 2, steps // 2, steps], factor),
            ]
        )
    )
    if schedule.fold(steps).peak == 0.0:
        return
    new = seesaw(schedule, size, steps=steps, factor=factor, levels=levels)
    batches = new.batch_size.table(new.steps)
    assert batches.sum() == steps * size
    assert (batches == np.rint(batches)).all()
    assert (batches > 0).all()
    assert (np.diff(batches[:-1]) >= 0).all()
    assert new.steps <= steps
    allowed = {max(round(size / factor**level), 1) for level in range(levels + 1)}
    assert set(batches[:-1]) <= allowed


def test_a_decay_becomes_its_square_root_and_a_batch():
    old = dl.step(0.8, 96, 0.25)
    new = seesaw(old, 32, steps=288, factor=0.25)
    rates, batches = new.rate.table(new.steps), new.batch_size.table(new.steps)
    assert new.steps == 96 + 24 + 6
    np.testing.assert_array_equal(batches, np.repeat([32, 128, 512], [96, 24, 6]))
    np.testing.assert_allclose(rates, np.repeat([0.8, 0.4, 0.2], [96, 24, 6]), 1e-15)
    # Per sample and to first order, the noise of both is the same: rate**2 * batch of the new
    # training is rate * rate of the old one, at the same share of the samples.
    seen = np.cumsum(batches) - batches
    np.testing.assert_allclose(rates / np.sqrt(batches / 32), old(np.floor(seen / 32)), 1e-15)


def test_within_a_level_the_rate_follows_the_schedule():
    old = dl.cosine(0.1, 0.0, 1000)
    new = seesaw(old, 64, steps=1000, levels=3)
    batches = new.batch_size.table(new.steps)
    position = (np.cumsum(batches) - batches) / 64
    scale = np.minimum.reduce([batches, np.full(new.steps, 512.0)]) / 64
    scale[-1] = scale[-2]  # the last step has what is left
    expected = old(position) * np.sqrt(scale)
    np.testing.assert_allclose(new.rate.table(new.steps), expected, 1e-12, 1e-15)
    below = [math.ceil(1000 / math.pi * math.acos(2 * 0.5**level - 1)) for level in (1, 2, 3)]
    grown = np.flatnonzero(np.diff(batches[:-1])) + 1
    assert (position[grown] - below >= 0).all()
    assert (position[grown] - below < 4).all()


@pytest.mark.parametrize(
    ("arguments", "options", "error", "text"),
    [
        ((1.0, 8), {}, TypeError, "schedule must be a Schedule"),
        ((dl.constant([1.0, 2.0]), 8), {}, ValueError, "schedule must be a single schedule"),
        ((dl.constant(0.0), 8), {}, ValueError, "schedule must be > 0 somewhere"),
        ((dl.constant(1.0), 0), {}, ValueError, "batch_size must be >= 1"),
        ((dl.constant(1.0), 8), {"factor": 1.0}, ValueError, r"factor must be in \(0, 1\)"),
        ((dl.constant(1.0), 8), {"factor": [0.5]}, TypeError, "factor must be one number"),
        ((dl.constant(1.0), 8), {"levels": -1}, ValueError, "levels must be >= 0"),
    ],
)
def test_refusals(arguments, options, error, text):
    with pytest.raises(error, match=text):
        seesaw(*arguments, **({"steps": 10} | options))
