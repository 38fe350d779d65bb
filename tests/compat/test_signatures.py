"""Every schedule of PyTorch, Keras, optax and transformers exists, with the library's signature.

`test_timm.py` does the same for timm; CI runs it where timm is installed.
"""

import inspect

import pytest

from decaylr.compat import keras, optax, transformers
from decaylr.compat import torch as compat_torch
from tests.peers.installed import peer
from tests.peers.live_torch import swa_utils, torch
from tests.peers.signatures import differences

lr_scheduler = torch.optim.lr_scheduler
keras_schedules = peer("keras").optimizers.schedules
keras_callbacks = peer("keras").callbacks
live_optax = peer("optax")
contrib = peer("optax.contrib")
optimization = peer("transformers.optimization")

TORCH = [name for name in compat_torch.__all__ if name != "from_scheduler"]
KERAS = [name for name in keras.__all__ if name not in ("from_config", "to_config")]
OPTAX = [name for name in optax.__all__ if name != "from_schedule"]
TRANSFORMERS = [n for n in transformers.__all__ if n not in ("GreedyLR", "from_training_arguments")]

# Differences and their reasons. "+": only in decaylr; "-": only in the library.
HORIZON = {"+horizon"}  # a Python function is stored as a table over the horizon
OWN = {
    "LambdaLR": HORIZON,
    "MultiplicativeLR": HORIZON,
    "CyclicLR": HORIZON | {"-optimizer"},  # CyclicLR sets the rate itself
    "OneCycleLR": {"-optimizer"},
    # The rate that the factors multiply. PyTorch reads it from the optimizer.
    "ChainedScheduler": {"base_lr=1.0 instead of None"},
    # PyTorch calls it with the previous rate, which decaylr does not store.
    "LearningRateScheduler": {"-verbose", "+initial_learning_rate", "+horizon"},
    # `update` receives the metric without a name, which "auto" would need.
    "ReduceLROnPlateau": {
        "+base_lr",
        "-monitor",
        "-verbose",
        "-kwargs",
        "mode='min' instead of 'auto'",
    },
    # In optax a transformation of updates, in decaylr a schedule to be scaled.
    "reduce_on_plateau": {"+schedule"},
}


@pytest.mark.parametrize("name", TORCH)
def test_torch(name):
    live = getattr(lr_scheduler, name, None) or getattr(swa_utils, name)
    expected = set() if name == "ReduceLROnPlateau" else OWN.get(name, set())
    assert differences(live, getattr(compat_torch, name)) == expected


@pytest.mark.parametrize("name", KERAS)
def test_keras(name):
    live = getattr(keras_schedules, name, None) or getattr(keras_callbacks, name)
    assert differences(live, getattr(keras, name)) == OWN.get(name, set())


@pytest.mark.parametrize("name", OPTAX)
def test_optax(name):
    live = getattr(live_optax, name, None) or getattr(contrib, name)
    assert differences(live, getattr(optax, name)) == OWN.get(name, set())


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers(name):
    assert differences(getattr(optimization, name), getattr(transformers, name)) == set()


def test_nothing_of_torch_is_missing():
    bases = (lr_scheduler.LRScheduler, lr_scheduler.ReduceLROnPlateau)
    found = {
        name
        for module in (lr_scheduler, swa_utils)
        for name, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, bases) and not name.startswith("_")
    }
    assert found - {"LRScheduler"} == set(TORCH)
    assert len(TORCH) == 16


def test_nothing_of_transformers_is_missing():
    found = {name for name in vars(optimization) if name.startswith("get_")}
    # Adafactor's schedule reads a value that the optimizer computes from its parameters.
    assert found - {"get_adafactor_schedule"} == set(TRANSFORMERS)


def test_the_two_callbacks_of_keras():
    found = {n for n in vars(keras_callbacks) if "LR" in n or "LearningRate" in n}
    assert found == {"LearningRateScheduler", "ReduceLROnPlateau"}
