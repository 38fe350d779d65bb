"""`from_scheduler`: live schedulers of every class, at any step, converted to schedules."""

import warnings

import numpy as np
import pytest

from decaylr.compat.torch import from_scheduler
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

NAMES = [*PLAIN, *CYCLED]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", NAMES)
def test_every_class_at_any_step(name, seed):
    rng = np.random.default_rng([seed, NAMES.index(name)])
    arguments = random_arguments(name, rng)
    theirs = stepped(make(name, optimizer(0.1), arguments), 149)
    live = make(name, optimizer(0.1), arguments)
    stepped(live, int(rng.integers(0, 140)))
    ours = from_scheduler(live)
    assert ours.shape == ()
    slack = (
        1e-13 * np.abs(theirs).max()
        if name in ("CosineAnnealingLR", "SWALR", "LinearLR")
        else 1e-15
    )
    np.testing.assert_allclose(ours.table(149), theirs, rtol=1e-9, atol=slack)


def test_groups_are_runs():
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(3)]
    groups = [{"params": [w], "lr": lr} for w, lr in zip(weights, (0.1, 0.2, 0.4), strict=True)]
    live = lr_scheduler.StepLR(torch.optim.SGD(groups), 10, gamma=0.5)
    ours = from_scheduler(live)
    np.testing.assert_array_equal(ours(10), [0.05, 0.1, 0.2])
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [w], "momentum": 0.9} for w in weights]
    live = lr_scheduler.OneCycleLR(
        torch.optim.SGD(groups, lr=1.0), max_lr=[0.1, 0.2], total_steps=50
    )
    ours = from_scheduler(live)
    np.testing.assert_allclose(ours.table(50), stepped(live, 50), rtol=1e-9, atol=0)
    assert ours.momentum.shape == (2,)


def test_nested_sequences_and_chains():
    group = optimizer(0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        line = lr_scheduler.LinearLR(group, 0.1, total_iters=10)
        fall = lr_scheduler.ExponentialLR(group, 0.9)
        chain = lr_scheduler.ChainedScheduler([line, fall], group)
        ours = from_scheduler(chain)
        np.testing.assert_allclose(ours.table(40), stepped(chain, 40), rtol=1e-11, atol=0)
        group = optimizer(0.1)
        first = lr_scheduler.ConstantLR(group, 0.5, total_iters=3)
        second = lr_scheduler.CosineAnnealingLR(group, 20)
        live = lr_scheduler.SequentialLR(group, [first, second], [8])
    ours = from_scheduler(live)
    theirs = stepped(live, 25)
    np.testing.assert_allclose(ours.table(25), theirs, rtol=1e-11, atol=0)
    assert from_scheduler(live) == ours


def test_functions_need_a_horizon():
    live = make("LambdaLR", optimizer(0.1), {"lr_lambda": lambda t: 0.5**t})
    with pytest.raises(ValueError, match="horizon must be given where lr_lambda is a Python funct"):
        from_scheduler(live)
    np.testing.assert_array_equal(
        from_scheduler(live, horizon=9).table(9), 0.1 * 0.5 ** np.arange(9)
    )
    live = make("MultiplicativeLR", optimizer(0.1), {"lr_lambda": lambda t: 0.5})
    assert from_scheduler(live, horizon=5)(4) == 0.1 / 16
    cyclic = {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 3, "scale_fn": lambda c: 0.9**c}
    live = make("CyclicLR", optimizer(0.1), cyclic)
    with pytest.raises(ValueError, match="horizon must be given where scale_fn is a Python"):
        from_scheduler(live)
    np.testing.assert_allclose(
        from_scheduler(live, horizon=20).table(50), stepped(live, 50), rtol=1e-12, atol=0
    )


def test_a_plateau_goes_on_from_its_state():
    group = optimizer(1.0)
    live = lr_scheduler.ReduceLROnPlateau(group, factor=0.5, patience=1, cooldown=1)
    for metric in (1.0, 0.5, 0.6, 0.7, 0.8):
        live.step(metric)
    ours = from_scheduler(live)
    for metric in (0.9, 0.8, 0.7, 0.9, 1.0, 0.1, 0.2, 0.3, 0.4):
        live.step(metric)
        ours.update(metric)
        assert ours.value(0) == group.param_groups[0]["lr"]
    assert ours.value(0) == 0.0625


def test_unknown_names_are_refused():
    class MyLR(lr_scheduler.StepLR):
        pass

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stranger = MyLR(optimizer(0.1), 5)
    with pytest.raises(TypeError, match=rf"one of torch.optim's, got {__name__}.MyLR"):
        from_scheduler(stranger)
    with pytest.raises(TypeError, match=r"one of torch.optim's, got builtins.int"):
        from_scheduler(3)
