"""The best NumPy broadcast expression for each shape: ufuncs with `out=`, without allocation.

The arguments of an expression are the columns of some runs, each of shape (runs, 1), the positions
as float64, and the buffer. `fill` calls it for a few runs at a time, so that the values it writes
stay in cache.
"""

import numpy as np

CACHED = 2**17  # values, 1 MiB
POINTS = np.array([0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 0.9, 1.0])
LEVELS = np.array([0.1, 1.0, 0.9, 0.5, 0.45, 0.2, 0.05, 0.0])


def fill(expression, c, out):
    """Write the values of all runs with one expression."""
    p, rows = np.arange(c.steps, dtype=np.float64), max(CACHED // c.steps, 1)
    for first in range(0, len(out), rows):
        some = slice(first, first + rows)
        expression(c[some, None], p, out[some])


def constant(c, p, out):
    np.copyto(out, c.peak)


def linear(c, p, out):
    np.subtract(c.length, p, out=out)
    np.multiply(out, c.peak / c.length, out=out)


def power(exponent):
    """An expression that falls from the peak with a power of the remaining fraction."""

    def expression(c, p, out):
        np.subtract(c.length, p, out=out)
        np.multiply(out, 1.0 / c.length, out=out)
        np.power(out, exponent, out=out)
        np.multiply(out, c.peak, out=out)

    def square(c, p, out):
        np.subtract(c.length, p, out=out)
        np.square(out, out=out)
        np.multiply(out, c.peak / c.length**2, out=out)

    return square if exponent == 2 else expression


def _half_wave(turn, height, out):
    np.multiply(out, turn, out=out)
    np.cos(out, out=out)
    np.multiply(out, height / 2, out=out)
    np.add(out, height / 2, out=out)


def cosine(c, p, out):
    np.multiply(p, np.pi / c.length, out=out)
    _half_wave(1.0, c.peak, out)


def exponential(c, p, out):
    np.multiply(p, np.log2(c.rate), out=out)
    np.exp2(out, out=out)
    np.multiply(out, c.peak, out=out)


def inverse(c, p, out):
    np.multiply(p, c.slope, out=out)
    np.add(out, 1.0, out=out)
    np.divide(c.peak, out, out=out)


def inverse_root(c, p, out):
    np.multiply(p, c.slope, out=out)
    np.add(out, 1.0, out=out)
    np.sqrt(out, out=out)
    np.divide(c.peak, out, out=out)


def rex(c, p, out):
    # (1 - x) / (1 - x/2) = 2 - 2 / (2 - x)
    np.subtract(2.0 * c.length, p, out=out)
    np.divide(-2.0 * c.length * c.peak, out, out=out)
    np.add(out, 2.0 * c.peak, out=out)


def tanh(c, p, out):
    np.multiply(p, 6.0 / c.length, out=out)
    np.subtract(out, 3.0, out=out)
    np.tanh(out, out=out)
    np.multiply(out, -c.peak / 2, out=out)
    np.add(out, c.peak / 2, out=out)


def step(c, p, out):
    np.divide(p, c.every, out=out)
    np.floor(out, out=out)
    np.negative(out, out=out)
    np.exp2(out, out=out)
    np.multiply(out, c.peak, out=out)


def milestones(c):
    """The milestones of all runs."""
    return [c.steps // 4, c.steps // 2]


def multi_step(c, p, out):
    np.multiply(c.peak, 0.5 ** np.searchsorted(milestones(c), p, side="right"), out=out)


def knots(c):
    """The positions of the interpolation points, the same in all runs."""
    return np.rint(POINTS * c.steps)


def interpolated(line):
    """An expression that evaluates `line(positions, values, at)` once, times the peaks."""

    def expression(c, p, out):
        np.multiply(c.peak, line(knots(c), LEVELS, p), out=out)

    return expression


def previous(positions, values, at):
    return values[np.searchsorted(positions, at, side="right") - 1]


def linearly(positions, values, at):
    return np.interp(at, positions, values)


def monotonely(positions, values, at):
    from scipy.interpolate import PchipInterpolator

    return PchipInterpolator(positions, values)(at)


def smoothly(positions, values, at):
    from scipy.interpolate import CubicSpline

    return CubicSpline(positions, values)(at)


def pattern(c):
    """The values of `samples` before scaling by the peaks."""
    return np.tile([1.0, 0.5], c.steps)[: c.steps]


def samples(c, p, out):
    np.multiply(c.peak, pattern(c), out=out)


def warmup_cosine(c, p, out):
    np.subtract(p, c.warmup, out=out)
    _half_wave(np.pi / (c.length - c.warmup), c.peak, out)
    np.multiply(p, c.peak / c.warmup, out=out, where=p < c.warmup)


def wsd(c, p, out):
    # The last fifth of the horizon is the decay.
    np.subtract(c.length, p, out=out)
    np.multiply(out, 5.0 * c.peak / c.length, out=out)
    np.minimum(out, c.peak, out=out)
    np.multiply(p, c.peak / c.warmup, out=out, where=p < c.warmup)


def restarts(c, p, out):
    np.remainder(p, c.every, out=out)
    _half_wave(np.pi / c.every, c.peak, out)
