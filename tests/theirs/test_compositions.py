"""Cycles, compositions and conventions of other libraries, compared with their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

import decaylr as dl


def half_wave(x):
    return (1 + math.cos(math.pi * x)) / 2


def cycle_at(p, lengths):
    """The index, start and length of the cycle that contains p."""
    begin = 0.0
    for c, length in enumerate(lengths):
        if p < begin + length:
            return c, begin, length
        begin += length
    raise AssertionError("position past the last cycle")


def waves(lengths, peaks, low=0.0):
    """A formula with half a cosine wave down from each peak."""

    def formula(p):
        c, begin, length = cycle_at(p, lengths)
        return low + (peaks[c] - low) * half_wave((p - begin) / length)

    return formula


def joined(lengths, peaks, low=0.0):
    parts = [dl.cosine(peak, low, n) for peak, n in zip(peaks, lengths, strict=True)]
    return dl.join(parts, np.cumsum(lengths)[:-1])


def recursive(first, factor, count):
    """Cycle lengths that are rounded down in every cycle (composer, ignite)."""
    lengths = [first]
    while len(lengths) < count:
        lengths.append(int(lengths[-1] * factor))
    return lengths


def minus_warmup(first, warmup, factor, count):
    """Cycle lengths that grow while the warmup does not (pytorch-optimizer)."""
    lengths = [first]
    while len(lengths) < count:
        lengths.append(int((lengths[-1] - warmup) * factor) + warmup)
    return lengths


def warmed(lengths, warmup):
    def formula(p):
        _, begin, n = cycle_at(p, lengths)
        q = p - begin
        return q / warmup if q < warmup else half_wave((q - warmup) / (n - warmup))

    return formula


def sgdr(lengths, warmup):
    parts = [dl.warmup_cosine(0.0, 1.0, warmup, n) for n in lengths]
    return dl.join(parts, np.cumsum(lengths)[:-1])


def saw(p, down, up):
    """A decay followed by a warmup at the end of the cycle (ignite)."""
    q = p % (down + up)
    return 1 - q / down if q < down else (q - down) / up


def triangle(p, up, down):
    q = p % (up + down)
    return q / up if q < up else 1 - (q - up) / down


def one_cycle_then_decay(p):
    if p < 10:
        return 0.1 + 0.9 * p / 10
    if p < 20:
        return 1 - 0.9 * (p - 10) / 10
    return 0.1 / (1 + 0.5 * (p - 20))


GROWN = [10 * 1.5**c for c in range(6)]
FLOORED = [math.floor(n) for n in GROWN]
RECURSIVE = recursive(10, 1.5, 6)
PICKED = (1, 9, 10, 14, 25, 31, 70, 100)

CYCLES = [
    ("equal", lambda: dl.cosine_restarts(1, 10), lambda p: half_wave(p % 10 / 10), PICKED),
    (
        "whole multiplier",
        lambda: dl.cosine_restarts(1, 10, period_scale=2),
        waves([10, 20, 40, 80], [1] * 4),
        PICKED,
    ),
    (
        "real multiplier, real lengths",
        lambda: dl.cosine_restarts(1, 10, period_scale=1.5, lengths="real"),
        waves(GROWN, [1] * 6),
        PICKED,
    ),
    (
        "real multiplier, rounded down",
        lambda: dl.cosine_restarts(1, 10, period_scale=1.5),
        waves(FLOORED, [1] * 6),
        PICKED,
    ),
    (
        "real multiplier, rounded down again and again",
        lambda: joined(RECURSIVE, [1] * 6),
        waves(RECURSIVE, [1] * 6),
        PICKED,
    ),
    (
        "lengths that grow without their warmup",
        lambda: sgdr(minus_warmup(10, 3, 1.5, 6), 3),
        warmed(minus_warmup(10, 3, 1.5, 6), 3),
        PICKED,
    ),
    (
        "explicit list",
        lambda: joined([20, 5, 90], [1.0, 0.6, 0.2], 0.1),
        waves([20, 5, 90], [1.0, 0.6, 0.2], 0.1),
        PICKED,
    ),
    (
        "limit",
        lambda: dl.cosine_restarts(1, 10, 0.1, count=3),
        lambda p: 0.1 + 0.9 * half_wave(p % 10 / 10) if p < 30 else 0.1,
        PICKED,
    ),
    (
        "peak decay",
        lambda: dl.cosine_restarts(1, 10, 0.1, peak_scale=0.8),
        lambda p: 0.1 + 0.9 * 0.8 ** (p // 10) * half_wave(p % 10 / 10),
        PICKED,
    ),
    (
        "peak and floor decay",
        lambda: dl.cosine(1, 0.1, 10).repeat(value_scale=0.8),
        lambda p: 0.8 ** (p // 10) * (0.1 + 0.9 * half_wave(p % 10 / 10)),
        PICKED,
    ),
    (
        "warmup at the head of every cycle",
        lambda: dl.cosine_restarts(1, 10, warmup_steps=3),
        lambda p: warmed([10], 3)(p % 10),
        PICKED,
    ),
    (
        "warmup at the tail of every cycle",
        lambda: dl.linear(1, 0, 10).then(dl.linear(0, 1, 5)).repeat(),
        lambda p: saw(p, 10, 5),
        (1, 9, 12, 14, 25, 31, 70, 103),
    ),
    (
        "triangular, both slopes",
        lambda: dl.cyclic(0.1, 1, 4, 9),
        lambda p: 0.1 + 0.9 * triangle(p, 4, 9),
        PICKED,
    ),
    (
        "by stairs",
        lambda: dl.linear(0.1, 1, 12).staircase(3),
        lambda p: 0.1 + 0.9 * 3 * min(p // 3, 4) / 12,
        PICKED,
    ),
    (
        "scale of each position",
        lambda: dl.cyclic(0, 1, 4, 9, "exp_range", 0.99),
        lambda p: triangle(p, 4, 9) * 0.99**p,
        (1, 9, 10, 14, 25, 31, 70, 100),
    ),
    (
        "scale of each cycle",
        lambda: dl.cyclic(0, 1, 4, 9) * dl.exponential(1, 1 / 3, 26, True),
        lambda p: triangle(p, 4, 9) * 3.0 ** -(p // 26),
        PICKED,
    ),
    (
        "decay after the cycle",
        lambda: dl.cyclic(0.1, 1, 10, count=1).then(dl.inverse(0.1, 0.5)),
        one_cycle_then_decay,
        PICKED,
    ),
]

A, B = dl.linear(1, 0.5, 10), dl.polynomial(0.8, 0.1, 50, 2)


def a_(p):
    return 1 - 0.5 * min(p, 10) / 10


def b_(p):
    return 0.1 + 0.7 * (1 - min(p, 50) / 50) ** 2


COMPOSITIONS = [
    ("sequence, time of each part", lambda: A.then(B), lambda p: a_(p) if p < 10 else b_(p - 10)),
    (
        "sequence, absolute time",
        lambda: dl.join([A, B.advance(10)], [10]),
        lambda p: a_(p) if p < 10 else b_(p),
    ),
    (
        "sequence, base handed over",
        lambda: A.branch(7, lambda value: dl.exponential(value, 0.9)),
        lambda p: a_(p) if p < 7 else a_(7) * 0.9 ** (p - 7),
    ),
    ("product", lambda: A * B, lambda p: a_(p) * b_(p)),
    ("sum", lambda: A + B, lambda p: a_(p) + b_(p)),
    ("average", lambda: (A + B) / 2, lambda p: (a_(p) + b_(p)) / 2),
    ("difference", lambda: 2 - A * 0.5, lambda p: 2 - a_(p) * 0.5),
    ("window", lambda: dl.constant(1, 5).then(A), lambda p: 1.0 if p < 5 else a_(p - 5)),
    (
        "last position of a window has its end",
        lambda: dl.linear(1, 0.5, 10 - 1),
        lambda p: 1 - 0.5 * min(p, 9) / 9,
    ),
    ("periodic", lambda: dl.linear(1, 0.5, 10).repeat(12), lambda p: a_(p % 12)),
    (
        "override from a position",
        lambda: B.branch(20, lambda v: dl.linear(v, 0.0, 100)),
        lambda p: b_(p) if p < 20 else b_(20) * (1 - (p - 20) / 100),
    ),
    ("holds the last", lambda: A, a_),
    ("holds the last but one", lambda: A.branch(9, dl.constant), lambda p: a_(min(p, 9))),
    ("stretched", lambda: B.stretch(1.5), lambda p: b_(p / 1.5)),
    ("shorter", lambda: B.stretch(0.5), lambda p: b_(p / 0.5)),
    (
        "pieces of a curve",
        lambda: dl.join([B.advance(5), A.advance(2)], [20]),
        lambda p: b_(p + 5) if p < 20 else a_(p - 20 + 2),
    ),
]

CONVENTIONS = [
    (
        "changes at the milestone",
        lambda: dl.multi_step(1, [10], 0.5),
        lambda p: 0.5 if p >= 10 else 1.0,
    ),
    (
        "changes after the milestone",
        lambda: dl.multi_step(1, [10 + 1], 0.5),
        lambda p: 0.5 if p > 10 else 1.0,
    ),
    (
        "changes before the milestone",
        lambda: dl.multi_step(1, [10 - 1], 0.5),
        lambda p: 0.5 if p >= 10 - 1 else 1.0,
    ),
    (
        "milestones of a fraction with an epsilon",
        lambda: dl.piecewise_constant([0.25 * 40 - 1e-6 * 40], [1, 0.5]),
        lambda p: 0.5 if int((p / 40 + 1e-6) * 40) >= 10 else 1.0,
    ),
    (
        "length with the warmup",
        lambda: dl.warmup_cosine(0, 1, 5, 35),
        lambda p: p / 5 if p < 5 else half_wave(min((p - 5) / 30, 1)),
    ),
    (
        "length without the warmup",
        lambda: dl.warmup(dl.cosine(1, 0, 35), 5),
        lambda p: p / 5 if p < 5 else half_wave(min((p - 5) / 35, 1)),
    ),
    (
        "held past the end",
        lambda: dl.cosine(1, 0.1, 15),
        lambda p: 0.1 + 0.9 * half_wave(min(p, 15) / 15),
    ),
    (
        "mirrored past the end",
        lambda: dl.cosine(1, 0.1, 15).ending("mirror"),
        lambda p: 0.1 + 0.9 * half_wave(p / 15),
    ),
    (
        "periodic past the end",
        lambda: dl.cosine(1, 0.1, 15).ending("repeat"),
        lambda p: 0.1 + 0.9 * half_wave(p % 15 / 15),
    ),
    (
        "stretched horizon past the end",
        lambda: dl.join(
            [dl.linear(1, 0.1, 15 * k).advance(15 * (k - 1) + (k > 1)) for k in (1, 2, 3, 4)],
            [16, 31, 46],
        ),
        lambda p: 0.1 + 0.9 * (1 - p / (15 * max(1, math.ceil(p / 15)))),
    ),
    (
        "end as a ratio of the base",
        lambda: 0.3 * dl.cosine(1, 0.1, 35),
        lambda p: 0.3 * (0.1 + 0.9 * half_wave(min(p / 35, 1))),
    ),
    (
        "minimum by clipping",
        lambda: dl.linear(1, 0, 35).clip(lo=0.2),
        lambda p: max(0.2, 1 - min(p, 35) / 35),
    ),
    (
        "minimum by an affine map",
        lambda: dl.linear(1, 0.2, 35),
        lambda p: 0.2 + 0.8 * (1 - min(p, 35) / 35),
    ),
    (
        "maximum by clipping",
        lambda: dl.exponential(0.01, 1.3).clip(hi=0.5),
        lambda p: min(0.5, 0.01 * 1.3**p),
    ),
    ("floor of a decay", lambda: dl.exponential(1, 0.9, end_value=0.2), lambda p: max(0.2, 0.9**p)),
    (
        "cap of a growth",
        lambda: dl.exponential(0.01, 1.3, end_value=0.5),
        lambda p: min(0.5, 0.01 * 1.3**p),
    ),
    (
        "decay in stairs",
        lambda: dl.exponential(1, 0.5, 8, staircase=True),
        lambda p: 0.5 ** (p // 8),
    ),
    (
        "one minus a power",
        lambda: 1 - dl.inverse(1, 1.0, power=0.8).advance(1),
        lambda p: 1 - (p + 2) ** -0.8,
    ),
    (
        "momentum against the rate",
        lambda: dl.one_cycle(0.85, 41, 0.5, "linear", init_value=0.95, end_value=0.95),
        lambda p: 0.95 - 0.1 * (p / 19.5 if p < 19.5 else 1 - (min(p, 40) - 19.5) / 20.5),
    ),
    (
        "weight decay that rises",
        lambda: dl.cosine(0.04, 0.4, 35),
        lambda p: 0.4 - 0.36 * half_wave(min(p, 35) / 35),
    ),
    (
        "rate that follows the batch",
        lambda: dl.piecewise_constant([9, 20], [8, 16, 32]) * 1e-3,
        lambda p: 1e-3 * (8 if p < 9 else 16 if p < 20 else 32),
    ),
]
POSITIONS = (0, 1, 4, 5, 9, 10, 11, 14, 19, 20, 24, 31)


@pytest.mark.parametrize(
    ("build", "formula", "positions"),
    [case[1:] for case in CYCLES],
    ids=[case[0] for case in CYCLES],
)
def test_cycles(build, formula, positions):
    s = build()
    expected = [formula(p) for p in positions]
    np.testing.assert_allclose([s(p) for p in positions], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("build", "formula"),
    [case[1:] for case in COMPOSITIONS + CONVENTIONS],
    ids=[case[0] for case in COMPOSITIONS + CONVENTIONS],
)
def test_compositions_and_conventions(build, formula):
    s = build()
    expected = [formula(p) for p in POSITIONS]
    np.testing.assert_allclose([s(p) for p in POSITIONS], expected, rtol=1e-12, atol=0)


def test_refused_past_the_end():
    s = dl.cosine(1, 0, 15).ending("raise")
    assert s(15) == 0
    with pytest.raises(ValueError, match=r"16"):
        s(16)


def test_every_group_its_own():
    """Multipliers and limits of parameter groups, and layer-wise decay."""
    base = dl.linear(1.0, 0.0, 10)
    groups = (base * [1.0, 0.5, 0.1]).clip(lo=[0.0, 0.3, 0.0], hi=[0.8, 1.0, 1.0])
    np.testing.assert_allclose(groups(5), [0.5, 0.3, 0.05], rtol=1e-15, atol=0)
    np.testing.assert_allclose(groups(0), [0.8, 0.5, 0.1], rtol=1e-15, atol=0)
    layers = dl.layerwise(base, 4, 0.75, min_scale=0.5)
    np.testing.assert_allclose(layers(5), [0.25, 0.28125, 0.375, 0.5], rtol=1e-15, atol=0)
