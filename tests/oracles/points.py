"""Exact values of the curves through given points."""

from __future__ import annotations

import math
from itertools import pairwise

from tests.oracles.base import Oracle, count_reached, exactly, fraction, near, number, real


def piecewise_constant(boundaries, values):
    return Oracle(
        lambda p: exactly(values[count_reached(p, boundaries)]),
        fraction(boundaries[-1]),
        2,
        marks=lambda k: list(map(fraction, boundaries)),
    )


def samples(values):
    def at(position):
        return exactly(values[min(math.floor(position), len(values) - 1)])

    return Oracle(at, fraction(len(values)), 2)


def interpolate(positions, values, kind="linear", outside="hold"):
    knots = [number(x) for x in positions]
    heights = [number(y) for y in values]
    slopes = {"pchip": pchip_slopes, "cubic": spline_slopes}.get(kind)
    slope = slopes(knots, heights) if slopes else None

    def at(position):
        passed = count_reached(position, positions)
        if outside == "extend" and passed in (0, len(positions)):
            j = max(passed - 2, 0)
            slope_there = (heights[j + 1] - heights[j]) / (knots[j + 1] - knots[j])
            line = heights[j] + slope_there * (number(position) - knots[j])
            return near(line, 4, values[j], values[j + 1])
        if passed == 0:
            return exactly(values[0])
        i = passed - 1
        if passed == len(positions) or kind == "previous" or position == fraction(positions[i]):
            return exactly(values[i])
        width = knots[passed] - knots[i]
        t = (number(position) - knots[i]) / width
        line = heights[i] * (1 - t) + heights[passed] * t
        if kind == "linear":
            return near(line, 4, values[i], values[passed])
        rise = heights[passed] - heights[i]
        bend = (slope[i] * width - rise) * (1 - t) + (rise - slope[passed] * width) * t
        value = line + t * (1 - t) * bend
        ends = (values[i], values[passed]) if kind == "pchip" else (value, *values)
        return near(value, 4, *ends)

    return Oracle(at, fraction(positions[-1]), 4, marks=lambda k: list(map(fraction, positions)))


def _intervals(knots, heights):
    widths = [b - a for a, b in pairwise(knots)]
    rises = [b - a for a, b in pairwise(heights)]
    return widths, [rise / width for rise, width in zip(rises, widths, strict=True)]


def pchip_slopes(knots, heights):
    """Fritsch and Butland's weighted harmonic means, with three-point ends."""
    widths, secants = _intervals(knots, heights)
    if len(secants) == 1:
        return [secants[0]] * 2
    inner = [
        _harmonic(h0, h1, d0, d1)
        for (h0, h1), (d0, d1) in zip(pairwise(widths), pairwise(secants), strict=True)
    ]
    first = _edge(widths[0], widths[1], secants[0], secants[1])
    last = _edge(widths[-1], widths[-2], secants[-1], secants[-2])
    return [first, *inner, last]


def _harmonic(h0, h1, d0, d1):
    if d0 * d1 <= 0:
        return real.zero
    w0, w1 = 2 * h1 + h0, h1 + 2 * h0
    return (w0 + w1) / (w0 / d0 + w1 / d1)


def _edge(h0, h1, d0, d1):
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if real.sign(slope) != real.sign(d0):
        return real.zero
    if real.sign(d0) != real.sign(d1) and abs(slope) > 3 * abs(d0):
        return 3 * d0
    return slope


def spline_slopes(knots, heights):
    """Slopes of a not-a-knot spline: the second derivative is continuous at every inner knot,
    the third at the first and last inner knots.
    """
    widths, secants = _intervals(knots, heights)
    n = len(knots)
    if n == 2:
        return [secants[0]] * 2
    rows, right = [], []

    def equation(*terms):
        row = [real.zero] * n
        constant = real.zero
        for sign, (slopes, offset) in terms:
            for i, weight in slopes:
                row[i] += sign * weight
            constant -= sign * offset
        largest = max(abs(entry) for entry in row)  # lengths can differ by a factor of 10^300
        rows.append([entry / largest for entry in row])
        right.append(constant / largest)

    def second(i, left):
        h, d = widths[i], secants[i]
        if left:
            return [(i, -4 / h), (i + 1, -2 / h)], 6 * d / h
        return [(i, 2 / h), (i + 1, 4 / h)], -6 * d / h

    def third(i):
        h, d = widths[i], secants[i]
        return [(i, 6 / h**2), (i + 1, 6 / h**2)], -12 * d / h**2

    for i in range(n - 2):
        equation((1, second(i, left=False)), (-1, second(i + 1, left=True)))
    if n == 3:  # both conditions are equivalent: the parabola through three points
        equation((1, third(0)))
        equation((1, third(1)))
    else:
        equation((1, third(0)), (-1, third(1)))
        equation((1, third(n - 3)), (-1, third(n - 2)))
    return list(real.lu_solve(real.matrix(rows), real.matrix(right)))
