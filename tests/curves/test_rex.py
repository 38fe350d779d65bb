"""REX between ends of different signs: all digits also where the values pass through 0."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl

ENDS = [(-2.503798074772068e-05, 1.0), (0.3, -0.1), (-1.0, 1e-6), (1e-200, -1e-200)]


def exact(init, end, steps, beta, p):
    """The formula in rational numbers."""
    x = Fraction(p) / Fraction(steps)
    weight = (1 - x) / (1 - (1 - Fraction(beta)) * x)
    return Fraction(end) + (Fraction(init) - Fraction(end)) * weight


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize(("steps", "beta"), [(20197169, 0.5), (1000.7, 0.3), (97, 2.5)])
def test_values_around_zero(ends, steps, beta):
    s = dl.rex(*ends, steps, beta)
    table = s.table(math.ceil(steps)) if steps < 2000 else s.table(4000)
    zero = int(np.argmin(np.abs(table)))
    for p in range(max(zero - 40, 1), min(zero + 40, len(table) - 1)):
        want = exact(*ends, steps, beta, p)
        assert abs(Fraction(float(table[p])) - want) <= Fraction(math.ulp(float(want)))
        assert s(p) == table[p]
