"""torch.optim.lr_scheduler."""

import numpy as np

from benchmarks.users.case import Case
from benchmarks.users.draws import (
    FLOOR,
    RATE,
    between,
    places,
    steps_of,
    whole,
)
from benchmarks.users.formulas import cycle, half_wave, line, reached, triangle, wave
from decaylr.compat import torch


def case(name, draws, make, numpy, of=None):
    """A row of the function that begins its name."""
    function = of or name.split(",")[0]
    return Case(f"torch {name}", (f"compat.torch.{function}",), {"lr": RATE} | draws, make, numpy)


UP_DOWN = {"up": steps_of(0.01, 0.1), "down": steps_of(0.01, 0.1), "low": FLOOR}
ONE_CYCLE = {"total": steps_of(1.0, 1.2), "start": between(0.05, 0.45), "div": between(10, 50)}


def _grown_restarts(d, p):
    _, begin, length = cycle(p, d.first, d.growth)
    floor = d.lr * d.low
    return floor + (d.lr - floor) * wave((p - begin) / length)


def _cyclic(scale):
    def numpy(d, p):
        number, height = triangle(p, d.up, d.down)
        return d.lr * d.low + (d.lr - d.lr * d.low) * height * scale(d, p, number)

    return numpy


def _one_cycle(d, p):
    top, end, first = d.start * d.total - 1, d.total - 1, d.lr / d.div
    up = half_wave(first, d.lr, p / top)
    return np.where(p < top, up, half_wave(d.lr, first / 1e4, (p - top) / (end - top)))


def _three_phases(d, p):
    top, end, first = d.start * d.total - 1, d.total - 1, d.lr / d.div
    middle = 2 * d.start * d.total - 2
    down = line(d.lr, first, (p - top) / (middle - top))
    last = line(first, first / 1e4, (p - middle) / (end - middle))
    return np.where(p < top, line(first, d.lr, p / top), np.where(p < middle, down, last))


def _sequential(d, p):
    floor = 0.01 * d.lr
    after = floor + (d.lr - floor) * wave((p - d.warmup) / d.total)
    return np.where(p < d.warmup, d.lr * line(0.01, 1.0, p / d.warmup), after)


CASES = [
    case(
        "StepLR",
        {"size": steps_of(0.02, 0.3), "gamma": between(0.1, 0.9)},
        lambda d: torch.StepLR(d.lr, d.size, d.gamma),
        lambda d, p: d.lr * d.gamma ** np.floor(p / d.size),
    ),
    case(
        "MultiStepLR",
        {"edges": places(3), "gamma": between(0.1, 0.9)},
        lambda d: torch.MultiStepLR(d.lr, d.edges, d.gamma),
        lambda d, p: d.lr * d.gamma ** reached(p, d.edges),
    ),
    case(
        "ConstantLR",
        {"factor": between(0.1, 0.9), "total": steps_of(0.01, 0.5)},
        lambda d: torch.ConstantLR(d.lr, d.factor, d.total),
        lambda d, p: d.lr * np.where(p < d.total, d.factor, 1.0),
    ),
    case(
        "LinearLR",
        {"begin": between(0.01, 0.9), "total": steps_of(0.01, 0.9)},
        lambda d: torch.LinearLR(d.lr, d.begin, 1.0, d.total),
        lambda d, p: d.lr * line(d.begin, 1.0, p / d.total),
    ),
    case(
        "ExponentialLR",
        {"gamma": between(0.999, 0.9999)},
        lambda d: torch.ExponentialLR(d.lr, d.gamma),
        lambda d, p: d.lr * d.gamma**p,
    ),
    case(
        "PolynomialLR",
        {"total": steps_of(0.5, 1.0), "power": between(0.5, 3.0)},
        lambda d: torch.PolynomialLR(d.lr, d.total, d.power),
        lambda d, p: d.lr * line(1.0, 0.0, p / d.total) ** d.power,
    ),
    case(
        "CosineAnnealingLR",
        {"total": steps_of(0.4, 1.0), "low": FLOOR},
        lambda d: torch.CosineAnnealingLR(d.lr, d.total, d.lr * d.low),
        lambda d, p: d.lr * d.low + (d.lr - d.lr * d.low) * wave(p / d.total),
    ),
    case(
        "CosineAnnealingWarmRestarts",
        {"first": steps_of(0.01, 0.2)},
        lambda d: torch.CosineAnnealingWarmRestarts(d.lr, d.first),
        lambda d, p: d.lr * wave(p % d.first / d.first),
    ),
    case(
        "CosineAnnealingWarmRestarts, T_mult 2 or 3",
        {"first": steps_of(0.01, 0.1), "growth": whole(2, 3), "low": FLOOR},
        lambda d: torch.CosineAnnealingWarmRestarts(d.lr, d.first, d.growth, d.lr * d.low),
        _grown_restarts,
    ),
    case(
        "CyclicLR, triangular",
        UP_DOWN,
        lambda d: torch.CyclicLR(d.lr * d.low, d.lr, d.up, d.down),
        _cyclic(lambda d, p, number: 1.0),
    ),
    case(
        "CyclicLR, triangular2",
        UP_DOWN,
        lambda d: torch.CyclicLR(d.lr * d.low, d.lr, d.up, d.down, "triangular2"),
        _cyclic(lambda d, p, number: 0.5**number),
    ),
    case(
        "CyclicLR, exp_range",
        UP_DOWN | {"gamma": between(0.9999, 0.99999)},
        lambda d: torch.CyclicLR(d.lr * d.low, d.lr, d.up, d.down, "exp_range", d.gamma),
        _cyclic(lambda d, p, number: d.gamma**p),
    ),
    case(
        "OneCycleLR",
        ONE_CYCLE,
        lambda d: torch.OneCycleLR(d.lr, d.total, pct_start=d.start, div_factor=d.div),
        _one_cycle,
    ),
    case(
        "OneCycleLR, linear, three phases",
        ONE_CYCLE,
        lambda d: torch.OneCycleLR(
            d.lr,
            d.total,
            pct_start=d.start,
            div_factor=d.div,
            anneal_strategy="linear",
            three_phase=True,
        ),
        _three_phases,
    ),
    case(
        "SWALR",
        {"end": FLOOR, "total": steps_of(0.05, 0.9)},
        lambda d: torch.SWALR(d.lr, d.lr * d.end, d.total),
        lambda d, p: half_wave(d.lr, d.lr * d.end, p / d.total),
    ),
    case(
        "SequentialLR",
        {"warmup": steps_of(0.01, 0.1), "total": steps_of(0.7, 0.9)},
        lambda d: torch.SequentialLR(
            d.lr,
            [
                torch.LinearLR(d.lr, 0.01, 1.0, d.warmup),
                torch.CosineAnnealingLR(d.lr, d.total, 0.01 * d.lr),
            ],
            [d.warmup],
        ),
        _sequential,
    ),
    case(
        "ChainedScheduler",
        {"total": steps_of(0.01, 0.2), "gamma": between(0.999, 0.9999)},
        lambda d: torch.ChainedScheduler(
            [torch.LinearLR(d.lr, 0.1, 1.0, d.total), torch.ExponentialLR(d.lr, d.gamma)], d.lr
        ),
        lambda d, p: d.lr * line(0.1, 1.0, p / d.total) * d.gamma**p,
    ),
    case(
        "LambdaLR",
        {},
        lambda d: torch.LambdaLR(d.lr, lambda t: 0.95 ** (t // 100), horizon=d.steps),
        lambda d, p: d.lr * 0.95 ** np.floor(p / 100),
    ),
    case(
        "MultiplicativeLR",
        {},
        lambda d: torch.MultiplicativeLR(d.lr, lambda t: 0.9999, horizon=d.steps),
        lambda d, p: d.lr * 0.9999**p,
    ),
]
