"""Cases from PyTorch's and mmengine's tests in decaylr calls: functions of a case's parameters."""

import decaylr as dl


def factor(child, base_lr):
    """The multiplier of the base rate that one child scheduler contributes."""
    family = child["family"]
    if family == "step":
        return dl.step(1.0, child["step_size"], child["gamma"])
    if family == "exponential":
        return dl.exponential(1.0, child["gamma"])
    if family == "multistep":
        return dl.multi_step(1.0, child["milestones"], child["gamma"])
    if family == "linear_factor":
        return dl.linear(child["start_factor"], child["end_factor"], child["total_iters"])
    if family == "constant_factor":
        return dl.piecewise_constant([child["total_iters"]], [child["factor"], 1.0])
    if family == "polynomial":
        return dl.polynomial(1.0, 0.0, child["total_iters"], child["power"])
    if family == "cosine":
        return dl.cosine(1.0, child["eta_min"] / base_lr, child["T_max"])
    raise ValueError(family)


def compound(p):
    schedule = dl.constant(p["base_lr"])
    for child in p["children"]:
        schedule = schedule * factor(child, p["base_lr"])
    return schedule


def sequential(p):
    parts = [p["base_lr"] * factor(child, p["base_lr"]) for child in p["children"]]
    return dl.join(parts, p["milestones"])


def cyclic(p):
    low, high = p["base_lr"], p["max_lr"]
    if "base_momentum" in p:  # the momentum cycles in the opposite direction
        low, high = p["max_momentum"], p["base_momentum"]
    shape = {"gamma": p["gamma"]} if p["mode"] == "exp_range" else {}
    return dl.cyclic(low, high, p["step_size_up"], p.get("step_size_down"), p["mode"], **shape)


def one_cycle(p):
    shape = {"anneal": p["anneal_strategy"], "three_phase": p["three_phase"]}
    if "base_momentum" in p:
        shape |= {"init_value": p["max_momentum"], "end_value": p["max_momentum"]}
        return dl.one_cycle(p["base_momentum"], p["total_steps"], p["pct_start"], **shape)
    shape |= {"div_factor": p["div_factor"], "final_div_factor": p["final_div_factor"]}
    return dl.one_cycle(p["max_lr"], p["total_steps"], p["pct_start"], **shape)


def anneal_to_constant(p):
    falling = dl.exponential(p["base_lr"], float(p["before"]["lr_lambda"]))
    start = falling(p["swa_start"])
    return falling.branch(p["swa_start"], dl.linear(start, p["swa_lr"], p["anneal_epochs"]))


def overlapping(p):
    line, steps = p["children"]
    last = line["end"] - line["begin"] - 1
    ramp = dl.linear(line["start_factor"], line["end_factor"], last)
    return p["base_lr"] * ramp * dl.multi_step(1.0, steps["milestones"], steps["gamma"])


def with_gap(p):
    """The value is constant between two windows; the second continues from the first."""
    falling, wave = p["children"]
    first = dl.exponential(p["base_lr"], falling["gamma"])
    held = first(falling["end"] - falling["begin"] - 1)
    second = dl.cosine(held, wave["eta_min"], wave["T_max"])
    return dl.join([first, dl.constant(held), second], [falling["end"] - 1, wave["begin"]])


TORCH = "torch.optim.lr_scheduler."
MMENGINE = "mmengine.optim.scheduler."
BUILDERS = {
    TORCH + "StepLR": lambda p: dl.step(p["base_lr"], p["step_size"], p["gamma"]),
    TORCH + "MultiStepLR": lambda p: dl.multi_step(p["base_lr"], p["milestones"], p["gamma"]),
    TORCH + "ExponentialLR": lambda p: dl.exponential(p["base_lr"], p["gamma"]),
    TORCH + "MultiplicativeLR": lambda p: dl.exponential(p["base_lr"], float(p["lr_lambda"])),
    TORCH + "ConstantLR": lambda p: dl.piecewise_constant(
        [p["total_iters"]], [p["factor"] * p["base_lr"], p["base_lr"]]
    ),
    TORCH + "LinearLR": lambda p: dl.linear(
        p["start_factor"] * p["base_lr"], p["end_factor"] * p["base_lr"], p["total_iters"]
    ),
    TORCH + "PolynomialLR": lambda p: dl.polynomial(
        p["base_lr"], 0.0, p["total_iters"], p["power"]
    ),
    TORCH + "CosineAnnealingLR": lambda p: dl.cosine(p["base_lr"], p["eta_min"], p["T_max"]).ending(
        "mirror"
    ),
    TORCH + "CosineAnnealingWarmRestarts": lambda p: dl.cosine(
        p["base_lr"], p["eta_min"], p["T_0"]
    ).repeat(period_scale=p["T_mult"]),
    TORCH + "StepLR + ExponentialLR": compound,
    TORCH + "MultiStepLR + ExponentialLR": compound,
    TORCH + "MultiStepLR + LinearLR": compound,
    TORCH + "CosineAnnealingLR + StepLR": compound,
    TORCH + "LinearLR + ExponentialLR": compound,
    TORCH + "ChainedScheduler": compound,
    TORCH + "SequentialLR": sequential,
    TORCH + "CyclicLR": cyclic,
    TORCH + "OneCycleLR": one_cycle,
    "torch.optim.swa_utils.SWALR": anneal_to_constant,
    MMENGINE + "StepParamScheduler": lambda p: dl.step(p["base_lr"], p["step_size"], p["gamma"]),
    MMENGINE + "ExponentialParamScheduler": lambda p: dl.exponential(p["base_lr"], p["gamma"]),
    MMENGINE + "CosineAnnealingParamScheduler": lambda p: dl.cosine(
        p["base_lr"], p["eta_min_ratio"] * p["base_lr"], p["T_max"]
    ).ending("mirror"),
    # The last step of the window reaches the end, one position before its length.
    MMENGINE + "PolyParamScheduler": lambda p: dl.polynomial(
        p["base_lr"], p["eta_min"], p["end"] - p["begin"] - 1, p["power"]
    ),
    MMENGINE + "LinearParamScheduler.build_iter_from_epoch": lambda p: (
        p["base_lr"]
        * dl.linear(p["start_factor"], p["end_factor"], p["end"] * p["epoch_length"] - 1)
    ),
    MMENGINE + "Linear[0,5) + MultiStep": overlapping,
    MMENGINE + "Exponential[0,5) + CosineAnnealing[10,15)": with_gap,
}
