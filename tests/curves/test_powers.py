"""Powers of a straight line and of its inverse, of any exponent: accuracy and equal bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.compare import same
from tests.oracles import curves as oracle_curves
from tests.oracles.base import misses
from tests.strategies.curves import examples

FAMILIAR = [0.01, 0.5, 0.75, 1.5, 8.5, 60.0, 100.0]
BOUNDS = [1024.0, 1025.0, 9999.0, 2.0**14 + 2]  # of what blocks are made for
EXPONENTS = st.sampled_from(FAMILIAR + BOUNDS) | st.floats(-2.0, 2.0).map(lambda x: 10.0**x)
PAIRS = st.sampled_from([(0.1, 0.0), (0.0, 0.1), (0.3, 1e-9), (1e-6, 0.5), (-0.2, 0.7)])
STEPS = st.integers(2, 4000) | st.floats(2.0, 1e6) | st.integers(10**6, 2**50)


def positions(steps, rng, many=20):
    """Positions at all distances from both ends."""
    near = np.unique(np.geomspace(1, steps, many).astype(np.int64))
    chosen = np.concatenate([near, int(steps) - near, rng.integers(0, int(steps), 8)])
    return np.unique(chosen[chosen >= 0])


def check(s, exact, chosen):
    values = s(chosen)
    for p, value in zip(chosen.tolist(), values.tolist(), strict=True):
        assert not misses(value, exact(p)), (s, p, misses(value, exact(p)))
    start = int(chosen[len(chosen) // 2])
    table = s.table(300, start=start)
    same(table, np.array([s(start + k) for k in range(300)]))
    same(s.table(300, start=start, dtype=np.float32), table.astype(np.float32))


@pytest.mark.parametrize("rise", [False, True])
@examples(40)
@given(pair=PAIRS, steps=STEPS, power=EXPONENTS, seed=st.integers(0, 9))
def test_polynomials_are_within_4_units_of_the_exact(rise, pair, steps, power, seed):
    s, exact = (m.polynomial(*pair, steps, power, rise=rise) for m in (dl, oracle_curves))
    check(s, exact, positions(steps, np.random.default_rng(seed)))


@examples(60)
@given(pair=PAIRS, steps=STEPS, power=EXPONENTS, k=EXPONENTS, seed=st.integers(0, 9))
def test_rises_by_a_power_of_a_power(pair, steps, power, k, seed):
    s, exact = (m.polynomial(*pair, steps, power, rise=True, k=k) for m in (dl, oracle_curves))
    check(s, exact, positions(steps, np.random.default_rng(seed)))


@pytest.mark.parametrize("power", [0.02, 3.7, 8.5, 23.1, 60.0, 100.0])
@pytest.mark.parametrize("pair", [(0.0, 9.0), (9.0, 0.0), (1e-3, 0.4)])
@pytest.mark.parametrize("rise", [False, True])
def test_polynomials_in_all_of_their_blocks(rise, pair, power):
    for steps in (5000, 302798.5, 9853506):
        s, exact = (m.polynomial(*pair, steps, power, rise=rise) for m in (dl, oracle_curves))
        check(s, exact, positions(steps, np.random.default_rng(3), many=60))


@examples(40)
@given(
    rate=st.floats(-18.0, 3.0).map(lambda x: 10.0**x),
    size=st.integers(1, 1000) | st.floats(0.5, 1000.0),
    power=EXPONENTS,
    last=st.sampled_from([1000, 10**6, 10**9, 2**50]),
    seed=st.integers(0, 9),
)
def test_inverse_powers_of_any_rate(rate, size, power, last, seed):
    s, exact = (m.inverse(0.3, rate, size, power) for m in (dl, oracle_curves))
    check(s, exact, positions(last, np.random.default_rng(seed)))


@pytest.mark.parametrize(
    "make",
    [
        lambda zero: dl.polynomial(0.3, 0.1, 50, zero),
        lambda zero: dl.polynomial(-0.2, 0.7, 7 / 3 * 9, zero),
        lambda zero: dl.cosine(0.3, 0.1, 50, exponent=zero),
        lambda zero: dl.rex(0.3, -0.1, 50, beta=zero),
    ],
)
def test_a_power_of_zero_is_a_jump_at_the_end(make):
    s = make(0)
    init, end = s(0), s(10**6)
    chosen = np.array([0, 0.5, 1, 20.9, 20.99, 21, 49, 49.999, 50, 51, 300])
    wanted = np.where(chosen < s.length, init, end)
    np.testing.assert_array_equal(s(chosen), wanted)
    np.testing.assert_array_equal(make([1.0, 0, 0.3])[1].table(60), s.table(60))
    assert s.fold(60).total == pytest.approx(s.table(60).sum(), rel=1e-14)


def test_a_power_of_zero_that_rises_is_a_jump_at_the_beginning():
    s = dl.polynomial(0.3, 0.1, 50, 0, rise=True)
    np.testing.assert_array_equal(s([0, 0.5, 1, 50, 60]), [0.3, 0.1, 0.1, 0.1, 0.1])
