"""`Scheduler` with a `Plateau`: rules, groups, hyperparameters, resuming."""

import math
import random

import numpy as np
import pytest

import decaylr as dl
from decaylr.torch import Scheduler
from tests.plateau.rules import metric_stream
from tests.torch.optimizers import grouped, parameter, rates, torch

RULES = {
    "torch": {"factor": 0.5, "patience": 2, "cooldown": 1},
    "keras": {"factor": 0.5, "patience": 2, "cooldown": 1},
    "optax": {"factor": 0.5, "patience": 2, "cooldown": 1},
    "paddle": {"factor": 0.5, "patience": 2, "cooldown": 1},
    "thinc": {"factor": 0.5, "patience": 2, "mode": "max"},
    "greedy": {"factor": 0.5, "patience": 2, "cooldown": 1, "max_value": 4.0},
}
FALLING = dl.cosine(1.0, 0.1, 100)


def plateau(rule, schedule=FALLING):
    return dl.Plateau(schedule, rule=rule, **RULES[rule])


def stream(seed, length=60):
    return metric_stream(random.Random(seed), length)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_scales_the_schedule(rule):
    scales = set()
    for seed in range(4):
        optimizer, twin = grouped(), plateau(rule)
        scheduler = Scheduler(optimizer, plateau(rule))
        assert rates(optimizer) == [twin.value(0)]
        for step, metric in enumerate(stream(seed)):
            scheduler.step(metrics=metric)
            twin.update(metric, step)
            assert rates(optimizer) == [twin.value(step + 1)]
        scales.add(twin.scale)
    assert scales != {1.0}


def test_the_torch_rule_is_that_of_reduce_lr_on_plateau():
    for seed in range(5):
        theirs, ours = grouped(lr=0.5), grouped(lr=0.5)
        live = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, factor=0.5, patience=2)
        rule = dl.Plateau(dl.constant(0.5), factor=0.5, patience=2, eps=1e-8)
        scheduler = Scheduler(ours, rule)
        for metric in stream(seed):
            live.step(metric)
            scheduler.step(metric)  # positional metric, as in PyTorch
            assert rates(ours) == rates(theirs)


def test_a_run_for_each_group():
    rule = dl.Plateau(dl.constant([1.0, 0.5, 0.25]), factor=0.5, patience=[0, 1, 2])
    optimizer = grouped(3)
    scheduler = Scheduler(optimizer, rule)
    scheduler.step(metrics=1.0)
    for _ in range(2):
        scheduler.step(metrics=2.0)
    assert rates(optimizer) == [0.25, 0.25, 0.25]
    scheduler.step(metrics=torch.tensor([0.0, 3.0, 3.0]))
    assert rates(optimizer) == [0.25, 0.25, 0.125]


def test_together_with_a_schedule_of_another_hyperparameter():
    optimizer = grouped(kind=torch.optim.AdamW, weight_decay=0.5)
    sources = {"lr": plateau("torch", dl.constant(1.0)), "weight_decay": dl.linear(1.0, 0.0, 10)}
    scheduler = Scheduler(optimizer, sources)
    for metric in (1.0, 2.0, 2.0, 2.0):
        scheduler.step(metrics=metric)
    assert rates(optimizer) == [0.5]
    assert optimizer.param_groups[0]["weight_decay"] == dl.linear(1.0, 0.0, 10)(4)


@pytest.mark.parametrize("rule", RULES)
def test_resuming_restores_the_plateau_state(rule):
    metrics = stream(7)
    whole, halves = [], []
    optimizer = grouped()
    scheduler = Scheduler(optimizer, plateau(rule))
    for metric in metrics:
        scheduler.step(metrics=metric)
        whole += rates(optimizer)
    first = grouped()
    scheduler = Scheduler(first, plateau(rule))
    for metric in metrics[:25]:
        scheduler.step(metrics=metric)
        halves += rates(first)
    saved = scheduler.state_dict(), first.state_dict()
    second = grouped()
    again = Scheduler(second, plateau(rule))
    again.load_state_dict(saved[0])
    second.load_state_dict(saved[1])
    assert rates(second) == [halves[-1]]
    for metric in metrics[25:]:
        again.step(metrics=metric)
        halves += rates(second)
    assert halves == whole


def test_the_state_loads_with_weights_only(tmp_path):
    scheduler = Scheduler(grouped(), plateau("torch"))
    scheduler.step(metrics=math.nan)
    torch.save(scheduler.state_dict(), tmp_path / "state.pt")
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    again = Scheduler(grouped(), plateau("torch"))
    again.load_state_dict(state)
    assert again.position == 1
    np.testing.assert_equal(again.state_dict(), scheduler.state_dict())


def test_update_without_a_step():
    optimizer = torch.optim.SGD([parameter()], lr=1.0)
    scheduler = Scheduler(optimizer, dl.Plateau(dl.constant(1.0), factor=0.5, patience=0))
    scheduler.update(1.0)
    scheduler.update(2.0)
    assert (rates(optimizer), scheduler.position) == ([0.5], 0)


def test_metrics_that_do_not_fit_change_nothing():
    optimizer = grouped(3)
    scheduler = Scheduler(optimizer, dl.Plateau(dl.constant([1.0, 0.5, 0.25]), patience=0))
    with pytest.raises(ValueError, match="metrics must"):
        scheduler.step(metrics=[1.0, 2.0])
    assert (scheduler.position, rates(optimizer)) == (0, [1.0, 0.5, 0.25])
    with pytest.raises(TypeError, match="metrics must be left out, since no schedule is a Plate"):
        Scheduler(grouped(), dl.constant(1.0)).step(metrics=1.0)


LAST = dl.linear(1.0, 0.0, 2).ending("raise")


def wrong_metrics(scheduler):
    for metric in ("1", None, [1.0, 2.0], [], torch.ones(2), torch.tensor(1j), torch.tensor(True)):
        if metric is not None:
            yield lambda metric=metric: scheduler.step(metrics=metric)
            yield lambda metric=metric: scheduler.update(metric)


def past_the_end(scheduler):
    scheduler.seek(2)
    yield lambda: scheduler.step(metrics=9.0)


def another_group(scheduler):
    scheduler.optimizer.add_param_group({"params": [parameter()]})
    yield lambda: scheduler.step(metrics=9.0)
    yield lambda: scheduler.update(9.0)


def without_the_hyperparameter(scheduler):
    del scheduler.optimizer.param_groups[-1]["momentum"]
    yield lambda: scheduler.step(metrics=9.0)
    yield lambda: scheduler.step()


@pytest.mark.parametrize("clock", ["calls", "applied"])
@pytest.mark.parametrize(
    ("momentum", "refusals"),
    [
        (LAST, past_the_end),
        (dl.Plateau(LAST, patience=0), past_the_end),
        (dl.constant(0.5), wrong_metrics),
        (dl.constant([0.5, 0.5]), another_group),
        (dl.constant(0.5), without_the_hyperparameter),
    ],
)
def test_a_refused_call_changes_nothing(momentum, refusals, clock):
    optimizer = grouped(2)
    rule = dl.Plateau(dl.constant([1.0, 0.5]), factor=0.5, patience=0)
    sources = {"lr": rule, "momentum": momentum}
    if refusals is wrong_metrics:
        sources["lr"] = dl.Plateau(dl.constant(1.0), factor=0.5, patience=0)
    scheduler = Scheduler(optimizer, sources, clock=clock)
    scheduler.update(1.0)
    optimizer.step()
    for call in refusals(scheduler):
        before = scheduler.state_dict(), scheduler._applied, rates(optimizer)
        with pytest.raises((TypeError, ValueError)):
            call()
        after = scheduler.state_dict(), scheduler._applied, rates(optimizer)
        np.testing.assert_equal(after, before)


def test_a_state_that_does_not_fit_changes_no_plateau():
    sources = {"lr": plateau("torch"), "momentum": plateau("torch")}
    scheduler = Scheduler(grouped(), sources)
    scheduler.step(metrics=1.0)
    before = scheduler.state_dict()
    wrong = scheduler.state_dict()
    wrong["plateau"]["lr"]["bad"] = 2
    wrong["plateau"]["momentum"]["bad"] = -1
    with pytest.raises(ValueError, match="state: bad must be"):
        scheduler.load_state_dict(wrong)
    np.testing.assert_equal(scheduler.state_dict(), before)


def test_a_group_more_and_the_state_goes_on():
    optimizer = grouped(2)
    rule = dl.Plateau(dl.constant([1.0, 0.5]), factor=0.5, patience=0)
    scheduler = Scheduler(optimizer, rule)
    for metric in ([1.0, 1.0], [2.0, 0.5]):
        scheduler.step(metrics=metric)
    optimizer.add_param_group({"params": [parameter()]})
    before = rule.state_dict()
    with pytest.raises(ValueError, match=r"shape \(\) or \(3,\), one run per parameter group"):
        scheduler.step(metrics=[3.0, 3.0, 3.0])
    np.testing.assert_equal(rule.state_dict(), before)
    more = dl.constant([1.0, 0.5, 0.25])
    scheduler.replace(scheduler.schedule.replace(more, runs=[0, 1, None]))
    assert rates(optimizer) == [0.5, 0.5, 0.25]
    scheduler.step(metrics=[3.0, 0.25, 1.0])
    assert (rates(optimizer), scheduler.position) == ([0.25, 0.5, 0.25], 3)


def test_one_plateau_serves_groups_that_come_later():
    optimizer = grouped(2)
    scheduler = Scheduler(optimizer, dl.Plateau(dl.constant(1.0), factor=0.5, patience=0))
    for metric in (1.0, 2.0):
        scheduler.step(metrics=metric)
    optimizer.add_param_group({"params": [parameter()], "lr": 0.1})
    scheduler.step(metrics=2.0)
    assert rates(optimizer) == [0.25] * 3
