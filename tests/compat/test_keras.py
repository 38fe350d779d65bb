"""`decaylr.compat.keras` compared with Keras, which computes in float32."""

import json

import numpy as np
import pytest

from decaylr.compat import keras as compat
from decaylr.compat.keras import schedules as schedules_of_keras
from tests.peers.installed import peer

keras = peer("keras")
schedules = keras.optimizers.schedules

STEPS = 130
ASKED = np.array([*range(4), *range(5, 130, 6), 97, 98, 99, 100, 101, 102])
SEEDS = range(8)
NAMES = tuple(sorted(schedules_of_keras.CLASSES))


def random_arguments(name, rng):
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    first, steps = float(rng.uniform(0.1, 1.0)), int(rng.integers(1, 100))
    edges = sorted(int(e) for e in rng.choice(np.arange(0, 100), 3, replace=False))
    line = {"initial_learning_rate": first, "decay_steps": steps}
    rate = {"decay_rate": pick(0.5, 0.97, 1.01), "staircase": pick(True, False)}
    return {
        "ExponentialDecay": line | rate,
        "InverseTimeDecay": line | rate,
        "PiecewiseConstantDecay": {"boundaries": edges, "values": rng.uniform(0, 1, 4).tolist()},
        "PolynomialDecay": line
        | {"power": pick(1.0, 2.0, 0.5), "end_learning_rate": pick(1e-4, 0.0, 0.5)}
        | {"cycle": pick(True, False), "decay_steps": max(steps, 8)},
        "CosineDecay": line
        | {"alpha": pick(0.0, 0.1)}
        | pick({}, {"warmup_target": 1.5, "warmup_steps": pick(0, 10)}, {"warmup_steps": 10}),
        "CosineDecayRestarts": {
            "initial_learning_rate": first,
            "first_decay_steps": steps,
            "t_mul": pick(1.0, 2.0, 3.0),
            "m_mul": pick(1.0, 0.5),
            "alpha": pick(0.0, 0.1),
        },
    }[name]


def restarts(arguments):
    """The steps at which a cycle starts, where Keras's float32 logarithm can be wrong."""
    begin, length, found = 0, arguments["first_decay_steps"], []
    while begin < STEPS:
        found.append(begin)
        begin, length = begin + length, length * arguments["t_mul"]
    return [int(step) for step in found[1:]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_equals_keras_within_float32(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    made = getattr(schedules, name)(**arguments)
    asked = ASKED
    if name == "CosineDecayRestarts":
        asked = asked[~np.isin(asked, restarts(arguments))]
    theirs = np.array([float(made(int(step))) for step in asked])
    ours = getattr(compat, name)(**arguments)(asked)
    # Half a float32 ulp of the peak for every operation that leads to a small value.
    np.testing.assert_allclose(ours, theirs, rtol=3e-6, atol=3e-7 * np.abs(theirs).max())
    again = compat.from_config(json.loads(json.dumps(schedules.serialize(made))))
    assert again == getattr(compat, name)(**arguments)


def test_all_schedules_are_there():
    public = {n for n in dir(schedules) if n[0].isupper()} - {"LearningRateSchedule"}
    assert public == set(NAMES)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "PiecewiseConstantDecay"])
def test_a_batch_is_its_runs_bit_for_bit(name):
    rng = np.random.default_rng(len(name))
    drawn = [random_arguments(name, rng) for _ in range(60)]
    words = {k: v for k, v in drawn[0].items() if isinstance(v, bool)}
    alike = [d | words for d in drawn if d.keys() == drawn[0].keys()][:6]
    numeric = {k: [d[k] for d in alike] for k in drawn[0] if k not in words}
    batch = getattr(compat, name)(**numeric, **words)
    assert batch.shape == (6,)
    for row, arguments in zip(batch.table(150), alike, strict=True):
        np.testing.assert_array_equal(row, getattr(compat, name)(**arguments).table(150))


def test_a_misplaced_restart_is_a_known_difference():
    """Keras finds the cycle with a float32 logarithm, which is one too high before a restart."""
    theirs = schedules.CosineDecayRestarts(1.0, 1000, t_mul=2.0)
    assert float(theirs(4094999)) == pytest.approx(1.0)
    assert compat.CosineDecayRestarts(1.0, 1000, t_mul=2.0)(4094999) < 1e-12


def test_float32_steps_are_a_known_difference():
    theirs = schedules.PolynomialDecay(1.0, 2**25, end_learning_rate=0.0)
    assert float(theirs(2**24 + 1)) == float(theirs(2**24))
    ours = compat.PolynomialDecay(1.0, 2**25, end_learning_rate=0.0)
    assert ours(2**24) - ours(2**24 + 1) == 2.0**-25


def test_callback_rules():
    calls = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.9)
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5), loss="mse")
    calls.set_model(model)
    ours = compat.LearningRateScheduler(lambda epoch, lr: lr * 0.9, 0.5, horizon=20)
    for epoch in range(20):
        calls.on_epoch_begin(epoch)
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        assert ours(epoch) == pytest.approx(rate, rel=3e-6, abs=0)
    assert compat.ReduceLROnPlateau(0.5, min_lr=1.0).value(0) == 0.5


def test_an_optimizers_config():
    made = schedules.CosineDecay(0.5, 100, warmup_target=1.0, warmup_steps=10)
    config = keras.optimizers.SGD(made).get_config()
    want = compat.CosineDecay(0.5, 100, warmup_target=1.0, warmup_steps=10)
    assert compat.from_config(config) == want
    assert compat.from_config({"learning_rate": 0.25})(9) == 0.25


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (
            lambda: compat.ExponentialDecay(0.1, [1, 0], 0.5),
            ValueError,
            "decay_steps .* at index 1",
        ),
        (lambda: compat.PiecewiseConstantDecay([1], [1.0]), ValueError, "values must be one more"),
        (lambda: compat.PiecewiseConstantDecay([], [1.0]), ValueError, "boundaries must be a list"),
        (
            lambda: compat.CosineDecayRestarts(0.1, 10, 0.5),
            ValueError,
            "t_mul must be finite and >=",
        ),
        (lambda: compat.from_config({"class_name": "My"}), ValueError, "class_name must be one of"),
        (lambda: compat.from_config({}), TypeError, "config must have class_name and config"),
        (
            lambda: compat.from_config({"class_name": "CosineDecay", "config": {"beta": 1}}),
            ValueError,
            "config of CosineDecay must be without unknown keys, got 'beta'",
        ),
        (
            lambda: compat.LearningRateScheduler(lambda epoch, lr: lr, horizon=3),
            ValueError,
            "initial_learning_rate must be given where schedule is a function",
        ),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
