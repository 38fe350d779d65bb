"""Cases from other libraries' tests through `decaylr.compat`: functions of a case's parameters."""

import inspect
from functools import partial

import decaylr as dl
from decaylr.compat import keras, optax, torch, transformers

CHILDREN = {
    "step": "StepLR",
    "exponential": "ExponentialLR",
    "multistep": "MultiStepLR",
    "linear_factor": "LinearLR",
    "constant_factor": "ConstantLR",
    "polynomial": "PolynomialLR",
    "cosine": "CosineAnnealingLR",
}


def called(function, parameters):
    """Call the function with the parameters of the case that it accepts."""
    known = inspect.signature(function).parameters
    return function(**{name: value for name, value in parameters.items() if name in known})


def children(p):
    return [
        called(getattr(torch, CHILDREN[child["family"]]), {"base_lr": p["base_lr"], **child})
        for child in p["children"]
    ]


def chained(p):
    return torch.ChainedScheduler(children(p), p["base_lr"])


def sequential(p):
    return torch.SequentialLR(p["base_lr"], children(p), p["milestones"])


def multiplicative(p):
    return torch.MultiplicativeLR(p["base_lr"], lambda _: float(p["lr_lambda"]), horizon=50)


def swa(p):
    """SWALR starts from the last rate of another scheduler."""
    before = torch.MultiplicativeLR(
        p["base_lr"], lambda _: float(p["before"]["lr_lambda"]), horizon=9
    )
    start = before(p["swa_start"])
    after = torch.SWALR(start, p["swa_lr"], p["anneal_epochs"], p["anneal_strategy"])
    return dl.join([before, after], [p["swa_start"]])


def cycled(name):
    """The momentum, if the case lists momenta."""

    def build(p):
        made = called(getattr(torch, name), p)
        return made.momentum if "base_momentum" in p else made

    return build


def scales(p):
    return {int(step): scale for step, scale in p["boundaries_and_scales"].items()}


def joined(p):
    parts = [optax.constant_schedule(child["value"]) for child in p["children"]]
    return optax.join_schedules(parts, p["boundaries"])


def by_name(module, prefix, names):
    return {f"{prefix}.{name}": partial(called, getattr(module, name)) for name in names}


BUILDERS = by_name(
    torch,
    "torch.optim.lr_scheduler",
    (
        "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "ExponentialLR",
        "LinearLR", "MultiStepLR", "PolynomialLR", "StepLR",
    ),
)  # fmt: skip
BUILDERS |= by_name(
    keras,
    "keras.optimizers.schedules",
    ("CosineDecay", "CosineDecayRestarts", "InverseTimeDecay", "PolynomialDecay"),
)
BUILDERS |= by_name(
    optax,
    "optax",
    (
        "constant_schedule", "cosine_decay_schedule", "exponential_decay",
        "linear_onecycle_schedule", "polynomial_schedule", "warmup_cosine_decay_schedule",
    ),
)  # fmt: skip
BUILDERS |= by_name(
    transformers,
    "transformers",
    (
        "get_constant_schedule_with_warmup",
        "get_cosine_schedule_with_warmup",
        "get_inverse_sqrt_schedule",
    ),
)
BUILDERS |= {
    f"torch.optim.lr_scheduler.{pair}": chained
    for pair in (
        "ChainedScheduler", "CosineAnnealingLR + StepLR", "LinearLR + ExponentialLR",
        "MultiStepLR + ExponentialLR", "MultiStepLR + LinearLR", "StepLR + ExponentialLR",
    )
}  # fmt: skip
BUILDERS |= {
    "torch.optim.lr_scheduler.SequentialLR": sequential,
    "torch.optim.lr_scheduler.MultiplicativeLR": multiplicative,
    "torch.optim.lr_scheduler.CyclicLR": cycled("CyclicLR"),
    "torch.optim.lr_scheduler.OneCycleLR": cycled("OneCycleLR"),
    "torch.optim.swa_utils.SWALR": swa,
    "optax.join_schedules": joined,
    "optax.piecewise_constant_schedule": lambda p: optax.piecewise_constant_schedule(
        p["init_value"], scales(p)
    ),
    "optax.piecewise_interpolate_schedule": lambda p: optax.piecewise_interpolate_schedule(
        p["interpolate_type"], p["init_value"], scales(p)
    ),
    "optax.sgdr_schedule": lambda p: optax.sgdr_schedule(p["cycles"]),
}
