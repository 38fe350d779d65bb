"""Configurations of installed libraries, each compared with the library's own scheduler."""

import json
import math
import warnings

import numpy as np
import pytest
import yaml

import decaylr as dl
from tests.peers.installed import peer

torch = peer("torch")


def read(tmp_path, data, suffix=".yaml", **fills):
    file = tmp_path / f"config{suffix}"
    file.write_text(json.dumps(data) if suffix == ".json" else yaml.safe_dump(data))
    (entry,) = dl.load(file, **fills).entries.values()
    return entry, entry.about["source"].removeprefix("read as ")


def stepped(make, rate, steps):
    """The rates of a scheduler of PyTorch, stepped as in a training."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def agrees(schedule, rates):
    got = [schedule(n) for n in range(len(rates))]
    np.testing.assert_allclose(got, rates, rtol=1e-10, atol=1e-16 * max(rates))


NAMES = [
    ("linear", {}),
    ("cosine", {"num_cycles": 0.5}),
    ("cosine_with_min_lr", {"min_lr_rate": 0.1}),
    ("cosine_with_restarts", {"num_cycles": 3}),
    ("polynomial", {"power": 2.0, "lr_end": 1e-7}),
    ("inverse_sqrt", {}),
    ("constant_with_warmup", {}),
    ("warmup_stable_decay", {"num_decay_steps": 30, "min_lr_ratio": 0.1}),
]


@pytest.mark.parametrize(("name", "extra"), NAMES)
@pytest.mark.parametrize("written", ["ratio", "steps", "share", "text"])
def test_training_arguments(tmp_path, name, extra, written):
    transformers = peer("transformers")
    warmup = {
        "ratio": {"warmup_ratio": 0.07, "warmup_steps": 0},
        "steps": {"warmup_steps": 11, "warmup_ratio": None},
        "share": {"warmup_steps": 0.07},
        "text": {"warmup_ratio": "7e-2"},
    }[written]
    steps = 150
    data = {
        "learning_rate": "2e-4" if written == "text" else 2e-4,
        "lr_scheduler_type": f"SchedulerType.{name.upper()}" if written == "share" else name,
        "lr_scheduler_kwargs": json.dumps(extra) if written == "text" else extra,
        "num_train_epochs": 3.0,
        "per_device_train_batch_size": 8,
        "max_steps": -1,
        **warmup,
    }
    entry, title = read(tmp_path, data, ".json" if written == "steps" else ".yaml", steps=steps)
    assert (title, entry.length) == ("training arguments of transformers", steps)
    length = 11 if written == "steps" else math.ceil(steps * 0.07)
    rates = stepped(
        lambda optimizer: transformers.get_scheduler(name, optimizer, length, steps, extra),
        2e-4,
        steps,
    )
    agrees(entry.schedule, rates)


def test_a_recipe_of_axolotl(tmp_path):
    transformers = peer("transformers")
    data = {"learning_rate": 2e-5, "lr_scheduler": "cosine", "warmup_steps": 10, "num_epochs": 3}
    entry, title = read(tmp_path, data, steps=90)
    assert title == "training arguments of transformers"
    rates = stepped(lambda o: transformers.get_scheduler("cosine", o, 10, 90), 2e-5, 90)
    agrees(entry.schedule, rates)


SCHEDULERS = [
    ("CosineAnnealingLR", {"T_max": 50, "eta_min": 1e-4}),
    ("StepLR", {"step_size": 30, "gamma": 0.3}),
    ("MultiStepLR", {"milestones": [11, 40], "gamma": 0.2}),
    ("OneCycleLR", {"max_lr": 0.1, "total_steps": 100, "pct_start": 0.2}),
    ("LinearLR", {"start_factor": 0.1, "total_iters": 9}),
    ("ExponentialLR", {"gamma": 0.97}),
]


@pytest.mark.parametrize(("name", "arguments"), SCHEDULERS)
def test_hydra_and_lightning(tmp_path, name, arguments):
    path = f"torch.optim.lr_scheduler.{name}"
    rates = stepped(
        lambda optimizer: getattr(torch.optim.lr_scheduler, name)(optimizer, **arguments), 0.02, 100
    )
    optimizer = {"_target_": "torch.optim.SGD", "_partial_": True, "lr": 0.02, "momentum": 0.9}
    scheduler = {"_target_": path, "_partial_": True, "last_epoch": -1, "verbose": False}
    data = {"model": {"optimizer": optimizer, "scheduler": scheduler | arguments}}
    entry, title = read(tmp_path, data, steps=100)
    assert title == "a Hydra configuration"
    agrees(entry.schedule, rates)
    lightning = {
        "trainer": {"max_epochs": 100},
        "optimizer": {"class_path": "torch.optim.SGD", "init_args": {"lr": 0.02}},
        "lr_scheduler": {
            "class_path": path,
            "init_args": {**arguments, "last_epoch": -1, "verbose": "deprecated"},
        },
    }
    entry, title = read(tmp_path, lightning)
    assert (title, entry.unit, entry.length) == ("a LightningCLI configuration", "epoch", 100)
    agrees(entry.schedule, rates)


def test_a_sequence_of_targets(tmp_path):
    prefix = "torch.optim.lr_scheduler"
    data = {
        "optimizer": {"_target_": "torch.optim.AdamW", "lr": 0.02},
        "lr_scheduler": {
            "_target_": f"{prefix}.SequentialLR",
            "milestones": [10],
            "schedulers": [
                {"_target_": f"{prefix}.LinearLR", "start_factor": 0.1, "total_iters": 10},
                {"_target_": f"{prefix}.CosineAnnealingLR", "T_max": 50},
            ],
        },
    }
    entry, _ = read(tmp_path, data)
    assert entry.length == 60

    def make(optimizer):
        classes = torch.optim.lr_scheduler
        parts = [
            classes.LinearLR(optimizer, start_factor=0.1, total_iters=10),
            classes.CosineAnnealingLR(optimizer, T_max=50),
        ]
        return classes.SequentialLR(optimizer, parts, milestones=[10])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        agrees(entry.schedule, stepped(make, 0.02, 60))


def keras_model(schedule, wrapped):
    keras = peer("keras")
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(schedule(keras.optimizers.schedules))
    if wrapped:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    model.compile(optimizer, "mse")
    return model, optimizer


@pytest.mark.parametrize("wrapped", [False, True])
def test_saved_models_of_keras(tmp_path, wrapped):
    model, optimizer = keras_model(
        lambda s: s.CosineDecay(1e-3, 900, alpha=0.1, warmup_target=1e-2, warmup_steps=100), wrapped
    )
    inner = optimizer.inner_optimizer if wrapped else optimizer
    expected = [float(inner._learning_rate(step)) for step in range(0, 1000, 50)]
    model.save(tmp_path / "model.keras")
    file = tmp_path / "compile.json"
    file.write_text(json.dumps(model.get_compile_config()))
    optimizer_file = tmp_path / "optimizer.json"
    keras = peer("keras")
    optimizer_file.write_text(json.dumps(keras.optimizers.serialize(optimizer)))
    for name in ("model.keras", "compile.json", "optimizer.json"):
        sweep = dl.load(tmp_path / name)
        (entry,) = sweep.entries.values()
        assert entry.about["source"] == "read as a Keras configuration"
        got = entry.schedule(np.arange(0, 1000, 50))
        np.testing.assert_allclose(got, expected, rtol=1e-6)  # Keras computes in float32


def test_an_h5_file_of_keras(tmp_path):
    h5py = peer("h5py")
    config = {
        "optimizer_config": {
            "class_name": "Adam",
            "config": {
                "learning_rate": {
                    "class_name": "ExponentialDecay",
                    "config": {"initial_learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.5},
                }
            },
        }
    }
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["training_config"] = json.dumps(config)
    entry = dl.load(tmp_path / "model.h5", steps=100).entries["model"]
    assert (entry.schedule(20), entry.length) == (0.125, 100)
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.attrs["other"] = 1
    with pytest.raises(ValueError, match="training_config must be an attribute of the file"):
        dl.load(tmp_path / "weights.h5")
