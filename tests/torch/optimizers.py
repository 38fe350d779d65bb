"""Small optimizers and schedules for the tests of the PyTorch adapter."""

from typing import Any

import decaylr as dl
from decaylr import compat
from tests.peers.installed import peer

torch = peer("torch")

SCHEDULES = {
    "constant": dl.constant(0.3),
    "linear": dl.linear(1.0, 0.0, 100),
    "polynomial": dl.polynomial(1.0, 0.1, 100, 2.0),
    "cosine": dl.cosine(1.0, 0.0, 100),
    "exponential": dl.exponential(1.0, 0.97),
    "inverse": dl.inverse(1.0, 0.1, power=0.5),
    "rex": dl.rex(1.0, 0.0, 100),
    "tanh": dl.tanh(1.0, 0.0, 100, -3.0, 3.0),
    "step": dl.step(1.0, 17, 0.5),
    "multi_step": dl.multi_step(1.0, [10, 51, 55], 0.1),
    "piecewise_constant": dl.piecewise_constant([51, 53], [1.0, 0.5, 0.25]),
    "interpolate": dl.interpolate([0, 30, 100], [0.0, 1.0, 0.2], kind="pchip"),
    "samples": dl.samples([1.0 / (k + 1) for k in range(60)]),
    "warmup_cosine": dl.warmup_cosine(0.0, 1.0, 60, 100),
    "wsd": dl.wsd(1.0, 10, 42, 20),
    "one_cycle": dl.one_cycle(1.0, 100),
    "cosine_restarts": dl.cosine_restarts(1.0, 13, period_scale=2),
    "noam": dl.noam(512, 60),
    "LinearLR": compat.torch.LinearLR(1.0, total_iters=60),
    "ConstantLR": compat.torch.ConstantLR(1.0, total_iters=60),
    "CyclicLR": compat.torch.CyclicLR(0.1, 1.0, step_size_up=20),
    "OneCycleLR": compat.torch.OneCycleLR(1.0, total_steps=100),
    "SequentialLR": compat.torch.SequentialLR(
        1.0,
        [
            compat.torch.LinearLR(1.0, start_factor=0.1, total_iters=10),
            compat.torch.CosineAnnealingLR(1.0, T_max=90),
        ],
        [10],
    ),
}


def parameter(*shape: int) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.ones(shape or (2,)))


def grouped(count: int = 1, kind: Any = torch.optim.SGD, **options: Any) -> Any:
    """An optimizer with the given number of groups of one parameter each."""
    return kind([{"params": [parameter()]} for _ in range(count)], **{"lr": 0.1, **options})


def rates(optimizer: Any, key: str = "lr") -> list[float]:
    return [float(group[key]) for group in optimizer.param_groups]


def train(optimizer: Any, scheduler: Any, steps: int) -> list[list[float]]:
    """The rates used at each step."""
    used = []
    for _ in range(steps):
        used.append(rates(optimizer))
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = torch.ones_like(p)
        optimizer.step()
        scheduler.step()
    return used
