"""The measured schedules, each with the best NumPy expression for it."""

from collections.abc import Callable
from typing import NamedTuple

import decaylr as dl
from benchmarks import expressions as by
from benchmarks.columns import columns


class Shape(NamedTuple):
    """How to make a schedule from columns, and the equivalent NumPy expression."""

    make: Callable
    expression: Callable

    def schedule(self, n, steps):
        """A batch of n runs."""
        return self.make(columns(n, steps))

    def numpy(self, n, steps, out):
        """Write the same values to `out` with NumPy."""
        by.fill(self.expression, columns(n, steps), out)


def _interpolate(kind):
    def make(c):
        return dl.interpolate(by.knots(c), c.peak[:, None] * by.LEVELS, kind)

    return make


def _power(exponent):
    return Shape(lambda c: dl.polynomial(c.peak, 0.0, c.length, exponent), by.power(exponent))


CURVES = {
    "constant": Shape(lambda c: dl.constant(c.peak), by.constant),
    "linear": Shape(lambda c: dl.linear(c.peak, 0.0, c.length), by.linear),
    "polynomial": _power(2),
    "cosine": Shape(lambda c: dl.cosine(c.peak, 0.0, c.length), by.cosine),
    "exponential": Shape(lambda c: dl.exponential(c.peak, c.rate), by.exponential),
    "inverse": Shape(lambda c: dl.inverse(c.peak, c.slope), by.inverse),
    "rex": Shape(lambda c: dl.rex(c.peak, 0.0, c.length), by.rex),
    "tanh": Shape(lambda c: dl.tanh(c.peak, 0.0, c.length, -3.0, 3.0), by.tanh),
    "step": Shape(lambda c: dl.step(c.peak, c.every, 0.5), by.step),
    "multi_step": Shape(lambda c: dl.multi_step(c.peak, by.milestones(c), 0.5), by.multi_step),
    "piecewise_constant": Shape(
        lambda c: dl.piecewise_constant(by.knots(c)[1:], c.peak[:, None] * by.LEVELS),
        by.interpolated(by.previous),
    ),
    "interpolate": Shape(_interpolate("linear"), by.interpolated(by.linearly)),
    "samples": Shape(lambda c: dl.samples(c.peak[:, None] * by.pattern(c)), by.samples),
}

MORE = {
    "power 3": _power(3),
    "power 1.7": _power(1.7),
    "inverse square root": Shape(lambda c: dl.inverse(c.peak, c.slope, power=0.5), by.inverse_root),
    "pchip": Shape(_interpolate("pchip"), by.interpolated(by.monotonely)),
    "cubic": Shape(_interpolate("cubic"), by.interpolated(by.smoothly)),
    "warmup cosine": Shape(
        lambda c: dl.warmup_cosine(0.0, c.peak, c.warmup, c.length), by.warmup_cosine
    ),
    "wsd": Shape(
        lambda c: dl.wsd(c.peak, c.warmup, c.length * 4 / 5 - c.warmup, c.length / 5), by.wsd
    ),
    "restarts": Shape(lambda c: dl.cosine(c.peak, 0.0, c.every).repeat(), by.restarts),
}

SHAPES = CURVES | MORE


def mixed(n, steps):
    """One batch of n runs of ten families, and its parts, one per family."""
    names = [name for name in CURVES if name not in ("samples", "tanh", "piecewise_constant")]
    parts = [CURVES[name].schedule(n // len(names), steps) for name in names]
    return dl.concatenate(parts), parts
