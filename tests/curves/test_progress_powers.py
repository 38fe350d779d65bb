"""Cosines with `exponent` or `k`, and polynomials with `k` (as in timm)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr import compat
from tests.compare import same
from tests.oracles import curves as oracle_curves
from tests.oracles.base import misses
from tests.strategies.curves import examples

EXPONENTS = (
    st.sampled_from([0.01, 0.0625, 0.3, 0.5, 1.0, 1.5, 2.0, 2.7, 4.0, 4.1, 9.7, 33.0, 100.0])
    | st.floats(0.07, 4.0)
    | st.floats(-2.0, 2.0).map(lambda x: 10.0**x)
)
PAIRS = st.sampled_from(
    [(0.1, 0.0), (0.0, 0.1), (0.3, 1e-9), (1e-6, 0.5), (0.2, 0.15), (-0.2, 0.7)]
)
STEPS = st.integers(2, 4000) | st.integers(4001, 10**6)


def polynomial(init, end, steps, power, k):
    return compat.timm.PolyLRScheduler(init, steps, power=power, lr_min=end, k_decay=k)


FAMILIES = {
    "cosine": (dl.cosine, oracle_curves.cosine),
    "polynomial": (
        polynomial,
        lambda init, end, steps, power, k: oracle_curves.polynomial(init, end, steps, power, k=k),
    ),
}


def positions(steps, rng):
    """Positions at all distances from both ends, inside blocks and at block edges."""
    near = np.unique(np.geomspace(1, steps, 12).astype(np.int64))
    edges = np.array([511, 512, 513, 1023, 1024, steps // 2, (steps + 1) // 2])
    chosen = np.concatenate([near, steps - near, edges, steps - edges, rng.integers(0, steps, 8)])
    return np.unique(chosen[(chosen >= 0) & (chosen <= steps)])


@pytest.mark.parametrize("name", FAMILIES)
@examples(60)
@given(pair=PAIRS, steps=STEPS, exponent=EXPONENTS, k=EXPONENTS, seed=st.integers(0, 9))
def test_values_are_within_4_units_of_the_exact(name, pair, steps, exponent, k, seed):
    make, oracle = FAMILIES[name]
    s, exact = make(*pair, steps, exponent, k), oracle(*pair, steps, exponent, k)
    chosen = positions(steps, np.random.default_rng(seed))
    table = s.table(steps + 1)
    same(s(chosen), table[chosen])
    for p in chosen.tolist():
        assert not misses(float(table[p]), exact(p)), (p, misses(float(table[p]), exact(p)))


@pytest.mark.parametrize("k", [0.05, 1.0, 1.2, 10.0, 70.8])
@pytest.mark.parametrize("exponent", [0.02, 1.0, 2.7, 9.7, 100.0])
@pytest.mark.parametrize("pair", [(0.01, 0.0), (6e-7, 0.0116)])
@pytest.mark.parametrize("name", FAMILIES)
def test_all_blocks(name, pair, exponent, k):
    make, oracle = FAMILIES[name]
    steps = 556748
    s, exact = make(*pair, steps, exponent, k), oracle(*pair, steps, exponent, k)
    near = np.unique(np.geomspace(1, steps - 1, 40).astype(np.int64))
    for p in np.concatenate([near, steps - near]).tolist():
        assert not misses(s(p), exact(p)), (p, misses(s(p), exact(p)))


@pytest.mark.parametrize("name", FAMILIES)
@examples(60)
@given(pair=PAIRS, steps=STEPS, exponent=EXPONENTS, k=EXPONENTS, share=st.floats(0.0, 1.0))
def test_a_table_may_begin_anywhere(name, pair, steps, exponent, k, share):
    s = FAMILIES[name][0](*pair, steps, exponent, k)
    start, length = int(share * steps), 700
    expected = np.array([s(p) for p in range(start, start + length)])
    same(s.table(length, start=start), expected)
    same(s.table(length, start=start, dtype=np.float32), expected.astype(np.float32))
