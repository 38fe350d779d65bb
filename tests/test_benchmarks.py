"""The benchmarks measure every curve, and against expressions that are right."""

import numpy as np
import pytest

from benchmarks.shapes import CURVES, SHAPES, mixed
from benchmarks.timing import require_close
from decaylr import _engine


def test_every_curve_has_a_benchmark():
    assert sorted(CURVES) == sorted(_engine.curve_names())


@pytest.mark.parametrize("name", SHAPES)
def test_the_reference_expression_is_the_curve(name):
    expected = np.empty((20, 600))
    SHAPES[name].numpy(20, 600, expected)
    got = SHAPES[name].schedule(20, 600).table(600)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-15)


def test_a_mixed_batch_holds_ten_families():
    batch, parts = mixed(100, 50)
    assert len(parts) == 10
    assert batch.shape == (100,)


def test_wrong_numbers_stop_a_benchmark():
    with pytest.raises(AssertionError, match=r"linear: 1.5 instead of 1.0 at \(1,\)"):
        require_close(np.array([1.0, 1.5]), np.array([1.0, 1.0]), "linear")
