"""The JAX and optax rows of docs/troubles.md: optax's behavior, then decaylr's."""

import numpy as np
import pytest

from tests.peers.installed import peer

jax = peer("jax")
optax = peer("optax")

import jax.numpy as jnp  # noqa: E402

import decaylr as dl  # noqa: E402
from decaylr.compat import optax as compat  # noqa: E402
from decaylr.jax import schedule  # noqa: E402

WARM = {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 10, "decay_steps": 100}
RATE = {"init_value": 1.0, "transition_steps": 10, "decay_rate": 0.5, "transition_begin": 5}
LINE = {"init_value": 1.0, "end_value": 0.1, "transition_steps": 50, "transition_begin": 5}
ONE_CYCLE = {"transition_steps": 100, "peak_value": 1.0, "pct_start": 0.3, "div_factor": 25.0}
# Functions, valid arguments, and the arguments that optax cannot map over.
FAILING = [
    ("warmup_cosine_decay_schedule", WARM, ("peak_value", "warmup_steps", "decay_steps")),
    ("cosine_decay_schedule", {"init_value": 1.0, "decay_steps": 100}, ("decay_steps",)),
    ("linear_schedule", LINE, ("transition_steps", "transition_begin")),
    ("polynomial_schedule", LINE | {"power": 2.0}, ("transition_steps", "transition_begin")),
    ("exponential_decay", RATE, ("transition_steps", "decay_rate", "transition_begin")),
    (
        "warmup_constant_schedule",
        {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 10},
        ("warmup_steps",),
    ),
    (
        "warmup_exponential_decay_schedule",
        RATE | {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 10},
        ("warmup_steps", "transition_steps", "decay_rate"),
    ),
    ("cosine_onecycle_schedule", ONE_CYCLE, ("transition_steps", "pct_start", "div_factor")),
]
EACH = [(name, arguments, one) for name, arguments, failing in FAILING for one in failing]


@pytest.mark.parametrize(
    ("name", "arguments", "mapped"), EACH, ids=[f"{n}-{m}" for n, _, m in EACH]
)
def test_a_sweep_over_one_argument(name, arguments, mapped):
    values = jnp.asarray([arguments[mapped], arguments[mapped] * 0.5], type(arguments[mapped]))

    def theirs(value):
        return getattr(optax, name)(**(arguments | {mapped: value}))(20)

    errors = (jax.errors.ConcretizationTypeError, jax.errors.TracerIntegerConversionError)
    with pytest.raises((*errors, TypeError)):
        jax.vmap(theirs)(values)
    batch = getattr(compat, name)(**(arguments | {mapped: np.asarray(values)}))
    ours = jax.vmap(lambda one: one(20))(schedule(batch))
    each = [getattr(compat, name)(**(arguments | {mapped: v}))(20) for v in values.tolist()]
    np.testing.assert_allclose(ours, each, rtol=5e-7, atol=0)


def test_each_closed_over_peak_is_compiled_again():
    """Schedules passed as an argument share one compiled program."""
    compiled = 0

    def training(rate):
        nonlocal compiled
        compiled += 1
        return optax.sgd(rate).update(jnp.ones(()), optax.sgd(rate).init(jnp.zeros(())))[0]

    for peak in (1.0, 0.5, 0.25):
        jax.jit(lambda peak=peak: training(optax.cosine_decay_schedule(peak, 10)))()
    assert compiled == 3
    compiled, shared = 0, jax.jit(training)
    for peak in (1.0, 0.5, 0.25):
        assert float(shared(schedule(dl.cosine(peak, 0.0, 10)))) == -peak
    assert compiled == 1


def test_neighboring_steps_above_2_to_the_24():
    theirs = jax.jit(optax.linear_schedule(1.0, 0.0, 2**25))
    assert theirs(2**24 + 1) == theirs(2**24)
    ours = jax.jit(schedule(dl.linear(2.0**25, 0.0, 2**25)))
    assert [float(ours(2**24 + k)) for k in range(3)] == [2.0**24, 2.0**24 - 1, 2.0**24 - 2]


def test_the_tail_of_a_long_cosine():
    steps = 10**6
    theirs = jax.jit(optax.cosine_decay_schedule(1.0, steps))
    assert float(theirs(steps - 50)) == 0.0
    exact = dl.cosine(1.0, 0.0, steps)
    ours = jax.jit(schedule(exact))
    for left in (1, 50, 77, 1000):
        want = exact(steps - left)
        got = float(ours(steps - left))
        assert abs(got - want) <= 4 * float(np.spacing(np.float32(want)))


def test_past_the_end_torch_rises_and_optax_holds():
    falling = compat.cosine_decay_schedule(1.0, 100)
    assert float(optax.cosine_decay_schedule(1.0, 100)(110)) == falling(110) == 0.0
    assert falling.ending("mirror")(110) == pytest.approx(0.024471741852423, rel=1e-13, abs=0)


def test_a_token_clock_beyond_int32():
    """Without x64, JAX has no integers above 2**31 - 1; coarser units are exact."""
    with pytest.raises(OverflowError):
        jnp.asarray(2**31 + 1, jnp.int32)
    tokens = dl.linear(1.0, 0.0, 2.0**42)
    in_steps = tokens.stretch(1 / 2**20)  # a step is 2**20 tokens
    ours = jax.jit(schedule(in_steps))
    assert float(ours(2**21)) == 0.5
    assert in_steps(2**21) == tokens(2**41) == 0.5


def test_the_rate_in_use_is_read_from_the_step():
    """optax does not store the rate; the schedule can be evaluated on the host at any step."""
    s = dl.warmup_cosine(0.0, 1.0, 10, 100)
    optimizer = optax.sgd(schedule(s))
    state = optimizer.init(jnp.zeros(()))
    for _ in range(7):
        _, state = optimizer.update(jnp.ones(()), state)
    count = int(optax.tree.get(state, "count"))
    assert s(count - 1) == s(6)
    assert float(schedule(s)(count)) == np.float32(s(7))
