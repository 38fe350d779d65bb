"""`decaylr.jax`: the core's values inside JAX, with vmap, one compilation and derivatives."""

import numpy as np
import pytest

from tests.peers.installed import peer

jax = peer("jax")
optax = peer("optax")

import jax.numpy as jnp  # noqa: E402

import decaylr as dl  # noqa: E402
from decaylr.jax import schedule  # noqa: E402
from decaylr.tree import node as tree  # noqa: E402
from tests.training.schedules import SCHEDULES  # noqa: E402

FAR = [1023, 10**4, 99_999, 10**5, 10**6, 10**7, 2**24 + 1, 2**30, 2**31 - 1]
POSITIONS = np.unique([*range(60), *range(0, 3000, 37), 999, 1000, 1001, *FAR])


def ulps(got, expected, dtype):
    """The error of values in ulp; below the normal range, in multiples of `tiny`."""
    expected = np.broadcast_to(expected, np.shape(got))
    unit = np.spacing(np.maximum(np.abs(expected), np.finfo(dtype).tiny).astype(dtype))
    off = np.abs(np.asarray(got, np.float64) - expected) / unit.astype(np.float64)
    # XLA flushes subnormal float32 numbers to 0
    return np.where(np.abs(expected) < np.finfo(dtype).tiny, 0.0, off)


def test_every_kind_has_a_formula():
    assert all(callable(kind.formula) for kind in tree.KINDS.values())


@pytest.mark.parametrize("name", SCHEDULES)
def test_float32_is_within_4_units_of_the_engine(name):
    s = SCHEDULES[name]
    got = jax.jit(schedule(s))(jnp.asarray(POSITIONS, jnp.int32))
    assert got.dtype == jnp.float32
    assert ulps(got, s(POSITIONS), np.float32).max() <= 4.0


@pytest.mark.parametrize("name", SCHEDULES)
def test_float64_is_within_4_units_of_the_engine(name):
    with jax.enable_x64(True):
        s = SCHEDULES[name]
        got = jax.jit(schedule(s))(jnp.asarray(POSITIONS))
        assert got.dtype == jnp.float64
        assert ulps(got, s(POSITIONS), np.float64).max() <= 4.0


def test_a_mixed_batch_maps_over_its_runs():
    batch = dl.stack([SCHEDULES[n] for n in ("cosine", "exponential", "multi_step", "wsd")])
    traced_batch = schedule(batch)
    assert traced_batch.shape == (4,)
    mapped = jax.jit(jax.vmap(lambda one, p: one(p), in_axes=(0, None)))(traced_batch, 700)
    assert ulps(mapped, batch(700), np.float32).max() <= 1.0
    np.testing.assert_array_equal(mapped, traced_batch(700))


def test_positions_broadcast_as_in_the_engine():
    batch = dl.linear([1.0, 2.0, 3.0], 0.0, 100)
    p = np.arange(20)[:, None]
    got = schedule(batch)(p)
    assert got.shape == (20, 3)
    assert ulps(got, batch(p), np.float32).max() <= 1.0


def test_a_sweep_of_a_thousand_settings_compiles_once():
    compiled = 0

    @jax.jit
    def rate(one, p):
        nonlocal compiled
        compiled += 1
        return one(p)

    rng = np.random.default_rng(0)
    for _ in range(30):
        warmup, horizon = int(rng.integers(1, 100)), int(rng.integers(200, 2000))
        s = dl.warmup_cosine(0.0, float(rng.uniform(1e-4, 1.0)), warmup, horizon)
        assert ulps(rate(schedule(s), 150), s(150), np.float32) <= 1.0
    peaks = np.geomspace(1e-4, 1.0, 1000)
    batch = dl.warmup_cosine(0.0, peaks, np.arange(1000), np.arange(2000, 3000))
    members = jax.jit(jax.vmap(lambda one: one(1500)))(schedule(batch))
    assert ulps(members, batch(1500), np.float32).max() <= 1.0
    assert compiled == 1


def test_optax_takes_it_and_trains_with_its_values():
    s = dl.linear(1.0, 0.0, 4)
    optimizer = optax.inject_hyperparams(optax.sgd)(learning_rate=schedule(s))
    params = jnp.zeros(())
    state = optimizer.init(params)
    used = []
    for _ in range(5):
        updates, state = optimizer.update(jnp.ones(()), state, params)
        used.append(float(-updates))
    assert used == [s(k) for k in range(5)]


def test_optax_joins_it():
    ours = schedule(dl.linear(0.0, 1.0, 4))
    joined = optax.join_schedules([ours, optax.constant_schedule(2.0)], [4])
    assert [float(joined(k)) for k in range(6)] == [0.0, 0.25, 0.5, 0.75, 2.0, 2.0]


def test_a_scan_drives_it():
    s = SCHEDULES["restarts-1.2"]
    rate = schedule(s)
    _, used = jax.lax.scan(lambda k, _: (k + 1, rate(k)), 0, length=200)
    assert ulps(used, s(np.arange(200)), np.float32).max() <= 4.0


@pytest.mark.parametrize(
    ("make", "at", "arguments"),
    [
        (lambda v, r: dl.exponential(v, r), 300, {"init_value": 0.7, "decay_rate": 0.999}),
        (lambda v, n: dl.cosine(v, 0.01, n), 300, {"init_value": 0.7, "steps": 1000.0}),
        (lambda v, e: dl.polynomial(v, 0.1, 1000, e), 300, {"init_value": 0.7, "power": 1.7}),
        (lambda v, r: dl.inverse(v, r, 10, 0.7), 300, {"init_value": 0.7, "decay_rate": 0.3}),
        (lambda v, b: dl.rex(v, 0.1, 1000, b), 300, {"init_value": 0.7, "beta": 0.3}),
        (lambda v, u: dl.tanh(v, 0.1, 1000, -3, u), 600, {"init_value": 0.7, "upper": 2.0}),
    ],
)
def test_derivatives_are_those_of_the_exact_function(make, at, arguments):
    values = list(arguments.values())
    gradient = jax.grad(lambda one: one(at))(schedule(make(*values))).parameters
    for i, name in enumerate(arguments):
        h = values[i] * 1e-5
        beside = [make(*(v + d * (j == i) for j, v in enumerate(values)))(at) for d in (h, -h)]
        expected = (beside[0] - beside[1]) / (2 * h)
        np.testing.assert_allclose(gradient[name][0], expected, rtol=1e-5, atol=0)
        assert all(np.all(word == 0) for word in gradient[name][1:])


def test_no_derivative_is_nan():
    rate = schedule(dl.wsd(1.0, 10, 20, 30, decay=("power", 1.5)))
    for p in (0, 1, 10, 29, 30, 59, 60, 61, 1000):
        gradient = jax.grad(lambda one, p=p: one(p))(rate)
        assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(gradient))


def test_positions_are_kept_within_the_counter():
    s = dl.linear(1.0, 0.5, 2**31 - 1)
    rate = schedule(s)
    assert float(rate(-5)) == 1.0
    assert float(rate(jnp.uint32(2**32 - 1))) == 0.5
    assert float(rate(jnp.float32(1e30))) == 0.5


def test_an_ending_that_raises_holds_the_last_value():
    rate = schedule(dl.linear(1.0, 0.5, 10).ending("raise"))
    assert [float(rate(k)) for k in (5, 10, 11)] == [0.75, 0.5, 0.5]


def test_a_table_feeds_a_mapped_training_without_a_copy():
    table = dl.cosine([1.0, 0.5], 0.0, 100).table(100, dtype=np.float32)
    rates = jax.dlpack.from_dlpack(table)
    np.testing.assert_array_equal(rates, table)


def test_refusals():
    with pytest.raises(TypeError, match="s must be a Schedule, got float"):
        schedule(0.1)
    with pytest.raises(ValueError, match=r"linear.end_value must be within the normal range of"):
        schedule(dl.linear(1.0, 1e-45, 10))
    with pytest.raises(TypeError, match="count must be integers or floats, got bool"):
        schedule(dl.constant(1.0))(True)


MANY_SEGMENTS = {
    "exponential-staircase", "step", "pchip", "cubic", "restarts", "restarts-1.2", "cycles-real",
    "staircase",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"step-fraction"}))
def test_every_schedule_is_looked_up_by_a_short_program(name):
    """All kinds take the same program; only one that changes too often needs the formulas."""
    rate = schedule(SCHEDULES[name])
    program = jax.jit(lambda count: rate(count)).lower(jnp.int32(7)).as_text()
    operations = sum(" = " in line for line in program.splitlines())
    many = name in MANY_SEGMENTS or SCHEDULES[name].shape != ()
    assert operations <= (150 if many else 110)


def test_values_of_changed_parameters_are_not_those_of_the_old():
    """A table does not follow its parameters, so values are NaN rather than stale."""
    rate = schedule(dl.cosine([1.0, 0.5], 0.0, 1000))
    slopes = jax.grad(lambda one: one(10).sum())(rate)

    @jax.jit
    def update(one, slope):
        changed = jax.tree.map(lambda p, g: p - 0.1 * g, one, slope)
        return changed, changed(10)

    changed, inside = update(rate, slopes)
    assert np.all(np.isnan(inside))
    assert np.all(np.isnan(changed(10)))
    assert np.all(np.isnan(jax.jit(changed)(10)))
    same, _ = update(rate, jax.tree.map(jnp.zeros_like, slopes))
    np.testing.assert_array_equal(same(10), rate(10))
    swapped = jax.tree.map(lambda leaf: leaf[::-1], rate)
    np.testing.assert_array_equal(swapped(10), rate(10)[::-1])


def test_learnable_parameters_can_be_changed():
    rate = schedule(dl.cosine(1.0, 0.0, 1000), learnable=True)

    @jax.jit
    def update(one):
        slopes = jax.grad(lambda other: other(10))(one)
        return jax.tree.map(lambda p, g: p - 0.25 * g, one, slopes)

    changed = update(rate)
    at_10 = 1.0 * dl.cosine(1.0, 0.0, 1000)(10)
    assert float(changed.parameters["init_value"][0]) == pytest.approx(1.0 - 0.25 * at_10, rel=1e-6)
    steps = float(changed.parameters["steps"][0])
    expected = dl.cosine(1.0 - 0.25 * at_10, -0.25 * (1.0 - at_10), steps)(10)
    assert float(changed(10)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["cosine", "exponential", "inverse", "wsd", "one_cycle", "cyclic"])
def test_tables_and_formulas_agree(name):
    """The derivatives belong to the values: both are of the same function."""
    looked_up, formula = schedule(SCHEDULES[name]), schedule(SCHEDULES[name], learnable=True)
    counts = jnp.asarray([0, 3, 17, 99, 150, 999, 5000])
    expected = np.asarray(jax.jit(formula)(counts))
    assert ulps(jax.jit(looked_up)(counts), expected, np.float32).max() <= 4.0
    value, slopes = jax.value_and_grad(lambda one: one(counts).sum())(looked_up)
    other, expected_slopes = jax.value_and_grad(lambda one: one(counts).sum())(formula)
    np.testing.assert_allclose(value, other, rtol=1e-6, atol=0)
    jax.tree.map(np.testing.assert_array_equal, slopes.parameters, expected_slopes.parameters)


def test_eager_calls_at_fractions_are_the_cores():
    s = dl.cosine(1.0, 0.0, 10)
    assert float(schedule(s)(2.5)) == np.float32(s(2.5))
    assert float(schedule(dl.step(1.0, 1.1, 0.999))(11)) == np.float32(0.999**9)
