"""Megatron's OptimizerParamScheduler compared with its formulas, one scalar step at a time."""

import math

import numpy as np
import pytest

from decaylr.compat.megatron import OptimizerParamScheduler, from_config

STEPS = 130
WSD = ("linear", "cosine", "exponential", "minus_sqrt")
WEIGHT_DECAY = {"start_wd": 0.1, "end_wd": 0.1, "wd_incr_steps": 0, "wd_incr_style": "constant"}


def annealed(style, q):
    return {
        "linear": lambda: 1.0 - q,
        "cosine": lambda: 0.5 * (math.cos(math.pi * q) + 1.0),
        "exponential": lambda: (2.0 * math.pow(0.5, q)) - 1.0,
        "minus_sqrt": lambda: 1.0 - math.sqrt(q),
    }[style]()


def learning_rate(n, init, high, low, warmup, total, style, wsd_steps=None, wsd_style=None):
    if warmup > 0 and n <= warmup:
        return init + (high - init) * n / warmup
    if style == "constant":
        return high
    if n > total:
        return low
    if style == "inverse-square-root":
        return max(low, high * max(warmup, 1) ** 0.5 / max(n, 1) ** 0.5)
    if style == "WSD":
        start = total - wsd_steps
        share = 1.0 if n <= start else annealed(wsd_style, (n - start) / wsd_steps)
    else:
        share = annealed(style, (n - warmup) / (total - warmup))
    return low + share * (high - low)


def weight_decay(n, start, end, steps, style):
    if n > steps:
        return end
    ratio = n / steps
    share = ratio if style == "linear" else 0.5 * (math.cos(math.pi * (1 - ratio)) + 1.0)
    return start + share * (end - start)


def scheduler(init, high, low, warmup, total, style, **rest):
    rates = (init, high, low, warmup, total, style)
    return OptimizerParamScheduler(*rates, **WEIGHT_DECAY | rest)


def check(ours, theirs):
    # Near its end, a cosine or a line is a small difference of large numbers in Megatron's floats.
    slack = 1e-15 * max(theirs)
    np.testing.assert_allclose(ours.table(STEPS), theirs, rtol=1e-12, atol=slack)


@pytest.mark.parametrize("style", ["constant", "linear", "cosine", "inverse-square-root"])
@pytest.mark.parametrize("warmup", [0, 1, 2, 30])
@pytest.mark.parametrize("low", [0.0, 0.05])
def test_learning_rate(style, warmup, low):
    for total in (warmup + 1, warmup + 2, 100):
        arguments = (0.01, 0.3, low, warmup, total, style)
        ours = scheduler(*arguments).lr
        check(ours, [learning_rate(n, *arguments) for n in range(STEPS)])


@pytest.mark.parametrize("wsd_style", WSD)
@pytest.mark.parametrize("wsd_steps", [0, 1, 20, 70, 95, 120])
@pytest.mark.parametrize("warmup", [0, 30])
def test_wsd(wsd_style, wsd_steps, warmup):
    arguments = (0.0, 0.3, 0.02, warmup, 100, "WSD")
    ours = scheduler(*arguments, wsd_decay_steps=wsd_steps, lr_wsd_decay_style=wsd_style).lr
    theirs = [learning_rate(n, *arguments, wsd_steps, wsd_style) for n in range(STEPS)]
    check(ours, theirs)


@pytest.mark.parametrize("style", ["linear", "cosine"])
@pytest.mark.parametrize("steps", [1, 2, 100])
def test_weight_decay(style, steps):
    rise = {"start_wd": 0.01, "end_wd": 0.1, "wd_incr_steps": steps, "wd_incr_style": style}
    ours = scheduler(0.0, 1.0, 0.0, 5, 50, "linear", **rise).weight_decay
    check(ours, [weight_decay(n, 0.01, 0.1, steps, style) for n in range(STEPS)])


def test_runs_of_different_lengths():
    warmups, totals, steps = [0, 10, 40], [50, 60, 100], [0, 20, 90]
    rest = {"wsd_decay_steps": steps, "lr_wsd_decay_style": "exponential"}
    ours = scheduler(0.0, [0.1, 0.2, 0.3], 0.01, warmups, totals, "WSD", **rest).lr
    roots = scheduler(0.0, 0.2, 0.01, warmups, totals, "inverse-square-root").lr
    for run, high in enumerate((0.1, 0.2, 0.3)):
        rates = (0.0, high, 0.01, warmups[run], totals[run], "WSD", steps[run], "exponential")
        check(ours[run], [learning_rate(n, *rates) for n in range(STEPS)])
        rates = (0.0, 0.2, 0.01, warmups[run], totals[run], "inverse-square-root")
        check(roots[run], [learning_rate(n, *rates) for n in range(STEPS)])


GOOD = {
    "init_lr": 0.0,
    "max_lr": 1.0,
    "min_lr": 0.1,
    "lr_warmup_steps": 10,
    "lr_decay_steps": 100,
    "lr_decay_style": "WSD",
    "wsd_decay_steps": 20,
    "lr_wsd_decay_style": "minus_sqrt",
    **WEIGHT_DECAY,
}


def test_config():
    made = from_config(GOOD | {"use_checkpoint_opt_param_scheduler": False})
    assert made.lr(5) == 0.5
    assert made.lr(100) == 0.1
    assert made.weight_decay(50) == 0.1
    assert made == from_config(GOOD)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"lr": 1.0}, r"config: unknown key 'lr', known are init_lr, max_lr"),
        ({"lr_decay_style": "exponential"}, r"lr_decay_style must be one of constant, linear"),
        ({"lr_wsd_decay_style": "sqrt"}, r"lr_wsd_decay_style must be one of linear, cosine"),
        ({"lr_wsd_decay_style": None}, r"lr_wsd_decay_style must be given for WSD, got None"),
        ({"wsd_decay_steps": None}, r"wsd_decay_steps must be given for WSD, got None"),
        ({"min_lr": -0.1}, r"min_lr must be finite and >= 0, got -0.1"),
        ({"max_lr": 0.05}, r"max_lr must be >= min_lr, got 0.05"),
        ({"init_lr": 2.0}, r"init_lr must be <= max_lr, got 2.0"),
        ({"lr_warmup_steps": 100}, r"lr_warmup_steps must be < lr_decay_steps, got 100"),
        ({"lr_decay_steps": 0}, r"lr_decay_steps must be a whole number >= 1, got 0"),
        ({"end_wd": 0.05}, r"end_wd must be >= start_wd, got 0.05"),
        ({"end_wd": 0.2}, r"end_wd must be equal to start_wd for constant, got 0.2"),
        ({"wd_incr_style": "linear"}, r"wd_incr_steps must be a whole number >= 1, got 0"),
        ({"wd_incr_style": "sqrt"}, r"wd_incr_style must be one of constant, linear, cosine"),
        ({"override_opt_param_scheduler": True}, r"override_opt_param_scheduler must be False wh"),
    ],
)
def test_refusals(changes, text):
    with pytest.raises((TypeError, ValueError), match=text):
        from_config(GOOD | changes)


def test_missing_keys_are_named():
    with pytest.raises(ValueError, match="config: max_lr is missing"):
        from_config({key: value for key, value in GOOD.items() if key != "max_lr"})
    with pytest.raises(TypeError, match="config must be a mapping, got 3"):
        from_config(3)
