"""`decaylr.compat.torch` compared with PyTorch's schedulers, which are stepped."""

import pickle
import warnings

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import torch as compat
from tests.peers.live_torch import (
    CYCLED,
    PLAIN,
    lr_scheduler,
    make,
    optimizer,
    random_arguments,
    stepped,
    torch,
)

STEPS = 150
SEEDS = range(12)
# PyTorch multiplies its last value: an error of a few ulp per step, absolute if it subtracts.
ROUNDING = {"CosineAnnealingLR": 1e-13, "SWALR": 1e-13, "LinearLR": 1e-14}


def close(ours, theirs, name, relative=1e-11):
    slack = ROUNDING.get(name, 1e-15) * np.abs(theirs).max()
    np.testing.assert_allclose(ours, theirs, rtol=relative, atol=slack)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PLAIN)
def test_equals_the_live_scheduler(name, seed):
    rng = np.random.default_rng([seed, PLAIN.index(name)])
    base_lr = float(rng.choice([0.1, 1.0, 3e-4]))
    arguments = random_arguments(name, rng)
    theirs = stepped(make(name, optimizer(base_lr), arguments), STEPS)
    close(getattr(compat, name)(base_lr, **arguments).table(STEPS), theirs, name)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CYCLED)
def test_rate_and_momentum_equal_the_live_scheduler(name, seed):
    rng = np.random.default_rng([seed, CYCLED.index(name)])
    arguments = random_arguments(name, rng)
    steps = STEPS + 1 if name == "OneCycleLR" else STEPS
    ours = getattr(compat, name)(**arguments)
    for key, schedule in (("lr", ours), ("momentum", ours.momentum)):
        scheduler = make(name, optimizer(0.1), arguments)
        theirs = stepped(scheduler, steps - 1, key)
        last = float(scheduler.optimizer.param_groups[0][key])
        close(schedule.table(steps), [*theirs, last], name, 1e-9)


@pytest.mark.parametrize("mode", ["cycle", "iterations"])
def test_cyclic_with_a_scale_function(mode):
    def falling(x):
        return 0.9**x

    arguments = {"max_lr": 1.0, "step_size_up": 7, "step_size_down": 5, "scale_mode": mode}
    theirs = stepped(
        make("CyclicLR", optimizer(0.1), {"base_lr": 0.1, "scale_fn": falling, **arguments}), 100
    )
    for scale_fn in (falling, dl.exponential(1.0, 0.9)):
        ours = compat.CyclicLR(0.1, scale_fn=scale_fn, horizon=101, **arguments)
        np.testing.assert_allclose(ours.table(100), theirs, rtol=1e-9, atol=0)


def test_functions():
    theirs = stepped(make("LambdaLR", optimizer(0.1), {"lr_lambda": lambda t: 1 / (1 + t)}), 50)
    ours = compat.LambdaLR(0.1, lambda t: 1 / (1 + t), horizon=50)
    np.testing.assert_allclose(ours.table(50), theirs, rtol=1e-15, atol=0)
    schedule = compat.LambdaLR(0.1, dl.inverse(1.0, 1.0))
    np.testing.assert_allclose(schedule.table(50), theirs, rtol=1e-15, atol=0)
    factor = lambda t: 1 - 1 / (t + 2)  # noqa: E731
    theirs = stepped(make("MultiplicativeLR", optimizer(0.1), {"lr_lambda": factor}), 50)
    ours = compat.MultiplicativeLR(0.1, factor, horizon=50)
    np.testing.assert_allclose(ours.table(50), theirs, rtol=1e-14, atol=0)
    assert compat.MultiplicativeLR(1.0, dl.constant(0.5))(60) == 2.0**-60


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
def test_a_function_for_each_group(name):
    functions = [lambda t: 0.9, lambda t: 1 / (1 + t)]
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in functions]
    groups = [{"params": [one], "lr": lr} for one, lr in zip(weights, (0.1, 0.3), strict=True)]
    live = make(name, torch.optim.SGD(groups), {"lr_lambda": functions})
    ours = getattr(compat, name)([0.1, 0.3], functions, horizon=30)
    np.testing.assert_allclose(ours.table(30), stepped(live, 30), rtol=1e-13, atol=0)
    with pytest.raises(TypeError, match="lr_lambda must be a Schedule or a function of a step"):
        getattr(compat, name)(0.1, "decay", horizon=30)


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_a_cycle_scaled_by_a_power_of_0(gamma):
    arguments = {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 3, "mode": "exp_range"}
    theirs = stepped(make("CyclicLR", optimizer(0.1), arguments | {"gamma": gamma}), 20)
    ours = compat.CyclicLR(**arguments, gamma=[gamma, 0.9])
    np.testing.assert_allclose(ours.table(20)[0], theirs, rtol=1e-11, atol=0)


def test_sequence_and_chain():
    group = optimizer(0.1)
    parts = [
        ("LinearLR", {"start_factor": 0.1, "total_iters": 20}),
        ("StepLR", {"step_size": 7, "gamma": 0.5}),
        ("CosineAnnealingLR", {"T_max": 30}),
        ("ExponentialLR", {"gamma": 0.9}),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        live = [make(name, group, arguments) for name, arguments in parts]
        theirs = lr_scheduler.SequentialLR(group, live, [20, 40, 70])
    mine = [getattr(compat, name)(0.1, **arguments) for name, arguments in parts]
    ours = compat.SequentialLR(0.1, mine, [20, 40, 70])
    np.testing.assert_allclose(ours.table(120), stepped(theirs, 120), rtol=1e-11, atol=1e-16)
    group = optimizer(0.1)
    live = [make(name, group, arguments) for name, arguments in (parts[0], parts[1], parts[3])]
    theirs = lr_scheduler.ChainedScheduler(live, group)
    ours = compat.ChainedScheduler([mine[0], mine[1], mine[3]], 0.1)
    np.testing.assert_allclose(ours.table(120), stepped(theirs, 120), rtol=1e-11, atol=0)


@pytest.mark.parametrize("name", [*PLAIN, *CYCLED])
def test_a_batch_is_its_runs_bit_for_bit(name):
    rng = np.random.default_rng(len(name))
    rate = {} if name in CYCLED else {"base_lr": 0.3}
    drawn = [random_arguments(name, rng) for _ in range(60)]
    words = {k: v for k, v in drawn[0].items() if isinstance(v, str | bool) or v is None}
    fixed = drawn[0].keys() if name == "MultiStepLR" else words.keys()
    alike = [d | words for d in drawn if d.keys() == drawn[0].keys()]
    alike = [d for d in alike if all(d[k] is not None for k in d.keys() - words)][:6]
    numeric = {k: [d[k] for d in alike] for k in drawn[0] if k not in fixed}
    batch = getattr(compat, name)(**rate, **numeric, **{k: drawn[0][k] for k in fixed})
    table = np.broadcast_to(batch.table(170), (len(alike), 170))
    for row, arguments in zip(table, alike, strict=True):
        chosen = arguments | {k: drawn[0][k] for k in fixed}
        single = getattr(compat, name)(**rate, **chosen)
        np.testing.assert_array_equal(row, single.table(170))
    assert len(alike) == 6


def test_momentum_goes_with_its_schedule():
    s = compat.OneCycleLR([0.1, 0.2], 100, base_momentum=[0.8, 0.85])
    again = pickle.loads(pickle.dumps(s))
    assert again == s
    assert again.momentum == s.momentum
    assert s[1].momentum(30) == s.momentum(30)[1]
    assert compat.CyclicLR(0.1, 1.0, cycle_momentum=False).momentum is None


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: compat.StepLR(0.1, 0), ValueError, "step_size must be a whole number >= 1, got 0"),
        (lambda: compat.StepLR("a", 1), TypeError, "base_lr must be real numbers"),
        (lambda: compat.ConstantLR(0.1, 1.5), ValueError, r"factor must be in \[0, 1\], got 1.5"),
        (lambda: compat.LinearLR(0.1, 0.0), ValueError, "start_factor must be above 0 and at most"),
        (lambda: compat.LinearLR(0.1, 0.5, [1.0, 2.0]), ValueError, "end_factor .* at index 1"),
        (lambda: compat.CosineAnnealingLR(0.1, 0), ValueError, "T_max must be finite and > 0"),
        (lambda: compat.CosineAnnealingWarmRestarts(0.1, 1.5), ValueError, "T_0 must be a whole"),
        (lambda: compat.CosineAnnealingWarmRestarts(0.1, 5, 0), ValueError, "T_mult must be a who"),
        (lambda: compat.CyclicLR(0.1, 1.0, mode="saw"), ValueError, "mode must be one of tri"),
        (lambda: compat.CyclicLR(0.1, 1.0, scale_mode="step"), ValueError, "scale_mode must be"),
        (lambda: compat.CyclicLR(0.1, 1.0, scale_fn=abs), ValueError, "horizon must be given"),
        (lambda: compat.OneCycleLR(0.1), ValueError, "total_steps must be given, or epochs and"),
        (lambda: compat.OneCycleLR(0.1, 10, pct_start=0.1), ValueError, "other than 1 / total"),
        (lambda: compat.OneCycleLR(0.1, 10, pct_start=1.1), ValueError, r"pct_start must be in"),
        (lambda: compat.OneCycleLR(0.1, 10, anneal_strategy="no"), ValueError, "anneal_strategy"),
        (lambda: compat.LambdaLR(0.1, abs), ValueError, "horizon must be given where lr_lambda"),
        (lambda: compat.LambdaLR(0.1, 3), TypeError, "lr_lambda must be a Schedule or a function"),
        (lambda: compat.MultiplicativeLR(0.1, 3), TypeError, "lr_lambda must be a Schedule or a"),
        (lambda: compat.SWALR(0.1, 0.1, -1), ValueError, "anneal_epochs must be a whole number"),
        (lambda: compat.SequentialLR(0.1, [], []), ValueError, "schedulers must be at least one"),
        (
            lambda: compat.SequentialLR(0.1, [dl.constant(1.0)] * 2, [1, 2]),
            ValueError,
            "milestones must be 1 for 2 schedulers, got 2",
        ),
        (
            lambda: compat.SequentialLR(0.1, [dl.constant(1.0)] * 3, [5, 2]),
            ValueError,
            "milestones must be non-decreasing, got 5 before 2 at index 0",
        ),
        (
            lambda: compat.ChainedScheduler([dl.constant(1.0)], 0.0),
            ValueError,
            "base_lr must be other than 0",
        ),
        (lambda: compat.ChainedScheduler([0.1], 1.0), TypeError, r"schedulers\[0\] must be a Sche"),
        (lambda: compat.ReduceLROnPlateau(0.1, factor=1.0), ValueError, "factor must be"),
    ],
)
def test_what_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_restart_by_logarithm_is_a_known_difference():
    """`step(epoch)` finds the cycle with a logarithm and misses restarts; `step()` does not."""
    theirs = make("CosineAnnealingWarmRestarts", optimizer(1.0), {"T_0": 10, "T_mult": 3})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.step(1210)
    assert theirs.get_last_lr()[0] < 1e-9
    assert compat.CosineAnnealingWarmRestarts(1.0, 10, 3)(1210) == 1.0


def test_a_rate_below_the_minimum_is_not_changed():
    group = optimizer(0.001)
    theirs = lr_scheduler.ReduceLROnPlateau(group, patience=0, min_lr=0.01)
    ours = compat.ReduceLROnPlateau([0.001, 1.0], patience=0, min_lr=0.01)
    for metric in (1.0, 2.0, 3.0, 4.0):
        theirs.step(metric)
        ours.update(metric)
    assert group.param_groups[0]["lr"] == 0.001
    np.testing.assert_allclose(ours.value(0), [0.001, 0.01], rtol=1e-15, atol=0)
