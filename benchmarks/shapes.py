"""One table of what is measured: each curve with NumPy's best expression for it.

An expression writes the values of all runs at all positions into `out`, by ufuncs with
`out=` and broadcasting, as one would to be fast without decaylr.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import decaylr as dl


class Shape(NamedTuple):
    """A schedule of n runs over `steps` positions, and how NumPy would fill it."""

    schedule: Callable
    numpy: Callable


def rates(n):
    """Peaks of n runs, always the same."""
    return np.random.default_rng(1).uniform(0.5, 1.0, n)


def _column(n):
    return rates(n)[:, None]


def _linear(n, steps, out):
    np.multiply(_column(n), 1.0 - np.arange(steps) / steps, out=out)


def _power(power):
    def fill(n, steps, out):
        np.multiply(_column(n), (1.0 - np.arange(steps) / steps) ** power, out=out)

    return fill


def _cosine(n, steps, out):
    lengths = np.linspace(steps, 2 * steps, n)[:, None]
    np.multiply(np.arange(steps), np.pi / lengths, out=out)
    np.cos(out, out=out)
    out += 1.0
    out *= 0.5 * _column(n)


def _exponential(n, steps, out):
    np.multiply(np.log2(np.linspace(0.99, 0.9999, n))[:, None], np.arange(steps), out=out)
    np.exp2(out, out=out)
    out *= _column(n)


def _inverse(power):
    def fill(n, steps, out):
        np.multiply(np.linspace(0.01, 0.1, n)[:, None], np.arange(steps), out=out)
        out += 1.0
        if power == 0.5:
            np.sqrt(out, out=out)
        np.divide(_column(n), out, out=out)

    return fill


def _rex(n, steps, out):
    x = np.arange(steps) / steps
    np.multiply(_column(n), (1.0 - x) / (1.0 - 0.5 * x), out=out)


def _tanh(n, steps, out):
    x = np.arange(steps) / steps
    np.multiply(_column(n), 0.5 * (1.0 - np.tanh(-3.0 * (1.0 - x) + 3.0 * x)), out=out)


def _step(n, steps, out):
    np.multiply(_column(n), 0.5 ** (np.arange(steps) // 100), out=out)


def _milestones(steps):
    return [steps // 4, steps // 2]


def _multi_step(n, steps, out):
    count = np.searchsorted(_milestones(steps), np.arange(steps), side="right")
    np.multiply(_column(n), 0.5**count, out=out)


def _piecewise(n, steps, out):
    levels = rates(n)[:, None] * [1.0, 0.5, 0.25]
    count = np.searchsorted(_milestones(steps), np.arange(steps), side="right")
    np.take(levels, count, axis=1, out=out)


def _knots(n, steps):
    return [0, steps // 3, steps], rates(n)[:, None] * [1.0, 0.4, 0.0]


def _interpolate(n, steps, out):
    positions, _ = _knots(n, steps)
    line = np.interp(np.arange(steps), positions, [1.0, 0.4, 0.0])
    np.multiply(_column(n), line, out=out)


def _samples(n, steps, out):
    out[...] = np.tile([1.0, 0.5], steps)[:steps] * _column(n)


CURVES = {
    "constant": Shape(
        lambda n, steps: dl.constant(rates(n)),
        lambda n, steps, out: np.copyto(out, _column(n)),
    ),
    "linear": Shape(lambda n, steps: dl.linear(rates(n), 0.0, steps), _linear),
    "polynomial": Shape(lambda n, steps: dl.polynomial(rates(n), 0.0, steps, 2), _power(2)),
    "cosine": Shape(
        lambda n, steps: dl.cosine(rates(n), 0.0, np.linspace(steps, 2 * steps, n)), _cosine
    ),
    "exponential": Shape(
        lambda n, steps: dl.exponential(rates(n), np.linspace(0.99, 0.9999, n)), _exponential
    ),
    "inverse": Shape(lambda n, steps: dl.inverse(rates(n), np.linspace(0.01, 0.1, n)), _inverse(1)),
    "rex": Shape(lambda n, steps: dl.rex(rates(n), 0.0, steps), _rex),
    "tanh": Shape(lambda n, steps: dl.tanh(rates(n), 0.0, steps, -3.0, 3.0), _tanh),
    "step": Shape(lambda n, steps: dl.step(rates(n), 100, 0.5), _step),
    "multi_step": Shape(
        lambda n, steps: dl.multi_step(rates(n), _milestones(steps), 0.5), _multi_step
    ),
    "piecewise_constant": Shape(
        lambda n, steps: dl.piecewise_constant(
            _milestones(steps), rates(n)[:, None] * [1.0, 0.5, 0.25]
        ),
        _piecewise,
    ),
    "interpolate": Shape(lambda n, steps: dl.interpolate(*_knots(n, steps)), _interpolate),
    "samples": Shape(
        lambda n, steps: dl.samples(np.tile([1.0, 0.5], steps)[:steps] * _column(n)), _samples
    ),
}


def _warmup_cosine(n, steps, out):
    warmup = steps // 10
    p = np.arange(steps)
    falling = 0.5 * (1.0 + np.cos(np.pi * (p - warmup) / (steps - warmup)))
    np.multiply(_column(n), np.where(p < warmup, p / warmup, falling), out=out)


def _stable(n, steps, out):
    warmup, decay = steps // 10, steps // 5
    p = np.arange(steps)
    line = np.minimum(1.0, np.minimum(p / warmup, (steps - p) / decay))
    np.multiply(_column(n), line, out=out)


def _restarts(n, steps, out):
    wave = 0.5 * (1.0 + np.cos(np.pi * (np.arange(steps) % 150) / 150))
    np.multiply(_column(n), wave, out=out)


MORE = {
    "polynomial of power 1.5": Shape(
        lambda n, steps: dl.polynomial(rates(n), 0.0, steps, 1.5), _power(1.5)
    ),
    "inverse square root": Shape(
        lambda n, steps: dl.inverse(rates(n), np.linspace(0.01, 0.1, n), power=0.5),
        _inverse(0.5),
    ),
    "warmup and cosine": Shape(
        lambda n, steps: dl.warmup_cosine(0.0, rates(n), steps // 10, steps), _warmup_cosine
    ),
    "warmup, stable, decay": Shape(
        lambda n, steps: dl.wsd(
            rates(n), steps // 10, steps - steps // 10 - steps // 5, steps // 5
        ),
        _stable,
    ),
    "restarts": Shape(lambda n, steps: dl.cosine(rates(n), 0.0, 150).repeat(), _restarts),
}

SHAPES = CURVES | MORE


def mixed(n, steps):
    """One batch of n runs of ten families, and its pure parts."""
    names = [name for name in CURVES if name not in ("samples", "tanh", "piecewise_constant")]
    parts = [CURVES[name].schedule(n // len(names), steps) for name in names]
    return dl.concatenate(parts), parts
