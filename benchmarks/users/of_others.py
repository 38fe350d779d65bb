"""DeepSpeed's and Megatron's schedules, and a function of Keras's callback."""

import numpy as np

from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, steps_of
from benchmarks.users.formulas import half_wave, line, wave
from decaylr.compat import deepspeed, keras, megatron

WARM = {"lr": RATE, "low": FLOOR, "warmup": steps_of(0.01, 0.1)}
WHOLE = WARM | {"total": steps_of(0.8, 1.0)}


def case(library, name, draws, make, numpy):
    """A row of the function that begins its name."""
    function = name.split(",")[0]
    return Case(f"{library} {name}", (f"compat.{library}.{function}",), draws, make, numpy)


def _log_warmup(d, p, after):
    """Step 0 has the lowest rate, step p the rate of iteration p - 1."""
    i, low = np.maximum(p - 1, 0.0), d.lr * d.low
    up = low + (d.lr - low) * np.log(i + 1) / np.log(d.warmup)
    return np.where(i < d.warmup, up, after(i))


def _range_test(x):
    return lambda d, p: d.lr * (1 + d.growth * x(p / d.every))


RANGE = {"lr": RATE, "every": steps_of(0.01, 0.2), "growth": between(0.5, 5.0)}


def _one_cycle(d, p):
    low, end = d.lr * d.low, d.up + d.down
    up = line(low, d.lr, p / d.up)
    down = line(d.lr, low, (p - d.up) / d.down)
    after = low / (1 + d.growth * np.maximum(p - end, 0) / d.every)
    return np.where(p < d.up, up, np.where(p < end, down, after))


def _cosine(d, p):
    i = np.maximum(p - 1, 0.0)
    x = np.minimum((i - d.warmup + 1) / (d.total - d.warmup), 1.0)
    up = np.log(i + 1) / np.log(d.warmup)
    return d.lr * np.where(i < d.warmup, up, 1e-4 + (1 - 1e-4) * wave(x))


def _megatron(style, **options):
    def make(d):
        given = {name: getattr(d, draw, draw) for name, draw in options.items()}
        return megatron.OptimizerParamScheduler(
            0.0, d.lr, d.lr * d.low, d.warmup, d.total, style, 0.1, 0.1, 1, "constant", **given
        ).lr

    return make


def _megatron_cosine(d, p):
    x = (p - d.warmup) / (d.total - d.warmup)
    return np.where(p < d.warmup, d.lr * p / d.warmup, half_wave(d.lr, d.lr * d.low, x))


def _megatron_wsd(d, p):
    low, x = d.lr * d.low, np.clip((p - (d.total - d.decay)) / d.decay, 0.0, 1.0)
    down = low + (d.lr - low) * (2 * 0.5**x - 1)
    return np.where(p < d.warmup, d.lr * p / d.warmup, down)


def _epochs(epoch, rate):
    return rate * 0.9 if epoch % 10 == 9 else rate


CASES = [
    case(
        "deepspeed",
        "LRRangeTest",
        RANGE,
        lambda d: deepspeed.LRRangeTest(d.lr, d.every, d.growth),
        _range_test(lambda x: x),
    ),
    case(
        "deepspeed",
        "LRRangeTest, staircase",
        RANGE,
        lambda d: deepspeed.LRRangeTest(d.lr, d.every, d.growth, True),
        _range_test(np.floor),
    ),
    case(
        "deepspeed",
        "OneCycle",
        RANGE | {"low": FLOOR, "up": steps_of(0.1, 0.4), "down": steps_of(0.1, 0.4)},
        lambda d: deepspeed.OneCycle(
            d.lr * d.low, d.lr, d.growth, d.up, d.down, decay_step_size=d.every
        ),
        _one_cycle,
    ),
    case(
        "deepspeed",
        "WarmupLR",
        WARM,
        lambda d: deepspeed.WarmupLR(d.lr, d.lr * d.low, d.lr, d.warmup),
        lambda d, p: _log_warmup(d, p, lambda i: d.lr),
    ),
    case(
        "deepspeed",
        "WarmupDecayLR",
        WHOLE,
        lambda d: deepspeed.WarmupDecayLR(d.total, d.lr * d.low, d.lr, d.warmup),
        lambda d, p: _log_warmup(
            d, p, lambda i: line(d.lr, d.lr * d.low, (i - d.warmup) / (d.total - d.warmup))
        ),
    ),
    case(
        "deepspeed",
        "WarmupCosineLR",
        WHOLE,
        lambda d: deepspeed.WarmupCosineLR(d.lr, d.total, 0.0, d.warmup),
        _cosine,
    ),
    case(
        "megatron", "OptimizerParamScheduler, cosine", WHOLE, _megatron("cosine"), _megatron_cosine
    ),
    case(
        "megatron",
        "OptimizerParamScheduler, WSD",
        WHOLE | {"decay": steps_of(0.1, 0.3)},
        _megatron("WSD", wsd_decay_steps="decay", lr_wsd_decay_style="exponential"),
        _megatron_wsd,
    ),
    case(
        "keras",
        "LearningRateScheduler",
        {"lr": RATE},
        lambda d: keras.LearningRateScheduler(_epochs, 1.0, horizon=d.steps) * d.lr,
        lambda d, p: d.lr * 0.9 ** np.floor((p + 1) / 10),
    ),
]
