"""All arguments that a library accepts and decaylr rejects, compared with the library."""

import numpy as np
import pytest

from decaylr.compat import keras, optax, timm, torch, transformers
from tests.peers.installed import peer
from tests.peers.live_torch import CYCLED, lr_scheduler, make, optimizer, stepped

schedules = peer("keras").optimizers.schedules
live_optax = peer("optax")
optimization = peer("transformers.optimization")

WHOLE = "must be a whole number"
NOT_NEGATIVE = "must be finite and >= 0"
POSITIVE = "must be finite and > 0"
TORCH = [
    ("StepLR", {"step_size": 2.5}, f"step_size {WHOLE} >= 1, got 2.5"),
    ("StepLR", {"step_size": -1}, f"step_size {WHOLE} >= 1, got -1"),
    ("MultiStepLR", {"milestones": [2.5, 80]}, f"milestones {WHOLE} >= 0, got 2.5 at index 0"),
    ("ConstantLR", {"total_iters": 2.5}, f"total_iters {WHOLE} >= 0, got 2.5"),
    ("ConstantLR", {"total_iters": -1}, f"total_iters {WHOLE} >= 0, got -1"),
    ("LinearLR", {"total_iters": 2.5}, f"total_iters {WHOLE} >= 0, got 2.5"),
    ("PolynomialLR", {"total_iters": 2.5}, f"total_iters {WHOLE} >= 0, got 2.5"),
    ("CosineAnnealingLR", {"T_max": -1}, f"T_max {POSITIVE}, got -1"),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 4, "step_size_down": 0},
     f"step_size_down {POSITIVE}, got 0"),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 9, "div_factor": -1.0},
     f"div_factor {POSITIVE}, got -1.0"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "message"), TORCH)
def test_torch(name, arguments, message):
    assert np.all(np.isfinite(stepped(make(name, optimizer(1.0), arguments), 8)))
    rated = {} if name in CYCLED else {"base_lr": 1.0}
    with pytest.raises(ValueError, match=message):
        getattr(torch, name)(**rated, **arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "where"),
    [
        ("StepLR", {"step_size": 2.5, "gamma": 0.5}, 1.0),
        ("MultiStepLR", {"milestones": [2.5], "gamma": 0.5}, 1.0),
        ("ConstantLR", {"factor": 0.5, "total_iters": 2.5}, 0.5),
        ("LinearLR", {"start_factor": 0.5, "total_iters": 2.5}, 0.9),
        ("PolynomialLR", {"total_iters": 2.5}, 0.2),
    ],
)
def test_torch_never_reaches_fractional_milestones(name, arguments, where):
    values = stepped(make(name, optimizer(1.0), arguments), 5)
    assert values[3] == values[4 if name != "StepLR" else 3] == pytest.approx(where, rel=1e-15)


def steps(warmup, total, **more):
    return {"num_warmup_steps": warmup, "num_training_steps": total, **more}


EARLY = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
TRANSFORMERS = [
    ("get_linear_schedule_with_warmup", steps(-1, 9), f"num_warmup_steps {NOT_NEGATIVE}, got -1"),
    ("get_linear_schedule_with_warmup", steps(1, -9), f"num_training_steps {NOT_NEGATIVE}, got -9"),
    ("get_cosine_with_hard_restarts_schedule_with_warmup", steps(1, 9, num_cycles=-1),
     f"num_cycles {NOT_NEGATIVE}, got -1"),
    ("get_polynomial_decay_schedule_with_warmup", steps(1, 9, power=0), f"power {POSITIVE}, got 0"),
    ("get_cosine_with_min_lr_schedule_with_warmup", steps(1, 9, min_lr_rate=-0.5),
     f"min_lr_rate {NOT_NEGATIVE}, got -0.5"),
    (EARLY, steps(2.5, 9, min_lr_rate=0.5), f"num_warmup_steps {WHOLE} >= 0, got 2.5"),
    ("get_wsd_schedule", {"num_warmup_steps": 1, "num_decay_steps": -1, "num_stable_steps": 3},
     f"num_decay_steps {NOT_NEGATIVE}, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "message"), TRANSFORMERS)
def test_transformers(name, arguments, message):
    live = getattr(optimization, name)(optimizer(1.0), **arguments)
    assert np.all(np.isfinite(stepped(live, 8)))
    with pytest.raises(ValueError, match=message):
        getattr(transformers, name)(1.0, **arguments)


@pytest.mark.parametrize("name", ["constant", "constant_with_warmup"])
def test_transformers_leaves_out_arguments(name):
    extra = {"scheduler_specific_kwargs": {"speed": 3}}
    optimization.get_scheduler(name, optimizer(1.0), num_warmup_steps=3, **extra)
    with pytest.raises(ValueError, match=f"must be empty for {name}, got {{'speed': 3}}"):
        transformers.get_scheduler(name, 1.0, 3, **extra)


def test_a_fractional_warmup_overshoots_in_transformers():
    live = getattr(optimization, EARLY)(optimizer(1.0), 2.5, 9, min_lr_rate=0.5, warmup_lr_rate=0.1)
    assert stepped(live, 3)[2] == pytest.approx(1.3, rel=1e-15)


RATE = {"initial_learning_rate": 1.0, "decay_steps": 10}
FUNCTIONAL = [
    (schedules, keras, "InverseTimeDecay", RATE | {"decay_rate": -0.5},
     f"decay_rate {NOT_NEGATIVE}, got -0.5"),
    (schedules, keras, "PolynomialDecay", RATE | {"power": 0}, f"power {POSITIVE}, got 0"),
    (schedules, keras, "PolynomialDecay", RATE | {"power": -1}, f"power {POSITIVE}, got -1"),
    (schedules, keras, "PiecewiseConstantDecay",
     {"boundaries": [-1, 5], "values": [1.0, 0.5, 0.1]}, f"boundaries {NOT_NEGATIVE}, got -1"),
    (schedules, keras, "PiecewiseConstantDecay",
     {"boundaries": [5, 3], "values": [1.0, 0.5, 0.1]}, "boundaries must be non-decreasing"),
    (live_optax, optax, "cosine_decay_schedule",
     {"init_value": 1.0, "decay_steps": 10, "exponent": 0}, f"exponent {POSITIVE}, got 0"),
    (live_optax, optax, "polynomial_schedule",
     {"init_value": 1.0, "end_value": 0.1, "power": -1, "transition_steps": 10},
     f"power {NOT_NEGATIVE}, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("theirs", "ours", "name", "arguments", "message"), FUNCTIONAL)
def test_functional(theirs, ours, name, arguments, message):
    live = getattr(theirs, name)(**arguments)
    assert all(np.isfinite(float(live(t))) for t in range(8))
    with pytest.raises(ValueError, match=message):
        getattr(ours, name)(**arguments)


def test_keras_converts_arguments_to_integers_with_an_integer_rate():
    assert float(schedules.ExponentialDecay(1, 10, 0.5)(10)) == 0.0
    assert keras.ExponentialDecay(1, 10, 0.5)(10) == 0.5
    warmed = {"decay_steps": 10, "alpha": 0.5, "warmup_target": 2, "warmup_steps": 5}
    # Keras also converts pi to the integer 3.
    assert float(schedules.CosineDecay(0, **warmed)(15)) == pytest.approx(1.0050037, rel=1e-6)
    assert keras.CosineDecay(0, **warmed)(15) == 1.0


def test_a_rate_below_zero_is_refused_by_the_optimizer_not_by_its_schedule():
    with pytest.raises(ValueError, match="Invalid learning rate"):
        optimizer(-1.0)
    assert torch.StepLR(-1.0, 2, 0.5)(2) == -0.5


def test_a_share_of_one_cycle_that_is_an_integer():
    with pytest.raises(ValueError, match="Expected float between 0 and 1 pct_start, but got 1"):
        make("OneCycleLR", optimizer(1.0), {"max_lr": 1.0, "total_steps": 5, "pct_start": 1})
    assert torch.OneCycleLR(1.0, 5, pct_start=1) == torch.OneCycleLR(1.0, 5, pct_start=1.0)


@pytest.mark.parametrize("anneal", ["cos", "linear"])
@pytest.mark.parametrize(("share", "three_phase"), [(1.0, False), (0.6, True)])
def test_one_cycle_whose_last_phase_has_no_length(share, three_phase, anneal):
    arguments = {"max_lr": 1.0, "total_steps": 5, "pct_start": share, "anneal_strategy": anneal}
    arguments |= {"three_phase": three_phase}
    live = make("OneCycleLR", optimizer(1.0), arguments)
    ours = torch.OneCycleLR(**arguments)
    np.testing.assert_allclose(ours.table(4), stepped(live, 4), rtol=1e-14, atol=0)
    rate, momentum = (live.optimizer.param_groups[0][key] for key in ("lr", "momentum"))
    assert [ours(t) for t in (4, 5, 9)] == pytest.approx([rate] * 3, rel=1e-14, abs=0)
    assert ours.momentum(4) == pytest.approx(momentum, rel=1e-14, abs=0)
    with pytest.raises(ZeroDivisionError):
        live.step()
    batch = torch.OneCycleLR(**arguments | {"pct_start": [share, 0.4]})
    np.testing.assert_array_equal(batch.table(9)[0], ours.table(9))


def test_a_cosine_past_its_minimum_in_torchs_chain():
    group = optimizer(1.0)
    parts = [
        make("CosineAnnealingLR", group, {"T_max": 3}),
        make("ExponentialLR", group, {"gamma": 0.5}),
    ]
    theirs = stepped(lr_scheduler.ChainedScheduler(parts), 5)
    mine = [torch.CosineAnnealingLR(1.0, 3), torch.ExponentialLR(1.0, 0.5)]
    ours = torch.ChainedScheduler(mine, 1.0).table(5)
    np.testing.assert_allclose(ours, [1.0, 0.375, 0.0625, 0.0, 0.015625], rtol=1e-15, atol=0)
    np.testing.assert_allclose(theirs[:3], ours[:3], rtol=1e-14, atol=0)
    assert theirs[4] == pytest.approx(0.125, rel=1e-14)


def test_a_sequence_in_torchs_chain_restarts_its_parts():
    group = optimizer(1.0)
    parts = [
        make("ConstantLR", group, {"factor": 0.5, "total_iters": 9}),
        make("ExponentialLR", group, {"gamma": 0.5}),
    ]
    sequence = lr_scheduler.SequentialLR(group, parts, [3])
    fading = make("StepLR", group, {"step_size": 2, "gamma": 0.5})
    theirs = stepped(lr_scheduler.ChainedScheduler([sequence, fading]), 4)
    mine = [torch.ConstantLR(1.0, 0.5, 9), torch.ExponentialLR(1.0, 0.5)]
    whole = [torch.SequentialLR(1.0, mine, [3]), torch.StepLR(1.0, 2, 0.5)]
    np.testing.assert_array_equal(
        torch.ChainedScheduler(whole, 1.0).table(4), [0.5, 0.5, 0.25, 0.5]
    )
    assert theirs[3] == 1.0


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (
            {"noise_range_t": (0, 9), "noise_pct": 1e-9},
            "noise_pct must be at least noise_std / 1000",
        ),
        ({"noise_range_t": (0, 2.0**63)}, "noise_range_t must be at most 9007199254740992"),
    ],
)
def test_noise_of_timm_that_would_take_for_ever(noise, message):
    with pytest.raises(ValueError, match=message):
        timm.StepLRScheduler(0.1, 30, **noise)
