"""`decaylr.keras.Schedule` in real trainings, on the backend set by KERAS_BACKEND."""

import json
from fractions import Fraction
from unittest import mock

import numpy as np
import pytest

import decaylr as dl
from decaylr.keras import Schedule
from tests.keras.models import ONES, keras, used_rates, weight_model, within_float32
from tests.training.schedules import SCHEDULES

BACKEND = keras.backend.backend()
WARM = dl.warmup_cosine(0.0, 0.5, 3, 9, end_value=0.01)
POSITIONS = [
    *range(0, 140, 3), 1000, 4095, 4096, 65537, 2**24 - 1, 2**24 + 1, 2**30 + 3, 2**31 - 1,
]  # fmt: skip


def compiled(function):
    """A function of the step, traced by the backend."""
    if BACKEND == "jax":
        import jax

        return lambda step: jax.jit(function)(np.int32(step))
    if BACKEND == "tensorflow":
        import tensorflow as tf

        traced = tf.function(function, jit_compile=True)
        return lambda step: traced(tf.constant(step, tf.int64))
    import torch

    # Eager, but as `torch.compile` would trace it.
    def traced_call(step):
        with mock.patch.object(torch.compiler, "is_compiling", return_value=True):
            return function(keras.ops.convert_to_tensor(step, "int64"))

    return traced_call


def assert_float32(got, expected, units=4):
    """Check the error in float32 ulp, or the absolute error below the normal range."""
    tiny = float(np.finfo(np.float32).tiny)
    for position, (x, y) in enumerate(zip(got, expected, strict=True)):
        unit = max(float(np.spacing(np.float32(abs(y)))), tiny)
        assert abs(float(x) - y) <= units * unit, (POSITIONS[position], x, y)


@pytest.mark.parametrize("name", SCHEDULES)
def test_inside_a_trace_it_is_within_4_units_of_the_engine(name):
    schedule = SCHEDULES[name]
    if schedule.shape != ():
        schedule = schedule.ravel()[0]
    made = Schedule(schedule)
    at = compiled(made)
    got = [np.asarray(keras.ops.convert_to_numpy(at(p))) for p in POSITIONS]
    assert got[0].dtype == np.float32
    size = max(abs(schedule(p)) for p in POSITIONS)
    expected = [schedule(p) for p in POSITIONS]
    signed = min(expected) < 0 < max(expected)
    if signed:  # near a sign change, both round the larger end
        slack = 4 * float(np.spacing(np.float32(size)))
        np.testing.assert_allclose([float(x) for x in got], expected, rtol=0, atol=slack)
    else:
        assert_float32(got, expected)


@pytest.mark.parametrize(
    "schedule",
    [
        dl.exponential(1e-7, 1.1, end_value=1.0),
        dl.exponential(1e-4, 2.0, 10 / 3).clip(hi=0.1),
        dl.exponential(-1e-4, 3.0, 0.7, staircase=True).clip(lo=-0.1),
        dl.exponential(0.0, 2.0) + 0.25,
        dl.step(1e-4, 100, 1.5).clip(hi=0.1),
        dl.inverse(1e-4, 0.3, 10, -200.0).clip(hi=0.1),
        dl.linear(1.0, 0.5, 10).repeat(2.5, value_scale=1.5, lengths="real").clip(hi=7.0),
    ],
)
def test_growth_out_of_range_inside_a_trace_ends_at_its_cap(schedule):
    at = compiled(Schedule(schedule))
    positions = [0, 9, 100, 1029, 7411, 73_657, 10**6, 2**24 + 1, 2**31 - 1]
    got = [np.asarray(keras.ops.convert_to_numpy(at(p))) for p in positions]
    assert_float32(got, [schedule(p) for p in positions])


@pytest.mark.parametrize("units", [Fraction(1, 3), Fraction(7, 2), 1 / 49, 5, 1024])
@pytest.mark.parametrize("start", [0, 2, Fraction(1, 2)])
def test_units_and_start_inside_a_trace(units, start):
    made = Schedule(
        dl.step(1.0, 3, 0.5) + dl.linear(1.0, 0.0, 400), units_per_step=units, start=start
    )
    at = compiled(made)
    for step in (0, 1, 2, 3, 6, 7, 48, 49, 98, 147, 148):
        want = made.value(step)
        got = float(keras.ops.convert_to_numpy(at(step)))
        assert abs(got - want) <= 4 * float(np.spacing(np.float32(want)))


def falls(position):
    """linear(1, 0.5, 10.5) in cycles."""
    return 1 - (position % Fraction(10.5)) / 21


def halves(position):
    """step(1, 1.1, 0.5), where a stair is as long as the float64 number 1.1."""
    return Fraction(1, 2) ** min(position // Fraction(1.1), 200)


@pytest.mark.parametrize(
    ("schedule", "exact"),
    [
        (dl.linear(1.0, 0.5, 10.5).repeat(lengths="real"), falls),
        (dl.step(1.0, 1.1, 0.5), halves),
        (dl.step(1.0, 1.1, 0.5) + dl.linear(1.0, 0.5, 10.5).ending("repeat"), None),
    ],
)
@pytest.mark.parametrize("units", [1, Fraction(1, 49), Fraction(21, 10), 3])
def test_cycles_and_stairs_of_fractional_length_begin_where_they_do(schedule, exact, units):
    """Position 11 lies before 10 * 1.1 = 11.00000000000000088."""
    exact = exact or (lambda position: falls(position) + halves(position))
    at = compiled(Schedule(schedule, units_per_step=units))
    for step in (*range(0, 60, 3), 11, 10, 538, 539, 540, 1029, 5390, 10**6, 2**29 + 1):
        want = float(exact(step * Fraction(units)))
        got = float(keras.ops.convert_to_numpy(at(step)))
        tiny = float(np.finfo(np.float32).tiny)
        assert abs(got - want) <= max(4 * float(np.spacing(np.float32(want))), tiny), step


@pytest.mark.parametrize("floatx", ["float32"] if BACKEND == "jax" else ["float32", "float64"])
def test_the_dtype_is_that_of_keras(floatx):
    keras.config.set_floatx(floatx)
    try:
        got = np.asarray(keras.ops.convert_to_numpy(compiled(Schedule(WARM))(5)))
    finally:
        keras.config.set_floatx("float32")
    assert got.dtype == floatx
    assert abs(float(got) - WARM(5)) <= 4 * np.spacing(np.dtype(floatx).type(WARM(5)))


def test_a_known_step_is_the_engines_value():
    made = Schedule(WARM)
    for step in (0, 2, 5, 9, 100):
        value = made(keras.ops.convert_to_tensor(step))
        assert float(keras.ops.convert_to_numpy(value)) == np.float32(WARM(step))
        assert made.value(step) == WARM(step)


@pytest.mark.parametrize("eagerly", [False, True])
def test_fit_uses_the_rates(eagerly):
    model = weight_model(keras.optimizers.SGD(Schedule(WARM)), run_eagerly=eagerly)
    used = used_rates(model, 12)
    within_float32(used, WARM.table(12))
    again = used_rates(model, 12)  # the optimizer continues counting
    np.testing.assert_allclose(again, WARM.table(12, start=12), rtol=0, atol=2e-6)


@pytest.mark.skipif(BACKEND == "torch", reason="Keras has no steps_per_execution on torch")
def test_several_steps_in_one_execution():
    model = weight_model(keras.optimizers.SGD(Schedule(WARM)), steps_per_execution=4)
    model.fit(ONES[:12], ONES[:12], batch_size=1, verbose=0, shuffle=False)
    weight = float(np.squeeze(model.get_weights()[0]))
    assert weight == pytest.approx(-WARM.table(12).sum(), rel=1e-6, abs=0)


def test_gradient_accumulation_counts_micro_steps():
    """Keras reads the rate at every micro-step and applies it at the last one of each update."""
    stairs = Schedule(dl.linear(1.0, 0.0, 8).staircase(1), units_per_step=1 / 4)
    model = weight_model(keras.optimizers.SGD(stairs, gradient_accumulation_steps=4))
    used = used_rates(model, 16)
    expected = np.zeros(16)
    expected[3::4] = dl.linear(1.0, 0.0, 8).table(4)
    within_float32(used, expected)
    unaware = weight_model(
        keras.optimizers.SGD(Schedule(dl.linear(1.0, 0.0, 8)), gradient_accumulation_steps=4)
    )
    assert used_rates(unaware, 16)[15] == 0.0


def test_a_skipped_step_of_mixed_precision_moves_nothing():
    inner = keras.optimizers.SGD(Schedule(dl.linear(1.0, 0.0, 8)))
    optimizer = keras.optimizers.LossScaleOptimizer(inner, initial_scale=4.0)
    variable = keras.Variable(0.0)
    optimizer.build([variable])
    # After each overflow, the loss scale is halved.
    for gradient in (4.0, np.inf, 2.0, np.nan, 1.0):
        apply(optimizer, variable, keras.ops.convert_to_tensor(np.float32(gradient)))
    assert int(optimizer.iterations) == 3
    expected = -dl.linear(1.0, 0.0, 8).table(3).sum()
    found = float(keras.ops.convert_to_numpy(variable.value))
    assert found == pytest.approx(expected, rel=1e-6, abs=0)


def apply(optimizer, variable, gradient):
    """One update; on JAX without state, since LossScaleOptimizer leaks tracers otherwise."""
    if BACKEND != "jax":
        optimizer.apply([gradient])
        return
    state = [one.value for one in optimizer.variables]
    values, state = optimizer.stateless_apply(state, [gradient], [variable.value])
    variable.assign(values[0])
    for one, new in zip(optimizer.variables, state, strict=True):
        one.assign(new)


def test_mixed_float16():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = weight_model(keras.optimizers.SGD(Schedule(WARM)))
        assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) or BACKEND
        used = used_rates(model, 12)
    finally:
        keras.mixed_precision.set_global_policy("float32")
    within_float32(used[used > 0], WARM.table(12)[-np.count_nonzero(used) :], units=8)


def test_a_loaded_model_continues_its_schedule(tmp_path):
    made = Schedule(WARM, units_per_step=Fraction(1, 3), start=2)
    model = weight_model(keras.optimizers.SGD(made))
    model.compile(keras.optimizers.SGD(made), loss="mse")
    model.fit(ONES[:5], ONES[:5], batch_size=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    loaded = again.optimizer._learning_rate
    assert isinstance(loaded, Schedule)
    assert (loaded.schedule, loaded._units, loaded._start) == (WARM, Fraction(1, 3), 2)
    rate = float(keras.ops.convert_to_numpy(again.optimizer.learning_rate))
    assert rate == np.float32(made.value(5))


def test_config_is_plain_and_strict():
    made = Schedule(WARM, units_per_step=1 / 49)
    config = json.loads(json.dumps(keras.optimizers.schedules.serialize(made)))
    again = keras.optimizers.schedules.deserialize(config)
    assert again.get_config() == made.get_config()
    assert again.value(49) == WARM(1)
    with pytest.raises(ValueError, match="unknown key 'steps'"):
        Schedule.from_config(made.get_config() | {"steps": 3})


def test_an_optimizer_of_config(tmp_path):
    optimizer = keras.optimizers.AdamW(Schedule(WARM))
    again = keras.optimizers.AdamW.from_config(optimizer.get_config())
    assert again._learning_rate.schedule == WARM


def test_neighboring_steps_above_2_to_the_24_differ():
    falling = dl.linear(2.0**25, 0.0, 2**25)
    at = compiled(Schedule(falling))
    values = [float(keras.ops.convert_to_numpy(at(2**24 + k))) for k in (0, 1, 2)]
    assert values == [2.0**24, 2.0**24 - 1, 2.0**24 - 2]


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: Schedule(0.1), TypeError, "schedule must be a Schedule, got float"),
        (lambda: Schedule(dl.constant([1.0, 2.0])), ValueError, "schedule must be a single one"),
        (
            lambda: Schedule(WARM, units_per_step=0),
            ValueError,
            "units_per_step must be finite and >",
        ),
        (lambda: Schedule(WARM, start=-1), ValueError, "start must be finite and >= 0, got -1"),
        (lambda: Schedule(dl.Plateau(WARM)), TypeError, "schedule must be a Schedule, got Plateau"),
        (
            lambda: Schedule(WARM, units_per_step=2**40).value(2**30),
            ValueError,
            "position must be at most",
        ),
    ],
)
def test_refusals(build, error, message):
    with pytest.raises(error, match=message):
        build()
