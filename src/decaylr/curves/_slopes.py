"""Slopes at the knots for cubic interpolation, as traceable formulas.

In the formulas h are the distances between knots and d the secant slopes between them.
"""

from __future__ import annotations

from typing import Any

from decaylr.traced.formulas import Number, Numbers


def cubic_correction(
    slopes: Number, i: Any, width: Number, rise: Number, progress: Number, numbers: Numbers
) -> Number:
    """Difference between the cubic Hermite curve from knot i to i + 1 and the straight line."""
    remaining = 1.0 - progress
    start = numbers.take(slopes, i) * width - rise
    stop = rise - numbers.take(slopes, i + 1) * width
    return progress * remaining * (start * remaining + stop * progress)


def _secants(knots: Number, values: Number) -> tuple[Number, Number]:
    """Distances between knots, and secant slopes."""
    width = knots[..., 1:] - knots[..., :-1]
    return width, (values[..., 1:] - values[..., :-1]) / width


def _nonzero(x: Number, numbers: Numbers) -> Number:
    """x, or 1 where x is 0, to avoid a division by zero."""
    return numbers.where(numbers.absolute(x) > 0.0, x, x * 0.0 + 1.0)


def pchip_slopes(knots: Number, values: Number, numbers: Numbers) -> Number:
    """Monotone slopes (Fritsch and Butland, 1984), with three-point slopes at the ends."""
    h, d = _secants(knots, values)
    if h.length == 1:
        return numbers.joined([d, d])
    before, after = d[..., :-1], d[..., 1:]
    h0, h1 = h[..., :-1], h[..., 1:]
    w1, w2 = h1 * 2.0 + h0, h1 + h0 * 2.0
    mean = (w1 + w2) / (w1 / _nonzero(before, numbers) + w2 / _nonzero(after, numbers))
    same_sign = ((before > 0.0) & (after > 0.0)) | ((before < 0.0) & (after < 0.0))
    # the harmonic mean applies only where both secants have the same sign; elsewhere it can diverge
    inner = numbers.where(same_sign, mean, mean * 0.0)
    first = _end_slope(h[..., :1], h[..., 1:2], d[..., :1], d[..., 1:2], numbers)
    last = _end_slope(h[..., -1:], h[..., -2:-1], d[..., -1:], d[..., -2:-1], numbers)
    return numbers.joined([first, inner, last])


def _end_slope(h0: Number, h1: Number, d0: Number, d1: Number, numbers: Numbers) -> Number:
    """Three-point slope at an end, limited so that the curve stays monotone."""
    slope = ((h0 * 2.0 + h1) * d0 - h0 * d1) / (h0 + h1)
    same_sign = ((slope > 0.0) & (d0 > 0.0)) | ((slope < 0.0) & (d0 < 0.0))
    turns = ((d0 > 0.0) != (d1 > 0.0)) | ((d0 < 0.0) != (d1 < 0.0))
    too_steep = turns & (numbers.absolute(slope) > numbers.absolute(d0 * 3.0))
    limited = numbers.where(too_steep, d0 * 3.0, slope)
    return numbers.where(same_sign, limited, d0 * 0.0)


def _parabola(h0: Number, h1: Number, d0: Number, d1: Number) -> Number:
    """Slope at the first of three points of the parabola through them."""
    return d0 - h0 / (h0 + h1) * (d1 - d0)


def spline_slopes(knots: Number, values: Number, numbers: Numbers) -> Number:
    """Slopes of the not-a-knot cubic spline."""
    h, d = _secants(knots, values)
    if h.length == 1:
        return numbers.joined([d, d])
    if h.length == 2:
        ends = [slice(0, 1), slice(1, 2)]
        (h0, h1), (d0, d1) = ((x[..., ends[0]], x[..., ends[1]]) for x in (h, d))
        first = _parabola(h0, h1, d0, d1)
        return numbers.joined([first, d0 * 2.0 - first, _parabola(h1, h0, d1, d0)])
    return _solve_tridiagonal(_spline_system(h, d, numbers), numbers)


def _spline_system(h: Number, d: Number, numbers: Numbers) -> tuple[Number, ...]:
    """The tridiagonal system of the slopes: lower, diagonal, upper, right-hand side."""
    h0, h1, d0, d1 = h[..., :1], h[..., 1:2], d[..., :1], d[..., 1:2]
    g0, g1, e0, e1 = h[..., -1:], h[..., -2:-1], d[..., -1:], d[..., -2:-1]
    first, last = h0 + h1, g0 + g1
    lower = numbers.joined([h0 * 0.0, h[..., 1:], last])
    diagonal = numbers.joined([h1, (h[..., :-1] + h[..., 1:]) * 2.0, g1])
    upper = numbers.joined([first, h[..., :-1], g0 * 0.0])
    inner = (h[..., 1:] * d[..., :-1] + h[..., :-1] * d[..., 1:]) * 3.0
    begin = ((h0 + first * 2.0) * h1 * d0 + h0 * h0 * d1) / first
    end = (g0 * g0 * e1 + (last * 2.0 + g0) * g1 * e0) / last
    return lower, diagonal, upper, numbers.joined([begin, inner, end])


def _solve_tridiagonal(rows: tuple[Number, ...], numbers: Numbers) -> Number:
    """Solve by forward elimination and back substitution (the Thomas algorithm)."""

    def eliminate(state: Any, row: Any) -> Any:
        a, b, c, r = row
        pivot = b - a * state[0]
        return c / pivot, (r - a * state[1]) / pivot

    def substitute(following: Any, row: Any) -> Any:
        return row[1] - row[0] * following

    zero = rows[0][..., 0] * 0.0
    reduced = numbers.scan(eliminate, (zero, zero), rows, reverse=False)
    return numbers.scan(substitute, zero, reduced, reverse=True)
