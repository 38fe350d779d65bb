"""A bare schedule where a framework needs an adapter: it works, or one line names the adapter."""

import importlib

import numpy as np
import pytest

import decaylr as dl
from tests.plugs.test_plugs import STEP

S = dl.warmup_cosine(0.0, 0.03, 3, 10)


def library(name):
    """A library, or a skip where it is not installed and need not be."""
    if name in STEP:
        return __import__(name, fromlist=["_"])
    return pytest.importorskip(name)


def test_keras():
    keras = library("keras")
    with pytest.raises(
        TypeError, match=r"got NoneType None; a framework .* decaylr\.keras\.Schedule\(sc"
    ):
        _ = keras.optimizers.SGD(S).learning_rate


def test_optax_under_jit():
    jax, optax = library("jax"), library("optax")
    optimizer, parameters = optax.adam(S), jax.numpy.ones(2)
    state = optimizer.init(parameters)
    with pytest.raises(
        TypeError, match=r"got JitTracer.* takes decaylr\.jax\.schedule\(schedule\)"
    ):
        jax.jit(optimizer.update)(parameters, state)
    updates, _ = optimizer.update(parameters, state)  # without jit it works
    assert updates.shape == (2,)


def test_torch_vmap():
    torch = library("torch")
    with pytest.raises(TypeError, match=r"takes decaylr\.torch\.schedule\(schedule\)"):
        torch.func.vmap(S)(torch.arange(3))


def test_mlx():
    optim = library("mlx.optimizers")
    with pytest.raises(TypeError, match=r"an array of MLX; .* decaylr\.mlx\.schedule\(schedule\)"):
        optim.SGD(S)


def test_keras_2():
    tf_keras = library("tf_keras")
    with pytest.raises(
        TypeError, match=r"got NoneType None; .* decaylr\.tf_keras\.Schedule\(schedule\)"
    ):
        tf_keras.optimizers.SGD(S)


def test_tensorflow_graphs():
    tf = library("tensorflow")
    with pytest.raises(TypeError, match=r"takes decaylr\.keras\.Schedule\(schedule\)"):
        tf.function(lambda step: S(step))(tf.constant(1))


def test_other_positions_are_refused_as_before():
    for position, text in (("1", "got <U1 '1'"), (object(), "real numbers"), (True, "bool")):
        with pytest.raises(TypeError, match=f"position must be .*{text}") as refused:
            S(position)
        assert "decaylr" not in str(refused.value)
    assert S(np.int64(3)) == S(3)


# -- the adapters' own refusals, and values in graphs -------------------------------------


FACTORIES = {
    "mlx": "schedule",
    "paddle": "Scheduler",
    "sb3": "progress",
    "tf_keras": "Schedule",
    "thinc": "schedule",
}


@pytest.mark.parametrize("name", FACTORIES)
@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (0.1, TypeError, r"must be a Schedule, got float"),
        (dl.constant([0.1, 0.2]), ValueError, r"single.*, got shape \(2,\)"),
    ],
)
def test_what_is_no_single_schedule(name, given, error, text):
    if name != "sb3":
        library(name)
    make = getattr(importlib.import_module(f"decaylr.{name}"), FACTORIES[name])
    with pytest.raises(error, match=text):
        make(given)


CURVES = {
    "warmup": S,
    "constant": dl.constant(0.3),
    "restarts": dl.cosine_restarts(0.3, 7 / 3),
    "exponential": dl.exponential(0.1, 0.97),
    "step": dl.step(0.1, 7, 0.5),
}
POSITIONS = [*range(30), 99, 100, 1000]


@pytest.mark.parametrize("name", CURVES)
def test_values_in_mlx(name):
    mx = library("mlx.core")
    from decaylr.mlx import schedule

    rate, expected = schedule(CURVES[name]), CURVES[name](POSITIONS).astype(np.float32)
    for function in (rate, mx.compile(rate)):
        found = np.array(function(mx.array(POSITIONS)))
        np.testing.assert_array_max_ulp(found, expected, 4)


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("compiled", [False, True])
def test_values_in_graphs_of_tensorflow(name, compiled):
    library("tf_keras")
    import tensorflow as tf

    from decaylr.tf_keras import Schedule

    s, per_step = CURVES[name], 1 / 3
    rate = Schedule(s, units_per_step=per_step, start=2)
    assert Schedule.from_config(rate.get_config()).get_config() == rate.get_config()
    graph = tf.function(lambda step: rate(step), jit_compile=compiled)
    for step in POSITIONS:
        expected = np.float32(s(2 + step / 3))
        np.testing.assert_array_max_ulp(graph(tf.constant(step, tf.int64)).numpy(), expected, 4)
        assert rate(step).numpy() == expected


def test_progress():
    from decaylr.sb3 import progress

    rate = progress(dl.step(1.0, 3, 0.5), steps=9)
    for total in (9, 45, 9000, 2304):
        for k in range(10):
            remaining = 1.0 - float(k * (total / 9)) / total
            assert rate(remaining) == 0.5 ** (k // 3)
    assert progress(dl.linear(1.0, 0.0, 7))(-0.28) == 0.0
    with pytest.raises(ValueError, match="steps must be given for a schedule without an end"):
        progress(dl.constant(0.1))
