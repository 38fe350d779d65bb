"""A training with `accelerate` in several processes, started by torchrun.

The first process writes its rate at each optimizer step as JSON to the given path.
"""

import json
import sys
from pathlib import Path

import torch
from accelerate import Accelerator

import decaylr as dl
from decaylr.torch import Scheduler
from tests.torch.optimizers import parameter, rates

STEPS = 6
SCHEDULE = dl.linear(1.0, 0.0, 100)
CHOICES = {"plain": {}, "share": {"units_per_step": 1 / 2}, "applied": {"clock": "applied"}}


def trained(accelerator: Accelerator, options: dict) -> list[float]:
    optimizer = torch.optim.SGD([parameter()], lr=1.0)
    prepared, scheduler = accelerator.prepare(optimizer, Scheduler(optimizer, SCHEDULE, **options))
    used = []
    for _ in range(STEPS):
        used += rates(optimizer)
        prepared.step()
        scheduler.step()
    return used


if __name__ == "__main__":
    shared = Accelerator(cpu=True)
    found = {name: trained(shared, options) for name, options in CHOICES.items()}
    found["processes"] = shared.num_processes
    if shared.is_main_process:
        Path(sys.argv[1]).write_text(json.dumps(found))
    shared.end_training()
