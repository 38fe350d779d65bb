"""Polynomials through the values of blocks, and whether they are near enough to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from decaylr.checks import FloatArray, IntArray
from decaylr.traced.layout import COLUMNS, DEGREE, TINY, Flags, Floats32

TOLERANCE = 0.95  # float32 ulp between a polynomial and the core's values where they are compared


def polynomials(
    values: Callable[[IntArray], FloatArray], size: IntArray, shift: IntArray
) -> Floats32:
    """Coefficients of the polynomials through the values at DEGREE + 1 distances of each block.

    A block with fewer positions has a polynomial of a lower degree through all of them.
    """
    offset = _spread(size)
    found = values(offset)
    t = np.ldexp(offset.astype(np.float64), -shift[:, None])
    coefficients = np.zeros((len(size), DEGREE + 1))
    points = np.minimum(size, DEGREE + 1)
    for n in np.unique(points):
        some = points == n
        coefficients[some, :n] = _through(t[some, :n], found[some, :n])
    return _columns(coefficients)


def _columns(coefficients: FloatArray) -> Floats32:
    """Coefficients as float32, the constant term as two numbers."""
    first = _rounded(coefficients[:, :1])
    with np.errstate(invalid="ignore"):
        low = np.where(np.isfinite(first), coefficients[:, :1] - first, 0.0)
    return np.concatenate([first, _rounded(low), _rounded(coefficients[:, 1:])], axis=1)


def _spread(size: IntArray) -> IntArray:
    """DEGREE + 1 distances from 0 to size - 1, denser towards both ends of large blocks.

    In blocks of fewer positions the first `size` of them are all distances.
    """
    number = np.arange(DEGREE + 1)
    uneven = (0.5 - 0.5 * np.cos(np.pi * number / DEGREE)) * (size[:, None] - 1.0)
    even = (number / DEGREE) * (size[:, None] - 1.0)
    offset = np.where(size[:, None] > 2 * DEGREE + 2, uneven, even)
    few = np.minimum(number, size[:, None] - 1)
    whole: IntArray = np.where(size[:, None] > DEGREE, np.rint(offset).astype(np.int64), few)
    return whole


def _through(t: FloatArray, values: FloatArray) -> FloatArray:
    """Coefficients of the polynomials through points; constant where all values are equal."""
    powers = t[:, :, None] ** np.arange(t.shape[1])
    finite = np.all(np.isfinite(values), axis=1)
    same = np.all(values == values[:, :1], axis=1)
    found = np.zeros_like(values)
    found[finite] = np.linalg.solve(powers[finite], values[finite][..., None])[..., 0]
    found[same] = 0.0
    found[:, 0] = values[:, 0]  # t[0] is 0
    return found


def _rounded(values: FloatArray) -> Floats32:
    """Values as float32, those below its normal range as 0."""
    with np.errstate(over="ignore", under="ignore"):
        rounded = values.astype(np.float32)
    return np.where(np.abs(rounded) < TINY, np.float32(0.0), rounded)


def are_near(
    values: Callable[[IntArray], FloatArray],
    size: IntArray,
    shift: IntArray,
    coefficients: Floats32,
    factors: FloatArray,
) -> Flags:
    """Whether the polynomials, evaluated in float32, are near the values at many positions."""
    offset = _checked(size)
    scaled = values(offset)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        expected = scaled * factors[:, None]
        t = np.ldexp(offset.astype(np.float32), -shift[:, None])
        value = np.broadcast_to(coefficients[:, None, -1], t.shape)
        for k in reversed(range(1, COLUMNS - 1)):
            value = value * t + coefficients[:, None, k]
        got = (value + coefficients[:, None, 0]) * factors[:, None].astype(np.float32)
        rounded = expected.astype(np.float32)
        unit = np.spacing(np.maximum(np.abs(rounded), np.float32(TINY))).astype(np.float64)
        off = np.abs(got - expected) <= TOLERANCE * unit
    flushed = (np.abs(expected) < TINY) & (np.abs(got) <= TINY)
    near: Flags = np.all(off | flushed | (np.isinf(rounded) & (got == rounded)), axis=1)
    single: Flags = size == 1  # a value by itself is only rounded
    return near | single


def _checked(size: IntArray) -> IntArray:
    """Distances at which a polynomial is compared: evenly spread, and near both ends."""
    last = size[:, None] - 1.0
    even = last * (np.arange(1, 14) / 14.0)
    near = np.concatenate(
        [np.broadcast_to([1.0, 2.0, 3.0], (len(size), 3)), last * 2.0 ** -np.arange(5.0, 11.0, 2)],
        axis=1,
    )
    offset = np.concatenate([near, even, last - near, last], axis=1)
    inside: IntArray = np.clip(np.rint(offset).astype(np.int64), 0, size[:, None] - 1)
    return inside
