"""The table "Known differences" of `docs/compat.md`: the library's behavior and decaylr's."""

import warnings

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import keras, optax, torch, transformers
from tests.peers.installed import peer
from tests.peers.live_torch import lr_scheduler, make, optimizer, stepped

schedules = peer("keras").optimizers.schedules
live_optax = peer("optax")
optimization = peer("transformers.optimization")


def rate(scheduler):
    return float(scheduler.optimizer.param_groups[0]["lr"])


def test_torch_finds_a_restart_by_a_logarithm():
    live = make("CosineAnnealingWarmRestarts", optimizer(1.0), {"T_0": 10, "T_mult": 3})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        live.step(1210)
    assert rate(live) < 1e-9
    assert torch.CosineAnnealingWarmRestarts(1.0, 10, 3)(1210) == 1.0


def test_a_multiplicative_part_of_torchs_sequence_goes_on_from_the_rate_it_finds():
    group = optimizer(1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [
            lr_scheduler.ConstantLR(group, 0.5, total_iters=100),
            lr_scheduler.MultiplicativeLR(group, lambda t: 0.5),
        ]
        live = lr_scheduler.SequentialLR(group, parts, [3])
    theirs = stepped(live, 6)
    mine = [torch.ConstantLR(1.0, 0.5, 100), torch.MultiplicativeLR(1.0, dl.constant(0.5))]
    ours = torch.SequentialLR(1.0, mine, [3]).table(6)
    np.testing.assert_array_equal(ours, [0.5, 0.5, 0.5, 1.0, 0.5, 0.25])
    assert theirs[4] != ours[4]


def test_a_closed_form_in_torchs_chain_overwrites_the_others():
    group = optimizer(1.0)
    live = lr_scheduler.ChainedScheduler(
        [
            make("ExponentialLR", group, {"gamma": 0.5}),
            make("LambdaLR", group, {"lr_lambda": lambda t: 1.0}),
        ]
    )
    assert stepped(live, 4)[-1] == 1.0
    ours = torch.ChainedScheduler([torch.ExponentialLR(1.0, 0.5), dl.constant(1.0)], 1.0)
    assert ours(3) == 0.125


def test_one_cycle_beyond_its_end():
    live = make("OneCycleLR", optimizer(1.0), {"max_lr": 1.0, "total_steps": 5})
    stepped(live, 5)
    with pytest.raises(ValueError, match="Tried to step 6 times"):
        stepped(live, 1)
    ours = torch.OneCycleLR(1.0, 5)
    assert ours(6) == ours(5)


def test_a_constant_factor_of_zero():
    with pytest.raises(ZeroDivisionError):
        stepped(make("ConstantLR", optimizer(1.0), {"factor": 0.0, "total_iters": 3}), 5)
    np.testing.assert_array_equal(torch.ConstantLR(1.0, 0.0, 3).table(5), [0, 0, 0, 1, 1])


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("StepLR", {"step_size": 3, "gamma": -0.5}, "gamma must be finite and >= 0, got -0.5"),
        ("ExponentialLR", {"gamma": -0.5}, "gamma must be finite and >= 0, got -0.5"),
        ("MultiStepLR", {"milestones": [-3, 5]}, "milestones must be"),
    ],
)
def test_torch_takes_negative_factors_and_milestones(name, arguments, message):
    stepped(make(name, optimizer(1.0), arguments), 3)
    with pytest.raises(ValueError, match=message):
        getattr(torch, name)(1.0, **arguments)


def test_torch_takes_negative_thresholds():
    lr_scheduler.ReduceLROnPlateau(optimizer(1.0), threshold=-1.0).step(1.0)
    with pytest.raises(ValueError, match=r"threshold must be finite and >= 0, got -1.0"):
        torch.ReduceLROnPlateau(1.0, threshold=-1.0)


def test_three_phases_out_of_order():
    arguments = {"max_lr": 1.0, "total_steps": 10, "pct_start": 0.8, "three_phase": True}
    stepped(make("OneCycleLR", optimizer(1.0), arguments), 9)
    with pytest.raises(ValueError, match="pct_start must be"):
        torch.OneCycleLR(**arguments)


def test_a_polynomial_without_room_in_transformers():
    live = optimization.get_polynomial_decay_schedule_with_warmup(optimizer(1.0), 5, 5)
    with pytest.raises(ZeroDivisionError):
        stepped(live, 7)
    with pytest.raises(ValueError, match="other than num_warmup_steps, got 5"):
        transformers.get_polynomial_decay_schedule_with_warmup(1.0, 5, 5)


def test_optax_ignores_surplus_schedules():
    parts = [live_optax.constant_schedule(value) for value in (1.0, 2.0, 3.0)]
    assert float(live_optax.join_schedules(parts, [5])(100)) == 2.0
    with pytest.raises(ValueError, match="boundaries must be 2 for 3 schedules, got 1"):
        optax.join_schedules([dl.constant(value) for value in (1.0, 2.0, 3.0)], [5])


def test_a_negative_rate_in_optax():
    assert np.isnan(float(live_optax.exponential_decay(1.0, 2, -0.5)(1)))
    with pytest.raises(ValueError, match=r"decay_rate must be finite and >= 0, got -0.5"):
        optax.exponential_decay(1.0, 2, -0.5)


def test_shrinking_restarts_of_keras():
    assert np.isnan(float(schedules.CosineDecayRestarts(1.0, 10, t_mul=0.5)(25)))
    with pytest.raises(ValueError, match=r"t_mul must be finite and >= 1, got 0.5"):
        keras.CosineDecayRestarts(1.0, 10, t_mul=0.5)


def test_cycles_of_fractional_length_in_keras():
    theirs = schedules.PolynomialDecay(1.0, 2.5, end_learning_rate=0.0, cycle=True)
    assert float(theirs(3)) == pytest.approx(0.4, rel=1e-6, abs=0)
    with pytest.raises(ValueError, match=r"decay_steps must be whole where cycle is true, got 2.5"):
        keras.PolynomialDecay(1.0, 2.5, cycle=True)


# decaylr rejects what these libraries reject, except for the differences above.
REFUSED = [
    (lr_scheduler, torch, "ConstantLR", {"factor": 1.5}),
    (lr_scheduler, torch, "ConstantLR", {"factor": -0.5}),
    (lr_scheduler, torch, "LinearLR", {"start_factor": 0.0}),
    (lr_scheduler, torch, "LinearLR", {"start_factor": 1.5}),
    (lr_scheduler, torch, "LinearLR", {"end_factor": 1.5}),
    (lr_scheduler, torch, "LinearLR", {"end_factor": -0.5}),
    (lr_scheduler, torch, "CosineAnnealingWarmRestarts", {"T_0": 0}),
    (lr_scheduler, torch, "CosineAnnealingWarmRestarts", {"T_0": 2.5}),
    (lr_scheduler, torch, "CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 0}),
    (lr_scheduler, torch, "CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": 1.5}),
    (lr_scheduler, torch, "StepLR", {}),
    (lr_scheduler, torch, "MultiStepLR", {"milestones": 5}),
    (lr_scheduler, torch, "ReduceLROnPlateau", {"factor": 1.0}),
    (lr_scheduler, torch, "ReduceLROnPlateau", {"mode": "least"}),
    (lr_scheduler, torch, "ReduceLROnPlateau", {"threshold_mode": "near"}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "total_steps": 0}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "total_steps": 2.5}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "epochs": 3}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "epochs": 0, "steps_per_epoch": 3}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "epochs": 3, "steps_per_epoch": -1}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "total_steps": 9, "pct_start": 1.5}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1.0, "total_steps": 9, "pct_start": -0.5}),
    (lr_scheduler, torch, "OneCycleLR", {"max_lr": 1, "total_steps": 9, "anneal_strategy": "x"}),
    (lr_scheduler, torch, "CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "mode": "square"}),
    (peer("torch.optim.swa_utils"), torch, "SWALR", {"swa_lr": 0.1, "anneal_epochs": -1}),
    (peer("torch.optim.swa_utils"), torch, "SWALR", {"swa_lr": 0.1, "anneal_epochs": 2.5}),
    (peer("torch.optim.swa_utils"), torch, "SWALR", {"swa_lr": 0.1, "anneal_strategy": "sqrt"}),
    (live_optax, optax, "cosine_decay_schedule", {"init_value": 1.0, "decay_steps": 0}),
    (live_optax, optax, "cosine_decay_schedule", {"init_value": 1.0, "decay_steps": -5}),
    (live_optax, optax, "piecewise_constant_schedule",
     {"init_value": 1.0, "boundaries_and_scales": {3: -1.0}}),
    (live_optax, optax, "piecewise_interpolate_schedule",
     {"interpolate_type": "cubic", "init_value": 1.0}),
    (live_optax, optax, "piecewise_interpolate_schedule",
     {"interpolate_type": "linear", "init_value": 1.0, "boundaries_and_scales": {3: -1.0}}),
    (live_optax, optax, "linear_onecycle_schedule", {"transition_steps": 0, "peak_value": 1.0}),
    (live_optax, optax, "cosine_onecycle_schedule", {"transition_steps": 0, "peak_value": 1.0}),
    (live_optax, optax, "warmup_cosine_decay_schedule",
     {"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 10, "decay_steps": 10}),
    (peer("optax.contrib"), optax, "reduce_on_plateau", {"factor": 1.5}),
    (peer("optax.contrib"), optax, "reduce_on_plateau", {"factor": 0.0}),
    (peer("optax.contrib"), optax, "reduce_on_plateau", {"rtol": -1.0}),
    (peer("optax.contrib"), optax, "reduce_on_plateau", {"rtol": 0.0, "atol": 0.0}),
    (schedules, keras, "PiecewiseConstantDecay", {"boundaries": [1, 2], "values": [1.0, 2.0]}),
    (optimization, transformers, "get_cosine_with_min_lr_schedule_with_warmup",
     {"num_warmup_steps": 1, "num_training_steps": 9}),
    (optimization, transformers, "get_cosine_with_min_lr_schedule_with_warmup",
     {"num_warmup_steps": 1, "num_training_steps": 9, "min_lr": 0.1, "min_lr_rate": 0.1}),
    (optimization, transformers, "get_polynomial_decay_schedule_with_warmup",
     {"num_warmup_steps": 1, "num_training_steps": 9, "lr_end": 5.0}),
    (optimization, transformers, "get_wsd_schedule",
     {"num_warmup_steps": 1, "num_decay_steps": 9}),
    (optimization, transformers, "get_wsd_schedule",
     {"num_warmup_steps": 1, "num_decay_steps": 9, "num_stable_steps": 1, "warmup_type": "x"}),
    (optimization, transformers, "get_wsd_schedule",
     {"num_warmup_steps": 1, "num_decay_steps": 9, "num_stable_steps": 1, "decay_type": "x"}),
    (optimization, transformers, "get_scheduler", {"name": "linear", "num_warmup_steps": 1}),
    (optimization, transformers, "get_scheduler", {"name": "linear"}),
    (optimization, transformers, "get_scheduler", {"name": "unheard of"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("theirs", "ours", "name", "arguments"),
    REFUSED,
    ids=[f"{name}-{arguments}" for _, _, name, arguments in REFUSED],
)
def test_what_the_library_refuses(theirs, ours, name, arguments):
    functional = theirs in (live_optax, schedules) or ours is optax
    given = arguments if functional else {"optimizer": optimizer(1.0), **arguments}
    with pytest.raises((TypeError, ValueError, AssertionError)):
        getattr(theirs, name)(**given)
    rated = functional or name in ("OneCycleLR", "CyclicLR")
    with pytest.raises((TypeError, ValueError)):
        getattr(ours, name)(**(arguments if rated else {"base_lr": 1.0, **arguments}))
