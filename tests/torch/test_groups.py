"""One schedule over parameter groups that hold different values: `groups` of `Scheduler`."""

import copy
import io
import itertools
import pickle

import numpy as np
import pytest

import decaylr as dl
from decaylr.torch import Population, Scheduler
from tests.torch.optimizers import parameter, rates, torch, train

FALLING = dl.warmup_cosine(0.0, 3e-4, 3, 20, end_value=3e-5)
RATES = (1e-4, 1e-3, 0.7e-3)
SHARES = [rate / 1e-3 for rate in RATES]


def optimizer_of(values=RATES, key="lr", kind=torch.optim.AdamW, **options):
    groups = [{"params": [parameter()], key: value} for value in values]
    return kind(groups, **({} if key == "lr" else {"lr": 1e-3}), **options)


def scaled(values, position, schedule=FALLING):
    """By hand: each group's share of the largest, times the schedule's value."""
    largest = max(values)
    return [value / largest * schedule(position) for value in values]


# -- the choice -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 12])
def test_groups_that_differ_are_refused_with_both_lines(count):
    values = [0.03 * (n + 1) for n in range(count)]
    optimizer = optimizer_of(values)
    with pytest.raises(ValueError, match=r"values of lr, got 0\.03, 0\.06") as refused:
        Scheduler(optimizer, FALLING)
    text = str(refused.value)
    assert 'groups="same"' in text
    assert 'groups="scaled"' in text
    assert rates(optimizer) == values
    assert all("initial_lr" not in group for group in optimizer.param_groups)


def test_the_lines_of_another_hyperparameter_are_a_mapping():
    optimizer = optimizer_of((0.1, 0.0), "weight_decay")
    sources = {"lr": FALLING, "weight_decay": dl.linear(0.1, 0.0, 10)}
    with pytest.raises(ValueError, match=r"of weight_decay, got 0\.1, 0") as refused:
        Scheduler(optimizer, sources)
    assert 'groups={"weight_decay": "scaled"}' in str(refused.value)
    Scheduler(optimizer, sources, groups={"weight_decay": "scaled"})


def test_groups_that_agree_need_no_choice():
    optimizer = optimizer_of((1e-3, 1e-3, torch.tensor(1e-3, dtype=torch.float64)))
    assert train(optimizer, Scheduler(optimizer, FALLING), 3)[1] == [FALLING(1)] * 3


@pytest.mark.parametrize("groups", ["same", {"lr": "same"}])
def test_the_same_value_for_all(groups):
    optimizer = optimizer_of()
    used = train(optimizer, Scheduler(optimizer, FALLING, groups=groups), 25)
    assert used == [[FALLING(k)] * 3 for k in range(25)]


@pytest.mark.parametrize("groups", ["scaled", {"lr": "scaled"}])
@pytest.mark.parametrize("values", [RATES, (0.03, 0.0, 0.3), (7 / 3, 1 / 3), (0.1,)])
def test_shares_of_the_largest(groups, values):
    optimizer = optimizer_of(values)
    scheduler = Scheduler(optimizer, FALLING, groups=groups)
    assert scheduler.base_lrs == scaled(values, 0)
    used = train(optimizer, scheduler, 25)
    np.testing.assert_array_max_ulp(used, [scaled(values, k) for k in range(25)], 1)
    assert scheduler.get_last_lr() == scheduler.get_lr() == rates(optimizer)


def test_as_torch_scales_the_rates_of_groups():
    ours, theirs = optimizer_of(RATES), optimizer_of(RATES)
    lambda_lr = torch.optim.lr_scheduler.LambdaLR(theirs, dl.cosine(1.0, 0.0, 20))
    scheduler = Scheduler(ours, dl.cosine(max(RATES), 0.0, 20), groups="scaled")
    np.testing.assert_array_max_ulp(train(ours, scheduler, 22), train(theirs, lambda_lr, 22), 2)


def test_no_decay_stays_without_decay():
    optimizer = optimizer_of((0.1, 0.0), "weight_decay")
    decay = dl.linear(0.1, 0.3, 10)
    sources = {"lr": FALLING, "weight_decay": decay, "betas[0]": dl.linear(0.85, 0.95, 10)}
    scheduler = Scheduler(optimizer, sources, groups={"weight_decay": "scaled"})
    for k in range(1, 12):
        scheduler.step()
        assert rates(optimizer, "weight_decay") == [decay(k), 0.0]
        assert rates(optimizer) == [FALLING(k)] * 2


@pytest.mark.parametrize("name", ["betas[0]", "betas[1]", "eps"])
def test_any_hyperparameter(name):
    key, index = (name[:-3], int(name[-2])) if "[" in name else (name, None)
    values = [(0.9, 0.95), (0.45, 0.999)] if index is not None else [1e-8, 1e-6]
    optimizer = optimizer_of(values, key)
    own = values if index is None else [pair[index] for pair in values]
    scheduler = Scheduler(optimizer, {name: dl.linear(0.9, 0.8, 10)}, groups="scaled")
    scheduler.step()
    found = [g[key] if index is None else g[key][index] for g in optimizer.param_groups]
    assert found == scaled(own, 1, dl.linear(0.9, 0.8, 10))


def test_a_tensor_rate_has_its_share():
    values = [torch.tensor(0.25, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)]
    optimizer = optimizer_of(values)
    scheduler = Scheduler(optimizer, dl.linear(1.0, 0.0, 10), groups="scaled")
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == values
    assert [float(value) for value in values] == [0.25 * 0.9, 0.9]


@pytest.mark.parametrize(
    ("values", "schedule", "groups", "error", "text"),
    [
        (RATES, FALLING, "each", ValueError, "groups must be one of same, scaled"),
        (RATES, FALLING, {"lr": "each"}, ValueError, r"groups\['lr'\] must be one of same, sc"),
        (RATES, FALLING, 1.0, TypeError, 'groups must be None, "same", "scaled" or a mapping'),
        (RATES, FALLING, {"eps": "same"}, ValueError, "of hyperparameters with one schedule"),
        ((0.0, 0.0), FALLING, "scaled", ValueError, "groups' lr must be finite and >= 0, with on"),
        (RATES, FALLING * np.ones(3), "same", ValueError, "groups must be None if there is a run"),
        (RATES, FALLING * np.ones(3), {"lr": "scaled"}, ValueError, "with one schedule for all"),
    ],
)
def test_refused_choices(values, schedule, groups, error, text):
    optimizer = optimizer_of(values)
    with pytest.raises(error, match=text):
        Scheduler(optimizer, schedule, groups=groups)
    assert rates(optimizer) == [*values]


def test_a_plateau_of_groups_with_shares():
    optimizer = optimizer_of((0.1, 1.0))
    plateau = dl.Plateau(dl.linear(1.0, 0.0, 10), factor=0.5, patience=0)
    scheduler = Scheduler(optimizer, plateau, groups="scaled")
    for metric in (1.0, 2.0, 3.0):
        scheduler.step(metrics=metric)
    assert plateau.scale == 0.25
    value = 0.7 * 0.25
    np.testing.assert_array_max_ulp(rates(optimizer), np.array([0.1 * value, value]), 2)
    assert scheduler.base_lrs == [0.1, 1.0]


# -- groups that come later -------------------------------------------------------------------


def added(optimizer, **options):
    optimizer.add_param_group({"params": [parameter()], **options})


def test_a_late_group_has_its_share_of_the_first_values():
    optimizer = optimizer_of((1e-4, 1e-3))
    scheduler = Scheduler(optimizer, FALLING, groups="scaled")
    train(optimizer, scheduler, 4)
    added(optimizer, lr=2e-3)
    added(optimizer, lr=0.0)
    train(optimizer, scheduler, 1)
    expected = [share * FALLING(5) for share in (0.1, 1.0, 2.0, 0.0)]
    assert rates(optimizer) == scheduler.get_last_lr() == expected
    assert len(scheduler.base_lrs) == 4


def test_a_late_group_that_differs_needs_a_choice():
    optimizer = optimizer_of((1e-3, 1e-3))
    scheduler = Scheduler(optimizer, FALLING)
    train(optimizer, scheduler, 4)
    added(optimizer, lr=5e-3)
    before = scheduler.state_dict(), rates(optimizer)
    with pytest.raises(ValueError, match=r"different values of lr, got 0.001, 0.001, 0.005"):
        scheduler.step()
    assert (scheduler.state_dict(), rates(optimizer)) == before


@pytest.mark.parametrize("value", [1e-3, FALLING(4)])
def test_a_late_group_with_the_first_or_the_present_value(value):
    optimizer = optimizer_of((1e-3, 1e-3))
    scheduler = Scheduler(optimizer, FALLING)
    train(optimizer, scheduler, 4)
    added(optimizer, lr=value)
    scheduler.step()
    assert rates(optimizer) == [FALLING(5)] * 3


def test_late_decay_and_a_plateau():
    optimizer = optimizer_of((0.1, 0.0), "weight_decay")
    plateau = dl.Plateau(dl.constant(1.0), factor=0.5, patience=0)
    sources = {"lr": plateau, "weight_decay": dl.constant(0.2)}
    scheduler = Scheduler(optimizer, sources, groups={"weight_decay": "scaled"})
    added(optimizer, weight_decay=0.05)
    for metric in (1.0, 2.0):
        scheduler.step(metrics=metric)
    assert rates(optimizer) == [0.5] * 3
    assert rates(optimizer, "weight_decay") == [0.2, 0.0, 0.1]


def test_a_group_that_is_taken_away():
    optimizer = optimizer_of()
    scheduler = Scheduler(optimizer, FALLING, groups="scaled")
    scheduler.step()
    del optimizer.param_groups[0]
    scheduler.step()
    assert rates(optimizer) == scaled(RATES, 2)[1:]


def test_the_choice_holds_for_schedules_that_come_later():
    optimizer = optimizer_of()
    scheduler = Scheduler(optimizer, FALLING, groups="scaled")
    train(optimizer, scheduler, 5)
    longer = FALLING.extend(40, at=5)
    scheduler.replace(longer)
    np.testing.assert_array_max_ulp(rates(optimizer), np.array(scaled(RATES, 5, longer)), 1)


# -- resuming ---------------------------------------------------------------------------------


STEPS = ("optimizer", "scheduler", "load optimizer", "load scheduler")
ORDERS = [
    order
    for order in itertools.permutations(STEPS)
    if order.index("optimizer") == 0 and order.index("scheduler") < order.index("load scheduler")
]


@pytest.mark.parametrize("saved_at", [0, 4, 20])
@pytest.mark.parametrize("order", ORDERS)
def test_resumed_in_any_order(order, saved_at):
    schedule = dl.warmup_cosine(0.0, 3e-4, 3, 20)  # 0 at its beginning and at its end
    first = optimizer_of((1e-4, 0.0, 1e-3))
    scheduler = Scheduler(first, schedule, groups="scaled")
    train(first, scheduler, saved_at)
    file = io.BytesIO()
    torch.save({"optimizer": first.state_dict(), "scheduler": scheduler.state_dict()}, file)
    file.seek(0)
    state = torch.load(file, weights_only=True)
    expected = train(first, scheduler, 10)

    for do in order:
        if do == "optimizer":
            again = optimizer_of((1e-4, 0.0, 1e-3))
        elif do == "scheduler":
            resumed = Scheduler(again, schedule, groups="scaled")
        elif do == "load optimizer":
            again.load_state_dict(state["optimizer"])
        else:
            resumed.load_state_dict(state["scheduler"])
    assert train(again, resumed, 10) == expected


def test_resumed_with_late_groups():
    first = optimizer_of((1e-4, 1e-3))
    scheduler = Scheduler(first, FALLING, groups="scaled")
    train(first, scheduler, 3)
    added(first, lr=3e-3)
    train(first, scheduler, 2)
    states = copy.deepcopy((first.state_dict(), scheduler.state_dict()))
    expected = train(first, scheduler, 5)

    again = optimizer_of((1e-4, 1e-3, 3e-3))
    resumed = Scheduler(again, FALLING, groups="scaled")
    resumed.load_state_dict(states[1])
    again.load_state_dict(states[0])
    assert train(again, resumed, 5) == expected

    later = optimizer_of((1e-4, 1e-3))
    resumed = Scheduler(later, FALLING, groups="scaled")
    resumed.load_state_dict(states[1])
    added(later, lr=3e-3)
    later.load_state_dict(states[0])
    assert train(later, resumed, 5)[1:] == expected[1:]


def test_stored_shares_that_differ():
    scheduler = Scheduler(optimizer_of((0.1, 1.0)), FALLING, groups="scaled")
    scheduler.step()
    state = scheduler.state_dict()
    assert state["shares"] == {"lr": [0.1, 1.0]}
    with pytest.raises(ValueError, match=r"(?s)state: shares .*lr: 0.1, 1 against 0.5, 1"):
        Scheduler(optimizer_of((0.5, 1.0)), FALLING, groups="scaled").load_state_dict(state)
    with pytest.raises(ValueError, match=r"(?s)state: shares .*lr: 0.1, 1 against same"):
        Scheduler(optimizer_of((0.5, 1.0)), FALLING, groups="same").load_state_dict(state)
    for on_change, share in (("keep", 0.5), ("checkpoint", 0.1)):
        optimizer = optimizer_of((0.5, 1.0))
        again = Scheduler(optimizer, FALLING, groups="scaled", on_change=on_change)
        again.load_state_dict(state)
        again.step()
        assert rates(optimizer) == [share * FALLING(2), FALLING(2)]


def test_rates_of_another_size_have_the_same_shares():
    scheduler = Scheduler(optimizer_of((0.1, 1.0)), FALLING, groups="scaled")
    again = Scheduler(optimizer_of((0.3, 3.0)), FALLING, groups="scaled")
    again.load_state_dict(scheduler.state_dict())
    assert again.state_dict() == scheduler.state_dict()


def test_a_stored_choice_to_treat_all_alike():
    state = Scheduler(optimizer_of((0.1, 1.0)), FALLING, groups="same").state_dict()
    optimizer = optimizer_of((0.1, 1.0))
    with pytest.raises(ValueError, match=r"(?s)state: shares .*lr: same against 0.1, 1"):
        Scheduler(optimizer, FALLING, groups="scaled").load_state_dict(state)
    other = optimizer_of((0.1, 1.0))
    again = Scheduler(other, FALLING, groups="scaled", on_change="checkpoint")
    again.load_state_dict(state)
    again.step()
    assert rates(other) == [FALLING(1)] * 2


def test_a_state_of_an_earlier_release():
    state = Scheduler(optimizer_of(), FALLING, start=7, groups="scaled").state_dict()
    old = {key: state[key] for key in ("version", "position", "schedule", "plateau")}
    optimizer = optimizer_of()
    scheduler = Scheduler(optimizer, FALLING, groups="scaled")
    scheduler.load_state_dict(old)
    assert rates(optimizer) == scheduler.get_last_lr()
    np.testing.assert_array_max_ulp(rates(optimizer), np.array(scaled(RATES, 7)), 1)


@pytest.mark.parametrize("shares", [None, [0.1], {"lr": "x"}, {"lr": [float("nan")]}])
def test_stored_shares_that_are_none(shares):
    scheduler = Scheduler(optimizer_of(), FALLING, groups="scaled")
    before = scheduler.state_dict()
    with pytest.raises((TypeError, ValueError), match="state: shares"):
        scheduler.load_state_dict({**before, "shares": shares})
    assert scheduler.state_dict() == before


@pytest.mark.parametrize("again", [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
def test_copies_keep_the_shares(again):
    optimizer = optimizer_of()
    scheduler = Scheduler(optimizer, FALLING, groups="scaled")
    scheduler.step()
    twin = again(scheduler)
    added(twin.optimizer, lr=1e-3)
    twin.step()
    assert rates(twin.optimizer) == [*scaled(RATES, 2), FALLING(2)]
    assert rates(optimizer) == scaled(RATES, 1)


# -- what torch's trainers read and pass -----------------------------------------------------------


def test_the_state_has_the_keys_of_torch():
    optimizer = optimizer_of()
    theirs = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    scheduler = Scheduler(optimizer_of(), FALLING, groups="scaled")
    for _ in range(4):
        optimizer.step()
        theirs.step()
        scheduler.step()
    ours, expected = scheduler.state_dict(), theirs.state_dict()
    for key in ("last_epoch", "_step_count"):
        assert ours[key] == expected[key]
    assert ours["_last_lr"] == scheduler.get_last_lr()
    again = Scheduler(optimizer_of(), FALLING, groups="scaled")
    again.load_state_dict(ours)
    assert again.state_dict() == ours


@pytest.mark.parametrize("last_epoch", [-1, 0, 6])
def test_last_epoch(last_epoch):
    optimizer = optimizer_of((0.1,))
    scheduler = Scheduler(optimizer, FALLING, last_epoch=last_epoch, units_per_step=1 / 3)
    assert scheduler.position == pytest.approx((last_epoch + 1) / 3)
    assert scheduler.last_epoch == last_epoch + 1
    assert rates(optimizer) == [FALLING((last_epoch + 1) / 3)]


def test_last_epoch_refused():
    for arguments, error, text in (
        ({"last_epoch": -2}, ValueError, "last_epoch must be >= -1"),
        ({"last_epoch": 1.5}, TypeError, "last_epoch must be an integer"),
        ({"last_epoch": 1, "start": 2}, ValueError, "start must be left out where last_epoch"),
    ):
        with pytest.raises(error, match=text):
            Scheduler(optimizer_of((0.1,)), FALLING, **arguments)


# -- populations -----------------------------------------------------------------------------------


def population(values=(0.5, 1.0), **options):
    weights = [torch.nn.Parameter(torch.zeros(3, 2, dtype=torch.float64)) for _ in values]
    groups = [{"params": [w], "lr": rate} for w, rate in zip(weights, values, strict=True)]
    members = dl.linear([0.1, 0.2, 0.4], 0.0, 10)
    return weights, Population(torch.optim.SGD(groups), members, **options)


def stepped(weights, made):
    for weight in weights:
        weight.grad = torch.ones_like(weight)
    made.step()


def test_a_population_of_groups_that_differ():
    with pytest.raises(ValueError, match=r"values of lr, got 0\.5, 1"):
        population()
    weights, made = population(groups="same")
    stepped(weights, made)
    for weight in weights:
        np.testing.assert_allclose(-weight[:, 0].detach(), [0.1, 0.2, 0.4], rtol=1e-14)


def test_a_population_with_shares():
    weights, made = population((0.5, 1.0, 0.0), groups="scaled")
    stepped(weights, made)
    state = copy.deepcopy(made.state_dict())
    stepped(weights, made)
    for weight, share in zip(weights, (0.5, 1.0, 0.0), strict=True):
        expected = -share * np.array([0.19, 0.38, 0.76])
        np.testing.assert_allclose(weight[:, 0].detach(), expected, rtol=1e-13)
    for values in ((0.5, 1.0, 0.0), (0.2, 1.0, 0.5)):
        others, again = population(values, groups="scaled")
        again.load_state_dict(state)
        stepped(others, again)
        np.testing.assert_allclose(others[0][:, 0].detach(), [-0.045, -0.09, -0.18], rtol=1e-13)


def test_a_late_group_of_a_population():
    weights, made = population((0.5, 1.0), groups="scaled")
    weights.append(torch.nn.Parameter(torch.zeros(3, 2, dtype=torch.float64)))
    made.optimizer.add_param_group({"params": weights[-1:], "lr": 0.25})
    stepped(weights, made)
    np.testing.assert_allclose(weights[2][:, 0].detach(), [-0.025, -0.05, -0.1], rtol=1e-13)
