"""The drop-in for Megatron: its counting, its weight decay, its checkpoints."""

import types

import pytest

import decaylr as dl
from decaylr.megatron import OptimizerParamScheduler


def optimizer_of(*groups):
    return types.SimpleNamespace(
        param_groups=[{"lr": 0.0, "weight_decay": 0.1, **g} for g in groups]
    )


def test_increments_and_multiples_of_the_weight_decay():
    optimizer = optimizer_of({"wd_mult": 1.0}, {"wd_mult": 0.0})
    rate, decay = dl.warmup_cosine(0.0, 3e-4, 64, 320, end_value=3e-5), dl.linear(0.1, 0.3, 320)
    scheduler = OptimizerParamScheduler(optimizer, rate, decay)
    done = 0
    for increment in (0, 8, 16, 16, 64, 64, 300):
        scheduler.step(increment=increment)
        done += increment
        assert [group["lr"] for group in optimizer.param_groups] == [rate(done)] * 2
        assert [group["weight_decay"] for group in optimizer.param_groups] == [decay(done), 0.0]
        assert scheduler.num_steps == done
    assert scheduler.get_lr(optimizer.param_groups[1]) == rate(done)
    assert scheduler.get_wd() == decay(done)


def test_a_run_for_each_group():
    optimizer = optimizer_of({"max_lr": 1e-3}, {"max_lr": 1e-4})
    with pytest.raises(ValueError, match=r"lr must be of shape \(2,\) where groups differ in"):
        OptimizerParamScheduler(optimizer, dl.constant(1e-3))
    batch = dl.linear([1e-3, 1e-4], 0.0, 100)
    scheduler = OptimizerParamScheduler(optimizer, batch)
    scheduler.step(30)
    assert [group["lr"] for group in optimizer.param_groups] == batch(30).tolist()
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.1, 0.1]


def test_its_state_and_megatrons():
    rate = dl.linear(1.0, 0.0, 100)
    first = OptimizerParamScheduler(optimizer_of({}), rate)
    first.step(40)
    again = OptimizerParamScheduler(optimizer_of({}), rate)
    again.load_state_dict(first.state_dict())
    assert (again.num_steps, again.optimizer.param_groups[0]["lr"]) == (40, rate(40))
    other = OptimizerParamScheduler(optimizer_of({}), rate.extend(200))
    theirs = {"max_lr": 1.0, "min_lr": 0.0, "num_steps": 40, "lr_decay_style": "linear"}
    for state in (first.state_dict(), theirs):
        with pytest.raises(ValueError, match="constructor's unless override_opt_param_scheduler"):
            other.load_state_dict(state)
        made = OptimizerParamScheduler(
            optimizer_of({}), rate.extend(200), override_opt_param_scheduler=True
        )
        made.load_state_dict(state)
        assert made.optimizer.param_groups[0]["lr"] == rate.extend(200)(40)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((0.1,), TypeError, "lr must be a Schedule, got float"),
        ((dl.constant(0.1), 0.1), TypeError, "weight_decay must be a Schedule, got float"),
        ((dl.constant([0.1] * 3),), ValueError, r"lr must be of shape \(\) or \(1,\), a run per g"),
    ],
)
def test_refusals(arguments, error, text):
    with pytest.raises(error, match=text):
        OptimizerParamScheduler(optimizer_of({}), *arguments)
    scheduler = OptimizerParamScheduler(optimizer_of({}), dl.constant(0.1))
    with pytest.raises(ValueError, match="increment must be >= 0"):
        scheduler.step(-1)
