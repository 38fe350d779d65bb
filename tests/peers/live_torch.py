"""PyTorch schedulers, stepped as users step them, and random valid arguments for them."""

import warnings

import numpy as np

from tests.peers.installed import peer

torch = peer("torch")
swa_utils = peer("torch.optim.swa_utils")
lr_scheduler = torch.optim.lr_scheduler


def optimizer(base_lr, momentum=0.9):
    weights = [torch.nn.Parameter(torch.zeros(1))]
    return torch.optim.SGD(weights, lr=base_lr, momentum=momentum)


def stepped(scheduler, steps, key="lr"):
    """The value of the parameter group before each step."""
    values = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(steps):
            values.append([float(group[key]) for group in scheduler.optimizer.param_groups])
            scheduler.optimizer.step()
            scheduler.step()
    return np.array(values).T.squeeze(0) if len(values[0]) == 1 else np.array(values).T


def make(name, group, arguments):
    module = swa_utils if name == "SWALR" else lr_scheduler
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(module, name)(group, **arguments)


def random_arguments(name, rng):
    """Valid arguments of a scheduler, including edge cases that PyTorch accepts."""
    steps = int(rng.integers(1, 40))
    share = float(rng.uniform(0.01, 1.0))
    gamma = float(rng.choice([0.1, 0.5, 0.97, 1.0, 1.03]))
    pick = lambda *options: options[rng.integers(len(options))]  # noqa: E731
    return {
        "StepLR": lambda: {"step_size": steps, "gamma": gamma},
        "MultiStepLR": lambda: {
            "milestones": rng.integers(0, 60, rng.integers(1, 6)).tolist(),
            "gamma": gamma,
        },
        "ConstantLR": lambda: {"factor": share, "total_iters": pick(0, steps)},
        "LinearLR": lambda: {
            "start_factor": share,
            "end_factor": pick(0.0, 1.0, float(rng.uniform(0.0, 1.0))),
            "total_iters": pick(0, 1, steps),
        },
        "ExponentialLR": lambda: {"gamma": pick(gamma, 0.0)},
        "PolynomialLR": lambda: {
            "total_iters": pick(0, steps),
            "power": pick(0.5, 1.0, 2.0, 3.0, float(rng.uniform(0.3, 4.0))),
        },
        "CosineAnnealingLR": lambda: {"T_max": steps, "eta_min": pick(0.0, 0.01, 2.0)},
        "CosineAnnealingWarmRestarts": lambda: {
            "T_0": steps,
            "T_mult": pick(1, 2, 3),
            "eta_min": pick(0.0, 0.01),
        },
        "CyclicLR": lambda: {
            "base_lr": 0.01,
            "max_lr": float(rng.uniform(0.1, 1.0)),
            "step_size_up": steps,
            "step_size_down": pick(None, int(rng.integers(1, 40))),
            "mode": pick("triangular", "triangular2", "exp_range"),
            "gamma": 0.99,
        },
        "OneCycleLR": lambda: {
            "max_lr": float(rng.uniform(0.1, 1.0)),
            **pick({"total_steps": 150}, {"epochs": 15, "steps_per_epoch": 10}),
            "pct_start": pick(0.0, 0.3, 0.45, float(rng.uniform(0.01, 0.5))),
            "anneal_strategy": pick("cos", "linear"),
            "three_phase": bool(rng.random() < 0.5),
            "div_factor": pick(25.0, 4.0),
            "final_div_factor": pick(1e4, 10.0),
        },
        "SWALR": lambda: {
            "swa_lr": share,
            "anneal_epochs": pick(0, 1, steps),
            "anneal_strategy": pick("cos", "linear"),
        },
    }[name]()


PLAIN = (
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "PolynomialLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "SWALR",
)
CYCLED = ("CyclicLR", "OneCycleLR")
