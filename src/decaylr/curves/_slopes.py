"""Slopes of the cubics through points, inside a trace."""

from __future__ import annotations

from typing import Any

from decaylr.traced.formulas import Number, Numbers


def bend(
    slopes: Number, i: Any, width: Number, rise: Number, gone: Number, numbers: Numbers
) -> Number:
    """What a cubic with these slopes at its ends adds to the straight line."""
    ahead = 1.0 - gone
    leaving = numbers.take(slopes, i) * width - rise
    arriving = rise - numbers.take(slopes, i + 1) * width
    return gone * ahead * (leaving * ahead + arriving * gone)


def _secants(knots: Number, values: Number) -> tuple[Number, Number]:
    width = knots[..., 1:] - knots[..., :-1]
    return width, (values[..., 1:] - values[..., :-1]) / width


def _safe(x: Number, numbers: Numbers) -> Number:
    """1 where x is 0, so that nothing divides by it."""
    return numbers.where(numbers.absolute(x) > 0.0, x, x * 0.0 + 1.0)


def pchip_slopes(knots: Number, values: Number, numbers: Numbers) -> Number:
    """Monotone slopes (Fritsch and Butland), by three points at the ends."""
    h, d = _secants(knots, values)
    if h.length == 1:
        return numbers.joined([d, d])
    before, after = d[..., :-1], d[..., 1:]
    h0, h1 = h[..., :-1], h[..., 1:]
    w1, w2 = h1 * 2.0 + h0, h1 + h0 * 2.0
    mean = (w1 + w2) / (w1 / _safe(before, numbers) + w2 / _safe(after, numbers))
    alike = ((before > 0.0) & (after > 0.0)) | ((before < 0.0) & (after < 0.0))
    # where the secants differ in sign their mean has a pole
    inner = numbers.where(alike, mean, mean * 0.0)
    first = _end_slope(h[..., :1], h[..., 1:2], d[..., :1], d[..., 1:2], numbers)
    last = _end_slope(h[..., -1:], h[..., -2:-1], d[..., -1:], d[..., -2:-1], numbers)
    return numbers.joined([first, inner, last])


def _end_slope(h0: Number, h1: Number, d0: Number, d1: Number, numbers: Numbers) -> Number:
    found = ((h0 * 2.0 + h1) * d0 - h0 * d1) / (h0 + h1)
    same_side = ((found > 0.0) & (d0 > 0.0)) | ((found < 0.0) & (d0 < 0.0))
    turns = ((d0 > 0.0) != (d1 > 0.0)) | ((d0 < 0.0) != (d1 < 0.0))
    too_steep = turns & (numbers.absolute(found) > numbers.absolute(d0 * 3.0))
    kept = numbers.where(too_steep, d0 * 3.0, found)
    return numbers.where(same_side, kept, d0 * 0.0)


def _parabola(h0: Number, h1: Number, d0: Number, d1: Number) -> Number:
    return d0 - h0 / (h0 + h1) * (d1 - d0)


def spline_slopes(knots: Number, values: Number, numbers: Numbers) -> Number:
    """Slopes of the not-a-knot spline."""
    h, d = _secants(knots, values)
    if h.length == 1:
        return numbers.joined([d, d])
    if h.length == 2:
        ends = [slice(0, 1), slice(1, 2)]
        (h0, h1), (d0, d1) = ((x[..., ends[0]], x[..., ends[1]]) for x in (h, d))
        first = _parabola(h0, h1, d0, d1)
        return numbers.joined([first, d0 * 2.0 - first, _parabola(h1, h0, d1, d0)])
    return _solved(_spline_system(h, d, numbers), numbers)


def _spline_system(h: Number, d: Number, numbers: Numbers) -> tuple[Number, ...]:
    """lower, diagonal, upper and right-hand side of the slopes' tridiagonal system."""
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


def _solved(rows: tuple[Number, ...], numbers: Numbers) -> Number:
    """The tridiagonal system's solution by elimination down and substitution up."""

    def down(state: Any, row: Any) -> Any:
        a, b, c, r = row
        pivot = b - a * state[0]
        return c / pivot, (r - a * state[1]) / pivot

    def up(following: Any, row: Any) -> Any:
        return row[1] - row[0] * following

    nothing = rows[0][..., 0] * 0.0
    reduced = numbers.scan(down, (nothing, nothing), rows, reverse=False)
    return numbers.scan(up, nothing, reduced, reverse=True)
