"""Shapes and warmups of other libraries, each as one expression compared with its formula.

A case has a name, the expression, the formula in scalar Python and the positions to compare.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

import decaylr as dl

T = 80  # length of every shape below
M = 0.2  # minimum, for shapes that have one
INSIDE = (1, 7, 20, 40, 41.5, 60, 79)
WHOLE = (1, 7, 20, 40, 60, 79)


def x(p):
    return p / T


def fold(value, low=M):
    return low + (1 - low) * value


def shape(name, number=None):
    """A single phase of the given shape, from 1 to M."""
    return dl.wsd(1.0, 0, 0, T, end_value=M, decay=name if number is None else (name, number))


def chebyshev_order(size):
    """The fractal permutation of Chebyshev step sizes."""
    order = [0]
    while len(order) < size:
        order = [k for i in order for k in (i, 2 * len(order) - 1 - i)]
    return order


def chebyshev(i, size=8, low=0.1, high=1.0):
    theta = math.pi * (chebyshev_order(size)[i] + 0.5) / size
    return 1 / ((high + low) / 2 - (high - low) / 2 * math.cos(theta))


def exp_hyperbolic(p, n=T, u=200, base=1.0, infimum=0.01):
    f = lambda q: math.sqrt((n - q) / u * (2 - (n + q) / u))  # noqa: E731
    return base * (base / infimum) ** (f(p) - f(0))


def hyperbolic(p, n=T, u=200, base=1.0, infimum=0.01):
    f = lambda q: math.sqrt((n - q) / u * (2 - (n + q) / u))  # noqa: E731
    return base + (base - infimum) * (f(p) - f(0))


def hyperbolic_schedule(n=T, u=200, base=1.0, infimum=0.01):
    near, far = dl.polynomial(1.0, 0.0, n, 0.5), dl.polynomial(1.0, 0.0, 2 * u - n, 0.5)
    begin = math.sqrt(n / u * (2 - n / u))
    return base + (base - infimum) * begin * (near * far - 1.0)


KNOTS, HEIGHTS = [0, 20, 50, 80], [1.0, 0.7, 0.3, 0.1]

SHAPES = [
    ("constant", lambda: dl.constant(0.3), lambda p: 0.3, INSIDE),
    ("linear", lambda: dl.linear(1, M, T), lambda p: fold(1 - x(p)), INSIDE),
    ("(1-x)^p", lambda: dl.polynomial(1, M, T, 1.7), lambda p: fold((1 - x(p)) ** 1.7), INSIDE),
    ("1-x^p", lambda: shape("power", 1.7), lambda p: fold(1 - x(p) ** 1.7), INSIDE),
    (
        "cosine",
        lambda: dl.cosine(1, M, T),
        lambda p: fold((1 + math.cos(math.pi * x(p))) / 2),
        INSIDE,
    ),
    (
        "cosine^e",
        lambda: dl.cosine(1, M, T, exponent=1.5),
        lambda p: fold(((1 + math.cos(math.pi * x(p))) / 2) ** 1.5),
        INSIDE,
    ),
    (
        "quarter cosine",
        lambda: dl.cosine(1, M, T, exponent=0.5),
        lambda p: fold(math.cos(math.pi * x(p) / 2)),
        INSIDE,
    ),
    (
        "second half of a cosine",
        lambda: dl.cosine(1, M, 2 * T).advance(T),
        lambda p: fold((1 + math.cos(math.pi * (0.5 + x(p) / 2))) / 2),
        INSIDE,
    ),
    (
        "mirror cosine",
        lambda: shape("mirror-cosine"),
        lambda p: fold(2 * (1 - x(p)) - (1 + math.cos(math.pi * x(p))) / 2),
        INSIDE,
    ),
    (
        "soft cycles",
        lambda: dl.cosine(1, 0, T / 3).ending("mirror"),
        lambda p: (1 + math.cos(math.pi * 3 * x(p))) / 2,
        INSIDE,
    ),
    (
        "k-decay cosine",
        lambda: dl.cosine(1, M, T, k=1.8),
        lambda p: fold((1 + math.cos(math.pi * x(p) ** 1.8)) / 2),
        INSIDE,
    ),
    (
        "k-decay polynomial",
        lambda: dl.polynomial(1, M, T, 0.5, k=1.5),
        lambda p: fold((1 - x(p) ** 1.5) ** 0.5),
        INSIDE,
    ),
    ("a^x", lambda: dl.exponential(1, 0.05, T), lambda p: 0.05 ** x(p), INSIDE),
    ("exponential to an end", lambda: shape("exponential"), lambda p: M ** x(p), INSIDE),
    (
        "(a^x-a)/(1-a)",
        lambda: shape("scaled-exponential", 0.1),
        lambda p: fold((0.1 ** x(p) - 0.1) / 0.9),
        INSIDE,
    ),
    (
        "2*.5^x-1",
        lambda: shape("scaled-exponential", 0.5),
        lambda p: fold(2 * 0.5 ** x(p) - 1),
        INSIDE,
    ),
    (
        "e^-cx",
        lambda: dl.exponential(1, time_constant=T / 4),
        lambda p: math.exp(-4 * x(p)),
        INSIDE,
    ),
    ("half-life", lambda: dl.exponential(1, half_life=30), lambda p: 0.5 ** (p / 30), INSIDE),
    ("1-sqrt x", lambda: shape("1-sqrt"), lambda p: fold(1 - math.sqrt(x(p))), INSIDE),
    ("1-x^2", lambda: shape("power", 2), lambda p: fold(1 - x(p) ** 2), INSIDE),
    ("sqrt(1-x)", lambda: shape("sqrt"), lambda p: fold(math.sqrt(1 - x(p))), INSIDE),
    (
        "sqrt(1-x^2)^a",
        lambda: dl.polynomial(1, 0, T, 0.65, k=2),
        lambda p: math.sqrt(1 - x(p) ** 2) ** 1.3,
        INSIDE,
    ),
    ("inverse time", lambda: dl.inverse(1, 0.5, 10), lambda p: 1 / (1 + 0.5 * p / 10), INSIDE),
    (
        "inverse time by stairs",
        lambda: dl.inverse(1, 0.5, 10, staircase=True),
        lambda p: 1 / (1 + 0.5 * (p // 10)),
        INSIDE,
    ),
    ("inverse-linear", lambda: shape("reciprocal"), lambda p: 1 / (x(p) / M + (1 - x(p))), INSIDE),
    (
        "inverse square root, shift and timescale",
        lambda: dl.inverse(1, 1.0, 25, power=0.5).advance(9),
        lambda p: 1 / math.sqrt(1 + (p + 9) / 25),
        INSIDE,
    ),
    (
        "1/sqrt(max(t, W))",
        lambda: dl.join([dl.constant(16**-0.5), dl.inverse(16**-0.5, 1.0, 16, power=0.5)], [16]),
        lambda p: 1 / math.sqrt(max(p, 16)),
        INSIDE,
    ),
    (
        "(t/W)^-a",
        lambda: dl.join([dl.constant(1), dl.inverse(1, 1.0, 16, power=0.51)], [16]),
        lambda p: min(1.0, (p / 16) ** -0.51),
        INSIDE,
    ),
    (
        "((t+s)/s)^b",
        lambda: dl.inverse(1, 1.0, 12, power=-0.3),
        lambda p: ((p + 12) / 12) ** 0.3,
        INSIDE,
    ),
    (
        "min(M, a B n^b)",
        lambda: dl.join([dl.constant(0.5), dl.inverse(4.6, 1.0, power=0.51).clip(hi=0.5)], [1]),
        lambda p: min(0.5, 4.6 * p**-0.51),
        INSIDE,
    ),
    ("REX", lambda: dl.rex(1, M, T), lambda p: fold((1 - x(p)) / (1 - x(p) / 2)), INSIDE),
    (
        "REX with beta",
        lambda: dl.rex(1, M, T, beta=0.1),
        lambda p: fold((1 - x(p)) / (1 - 0.9 * x(p))),
        INSIDE,
    ),
    (
        "tanh",
        lambda: dl.tanh(1, M, T, -7, 3),
        lambda p: fold(0.5 * (1 - math.tanh(-7 * (1 - x(p)) + 3 * x(p)))),
        INSIDE,
    ),
    ("hyperbolic", hyperbolic_schedule, hyperbolic, INSIDE),
    (
        "exp-hyperbolic",
        lambda: dl.samples([exp_hyperbolic(p) for p in range(T + 1)]),
        exp_hyperbolic,
        WHOLE,
    ),
    (
        "Chebyshev, plain",
        lambda: dl.cosine(1, M, T).advance(0.5),
        lambda p: fold((1 + math.cos(math.pi * (2 * p + 1) / (2 * T))) / 2),
        INSIDE,
    ),
    (
        "Chebyshev, fractal",
        lambda: dl.samples([chebyshev(i) for i in range(8)]).ending("repeat"),
        lambda p: chebyshev(p % 8),
        WHOLE,
    ),
    (
        "slanted triangle",
        lambda: dl.slanted_triangular(1, T, 0.25, 32),
        lambda p: (1 + (p / 20 if p < 20 else 1 - (p - 20) / 60) * 31) / 32,
        INSIDE,
    ),
    (
        "PCHIP",
        lambda: dl.interpolate(KNOTS, HEIGHTS, kind="pchip"),
        lambda p: float(PchipInterpolator(KNOTS, HEIGHTS)(p)),
        INSIDE,
    ),
    (
        "piecewise linear",
        lambda: dl.interpolate(KNOTS, HEIGHTS),
        lambda p: float(np.interp(p, KNOTS, HEIGHTS)),
        INSIDE,
    ),
    (
        "piecewise cosine",
        lambda: dl.cosine(1, 0.7, 20).then(dl.cosine(0.7, 0.3, 30), dl.cosine(0.3, 0.1, 30)),
        lambda p: next(
            b + (a - b) * (1 + math.cos(math.pi * (p - k) / n)) / 2
            for a, b, k, n in ((0.3, 0.1, 50, 30), (0.7, 0.3, 20, 30), (1, 0.7, 0, 20))
            if p >= k
        ),
        INSIDE,
    ),
    (
        "piecewise constant, set",
        lambda: dl.piecewise_constant([20, 50], [1.0, 0.4, 0.1]),
        lambda p: 1.0 if p < 20 else 0.4 if p < 50 else 0.1,
        INSIDE,
    ),
    (
        "piecewise constant, relative to the base",
        lambda: 0.3 * dl.piecewise_constant([20, 50], [1.0, 0.5, 0.1]),
        lambda p: 0.3 * (1.0 if p < 20 else 0.5 if p < 50 else 0.1),
        INSIDE,
    ),
    (
        "piecewise constant, multiply",
        lambda: dl.piecewise_constant([20, 50], np.cumprod([0.3, 0.5, 0.1])),
        lambda p: 0.3 * (1.0 if p < 20 else 0.5 if p < 50 else 0.5 * 0.1),
        INSIDE,
    ),
    (
        "multi-step",
        lambda: dl.multi_step(0.3, [20, 50, 50], 0.5),
        lambda p: 0.3 * 0.5 ** sum(p >= m for m in (20, 50, 50)),
        INSIDE,
    ),
    ("step", lambda: dl.step(0.3, 15, 0.5), lambda p: 0.3 * 0.5 ** (p // 15), INSIDE),
]

W = 16
UP = (1, 3, 7.5, 10, 15)
STEPS_UP = (1, 3, 7, 10, 15)


def radam(t, beta2=0.99):
    limit = 2 / (1 - beta2) - 1
    rho = limit - 2 * t * beta2**t / (1 - beta2**t)
    return math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))


def ramp(name="linear", **options):
    return dl.warmup(1.0, W, shape=name, **options)


WARMUPS = [
    ("t/W", ramp, lambda p: p / W, UP),
    ("(t+1)/W", lambda: ramp(offset=1), lambda p: (p + 1) / W, UP),
    ("(t+1)/(W+1)", lambda: ramp(offset=1, divisor=W + 1), lambda p: (p + 1) / (W + 1), UP),
    ("t/(W-1)", lambda: ramp(divisor=W - 1), lambda p: p / (W - 1), UP),
    ("max(1,t)/W", lambda: ramp().clip(lo=1 / W), lambda p: max(1, p) / W, (0, *UP)),
    ("polynomial", lambda: ramp(("polynomial", 4)), lambda p: (p / W) ** 4, UP),
    ("cosine", lambda: ramp("cosine"), lambda p: (1 - math.cos(math.pi * p / W)) / 2, UP),
    ("sine", lambda: ramp("quarter-cosine"), lambda p: math.sin(math.pi * p / W / 2), UP),
    ("1-sqrt(1-x)", lambda: ramp("1-sqrt"), lambda p: 1 - math.sqrt(1 - p / W), UP),
    ("1-e^-gx", lambda: ramp(("1-exp", 5)), lambda p: 1 - math.exp(-5 * p / W), UP),
    (
        "1-e^(-(t+1)/tau)",
        lambda: 1 - dl.exponential(1, time_constant=W).advance(1),
        lambda p: 1 - math.exp(-(p + 1) / W),
        UP,
    ),
    (
        "log(t+1)/log(W)",
        lambda: dl.samples(np.log(np.arange(1, W + 1)) / math.log(W)),
        lambda p: math.log(p + 1) / math.log(W),
        STEPS_UP,
    ),
    ("constant factor", lambda: ramp("constant", init_value=0.1), lambda p: 0.1, UP),
    ("geometric", lambda: ramp("exponential", init_value=0.01), lambda p: 0.01 ** (1 - p / W), UP),
    ("inverse, from R times to 1", lambda: dl.linear(20, 1, W), lambda p: 20 - 19 * p / W, UP),
    (
        "length from beta2",
        lambda: dl.warmup(1.0, 2 / (1 - 0.95), offset=1),
        lambda p: (p + 1) / (2 / (1 - 0.95)),
        UP,
    ),
    (
        "RAdam",
        lambda: dl.samples([radam(t) for t in range(6, 200)]),
        lambda p: radam(p + 6),
        STEPS_UP,
    ),
    (
        "start as a ratio",
        lambda: 3.0 * ramp(init_value=0.1),
        lambda p: 3.0 * (0.1 + 0.9 * p / W),
        UP,
    ),
    (
        "as a segment",
        lambda: dl.warmup(dl.linear(1, 0, 64), W),
        lambda p: p / W if p < W else 1 - (p - W) / 64,
        (*UP, 16, 48),
    ),
    (
        "as a factor",
        lambda: ramp() * dl.linear(1, 0, 64),
        lambda p: min(1, p / W) * (1 - p / 64),
        (*UP, 16, 48),
    ),
    (
        "toward the decay under it",
        lambda: dl.warmup(dl.linear(1, 0, 64), W, clock="under"),
        lambda p: p / W * 0.75 if p < W else 1 - p / 64,
        (*UP, 16, 48),
    ),
    (
        "not shifted, with a jump",
        lambda: dl.join([dl.linear(0.1, 1, W), dl.linear(1, 0, 64).advance(W)], [W]),
        lambda p: 0.1 + 0.9 * p / W if p < W else 1 - p / 64,
        (*UP, 16, 48),
    ),
]


@pytest.mark.parametrize(
    ("build", "formula", "positions"),
    [case[1:] for case in SHAPES + WARMUPS],
    ids=[case[0] for case in SHAPES + WARMUPS],
)
def test_expressible(build, formula, positions):
    s = build()
    expected = [formula(p) for p in positions]
    np.testing.assert_allclose([s(p) for p in positions], expected, rtol=1e-12, atol=0)


def test_shapes_hold_their_end():
    for name in ("linear", "cosine", "1-sqrt", "sqrt", "exponential", "mirror-cosine"):
        assert shape(name)(T) == shape(name)(10 * T) == M
