"""Every number of a library's schedule can be an array; each run equals the single schedule."""

import inspect

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import keras, optax, timm, torch, transformers
from tests.compat.cases import CASES
from tests.peers.installed import peer

POSITIONS = np.arange(150)

# Factories, metric-driven rules, and functions that take schedules or functions.
ELSEWHERE = {
    torch.LambdaLR, torch.MultiplicativeLR, torch.SequentialLR, torch.ChainedScheduler,
    torch.ReduceLROnPlateau, torch.from_scheduler,
    transformers.get_scheduler, transformers.GreedyLR, transformers.get_greedy_schedule,
    transformers.get_reduce_on_plateau_schedule, transformers.from_training_arguments,
    timm.PlateauLRScheduler, timm.create_scheduler_v2, timm.create_scheduler,
    optax.join_schedules, optax.reduce_on_plateau, optax.from_schedule,
    keras.LearningRateScheduler, keras.ReduceLROnPlateau, keras.from_config, keras.to_config,
}  # fmt: skip


def number(value):
    return isinstance(value, int | float | list | dict) and not isinstance(value, bool)


def merged(one, two):
    """Both values as one array; in mappings and lists of mappings, value by value."""
    if isinstance(one, dict):
        return {key: merged(one[key], two[key]) for key in one}
    if isinstance(one, list) and isinstance(one[0], dict):
        return [merged(a, b) for a, b in zip(one, two, strict=True)]
    return [one, two]


SINGLE = [
    (function, name)
    for function, (first, second) in CASES.items()
    for name in first
    if number(first[name]) and first[name] != second[name]
]


@pytest.mark.parametrize(
    ("function", "name"),
    SINGLE,
    ids=[f"{f.__module__.split('.')[2]}-{f.__name__}-{n}" for f, n in SINGLE],
)
def test_an_array_for_one_parameter(function, name):
    first, second = CASES[function]
    if "noise_pct" in first:
        peer("torch")  # whose random numbers timm's noise is
    expected = [function(**first)(POSITIONS), function(**(first | {name: second[name]}))(POSITIONS)]
    got = function(**(first | {name: merged(first[name], second[name])}))
    np.testing.assert_array_equal(np.broadcast_to(got(POSITIONS[:, None]).T, (2, 150)), expected)


@pytest.mark.parametrize("function", CASES, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_arrays_for_all_parameters(function):
    first, second = CASES[function]
    if "noise_pct" in first:
        peer("torch")  # whose random numbers timm's noise is
    together = {
        name: merged(value, second[name]) if number(value) else value
        for name, value in first.items()
    }
    got = function(**together)
    expected = [function(**first)(POSITIONS), function(**second)(POSITIONS)]
    np.testing.assert_array_equal(got(POSITIONS[:, None]).T, expected)
    if isinstance(got, dl.Schedule) and got.momentum is not None:
        momenta = [function(**one).momentum(POSITIONS) for one in (first, second)]
        np.testing.assert_array_equal(got.momentum(POSITIONS[:, None]).T, momenta)


def test_the_power_of_a_decay():
    make = timm.WSDLRScheduler
    got = make(0.1, 60, 20, decay_fn="power", decay_power=[0.5, 2.0])(POSITIONS[:, None])
    expected = [make(0.1, 60, 20, decay_fn="power", decay_power=n)(POSITIONS) for n in (0.5, 2.0)]
    np.testing.assert_array_equal(got.T, expected)


def test_every_function_and_number_is_covered():
    public = {
        getattr(module, name)
        for module in (keras, optax, timm, torch, transformers)
        for name in module.__all__
    }
    assert public == CASES.keys() | ELSEWHERE
    words = {"name", "initialize", "t_in_epochs", "cycle_momentum", "epochs"}
    for function, (first, _) in CASES.items():
        defaults = inspect.signature(function).parameters
        left = {
            name
            for name, one in defaults.items()
            if name not in first and number(one.default) and name not in words
        }
        assert left == set(), function.__name__


def test_functions_and_sequences_of_arrays():
    parts = [torch.LinearLR([0.1, 0.2], 0.5, total_iters=5), torch.StepLR([0.1, 0.2], 9)]
    joined = torch.SequentialLR([0.1, 0.2], parts, [5])
    assert joined.shape == (2,)
    scaled = torch.LambdaLR([0.1, 0.2], dl.inverse(1.0, [0.5, 0.1]))
    np.testing.assert_array_equal(
        scaled(3), [0.1 * dl.inverse(1.0, 0.5)(3), 0.2 * dl.inverse(1.0, 0.1)(3)]
    )
