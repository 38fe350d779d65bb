"""Staircases of other libraries: their quotient is rounded before it is floored."""

from __future__ import annotations

import numpy as np
import pytest

from decaylr.compat import keras, optax

SIZES = [0.1, 0.3, 2.5, 1.7, 10 / 3, 0.03 * 300, 12.7, 1 / 7]
STEPS = np.arange(60)


@pytest.mark.parametrize("size", SIZES)
def test_stairs_are_those_of_the_rounded_quotient(size):
    stairs = np.floor(STEPS / size)
    expected = 0.999**stairs
    for make in (keras.ExponentialDecay, optax.exponential_decay):
        np.testing.assert_allclose(
            make(1.0, size, 0.999, staircase=True)(STEPS), expected, rtol=1e-12, atol=0
        )
    np.testing.assert_allclose(
        keras.InverseTimeDecay(1.0, size, 0.5, staircase=True)(STEPS),
        1 / (1 + 0.5 * stairs),
        rtol=1e-14,
        atol=0,
    )
