"""Cycles that grow by little: many of them come before a position."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT

GROWING = {
    "by a hundredth": lambda: dl.linear(1.0, 0.0, 7).repeat(7, period_scale=1.01),
    "by a millionth": lambda: dl.linear(1.0, 0.5, 1).repeat(1, period_scale=1.0000011),
    "not whole": lambda: dl.cosine(1.0, 0.1, 3).repeat(
        3.25, period_scale=1.0001, lengths="real", value_scale=0.999
    ),
    "so many": lambda: dl.linear(1.0, 0.0, 7).repeat(7, count=900, period_scale=1.0001),
    "falling": lambda: dl.linear(1.0, 0.0, 70).repeat(
        70, count=900, period_scale=0.999, lengths="real"
    ),
    "a batch": lambda: dl.linear([1.0, 2.0, 3.0], 0.5, 2).repeat(
        [2, 3, 5], period_scale=[1.0000011, 1.0, 1.001]
    ),
}


@pytest.mark.parametrize("name", GROWING)
def test_every_way_to_a_position_finds_the_same_cycle(name):
    rng, steps = np.random.default_rng(5), 30_000
    table = GROWING[name]().table(steps)
    for _ in range(3):
        s = GROWING[name]()  # of which nothing has been evaluated yet
        for p in rng.integers(0, steps, 40).tolist():
            np.testing.assert_array_equal(s(p), table[..., p])
        for start in (rng.permutation(steps // 1000) * 1000).tolist():
            piece = s.table(1000, start=start)
            np.testing.assert_array_equal(piece, table[..., start : start + 1000])
        at = rng.permutation(steps)[:500].reshape(-1, *[1] * len(s.shape))
        np.testing.assert_array_equal(s(at), table[..., at.ravel()].T)
        start = int(rng.integers(0, steps - 3000))
        np.testing.assert_array_equal(s.table(3000, start=start), table[..., start : start + 3000])
        np.testing.assert_array_equal(s.fold(3000, start=start).final, table[..., start + 2999])


FAR = """
import decaylr as dl
s = dl.linear(1.0, 0.5, 1).repeat(1, period_scale=1.0000011)
table = s.table(200_000)
assert s.fold(200_000).final == table[-1] == s(199_999)
assert (s + dl.constant(0.0)).table(200_000)[-1] == table[-1]
cycles = dl.linear(1.0, 0.0, 7).repeat(7, period_scale=1.0001)
assert cycles(list(range(200_000)))[-1] == cycles.table(200_000)[-1]
"""


def test_a_table_takes_time_in_proportion_to_its_positions():
    """A walk from the first cycle to each of them would take minutes."""
    subprocess.run([sys.executable, "-c", FAR], cwd=ROOT, check=True, timeout=60)
