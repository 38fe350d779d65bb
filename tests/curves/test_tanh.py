"""tanh at the start and end of its blocks and outside them: accuracy and equal bits."""

from __future__ import annotations

import numpy as np
import pytest

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.oracles.base import misses

ENDS = [(1.0, 0.0), (0.0, 1.0), (1e-7, 40.0), (0.3, 1e-12), (-0.2, 0.7), (0.1, 0.1001), (0.1, 0.1)]


def check(arguments, start, steps, every=1):
    """Check that a table equals single values, and that a sample of them is accurate."""
    s, exact = dl.tanh(*arguments), oracle_curves.tanh(*arguments)
    table = s.table(steps, start=start)
    assert table.tolist() == [s(start + k) for k in range(steps)]
    narrow = s.table(steps, start=start, dtype=np.float32)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(narrow, table.astype(np.float32))
    for k in range(0, steps, every):
        problem = misses(table[k], exact(start + k))
        assert not problem, f"{s!r} at {start + k}: {problem}"


@pytest.mark.parametrize("steps", [1, 2, 63, 64, 65, 130.5, 1000, 2769, 2770, 2771, 2**40])
@pytest.mark.parametrize("ends", ENDS)
def test_any_length_and_any_ends(steps, ends):
    for bounds in ((-3.0, 3.0), (2.0, -5.0)):
        check((*ends, steps, *bounds), 0, 140, every=13)
        last = int(steps)
        check((*ends, steps, *bounds), max(last - 135, 0), 140, every=13)
        check((*ends, steps, *bounds), last // 2, 10)


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("bounds", [(-40, 290), (-300, 10), (0, 370), (-1e5, 1e5), (5, 5)])
def test_any_bounds(ends, bounds):
    for steps in (100, 40_000, 2**53 - 1):
        for start in (0, steps // 2 - 70, steps - 70, steps // 8):
            check((*ends, steps, *bounds), max(start, 0), 140, every=27)


@pytest.mark.parametrize("size", [2.0**-1050, 2.0**-900, 2.0**-700, 2.0**880, 2.0**1000])
def test_values_of_any_size(size):
    for ends in ((0.9, 0.3), (0.9, 0.0), (-0.1, 1.3)):
        for bounds in ((-3, 3), (1, -200)):
            check((*(np.array(ends) * size).tolist(), 10_000, *bounds), 4000, 140, every=11)
