"""Folds of runs too long to be evaluated value by value.

They run in a process of their own, which is given up after a while: a fold that takes its time in
proportion to the positions would not end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import mpmath
import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT

TOKENS, MANY = 15 * 10**12, 2**62
GIVEN_UP = 120  # seconds for all runs, which take well under one

LONG = {
    "constant": (lambda: dl.constant(0.3), MANY),
    "short lines": (lambda: dl.linear([1.0, 2.0, 3.0, 4.0], 0.0, 100), MANY),
    "line": (lambda: dl.linear(1.0, 0.1, TOKENS), TOKENS),
    "longest line": (lambda: dl.linear(1.0, 0.1, MANY), MANY),
    "line between": (lambda: dl.linear(1.0, 0.1, 1e12 + 0.5), MANY),
    "cosine": (lambda: dl.cosine(1.0, 0.1, TOKENS), TOKENS),
    "longer cosine": (lambda: dl.cosine(1.0, 0.1, 2**52), MANY),
    "cosine between": (lambda: dl.cosine(1.0, 0.1, 1e12 + 0.5), MANY),
    "square": (lambda: dl.polynomial(1.0, 0.1, TOKENS, 2), TOKENS),
    "root": (lambda: dl.polynomial(1.0, 0.0, TOKENS, 0.5), TOKENS),
    "any power": (lambda: dl.polynomial(1.0, 0.0, TOKENS, 1.7), TOKENS),
    "rex": (lambda: dl.rex(1.0, 0.0, TOKENS, 0.5), TOKENS),
    "tanh": (lambda: dl.tanh(1.0, 0.1, TOKENS, -3.0, 3.0), MANY),
    "inverse": (lambda: dl.inverse(1.0, 1e-6), MANY),
    "inverse root": (lambda: dl.inverse(1.0, 1e-6, power=0.5), TOKENS),
    "exponential": (lambda: dl.exponential(1.0, 1 - 1e-12), MANY),
    "to a floor": (lambda: dl.exponential(1.0, 1 - 1e-12, end_value=0.1), MANY),
    "growing": (lambda: dl.exponential(1e-9, 1.001), MANY),
    "steps": (lambda: dl.step(1.0, 10**10, 0.9), MANY),
    "equal steps": (lambda: dl.step(1.0, 30, 1.0), MANY),
    "stairs": (lambda: dl.exponential(1.0, 0.9, 10**10, staircase=True), MANY),
    "milestones": (lambda: dl.multi_step(1.0, [10**9, 10**12], 0.1), MANY),
    "knots": (lambda: dl.interpolate([0, 10**9, TOKENS], [0.0, 1.0, 0.1]), MANY),
    "smooth": (lambda: dl.interpolate([0, 10**9, TOKENS], [1.0, 0.3, 0.1], "pchip"), MANY),
    "warmup and cosine": (lambda: dl.warmup_cosine(0.0, [1e-3, 3e-4], 10**9, TOKENS), TOKENS),
    "stable": (lambda: dl.wsd(1e-3, 10**9, 10**13, 10**12), MANY),
    "restarts": (lambda: dl.cosine(1.0, 0.0, 1000).repeat(), MANY),
    "warmup, then restarts": (
        lambda: dl.linear(0.0, 1.0, 10**9).then(dl.cosine(1.0, 0.0, 1000).repeat()),
        MANY,
    ),
    "scaled restarts": (lambda: -0.3 * dl.cosine(1.0, 0.0, 1000).repeat() / 7.0, MANY),
    "to and fro": (lambda: dl.warmup_cosine(0.0, 1.0, 10**9, 10**12).ending("mirror"), MANY),
    "again": (lambda: dl.wsd(1.0, 10**9, 10**12, 10**11).ending("repeat"), MANY),
    "moved": (lambda: dl.warmup_cosine(0.0, 1.0, 10**9, TOKENS).advance(10**8), TOKENS),
    "raised": (lambda: dl.linear(1.0, 0.1, MANY).ending("raise"), MANY),
    "together": (
        lambda: dl.stack([dl.wsd(1e-3, 10**9, 10**13, 10**12), dl.cosine(1.0, 0.0, TOKENS)]),
        TOKENS,
    ),
}


def folded(name):
    """Every figure that does not need all values, as plain numbers; for one thread and two."""
    make, steps = LONG[name]
    s, figures = make(), []
    for threads in (1, 2):
        found = s.fold(steps, threads=threads)
        totals = found.totals_at([steps // 3, steps - 1])
        figures.append(
            [
                found.to_dict(),
                found.spent(0.3).tolist(),
                found.below(0.3).tolist(),
                totals.tolist(),
            ]
        )
    return figures


@cache
def results():
    run = subprocess.run(
        [sys.executable, "-m", __name__], cwd=ROOT, capture_output=True, text=True, timeout=GIVEN_UP
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", LONG)
def test_long_folds_end(name):
    one, two = results()[name]
    assert one == two
    figures, _, _, totals = one
    s, steps = LONG[name][0](), LONG[name][1]
    assert figures["initial"] == np.asarray(s(0)).tolist()
    assert figures["final"] == np.asarray(s(steps - 1)).tolist()
    assert figures["total"] == [t[-1] for t in totals] if s.shape else totals[-1]


exact = mpmath.mp.clone()
exact.prec = 300


def powers(power, count, steps):
    """The sum of (1 - p/steps)^power over the first positions, by Euler and Maclaurin's formula."""
    first = exact.mpf(steps - count + 1)
    total = exact.fsum((first + k) ** power for k in range(60))
    a, b = first + 60, exact.mpf(steps)
    total += (b ** (power + 1) - a ** (power + 1)) / (power + 1) + (a**power + b**power) / 2
    total += power * (b ** (power - 1) - a ** (power - 1)) / 12
    return total / b**power


def wave(count, steps):
    """The sum of (1 + cos(pi p / steps)) / 2 over the first positions."""
    half = exact.pi / (2 * exact.mpf(steps))
    turns = exact.sin(count * half) * exact.cos((count - 1) * half) / exact.sin(half)
    return (count + turns) / 2


def line(count, steps):
    return count - exact.mpf(count) * (count - 1) / 2 / steps


def reciprocals(first, count):
    return exact.psi(0, first + count) - exact.psi(0, first)


def between(shape, floor, count, steps):
    """The sum of a curve from 1 to `floor`, which then holds."""
    inside = min(count, int(steps) + (steps != int(steps)))
    first = exact.mpf(floor)
    return first * count + (1 - first) * shape(inside, exact.mpf(steps))


SUMS = {
    "short lines": lambda n: exact.mpf(50.5),
    "line": lambda n: between(line, 0.1, n, TOKENS),
    "longest line": lambda n: between(line, 0.1, n, MANY),
    "line between": lambda n: between(line, 0.1, n, 1e12 + 0.5),
    "cosine": lambda n: between(wave, 0.1, n, TOKENS),
    "longer cosine": lambda n: between(wave, 0.1, n, 2**52),
    "cosine between": lambda n: between(wave, 0.1, n, 1e12 + 0.5),
    "root": lambda n: powers(exact.mpf(0.5), n, TOKENS),
    "any power": lambda n: powers(exact.mpf(1.7), n, TOKENS),
    "rex": lambda n: 2 * n - 2 * TOKENS * reciprocals(2 * TOKENS - n + 1, n),
    "inverse": lambda n: reciprocals(1 / exact.mpf(1e-6), n) / exact.mpf(1e-6),
    "restarts": lambda n: exact.mpf(n // 1000) * wave(1000, 1000) + wave(n % 1000, 1000),
}


@pytest.mark.parametrize("name", SUMS)
def test_long_sums_are_within_two_units_of_the_exact_ones(name):
    steps = LONG[name][1]
    totals = results()[name][0][3]
    of_one_run = totals[0] if name == "short lines" else totals
    for total, n in zip(of_one_run, (steps // 3 + 1, steps), strict=True):
        want = SUMS[name](n)
        assert abs(exact.mpf(total) - want) <= 2 * exact.mpf(2) ** -52 * want


if __name__ == "__main__":
    json.dump({name: folded(name) for name in LONG}, sys.stdout)
