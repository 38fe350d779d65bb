"""`decaylr.jax` in trainings: optimizers, populations, devices, metrics and edits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.peers.installed import peer

jax = peer("jax")
optax = peer("optax")

import jax.numpy as jnp  # noqa: E402

import decaylr as dl  # noqa: E402
from decaylr.history import History  # noqa: E402
from decaylr.jax import schedule  # noqa: E402

MIXED = dl.stack(
    [
        dl.warmup_cosine(0.0, 1.0, 3, 12),
        dl.exponential(0.5, 0.9),
        dl.wsd(0.8, 2, 5, 5),
        dl.multi_step(1.0, [4, 8], 0.5),
    ]
)


def used(optimizer, steps):
    """The rates of consecutive updates with gradients of 1."""
    parameter = jnp.zeros(())
    state = optimizer.init(parameter)

    @jax.jit
    def step(state):
        return optimizer.update(jnp.ones(()), state, parameter)

    rates = []
    for _ in range(steps):
        update, state = step(state)
        rates.append(float(-update))
    return rates


def float32(values):
    return np.asarray(values).astype(np.float32).tolist()


def test_optimizers_take_it_as_their_rate():
    s = dl.warmup_cosine(0.0, 1.0, 3, 12)
    assert used(optax.sgd(schedule(s)), 15) == float32(s.table(15))
    first = optax.adamw(learning_rate=schedule(s), weight_decay=0.0, eps=0.0)
    np.testing.assert_allclose(used(first, 15), s.table(15), rtol=2e-5, atol=0)  # Adam rounds
    injected = optax.inject_hyperparams(optax.adamw)(learning_rate=schedule(s))
    state = injected.init(jnp.zeros(()))
    for step in range(4):
        _, state = injected.update(jnp.ones(()), state, jnp.zeros(()))
        assert float(state.hyperparams["learning_rate"]) == np.float32(s(step))


def test_a_population_of_families_in_one_program():
    """Each member has its own rate, schedules are of different families, one compilation."""
    compiled = 0

    def member_step(rate, count, parameter):
        return parameter - rate(count) * jnp.ones(())

    @jax.jit
    def train(rates, parameters):
        nonlocal compiled
        compiled += 1
        body = jax.vmap(member_step, in_axes=(0, None, 0))
        return jax.lax.fori_loop(0, 13, lambda k, p: body(rates, k, p), parameters)

    for scale in (1.0, 2.0, 0.5):
        found = train(schedule(MIXED * scale), jnp.zeros(4))
        np.testing.assert_allclose(found, -(MIXED * scale).table(13).sum(axis=1), rtol=1e-6, atol=0)
    assert compiled == 1


def test_rows_of_a_batch_drive_a_schedule_search():
    """Set `hyperparams["learning_rate"]` of vmapped members from the rows of a table."""
    table = jax.dlpack.from_dlpack(MIXED.table(13, dtype=np.float32))
    optimizer = optax.inject_hyperparams(optax.sgd)(learning_rate=0.0)

    def train_step(state, gradient, rate):
        state.hyperparams["learning_rate"] = rate
        update, state = optimizer.update(gradient, state)
        return update, state

    members = jax.jit(jax.vmap(train_step, in_axes=(0, None, 0)))
    state = jax.vmap(lambda _: optimizer.init(jnp.zeros(())))(jnp.arange(4))
    total = np.zeros(4)
    for k in range(13):
        update, state = members(state, jnp.ones(()), table[:, k])
        total -= np.asarray(update, np.float64)
    np.testing.assert_allclose(total, MIXED.table(13).sum(axis=1), rtol=1e-6, atol=0)


def test_a_table_is_shared_not_copied():
    for dtype in (np.float32, np.float64):
        table = MIXED.table(4096, dtype=dtype)
        with jax.enable_x64(True):
            rates = jax.dlpack.from_dlpack(table)
        aligned = table.ctypes.data % 64 == 0
        shared = rates.unsafe_buffer_pointer() == table.ctypes.data
        assert shared == aligned  # XLA shares memory that is aligned to 64 bytes
        np.testing.assert_array_equal(rates, table)
    buffer = np.empty(4 * 4096 + 16, np.float32)
    begin = -buffer.ctypes.data % 64 // 4
    aligned = buffer[begin : begin + 4 * 4096].reshape(4, 4096)
    MIXED.table(4096, dtype=np.float32, out=aligned)
    rates = jax.dlpack.from_dlpack(aligned)
    assert rates.unsafe_buffer_pointer() == aligned.ctypes.data


DEVICES = """
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, PartitionSpec as P
import decaylr as dl
from decaylr.jax import schedule
assert jax.device_count() == 4
batch = dl.exponential(1.0, [0.5, 0.6, 0.7, 0.8])
rates = schedule(batch)
want = np.asarray(batch(3), np.float32)
mapped = jax.pmap(lambda one, p: one(p), in_axes=(0, None))(rates, 3)
np.testing.assert_array_equal(mapped, want)
mesh = Mesh(np.array(jax.devices()), ("members",))
sharded = jax.shard_map(
    lambda one, p: one(p), mesh=mesh, in_specs=(P("members"), P()), out_specs=P("members")
)
np.testing.assert_array_equal(jax.jit(sharded)(rates, jnp.asarray(3)), want)
print("equal on", jax.device_count())
"""


def test_on_several_devices():
    environment = os.environ | {"XLA_FLAGS": "--xla_force_host_platform_device_count=4"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DEVICES],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == "equal on 4\n", found.stderr


def test_equal_schedules_are_equal_and_hash_alike():
    one, same = schedule(dl.linear(1.0, 0.0, 10)), schedule(dl.linear(1.0, 0.0, 10))
    other = schedule(dl.linear(1.0, 0.0, 11))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != 3
    assert {one: 1}[same] == 1
    compiled = 0

    def rate(held, p):
        nonlocal compiled
        compiled += 1
        return held(p)

    static = jax.jit(rate, static_argnums=0)
    assert [float(static(held, 5)) for held in (one, same, other)] == float32([0.5, 0.5, 6 / 11])
    assert compiled == 2


def test_the_trace_of_one_is_only_itself():
    seen = []

    @jax.jit
    def keep(one, two):
        seen.append((one == two, one == one, isinstance(hash(one), int)))
        return one(0)

    keep(schedule(dl.constant(1.0)), schedule(dl.constant(1.0)))
    assert seen == [(False, True, True)]


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.extend(20, at=6),
        lambda s: s.branch(6, lambda v: dl.linear(v, 0.0, 4)),
        lambda s: s.rewarm(6, 3, 1.0),
        lambda s: s.stretch(2.0),
    ],
    ids=["extend", "branch", "rewarm", "stretch"],
)
def test_a_schedule_edited_during_training(edit):
    """A training whose schedule is an argument continues with another schedule."""
    s = dl.warmup_cosine(0.0, 1.0, 3, 12)
    changed = edit(s)

    @jax.jit
    def step(rate, count, parameter):
        return parameter - rate(count)

    parameter, expected = jnp.zeros(()), 0.0
    for count in range(15):
        now = s if count < 6 else changed
        parameter = step(schedule(now), count, parameter)
        expected -= now(count)
    assert float(parameter) == pytest.approx(expected, rel=1e-6, abs=0)
    assert s.diff(changed)


def test_population_based_training_replays():
    """Exploit and explore replace a run; the log can be replayed as a schedule."""
    compiled = 0

    @jax.jit
    def step(rates, count, parameters):
        nonlocal compiled
        compiled += 1
        return parameters - jax.vmap(lambda one: one(count))(rates)

    population = dl.exponential([1.0, 0.5, 0.25], [0.9, 0.8, 0.7])
    log, parameters = History(population), np.zeros(3)
    for count in range(20):
        if count == 8:  # member 2 copies member 0 and uses half its rate
            parameters = parameters.copy()
            parameters[2] = parameters[0]
            population = population.replace_run(2, dl.exponential(0.5, 0.9))
            log.copy(2, source=0)
            log.follow(2, population[2], count)
        parameters = np.asarray(step(schedule(population), count, parameters))
    replayed = [-log.of(member).table(20).sum() for member in range(3)]
    np.testing.assert_allclose(parameters, replayed, rtol=1e-5, atol=0)
    assert compiled == 1


def test_a_plateau_scales_a_compiled_training():
    """The plateau's value is an argument, so the step is compiled only once."""
    compiled = 0

    @jax.jit
    def step(rate, parameter):
        nonlocal compiled
        compiled += 1
        return parameter - rate

    falling = dl.linear(1.0, 0.2, 16)
    plateau = dl.Plateau(falling, rule="optax", factor=0.5, patience=1)
    live = optax.contrib.reduce_on_plateau(factor=0.5, patience=1)
    state, parameter, expected = live.init(jnp.zeros(())), jnp.zeros(()), 0.0
    for count, metric in enumerate([1.0, 0.5, 0.6, 0.7, np.nan, 0.4, 0.9, 0.9, 0.9, 0.9]):
        parameter = step(jnp.float32(plateau.value(count)), parameter)
        expected -= falling(count) * float(state.scale)
        plateau.update(metric)
        _, state = live.update(jnp.zeros(()), state, value=jnp.float32(metric))
        assert plateau.scale == float(state.scale)
    assert plateau.scale < 1.0
    assert float(parameter) == pytest.approx(expected, rel=1e-6, abs=0)
    assert compiled == 1


def test_metrics_of_a_whole_population():
    rng = np.random.default_rng(3)
    metrics = rng.uniform(0.0, 1.0, (40, 5))
    metrics[7, 2] = np.nan
    plateau = dl.Plateau(dl.constant(np.ones(5)), rule="optax", factor=0.5, patience=2)
    live = optax.contrib.reduce_on_plateau(factor=0.5, patience=2)
    state = jax.vmap(lambda _: live.init(jnp.zeros(())))(jnp.arange(5))
    update = jax.jit(jax.vmap(lambda s, m: live.update(jnp.zeros(()), s, value=m)[1]))
    for row in metrics:
        state = update(state, jnp.asarray(row, jnp.float32))
        np.testing.assert_array_equal(plateau.update(row.astype(np.float32)), state.scale)
    assert len(set(plateau.scale.tolist())) > 1
