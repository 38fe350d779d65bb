"""`Scheduler`: values, groups, hyperparameters, edits and errors."""

import copy
import pickle
import warnings
from fractions import Fraction

import numpy as np
import pytest

from tests.peers.installed import peer

torch = peer("torch")

import decaylr as dl  # noqa: E402
from decaylr.torch import Scheduler  # noqa: E402
from tests.torch.optimizers import SCHEDULES, grouped, parameter, rates, train  # noqa: E402

ADAM = torch.optim.Adam


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_step_uses_the_value_at_its_number(name):
    optimizer = grouped(2)
    used = train(optimizer, Scheduler(optimizer, SCHEDULES[name]), 110)
    assert used == [[SCHEDULES[name](k)] * 2 for k in range(110)]


def test_the_first_rate_is_there_before_the_first_step():
    optimizer = grouped(lr=0.7)
    Scheduler(optimizer, dl.linear(0.0, 1.0, 10))
    assert rates(optimizer) == [0.0]


def test_it_is_an_lr_scheduler():
    scheduler = Scheduler(grouped(), dl.constant(1.0))
    assert isinstance(scheduler, torch.optim.lr_scheduler.LRScheduler)


def test_a_run_for_each_group():
    optimizer = grouped(3)
    batch = dl.cosine([1.0, 0.5, 0.1], 0.0, 20)
    used = train(optimizer, Scheduler(optimizer, batch), 25)
    assert used == batch.table(25).T.tolist()


@pytest.mark.parametrize("make", [torch.optim.SGD, torch.optim.Adam])
def test_a_tensor_rate_is_filled_from_the_constructor_on(make):
    rate = torch.tensor(0.7, dtype=torch.float64)
    weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(3)]
    optimizer = make([{"params": [w]} for w in weights], lr=rate)
    scheduler = Scheduler(optimizer, dl.linear([1.0, 0.5, 0.25], 0.0, 10))
    for step in range(3):
        held = [group["lr"] for group in optimizer.param_groups]
        assert held[0] is rate
        assert [float(x) for x in held] == scheduler.schedule(step).tolist()
        scheduler.step()


def test_equal_runs_are_evaluated_once():
    runs = dl.stack([dl.linear(1.0, 0.0, 9), dl.constant(2.0)])[[0, 1, 1, 0, 1]]
    optimizer = grouped(5)
    scheduler = Scheduler(optimizer, runs)
    scheduler.step()
    first, second, third, fourth, fifth = (g["lr"] for g in optimizer.param_groups)
    assert first is fourth
    assert second is third is fifth
    assert [first, second] == [8 / 9, 2.0]


def test_layerwise_decay_over_a_models_groups():
    model = torch.nn.Sequential(*(torch.nn.Linear(3, 3) for _ in range(6)))
    optimizer = ADAM([{"params": layer.parameters()} for layer in model])
    schedule = dl.layerwise(dl.warmup_cosine(0.0, 1e-3, 5, 50), 6, 0.75)
    scheduler = Scheduler(optimizer, schedule)
    for k in range(1, 52):
        scheduler.step()
        np.testing.assert_array_equal(rates(optimizer), schedule(k))


def test_hyperparameters_by_name():
    optimizer = grouped(2, ADAM)
    momentum = dl.linear(0.95, 0.85, 10)
    decay = dl.linear([0.1, 0.2], 0.0, 10)
    scheduler = Scheduler(
        optimizer, {"lr": dl.constant(0.5), "weight_decay": decay, "betas[0]": momentum}
    )
    scheduler.step()
    assert rates(optimizer) == [0.5, 0.5]
    assert rates(optimizer, "weight_decay") == decay(1).tolist()
    assert [g["betas"] for g in optimizer.param_groups] == [(momentum(1), 0.999)] * 2


def test_without_a_schedule_of_the_rate_the_rate_stays():
    optimizer = grouped(2, momentum=0.9, lr=0.25)
    scheduler = Scheduler(optimizer, {"momentum": dl.constant(0.5)})
    scheduler.step()
    assert rates(optimizer, "momentum") == [0.5, 0.5]
    assert scheduler.get_last_lr() == scheduler.base_lrs == [0.25, 0.25]


def test_what_users_of_lr_schedulers_read():
    schedule = dl.linear([1.0, 2.0], 0.0, 4)
    scheduler = Scheduler(grouped(2), schedule)
    scheduler.step()
    assert scheduler.get_last_lr() == scheduler.get_lr() == scheduler._last_lr == [0.75, 1.5]
    assert scheduler.last_epoch == scheduler.position == 1
    assert scheduler.base_lrs == [1.0, 2.0]
    assert scheduler.schedule is schedule


def test_what_is_read_is_a_copy():
    optimizer = grouped(2)
    scheduler = Scheduler(optimizer, dl.constant(1.0))
    scheduler.get_last_lr()[0] = 5.0
    assert scheduler.get_last_lr() == rates(optimizer) == [1.0, 1.0]


def test_going_to_a_step_or_position():
    optimizer = grouped()
    schedule = dl.linear(1.0, 0.0, 100)
    scheduler = Scheduler(optimizer, schedule, units_per_step=5)
    scheduler.step(4)
    assert (scheduler.position, scheduler.last_epoch, rates(optimizer)) == (20, 4, [schedule(20)])
    scheduler.seek(62.5)
    assert (scheduler.position, scheduler.last_epoch, rates(optimizer)) == (
        62.5,
        12,
        [schedule(62.5)],
    )
    scheduler.last_epoch = 6
    # as in PyTorch, this writes nothing into the groups
    assert (scheduler.position, rates(optimizer)) == (30, [schedule(62.5)])
    assert (scheduler.get_lr(), scheduler.get_last_lr()) == ([schedule(30)], [schedule(62.5)])
    scheduler.step()
    assert (scheduler.position, rates(optimizer)) == (35, [schedule(35)])


@pytest.mark.parametrize("per_epoch", [3, 7, 49, 97, 390])
def test_steps_of_an_epoch_add_up_to_one(per_epoch):
    optimizer = grouped()
    scheduler = Scheduler(optimizer, dl.step(1.0, 1, 0.5), units_per_step=1 / per_epoch)
    used = train(optimizer, scheduler, 3 * per_epoch + 1)
    assert [rate for (rate,) in used] == [0.5 ** (k // per_epoch) for k in range(len(used))]
    assert scheduler.last_epoch == 3 * per_epoch + 1


def test_fractions_are_exact():
    scheduler = Scheduler(
        grouped(),
        dl.constant(1.0),
        units_per_step=Fraction(1, 10**7 + 1),
        start=Fraction(1, 3),
    )
    scheduler.last_epoch = 10**7 + 1
    assert scheduler.position == 1
    scheduler.step()
    assert scheduler.position == float(1 + Fraction(1, 10**7 + 1))


def test_positions_past_the_integers_of_floats():
    schedule = dl.linear(0.0, 1.0, 2**60)
    optimizer = grouped()
    scheduler = Scheduler(optimizer, schedule, start=2**53 + 1)
    scheduler.step()
    assert scheduler.position == 2**53 + 2
    assert rates(optimizer) == [schedule(2**53 + 2)]


def test_the_largest_position():
    scheduler = Scheduler(grouped(), dl.constant(1.0), start=2**63 - 1)
    with pytest.raises(ValueError, match="position must be at most 9223372036854775807, got"):
        scheduler.step()
    assert scheduler.position == 2**63 - 1


@pytest.mark.parametrize("unit", [1, 0.5])
def test_a_refused_position_changes_nothing(unit):
    schedule = dl.linear([1.0, 2.0], 0.0, [10, 1]).ending("raise")
    optimizer = grouped(2)
    scheduler = Scheduler(optimizer, schedule, start=1, units_per_step=unit)
    before = rates(optimizer)
    with pytest.raises(ValueError, match="position"):
        scheduler.step()
    assert (scheduler.position, rates(optimizer)) == (1, before)


def test_no_warning_about_the_order_of_calls():
    optimizer = grouped()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler = Scheduler(optimizer, dl.linear(1.0, 0.0, 10))
        scheduler.step()
        scheduler.step()
        optimizer.step()
    assert rates(optimizer) == [0.8]


def test_integer_rates_become_floats():
    optimizer = grouped(lr=1)
    Scheduler(optimizer, dl.constant(2.0))
    assert type(optimizer.param_groups[0]["lr"]) is float


def test_a_late_group_joins_at_the_next_value():
    optimizer = grouped()
    scheduler = Scheduler(optimizer, dl.linear(1.0, 0.0, 10), groups="same")
    train(optimizer, scheduler, 4)
    optimizer.add_param_group({"params": [parameter()], "lr": 5.0})
    scheduler.step()
    assert rates(optimizer) == [0.5, 0.5]
    assert scheduler.get_last_lr() == [0.5, 0.5]


def test_a_late_group_with_a_run_of_its_own():
    optimizer = grouped(2)
    batch = dl.linear([1.0, 0.5], 0.0, 10)
    scheduler = Scheduler(optimizer, batch)
    train(optimizer, scheduler, 4)
    optimizer.add_param_group({"params": [parameter()]})
    with pytest.raises(ValueError, match="one run for each of the 3 parameter groups, got 2"):
        scheduler.step()
    assert scheduler.position == 4
    scheduler.replace(dl.concatenate([batch, dl.constant([0.25])]))
    assert rates(optimizer) == [*batch(4), 0.25]


def test_a_late_group_without_the_hyperparameter():
    optimizer = grouped(momentum=0.9)
    scheduler = Scheduler(optimizer, {"momentum": dl.constant(0.5)})
    optimizer.add_param_group({"params": [parameter()]})
    del optimizer.param_groups[1]["momentum"]
    with pytest.raises(ValueError, match=r"param_groups\[1\] must have 'momentum'"):
        scheduler.step()


def test_longer_horizon_on_a_live_scheduler():
    schedule = dl.linear(1.0, 0.0, 100)
    optimizer = grouped()
    scheduler = Scheduler(optimizer, schedule)
    train(optimizer, scheduler, 50)
    longer = schedule.extend(150, at=50)
    lines = scheduler.replace(longer)
    assert lines == [f"lr: {line}" for line in schedule.diff(longer)] != []
    assert [r for (r,) in train(optimizer, scheduler, 100)] == longer.table(100, start=50).tolist()


@pytest.mark.parametrize(
    "edit",
    [
        lambda s: s.branch(50, lambda value: dl.linear(value, 0.0, 20)),
        lambda s: s.rewarm(50, 10, 1.0),
        lambda s: s.stretch(2.0),
    ],
)
def test_other_edits_on_a_live_scheduler(edit):
    schedule = dl.cosine(1.0, 0.0, 200)
    optimizer = grouped()
    scheduler = Scheduler(optimizer, schedule)
    train(optimizer, scheduler, 50)
    changed = edit(schedule)
    scheduler.replace(changed)
    assert [r for (r,) in train(optimizer, scheduler, 90)] == changed.table(90, start=50).tolist()


def test_a_refused_edit_changes_nothing():
    schedule = dl.linear(1.0, 0.0, 100)
    scheduler = Scheduler(grouped(), schedule)
    with pytest.raises(ValueError, match=r"shape \(\) or \(1,\)"):
        scheduler.replace(dl.linear([1.0, 2.0], 0.0, 100))
    scheduler.step()
    assert scheduler.schedule is schedule
    assert scheduler.get_last_lr() == [0.99]


def test_an_edit_names_what_came_and_went():
    scheduler = Scheduler(grouped(momentum=0.9), dl.constant(1.0))
    lines = scheduler.replace({"momentum": dl.constant(0.5)})
    assert lines == ["lr: Schedule against none", "momentum: none against Schedule"]


@pytest.mark.parametrize("again", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_copies_are_independent(again):
    optimizer = grouped()
    schedule = dl.linear(1.0, 0.0, 10)
    scheduler = Scheduler(optimizer, schedule, units_per_step=2, on_change="keep")
    scheduler.step()
    twin = again(scheduler)
    twin.step()
    assert (twin.position, rates(twin.optimizer)) == (4, [schedule(4)])
    assert (scheduler.position, rates(optimizer)) == (2, [schedule(2)])
    twin.load_state_dict(Scheduler(grouped(), dl.constant(1.0)).state_dict())
    assert twin.schedule == scheduler.schedule


def test_a_deleted_scheduler_stops_writing():
    optimizer = grouped()
    state = optimizer.state_dict()
    Scheduler(optimizer, dl.constant(3.0))
    optimizer.load_state_dict(state)
    assert rates(optimizer) == [0.1]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((None, dl.constant(1.0)), TypeError, "optimizer must be an Optimizer, got NoneType"),
        ((grouped(), 0.1), TypeError, "schedule must be a Schedule, a Plateau or a mapping"),
        ((grouped(), {}), ValueError, "schedule must be of at least one hyperparameter"),
        (
            (grouped(), {1: dl.constant(1.0)}),
            TypeError,
            "must have strings as keys, got 1",
        ),
        ((grouped(), {"lr": 0.1}), TypeError, "got float for 'lr'"),
        ((grouped(), {"a b": dl.constant(1.0)}), ValueError, "schedule must be a mapping with"),
        ((grouped(), {"betas": dl.constant(1.0)}), ValueError, r"hyperparameters of param_groups"),
        (
            (grouped(kind=ADAM), {"betas[2]": dl.constant(1.0)}),
            ValueError,
            r"schedule must be of elements of param_groups\[0\] \(betas=",
        ),
        ((grouped(), {"lr[0]": dl.constant(1.0)}), ValueError, r"of elements of param_groups\[0\]"),
        ((grouped(3), dl.constant([1.0, 2.0])), ValueError, r"shape \(\) or \(3,\), one run per"),
        ((grouped(), dl.constant([[1.0]])), ValueError, r"got \(1, 1\) for 'lr'"),
    ],
)
def test_refusals(arguments, error, text):
    with pytest.raises(error, match=text):
        Scheduler(*arguments)


@pytest.mark.parametrize(
    ("option", "error", "text"),
    [
        ({"units_per_step": 0}, ValueError, "units_per_step must be finite and > 0, got 0"),
        ({"units_per_step": Fraction(-1, 3)}, ValueError, "units_per_step must be finite and > 0"),
        ({"units_per_step": [1.0]}, TypeError, "units_per_step must be one number"),
        ({"start": -1}, ValueError, "start must be finite and >= 0, got -1"),
        ({"start": float("nan")}, ValueError, "start must be finite and >= 0, got nan"),
        ({"start": None}, TypeError, "start must be"),
        ({"clock": "wall"}, ValueError, "clock must be one of calls, applied"),
        ({"on_change": "ask"}, ValueError, "on_change must be one of raise, keep, checkpoint"),
    ],
)
def test_refused_options_leave_the_optimizer_alone(option, error, text):
    optimizer = grouped()
    with pytest.raises(error, match=text):
        Scheduler(optimizer, dl.constant(1.0), **option)
    assert rates(optimizer) == [0.1]


def test_a_sequence_of_schedulers_is_a_join_here():
    optimizer = grouped()
    parts = [Scheduler(optimizer, dl.constant(1.0)), Scheduler(optimizer, dl.constant(0.5))]
    optimizer.param_groups[0]["initial_lr"] = 1.0
    with pytest.raises(ValueError, match=r"last_epoch must be >= 0 \(to follow another .* a.then"):
        torch.optim.lr_scheduler.SequentialLR(optimizer, parts, [5])


def test_together_with_a_torch_scheduler_for_another_hyperparameter():
    optimizer = grouped(momentum=0.9)
    ours = Scheduler(optimizer, {"momentum": dl.linear(0.9, 0.5, 4)})
    theirs = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    both = torch.optim.lr_scheduler.ChainedScheduler([theirs, ours], optimizer)
    optimizer.step()
    both.step()
    assert rates(optimizer) == [0.1 * 0.1]
    assert rates(optimizer, "momentum") == [dl.linear(0.9, 0.5, 4)(1)]
