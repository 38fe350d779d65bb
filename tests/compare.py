"""Comparison of results, within a few rounding errors or bit for bit."""

import numpy as np


def close(actual, expected, rtol=1e-13):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=0)


def bits(values):
    return np.ascontiguousarray(values, np.float64).view(np.int64)


def same(actual, expected):
    np.testing.assert_array_equal(bits(actual), bits(expected))
