"""Values inside JAX where something in a formula leaves the range of the dtype."""

import numpy as np
import pytest

from tests.peers.installed import peer

jax = peer("jax")

import jax.numpy as jnp  # noqa: E402

import decaylr as dl  # noqa: E402
from decaylr.jax import schedule  # noqa: E402
from tests.jax.test_schedules import ulps  # noqa: E402

RUNS = 60
COUNTS = np.array(
    [0, 1, 2, 5, 9, 10, 11, 29, 30, 31, 97, 100, 333, 1000, 1029, 4095, 7411, 10**4, 73_656,
     73_657, 10**5, 999_999, 2**24 + 1, 10**8, 2**30 + 3, 2**31 - 2, 2**31 - 1]
)  # fmt: skip


def fractions(rng, most=400):
    """Numbers as people write them: whole, k/10, k/4, n/3, 0.03 * n, and any."""
    k = rng.integers(1, most, RUNS)
    forms = [k * 1.0, k / 10, k / 4, k / 3, 0.03 * k, rng.uniform(0.1, most, RUNS)]
    return np.choose(rng.integers(0, len(forms), RUNS), forms)


def rates(rng, growing=None):
    """Factors around 1, as people write them."""
    n = rng.integers(2, 1000, RUNS)
    if growing is None:
        growing = rng.integers(0, 2, RUNS)
    grown = [1 + 1 / n, 1 + n / 1000, np.full(RUNS, 2.0), np.full(RUNS, 1.1), np.full(RUNS, 10.0)]
    fallen = [1 - 1 / n, n / 1000, np.full(RUNS, 0.5), np.full(RUNS, 0.9), np.full(RUNS, 0.1)]
    which = rng.integers(0, 5, RUNS)
    return np.where(growing, np.choose(which, grown), np.choose(which, fallen))


def small(rng):
    return np.choose(rng.integers(0, 3, RUNS), [1e-7, 3e-4, 1 / rng.integers(1, 1000, RUNS)])


def signed(rng):
    return small(rng) * rng.choice([1.0, -1.0], RUNS)


FAMILIES = {
    "growth to an end": lambda r: dl.exponential(
        small(r), rates(r, True), fractions(r), end_value=1 + fractions(r)
    ),
    "staircase to an end": lambda r: dl.exponential(
        -small(r), rates(r, True), fractions(r), staircase=True, end_value=-1 - fractions(r)
    ),
    "decay to an end": lambda r: dl.exponential(
        signed(r), rates(r, False), fractions(r), end_value=0.0
    ),
    "exponential": lambda r: dl.exponential(signed(r), rates(r), fractions(r)),
    "a short half-life": lambda r: dl.exponential(signed(r), half_life=fractions(r) / 1000),
    "a short time constant": lambda r: dl.exponential(signed(r), time_constant=fractions(r)),
    "final": lambda r: dl.exponential(small(r), final=(10 * small(r), fractions(r))).clip(hi=3.0),
    "clipped": lambda r: dl.exponential(signed(r), rates(r), fractions(r)).clip(-0.1, 0.1),
    "clipped staircase": lambda r: (
        dl.exponential(signed(r), rates(r), fractions(r)).staircase(fractions(r)).clip(-0.1, 0.1)
    ),
    "from zero": lambda r: dl.exponential(0.0, rates(r, True)),
    "step": lambda r: dl.step(signed(r), fractions(r), rates(r)).clip(-0.1, 0.1),
    "step from zero": lambda r: dl.step(0.0, fractions(r), rates(r, True)),
    "milestones": lambda r: dl.multi_step(
        signed(r), np.cumsum(fractions(r).reshape(-1, 1) * np.ones(12), axis=-1), rates(r) ** 20
    ).clip(-0.1, 0.1),
    "inverse": lambda r: dl.inverse(signed(r), rates(r), fractions(r), fractions(r, 30)),
    "growing inverse": lambda r: dl.inverse(
        signed(r), rates(r), fractions(r), -fractions(r, 30)
    ).clip(-0.1, 0.1),
    "growing cycles": lambda r: (
        dl.linear(1.0, 0.5, 10).repeat(np.ceil(fractions(r)), value_scale=rates(r)).clip(0.0, 7.0)
    ),
    "growing and longer cycles": lambda r: (
        dl.linear(1.0, 0.5, 10)
        .repeat(np.ceil(fractions(r)), value_scale=1e8 * rates(r), period_scale=1.5)
        .clip(hi=7.0)
    ),
    "real cycles": lambda r: (
        dl.linear(small(r), small(r), fractions(r))
        .repeat(fractions(r), value_scale=rates(r), lengths="real")
        .clip(-2.0, 2.0)
    ),
    "arithmetic": lambda r: (
        1 / 3 * (dl.exponential(small(r), rates(r), fractions(r)) / fractions(r) + 0.1) * 3.0
    ).clip(hi=0.7),
    "difference": lambda r: (
        -dl.exponential(small(r), rates(r, True), fractions(r)) - 0.1
    ).clip(lo=-0.7),
    "join": lambda r: dl.join(
        [dl.exponential(small(r), rates(r), fractions(r)), dl.constant(0.1)],
        [np.ceil(fractions(r))],
    ),
    "tanh": lambda r: dl.tanh(
        small(r), 2 * small(r), fractions(r),
        -(10.0 ** (fractions(r) % 38)), 10.0 ** (fractions(r) % 38),
    ),
    "powers": lambda r: dl.polynomial(
        small(r), 2 * small(r), fractions(r), 10.0 ** (fractions(r) % 30), k=fractions(r)
    ),
}  # fmt: skip


def drawn(name):
    return FAMILIES[name](np.random.default_rng(len(name)))


@jax.jit
def values(rate, counts):
    return rate(counts.reshape(-1, *[1] * len(rate.shape)))


@jax.jit
def derivatives(rate, counts):
    """The derivatives of the value at every count, of every run by its own parameters."""
    return jax.vmap(lambda count: jax.grad(lambda one: one(count).sum())(rate))(counts)


@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize("name", FAMILIES)
def test_what_leaves_the_range_inside_leaves_the_value_right(name, x64):
    s = drawn(name)
    expected = s(COUNTS[:, None])
    with jax.enable_x64(x64), np.errstate(over="ignore", invalid="ignore"):
        dtype = np.float64 if x64 else np.float32
        got = np.asarray(values(schedule(s), jnp.asarray(COUNTS, jnp.int32)))
        assert got.dtype == dtype
        rounded = expected.astype(dtype)
        infinite = np.isinf(rounded)
        np.testing.assert_array_equal(got[infinite], rounded[infinite])
        off = np.where(infinite, 0.0, ulps(got, expected, dtype))
    at, run = np.unravel_index(np.argmax(np.nan_to_num(off, nan=np.inf)), off.shape)
    assert off.max() <= 4.0, (COUNTS[at], s[run], got[at, run], expected[at, run])


@pytest.mark.parametrize(
    "name", ["growth to an end", "clipped", "step", "growing inverse", "growing cycles", "tanh"]
)
def test_derivatives_are_finite_where_the_value_is(name):
    rate = schedule(drawn(name))
    for leaf in jax.tree.leaves(derivatives(rate, jnp.asarray(COUNTS, jnp.int32))):
        assert np.all(np.isfinite(leaf))


@pytest.mark.parametrize("x64", [False, True])
@pytest.mark.parametrize(
    "capped",
    [
        dl.exponential(1e-7, 1.1, end_value=1.0),
        dl.exponential(1e-4, 2.0).clip(hi=0.1),
        dl.step(1e-4, 100, 1.5).clip(hi=0.1),
        dl.exponential(-1e-4, 3.0, 7, staircase=True).clip(lo=-0.1),
        dl.inverse(1e-4, 0.3, 10, -200.0).clip(hi=0.1),
        dl.linear(1.0, 0.5, 10).repeat(value_scale=1.5).clip(hi=9.0),
    ],
)
def test_derivatives_at_a_cap_are_those_of_the_cap(capped, x64):
    with jax.enable_x64(x64):
        rate, counts = schedule(capped), jnp.asarray([73_657, 10**6, 2**31 - 1], jnp.int32)
        np.testing.assert_allclose(values(rate, counts), capped(np.asarray(counts)), rtol=1e-7)
        for path, leaf in jax.tree.leaves_with_path(derivatives(rate, counts)):
            of_the_whole = len(path) == 3  # not of a part
            is_cap = of_the_whole and path[1].key in ("hi", "lo", "end_value") and path[2].idx == 0
            np.testing.assert_array_equal(leaf, 1.0 if is_cap else 0.0)
