"""torch's LambdaLR over a schedule: saved, loaded with `weights_only`, continued.

LambdaLR stores `fn.__dict__` of every callable object and updates it on loading.
"""

from __future__ import annotations

import io

import pytest

import decaylr as dl
from tests.peers.installed import peer

torch = peer("torch")

SCHEDULES = {
    "single": dl.warmup_cosine(0.0, 1.0, 3, 20),
    "mixed run": dl.stack([dl.linear(1.0, 0.0, 9), dl.exponential(1.0, 0.9)])[1],
    "before its first value": dl.cosine(1.0, 0.1, 12),
}


def trained(schedule, steps):
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return optimizer, scheduler, rates


@pytest.mark.parametrize("name", SCHEDULES)
def test_it_is_saved_loaded_and_continued(name):
    schedule = SCHEDULES[name]
    _, _, straight = trained(schedule, 15)
    optimizer, scheduler, first = trained(schedule, 6)
    file = io.BytesIO()
    torch.save({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}, file)
    file.seek(0)
    state = torch.load(file, weights_only=True)

    again, resumed, _ = trained(schedule, 0)
    again.load_state_dict(state["optimizer"])
    resumed.load_state_dict(state["scheduler"])
    rates = []
    for _ in range(9):
        rates.append(again.param_groups[0]["lr"])
        again.step()
        resumed.step()
    assert first + rates == straight == [0.5 * schedule(p) for p in range(15)]


def test_a_stored_dict_of_an_earlier_version_changes_nothing():
    """The state of a scheduler that was saved when schedules kept their data in `__dict__`."""
    schedule = dl.linear(1.0, 0.0, 10)
    _, scheduler, _ = trained(schedule, 2)
    state = scheduler.state_dict()
    assert state["lr_lambdas"] == [{}]
    state["lr_lambdas"] = [{"_kind": "cosine", "_parameters": {}, "kind": "cosine", "table": 3}]
    scheduler.load_state_dict(state)
    assert schedule == dl.linear(1.0, 0.0, 10)
    assert schedule.table(3).tolist() == [1.0, 0.9, 0.8]
