"""Building blocks for the formulas of other libraries, in scalar Python.

The base rate is 0.1, the warmup is 10 steps and the training is 100 steps.
"""

import math

B, W, T = 0.1, 10, 100


def wave(x):
    return (1 + math.cos(math.pi * x)) / 2


def line(a, b, x):
    return a + (b - a) * min(max(x, 0), 1)


def count(edges, t):
    return sum(t >= edge for edge in edges)


def after(t, length=T - W):
    """The completed fraction of the training after the warmup, held at the end."""
    return min(max((t - W) / length, 0), 1)


def warm(decay, first=0.0, steps=W):
    """A linear warmup to the base rate, then a function of the step."""
    return lambda t: line(first, B, t / steps) if t < steps else decay(t)


def floored(shape, low):
    return lambda t: low + (B - low) * shape(t)


def restarts(t, length, growth):
    while t >= length:
        t, length = t - length, int(length * growth)
    return wave(t / length)
