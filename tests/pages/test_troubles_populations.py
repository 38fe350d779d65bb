"""docs/troubles.md: population rates, metrics and other hyperparameters, PyTorch then decaylr."""

import copy

import numpy as np
import pytest

import decaylr as dl
from decaylr.torch import Population, Scheduler
from tests.torch.optimizers import grouped, parameter, rates, torch

lr_scheduler = torch.optim.lr_scheduler


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.AdamW])
@pytest.mark.parametrize("options", [{"foreach": False}, {"foreach": True}, {"fused": True}])
def test_a_rate_for_each_member_of_a_stack(kind, options):
    with pytest.raises(
        ValueError, match=r"Tensor lr must be 1-element|lr as a Tensor is not supported"
    ):
        kind([parameter(3, 2)], lr=torch.tensor([0.1, 0.2, 0.3]), **options)
    weight = parameter(3, 2)
    members = dl.constant([0.1, 0.2, 0.3])
    population = Population(torch.optim.SGD([weight], lr=0.1), members)
    weight.grad = torch.ones_like(weight)
    population.step()
    np.testing.assert_allclose(
        1 - weight.detach().numpy()[:, 0], [0.1, 0.2, 0.3], rtol=1e-6, atol=0
    )


def test_a_plateau_inside_a_sequence():
    """PyTorch's SequentialLR raises an error; in decaylr the metric scales any schedule."""
    optimizer = torch.optim.SGD([parameter()], lr=1.0)
    warmup = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer)
    with pytest.raises(ValueError, match="ReduceLROnPlateau"):
        lr_scheduler.SequentialLR(optimizer, [warmup, plateau], [2])
    shape = dl.warmup_cosine(0.0, 1.0, 2, 10)
    ours = Scheduler(grouped(), dl.Plateau(shape, factor=0.5, patience=0))
    for metric in (3.0, 2.0, 2.5):
        ours.step(metrics=metric)
    assert rates(ours.optimizer) == [0.5 * shape(3)]


def test_a_checkpoint_overwrites_a_mutated_rate():
    optimizer = torch.optim.SGD([parameter()], lr=1.0)
    saved = copy.deepcopy(optimizer.state_dict())
    optimizer.param_groups[0]["lr"] = 0.5  # explore
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["lr"] == 1.0
    mutated = grouped()
    scheduler = Scheduler(mutated, dl.constant(1.0))
    saved = copy.deepcopy(mutated.state_dict())
    scheduler.replace(dl.constant(0.5))
    mutated.load_state_dict(saved)
    assert rates(mutated) == [0.5]


def test_the_rates_of_a_member_are_recorded_as_a_schedule():
    weight = parameter(2, 1)
    members = dl.exponential([1.0, 0.5], 0.9)
    population = Population(torch.optim.SGD([weight], lr=0.1), members)
    for step in range(6):
        if step == 3:
            population.replace_run(1, dl.exponential(0.8, 0.9), source=0)
        weight.grad = torch.ones_like(weight)
        population.step()
    followed = population.history(1).table(6)
    expected = [*members[0].table(3), *dl.exponential(0.8, 0.9).table(3, start=3)]
    np.testing.assert_array_equal(followed, expected)
    total = 1.0 - float(weight.detach()[1, 0])
    assert total == pytest.approx(sum(expected), rel=1e-6, abs=0)


def test_a_preview_is_the_schedule_itself():
    """PyTorch's scheduler must be stepped; a schedule can be evaluated at any step."""
    live = lr_scheduler.CosineAnnealingLR(torch.optim.SGD([parameter()], lr=1.0), 10)
    live.optimizer.step()
    live.step()
    assert live.last_epoch == 1
    ours = Scheduler(grouped(), dl.cosine(1.0, 0.0, 10))
    preview = ours.schedule.table(10)
    used = []
    for _ in range(10):
        used += rates(ours.optimizer)
        ours.step()
    np.testing.assert_array_equal(used, preview)


def test_weight_decay_and_betas_have_schedules_too():
    """PyTorch has scheduler classes only for the rate; two of them also set the momentum."""
    optimizer = grouped(kind=torch.optim.AdamW, weight_decay=0.1, betas=(0.8, 0.99))
    decay, beta = dl.cosine(0.1, 0.4, 10), dl.linear(0.8, 0.9, 10)
    scheduler = Scheduler(optimizer, {"weight_decay": decay, "betas[0]": beta})
    for step in range(1, 4):
        scheduler.step()
        group = optimizer.param_groups[0]
        assert (group["weight_decay"], group["betas"]) == (decay(step), (beta(step), 0.99))
