"""`Plateau` compared with the libraries' own classes on random metrics."""

import random

import numpy as np
import pytest

import decaylr as dl
from tests.peers.installed import peer
from tests.plateau.rules import metric_stream, wild_stream

torch = peer("torch")
optax = peer("optax")
jax = peer("jax")
transformers = peer("transformers.optimization")
keras = peer("keras")

SEEDS = range(40)
STREAMS = (metric_stream, wild_stream)


def optimizer(rate):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


def drawn(generator, *, thresholds=(0.0, 1e-4, 0.05)):
    return {
        "mode": generator.choice(["min", "max"]),
        "factor": generator.choice([0.1, 0.5, 0.9]),
        "patience": generator.randrange(4),
        "threshold": generator.choice(thresholds),
        "cooldown": generator.randrange(4),
    }


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_torch(seed, stream):
    generator = random.Random(seed)
    chosen = drawn(generator) | {"threshold_mode": generator.choice(["rel", "abs"])}
    chosen["eps"] = generator.choice([0.0, 1e-8, 1e-3])
    least, rate = generator.choice([0.0, 0.004, 0.1, 0.25, -0.1]), generator.choice([0.1, 1.0])
    group = optimizer(rate)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(group, min_lr=least, **chosen)
    ours = dl.Plateau(dl.constant(rate), min_value=least, **chosen)
    for metric in stream(generator, 200):
        theirs.step(metric)
        ours.update(metric)
        assert ours.value(0) == pytest.approx(group.param_groups[0]["lr"], rel=1e-13, abs=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_greedy(seed):
    generator = random.Random(seed)
    chosen = drawn(generator) | {"threshold_mode": generator.choice(["rel", "abs"])}
    chosen |= {"warmup": generator.randrange(3), "smooth": generator.random() < 0.4}
    chosen |= {"window_size": generator.randrange(1, 6), "reset_start": generator.randrange(1, 4)}
    chosen["eps"] = generator.choice([0.0, 1e-8])
    rate = generator.choice([0.003, 0.1, 0.7])
    group = optimizer(rate)
    theirs = transformers.GreedyLR(group, min_lr=0.01, max_lr=0.5, **chosen)
    ours = dl.Plateau(dl.constant(rate), rule="greedy", min_value=0.01, max_value=0.5, **chosen)
    for metric in metric_stream(generator, 200):
        if chosen["smooth"] and not np.isfinite(metric):
            continue  # a NaN stays in the library's running sum, so further metrics have no effect
        theirs.step(metric)
        ours.update(metric)
        assert ours.value(0) == pytest.approx(group.param_groups[0]["lr"], rel=1e-12, abs=0)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_keras(seed, stream):
    generator = random.Random(seed)
    chosen = drawn(generator, thresholds=(0.0, 0.03125, 0.25))  # exact in float32, like the metrics
    least = generator.choice([0.0, 0.001, 0.1, 0.25, -0.1])
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    delta = chosen.pop("threshold")
    theirs = keras.callbacks.ReduceLROnPlateau("loss", min_delta=delta, min_lr=least, **chosen)
    theirs.set_model(model)
    theirs.on_train_begin()
    ours = dl.Plateau(dl.constant(0.1), rule="keras", threshold=delta, min_value=least, **chosen)
    for epoch, metric in enumerate(stream(generator, 100)):
        theirs.on_epoch_end(epoch, {"loss": metric})
        ours.update(metric)
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        assert ours.value(0) == pytest.approx(rate, rel=3e-6, abs=2.0**-126)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_optax(seed, stream):
    generator = random.Random(seed)
    chosen = drawn(generator, thresholds=(0.0, 1e-4, 0.05))
    del chosen["mode"]  # the library only minimizes
    chosen["atol"] = generator.choice([1e-3, 0.05] if chosen["threshold"] == 0 else [0.0, 0.05])
    size, least = generator.randrange(1, 4), generator.choice([0.0, 0.01])
    with jax.enable_x64(True):
        names = {("rtol" if name == "threshold" else name): v for name, v in chosen.items()}
        theirs = optax.contrib.reduce_on_plateau(accumulation_size=size, min_scale=least, **names)
        weights = jax.numpy.zeros(1, dtype="float64")
        state = theirs.init(weights)
        update = jax.jit(theirs.update)
        ours = dl.Plateau(
            dl.constant(0.1), rule="optax", accumulation_size=size, min_scale=least, **chosen
        )
        for metric in stream(generator, 120):
            _, state = update(weights, state, value=metric)
            assert ours.update(metric) == pytest.approx(float(state.scale), rel=1e-12, abs=0)


def test_timing_of_the_first_cuts_differs_as_the_libraries_differ():
    def cuts(rule):
        p = dl.Plateau(dl.constant(1.0), rule=rule, patience=2, cooldown=2, factor=0.5, mode="min")
        scales = [p.update(1.0) for _ in range(12)]
        return [k + 1 for k in range(1, 12) if scales[k] < scales[k - 1]][:2]

    assert {rule: cuts(rule) for rule in ("torch", "paddle", "keras", "optax")} == {
        "torch": [4, 9],
        "paddle": [4, 9],
        "keras": [3, 6],
        "optax": [3, 7],
    }


def test_keras_decides_in_float32():
    """A known difference: Keras compares metrics as float32, where 1 - 2**-30 is 1."""
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), loss="mse")
    theirs = keras.callbacks.ReduceLROnPlateau(
        "loss", factor=0.5, patience=1, mode="min", min_delta=0.0
    )
    theirs.set_model(model)
    theirs.on_train_begin()
    ours = dl.Plateau(dl.constant(0.5), rule="keras", factor=0.5, patience=1, threshold=0.0)
    for epoch, metric in enumerate([1.0, 1.0 - 2.0**-30]):
        theirs.on_epoch_end(epoch, {"loss": metric})
        ours.update(metric)
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == 0.25
    assert ours.value(0) == 0.5


@pytest.mark.parametrize("rule", ["torch", "keras", "paddle"])
def test_a_bound_above_the_schedule_does_not_raise_it(rule):
    """As in the libraries: the bound is one of decreases."""
    p = dl.Plateau(
        dl.linear(0.1, 0.0, 10), rule=rule, factor=0.5, patience=0, cooldown=2, min_value=0.2
    )
    assert [p.update(1.0) for _ in range(9)] == [1.0] * 9
    assert (p.value(0), p.value(5), p.value(10)) == (0.1, 0.05, 0.0)
