"""The PyTorch rows of docs/troubles.md: PyTorch's behavior, then decaylr's."""

import itertools
import pickle
import warnings

import numpy as np
import pytest

import decaylr as dl
from decaylr import compat
from decaylr.torch import Scheduler
from tests.torch.optimizers import SCHEDULES, grouped, parameter, rates, torch

lr_scheduler = torch.optim.lr_scheduler


def sgd(lr=1.0, groups=1):
    return torch.optim.SGD([{"params": [parameter()]} for _ in range(groups)], lr=lr)


def quietly(make, *arguments, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*arguments, **options)


def stepped(optimizer, scheduler, steps):
    for _ in range(steps):
        optimizer.step()
        quietly(scheduler.step)
    return optimizer.param_groups[-1]["lr"]


# -- 1: resuming --------------------------------------------------------------------------

THEIRS = {
    "LambdaLR": (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), dl.inverse(1.0, 1.0)),
    "LinearLR": (
        lambda o: lr_scheduler.LinearLR(o, 0.1, total_iters=100),
        compat.torch.LinearLR(1.0, 0.1, total_iters=100),
    ),
    "ConstantLR": (
        lambda o: lr_scheduler.ConstantLR(o, 0.1, total_iters=100),
        compat.torch.ConstantLR(1.0, 0.1, total_iters=100),
    ),
    "OneCycleLR": (
        lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=100),
        compat.torch.OneCycleLR(1.0, total_steps=100),
    ),
    "CosineAnnealingWarmRestarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 30),
        compat.torch.CosineAnnealingWarmRestarts(1.0, 30),
    ),
}


@pytest.mark.parametrize("name", THEIRS)
def test_the_scheduler_built_after_the_optimizer_was_loaded(name):
    make, ours = THEIRS[name]
    optimizer = sgd()
    scheduler = quietly(make, optimizer)
    expected = stepped(optimizer, scheduler, 50)
    saved = optimizer.state_dict(), scheduler.state_dict()
    resumed = sgd()
    resumed.load_state_dict(saved[0])
    late = quietly(make, resumed)
    late.load_state_dict(saved[1])
    assert resumed.param_groups[0]["lr"] != expected  # PyTorch: wrong on the first step
    optimizer = grouped(momentum=0.9)
    scheduler = Scheduler(optimizer, ours)
    used = stepped(optimizer, scheduler, 50)
    resumed = grouped(momentum=0.9)
    resumed.load_state_dict(optimizer.state_dict())
    late = Scheduler(resumed, ours)
    late.load_state_dict(scheduler.state_dict())
    assert rates(resumed) == [used] == [ours(50)]


ORDERS = [
    order
    for order in itertools.permutations(
        ("optimizer", "scheduler", "load optimizer", "load scheduler")
    )
    if order.index("optimizer") < min(order.index("scheduler"), order.index("load optimizer"))
    and order.index("scheduler") < order.index("load scheduler")
]


@pytest.mark.parametrize("order", ORDERS, ids=["/".join(order) for order in ORDERS])
@pytest.mark.parametrize("name", SCHEDULES)
def test_any_order_of_building_and_loading(name, order):
    schedule = SCHEDULES[name]
    first = grouped()
    scheduler = Scheduler(first, schedule)
    stepped(first, scheduler, 50)
    saved = first.state_dict(), scheduler.state_dict()
    made = {}
    for action in order:
        if action == "optimizer":
            made["optimizer"] = grouped()
        elif action == "scheduler":
            made["scheduler"] = Scheduler(made["optimizer"], schedule)
        elif action == "load optimizer":
            made["optimizer"].load_state_dict(saved[0])
        else:
            made["scheduler"].load_state_dict(saved[1])
    assert rates(made["optimizer"]) == [schedule(50)]
    made["optimizer"].step()
    made["scheduler"].step()
    assert rates(made["optimizer"]) == [schedule(51)]


def test_milestones_without_the_optimizers_state():
    optimizer = sgd()
    scheduler = lr_scheduler.MultiStepLR(optimizer, [10])
    stepped(optimizer, scheduler, 20)
    resumed = sgd()
    late = lr_scheduler.MultiStepLR(resumed, [10])
    late.load_state_dict(scheduler.state_dict())
    assert resumed.param_groups[0]["lr"] == 1.0  # not 0.1
    ours = Scheduler(sgd(), dl.multi_step(1.0, [10], 0.1), start=20)
    assert rates(ours.optimizer) == [0.1]


def test_a_sequence_from_a_later_epoch():
    def parts(optimizer):
        return [
            lr_scheduler.ConstantLR(optimizer, 0.1, total_iters=2),
            lr_scheduler.ExponentialLR(optimizer, 0.9),
        ]

    optimizer = sgd()
    optimizer.param_groups[0]["initial_lr"] = 1.0
    quietly(lr_scheduler.SequentialLR, optimizer, parts(optimizer), [2], last_epoch=4)
    ours = Scheduler(sgd(), dl.join([dl.constant(0.1), dl.exponential(1.0, 0.9)], [2]), start=5)
    assert rates(ours.optimizer) == [dl.exponential(1.0, 0.9)(3)]
    assert optimizer.param_groups[0]["lr"] != rates(ours.optimizer)[0]


# -- 2: horizons --------------------------------------------------------------------------


def test_resuming_with_a_longer_horizon():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 100)
    stepped(optimizer, scheduler, 50)
    longer = lr_scheduler.CosineAnnealingLR(sgd(), 200)
    longer.load_state_dict(scheduler.state_dict())
    assert longer.T_max == 100  # overwritten without a warning
    short = Scheduler(grouped(), dl.cosine(1.0, 0.0, 100))
    stepped(short.optimizer, short, 50)
    with pytest.raises(ValueError, match="steps: 100 against 200"):
        Scheduler(grouped(), dl.cosine(1.0, 0.0, 200)).load_state_dict(short.state_dict())
    extended = dl.cosine(1.0, 0.0, 100).extend(200, at=50)
    kept = Scheduler(grouped(), extended, on_change="keep")
    kept.load_state_dict(short.state_dict())
    assert rates(kept.optimizer) == [extended(50)] == [dl.cosine(1.0, 0.0, 100)(50)]


def test_a_cosine_extended_after_its_end():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 100)
    stepped(optimizer, scheduler, 100)
    scheduler.T_max = 200
    later = [stepped(optimizer, scheduler, 1) for _ in range(100)]
    assert max(later) < 1e-12  # stays at 0
    ours = Scheduler(grouped(), dl.cosine(1.0, 0.0, 100))
    stepped(ours.optimizer, ours, 100)
    ours.replace(dl.cosine(1.0, 0.0, 200))
    assert rates(ours.optimizer) == [0.5]


def test_one_step_past_the_end():
    optimizer = sgd()
    scheduler = lr_scheduler.OneCycleLR(optimizer, 1.0, total_steps=10)
    stepped(optimizer, scheduler, 10)
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        stepped(optimizer, scheduler, 1)
    ours = Scheduler(grouped(), compat.torch.OneCycleLR(1.0, 10))
    stepped(ours.optimizer, ours, 12)
    assert ours.position == 12


# -- 4: ends ------------------------------------------------------------------------------


def test_a_cosine_that_rises_again():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 100)
    assert stepped(optimizer, scheduler, 110) == pytest.approx(0.0244717, rel=1e-5, abs=0)
    assert dl.cosine(1.0, 0.0, 100)(110) == 0.0
    assert dl.cosine(1.0, 0.0, 100).ending("mirror")(110) == pytest.approx(
        optimizer.param_groups[0]["lr"], rel=1e-12, abs=0
    )


def test_restarts_never_reach_their_minimum():
    optimizer = sgd()
    scheduler = lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 10)
    seen = [stepped(optimizer, scheduler, 1) for _ in range(40)]
    assert min(seen) == pytest.approx(0.0244717, rel=1e-5, abs=0)
    ours = dl.cosine(1.0, 0.0, 9).repeat(10)  # each cycle ends at its minimum
    assert ours.table(20)[9] == 0.0


# -- 7: groups ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0), ValueError),
        (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 10), ValueError),
        (lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0), ValueError),
        (lambda o: lr_scheduler.OneCycleLR(o, 1.0, total_steps=10), KeyError),
    ],
)
def test_a_group_added_late_ends_the_training(make, error):
    optimizer = torch.optim.SGD([parameter()], lr=1.0, momentum=0.9)
    scheduler = quietly(make, optimizer)
    optimizer.add_param_group({"params": [parameter()]})
    with pytest.raises(error):
        stepped(optimizer, scheduler, 1)


def test_a_group_added_late_to_a_warmup():
    optimizer = sgd(lr=0.1)
    scheduler = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=10)
    stepped(optimizer, scheduler, 5)
    optimizer.add_param_group({"params": [parameter()], "lr": 0.1})
    assert stepped(optimizer, scheduler, 5) > 0.12  # above its rate
    ours = Scheduler(grouped(), dl.linear(0.05, 0.1, 10))
    stepped(ours.optimizer, ours, 5)
    ours.optimizer.add_param_group({"params": [parameter()]})
    stepped(ours.optimizer, ours, 5)
    assert rates(ours.optimizer) == [0.1, 0.1]


def test_many_groups_of_few_kinds_are_evaluated_once():
    kinds = 0.5 ** np.arange(28)
    optimizer = grouped(465)
    runs = dl.cosine(kinds[np.arange(465) % 28], 0.0, 100)
    scheduler = Scheduler(optimizer, runs)
    stepped(optimizer, scheduler, 30)
    assert rates(optimizer) == runs(30).tolist()


# -- 12, 14, 16: states, tensors, warnings -----------------------------------------------------


def test_functions_are_not_saved():
    scheduler = lr_scheduler.LambdaLR(sgd(), lambda t: 1.0)
    assert scheduler.state_dict()["lr_lambdas"] == [None]
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(scheduler)
    ours = Scheduler(grouped(), dl.warmup_cosine(0.0, 1.0, 10, 100))
    assert pickle.loads(pickle.dumps(ours)).schedule == ours.schedule


def test_states_load_with_weights_only(tmp_path):
    for name, schedule in SCHEDULES.items():
        scheduler = Scheduler(grouped(), schedule)
        stepped(scheduler.optimizer, scheduler, 3)
        torch.save(scheduler.state_dict(), tmp_path / "state.pt")
        again = Scheduler(grouped(), schedule)
        again.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
        assert rates(again.optimizer) == [schedule(3)], name


def test_a_tensor_rate_is_not_shared():
    shared = torch.tensor(1.0)
    optimizer = torch.optim.AdamW(
        [{"params": [parameter()]}, {"params": [parameter()]}],
        lr=shared,
        foreach=False,
        capturable=True,
    )
    scheduler = Scheduler(optimizer, dl.linear([1.0, 0.5], 0.0, 4))
    held = [group["lr"] for group in optimizer.param_groups]
    scheduler.step()
    assert [float(one) for one in held] == [0.75, 0.375]
    assert held[0] is optimizer.param_groups[0]["lr"]
    assert held[0] is shared
    assert held[1].data_ptr() != shared.data_ptr()


def scaled(make):
    """A training in which the scaler skips the first step, as it often does in float16."""
    optimizer = torch.optim.SGD([parameter()], lr=1.0)
    scheduler = make(optimizer)
    scaler = torch.amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(torch.zeros(()))
    weight = optimizer.param_groups[0]["params"][0]
    for bad in (True, False, False):
        weight.grad = torch.full_like(weight, float("inf") if bad else 4.0)
        scaler.step(optimizer)
        scaler.update()
        scheduler.step()
    return optimizer


def test_a_skipped_first_step_warns_and_moves_torchs_schedule():
    with pytest.warns(UserWarning, match="Detected call of `lr_scheduler.step\\(\\)` before"):
        theirs = scaled(lambda o: lr_scheduler.LinearLR(o, 0.5, total_iters=4))
    assert theirs.param_groups[0]["lr"] == 0.875
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        calls = scaled(lambda o: Scheduler(o, dl.linear(0.5, 1.0, 4)))
        applied = scaled(lambda o: Scheduler(o, dl.linear(0.5, 1.0, 4), clock="applied"))
    assert (rates(calls), rates(applied)) == ([0.875], [0.75])
