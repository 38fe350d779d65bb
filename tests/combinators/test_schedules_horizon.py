"""The horizon of a schedule: stated, kept and used."""

import copy
import pickle

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import timm, torch, transformers

COSINE = transformers.get_scheduler("cosine", 1e-4, 10, 1000)
STATED = [
    (COSINE, 1000),
    (transformers.get_scheduler("inverse_sqrt", 1e-4, 10, 300), 300),
    (transformers.get_scheduler("constant", 1e-4, None, 300), 300),
    (transformers.get_scheduler("constant_with_warmup", 1e-4, 7, 300), 300),
    (transformers.get_linear_schedule_with_warmup(0.1, 7, 300), 300),
    (transformers.get_cosine_with_hard_restarts_schedule_with_warmup(0.1, 7, 300, 3), 300),
    (transformers.get_wsd_schedule(0.1, 10, 20, num_training_steps=300), 300),
    (transformers.get_wsd_schedule(0.1, 10, 20, num_stable_steps=70), 100),
    (torch.CosineAnnealingLR(0.1, 90), 90),
    (torch.OneCycleLR(0.1, 300), 300),
    (torch.SequentialLR(0.1, [torch.LinearLR(0.1), torch.CosineAnnealingLR(0.1, 90)], [10]), 100),
    (torch.ChainedScheduler([torch.CosineAnnealingLR(0.1, 90), torch.StepLR(0.1, 9)], 0.1), 90),
    (timm.CosineLRScheduler(0.1, 90, cycle_limit=2), 180),
    (timm.CosineLRScheduler(0.1, 90, warmup_t=5, warmup_prefix=True), 95),
    (timm.WSDLRScheduler(0.1, 90, 20, warmup_t=5), 95),
    (timm.create_scheduler_v2(0.1, "step", num_epochs=200)[0], 200),
    (timm.create_scheduler_v2(0.1, "cosine", num_epochs=200, cooldown_epochs=10)[0], 210),
    (dl.linear(1.0, 0.0, 70), 70),
    (dl.exponential(1.0, 0.9), np.inf),
]


@pytest.mark.parametrize(("schedule", "horizon"), STATED)
def test_what_a_schedule_was_made_for(schedule, horizon):
    assert schedule.horizon == horizon


def test_the_horizon_is_kept():
    restored = (
        pickle.loads(pickle.dumps(COSINE)),
        copy.deepcopy(COSINE),
        dl.from_json(COSINE.to_json()),
        dl.from_dict(COSINE.to_dict()),
        COSINE * 0.5,
        0.5 + COSINE,
        COSINE.clip(lo=1e-5),
        COSINE.reshape(1)[0],
    )
    assert [schedule.horizon for schedule in restored] == [1000] * len(restored)
    assert COSINE.advance(100).horizon == 900
    assert COSINE.stretch(3).horizon == 3000
    assert dl.join([dl.constant(1.0), COSINE], [50]).horizon == 1050
    assert dl.from_dict({**COSINE.to_dict(), "horizon": 5}) == COSINE  # equality ignores it


def test_batches_have_a_horizon_per_run():
    batch = torch.CosineAnnealingLR(0.1, [10, 20, 30])
    np.testing.assert_array_equal(batch.horizon, [10, 20, 30])
    assert batch[1].horizon == 20
    steps = np.array([100, 200])
    cosines = transformers.get_cosine_schedule_with_warmup(0.1, 10, steps)
    np.testing.assert_array_equal(cosines[::-1].horizon, [200, 100])
    mixed = dl.stack([COSINE, dl.linear(1.0, 0.0, 70), torch.CosineAnnealingLR(0.1, 90)])
    np.testing.assert_array_equal(mixed.horizon, [1000, 70, 90])
    again = dl.from_json(cosines.to_json())
    np.testing.assert_array_equal(again.horizon, steps)


def test_extend_stretches_up_to_the_horizon_and_goes_on():
    longer = COSINE.extend(2000, at=500)
    assert longer.horizon == 2000
    assert longer(500) == pytest.approx(COSINE(500), rel=1e-15)
    positions = np.array([600, 1000, 1500, 1999, 2000, 2300])
    there = 500 + (positions - 500) * (500 / 1500)
    np.testing.assert_allclose(longer(positions), COSINE(there), rtol=1e-12, atol=1e-19)
    assert longer.extend(3000, at=1000).horizon == 3000


def test_extend_where_there_is_no_horizon_says_how_to_state_it():
    decay = dl.exponential(1.0, half_life=100)
    with pytest.raises(ValueError, match=r"schedule.extend\(total, at, horizon=1000\)"):
        decay.extend(2000)
    longer = decay.extend(2000, horizon=1000)
    np.testing.assert_allclose([longer(1000), longer(2000)], [2.0**-5, 2.0**-10], rtol=1e-15)
    assert longer.horizon == 2000
    with pytest.raises(ValueError, match="horizon must be finite and > 0, got 0"):
        decay.extend(2000, horizon=0)


@pytest.mark.parametrize("horizon", [0, -1, [1, 2], "soon"])
def test_a_horizon_in_a_file_is_checked(horizon):
    with pytest.raises((TypeError, ValueError), match="horizon"):
        dl.from_dict(dl.linear(1.0, 0.0, 5).to_dict() | {"horizon": horizon})


def test_sweeps_of_such_schedules_are_as_long_as_their_trainings(tmp_path):
    steps = [100, 200]
    sweep = dl.sweep.grid(
        lambda total: transformers.get_cosine_schedule_with_warmup(0.1, 10, total), total=steps
    )
    sweep.save(tmp_path / "sweep.toml")
    assert dl.load(tmp_path / "sweep.toml").lengths == (200.0,)
