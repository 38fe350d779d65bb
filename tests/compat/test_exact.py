"""Every schedule of the five libraries compared with its exact formula, in ulp."""

import numpy as np
import pytest

from decaylr.compat import keras, optax, timm, torch, transformers
from tests.compat import test_transformers as hf
from tests.compat.cases import CASES
from tests.oracles import functional
from tests.oracles import timm as exact_timm
from tests.oracles import torch as exact_torch
from tests.oracles.base import real, unit
from tests.peers import live_torch

SEEDS = range(10)
POSITIONS = [*range(131), 1000, 12345]
BOUND = 4


def no_slack(_):
    return 0


def worst(schedule, formula, arguments, positions=POSITIONS, slack_at=no_slack):
    """The largest difference in ulp and its position; infinite if an exact zero is missed."""
    exact = {name: exact_torch.exact_number(value) for name, value in arguments.items()}
    found = (0.0, None)
    for t in positions:
        want, got = real.mpf(formula(t, **exact)), schedule(t)
        allowed = slack_at(t)
        missed = max(real.zero, abs(got - want) - allowed)
        off = float(missed / unit(want)) if want or allowed else float("inf" if got else 0)
        found = max(found, (off, t), key=lambda pair: pair[0])
    return found


EXACT_WAVES = (0.5, 1.0, 2, 0.0)


def rounded_period(arguments):
    """Slack for waves whose period is rounded: the error of half an ulp grows with each period."""
    cycles = arguments.get("num_cycles", 0.0)
    if cycles in EXACT_WAVES:
        return no_slack
    span = arguments.get("num_decay_steps")
    if span is None:
        span = arguments["num_training_steps"] - arguments["num_warmup_steps"]
    slope = real.pi / 2 * arguments["base_lr"]
    return lambda t: slope * real.ldexp(2 * cycles * (t + 1) / max(1, span), -53)


def rounded_length(formula, arguments):
    """Slack for phases that end between steps: their length is rounded by half an ulp."""
    exact = {name: exact_torch.exact_number(value) for name, value in arguments.items()}
    h = real.mpf(10) ** -20
    half = real.ldexp(150, -53)
    return lambda t: half * abs(formula(t + h, **exact) - formula(t - h, **exact)) / (2 * h)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", exact_torch.TORCH)
def test_torch(name, seed):
    rng = np.random.default_rng([seed, 5])
    arguments = live_torch.random_arguments(name, rng)
    if name not in live_torch.CYCLED:
        arguments["base_lr"] = float(rng.uniform(0.01, 1.0))
    schedule = getattr(torch, name)(**arguments)
    formula = exact_torch.TORCH[name]
    slack = rounded_length(formula, arguments) if name == "OneCycleLR" else no_slack
    assert worst(schedule, formula, arguments, slack_at=slack)[0] <= BOUND, arguments


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", hf.NAMES)
def test_transformers(name, seed):
    rng = np.random.default_rng([seed, 5])
    arguments = hf.random_arguments(name, rng) | {"base_lr": float(rng.uniform(0.05, 1.0))}
    schedule = getattr(transformers, name)(**arguments)
    formula, slack = getattr(exact_torch, name), rounded_period(arguments)
    assert worst(schedule, formula, arguments, slack_at=slack)[0] <= BOUND, arguments


OTHERS = {
    getattr(optax, name): getattr(functional, name)
    for name in optax.__all__
    if hasattr(functional, name)
}
OTHERS |= {
    keras.ExponentialDecay: functional.keras_exponential,
    keras.PiecewiseConstantDecay: functional.keras_piecewise,
    keras.PolynomialDecay: functional.keras_polynomial,
    keras.InverseTimeDecay: functional.keras_inverse_time,
    keras.CosineDecay: functional.keras_cosine,
    keras.CosineDecayRestarts: functional.keras_restarts,
    timm.CosineLRScheduler: exact_timm.cycled(exact_timm.cosine_shape),
    timm.TanhLRScheduler: exact_timm.cycled(exact_timm.tanh_shape),
    timm.PolyLRScheduler: exact_timm.cycled(exact_timm.poly_shape),
    timm.StepLRScheduler: exact_timm.step_lr,
    timm.MultiStepLRScheduler: exact_timm.multi_step_lr,
    timm.WSDLRScheduler: exact_timm.wsd_lr,
}


def cancelled(arguments):
    """Slack for (r**x - r) / (1 - r) near 0: one ulp of r / (1 - r)."""
    ratio = arguments["decay_ratio"]
    return lambda t: real.ldexp(arguments["base_lr"] * ratio / (1 - ratio), -52)


def drawn(first, second, rng):
    """A value between two values, which are numbers, lists of numbers, or equal strings."""
    if isinstance(first, dict):
        return {key: drawn(first[key], second[key], rng) for key in first}
    if isinstance(first, list):
        found = [drawn(a, b, rng) for a, b in zip(first, second, strict=True)]
        return sorted(found) if isinstance(first[0], int) else found
    if isinstance(first, str | bool) or first == second:
        return first
    low, high = sorted((first, second))
    return (
        int(rng.integers(low, high + 1))
        if isinstance(first, int)
        else float(rng.uniform(low, high))
    )


def other_arguments(function, seed):
    rng = np.random.default_rng([seed, 5])
    first, second = ({k: v for k, v in one.items() if "noise" not in k} for one in CASES[function])
    return drawn(first, second, rng)


def other_slack(arguments):
    return cancelled(arguments) if arguments.get("decay_fn") == "exp" else no_slack


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("function", OTHERS, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_others(function, seed):
    arguments = other_arguments(function, seed)
    slack = other_slack(arguments)
    found = worst(function(**arguments), OTHERS[function], arguments, slack_at=slack)
    assert found[0] <= BOUND, arguments


def test_every_schedule_has_a_formula():
    found = {*OTHERS, *(getattr(torch, name) for name in exact_torch.TORCH)}
    assert found | {getattr(transformers, name) for name in hf.NAMES} == set(CASES)
