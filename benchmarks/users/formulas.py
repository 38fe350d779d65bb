"""The parts that the NumPy expressions share."""

import numpy as np


def line(begin, end, x):
    """From `begin` at x = 0 to `end` at x = 1, constant outside."""
    return begin + (end - begin) * np.clip(x, 0.0, 1.0)


def wave(x):
    """Half a cosine, from 1 at x = 0 to 0 at x = 1; goes on beyond."""
    return 0.5 + 0.5 * np.cos(np.pi * x)


def fine_wave(x):
    """As `wave`, for x up to 1, without cancellation near 1."""
    return np.sin(np.pi / 2 * (1.0 - x)) ** 2


def half_wave(begin, end, x):
    """From `begin` to `end` along half a cosine, constant outside."""
    return end + (begin - end) * wave(np.clip(x, 0.0, 1.0))


def reached(p, marks):
    """The number of marks, on the last axis, at or before each position."""
    return (p[:, None] >= marks).sum(axis=-1)


def chosen(values, index):
    """values[..., index], each run with its own values."""
    return np.take_along_axis(values[:, 0, :], index, axis=1)


def triangle(p, up, down):
    """Number of the cycle, and its height between 0 and 1."""
    cycle = np.floor(p / (up + down))
    q = p - cycle * (up + down)
    return cycle, np.where(q < up, q / up, (up + down - q) / down)


def cycle(p, first, growth):
    """Number, begin and length of the cycles `first * growth**c`, of growth above 1."""

    def begin(c):
        return first * ((growth**c - 1) / (growth - 1))

    c = np.floor(np.log1p(p / first * (growth - 1)) / np.log(growth))
    c += p >= begin(c + 1)
    c -= p < begin(c)
    return c, begin(c), first * growth**c
