"""optax.schedules."""

import numpy as np

from benchmarks.users import live
from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, log_between, steps_of
from benchmarks.users.formulas import half_wave, line, wave
from decaylr.compat import optax

FALL = {"lr": RATE, "low": FLOOR, "total": steps_of(0.5, 1.0)}
WARM = {"lr": RATE, "low": FLOOR, "warmup": steps_of(0.01, 0.1)}
RATES = {"every": log_between(10, 1000), "rate": between(0.5, 0.99)}


def case(name, draws, make, numpy):
    """A row of the function that begins its name."""
    return Case(
        f"optax {name}",
        (f"compat.optax.{name.split(',')[0]}",),
        draws,
        lambda d: make(d, optax),
        numpy,
        peer=lambda d: live.optax(make, d),
    )


def _boundaries(d):
    """Positions that all runs share, as optax has them, and the factor from each one on."""
    return {d.steps // 4: d.first, d.steps // 2: d.second}


def _piecewise(shape):
    def numpy(d, p):
        a, b = d.steps // 4, d.steps // 2
        middle, last = d.lr * d.first, d.lr * d.first * d.second
        return np.where(p < a, shape(d.lr, middle, p / a), shape(middle, last, (p - a) / (b - a)))

    return numpy


PIECES = {"lr": RATE, "first": between(0.1, 2.0), "second": between(0.1, 0.9)}
ONE_CYCLE = {"lr": RATE, "total": steps_of(0.8, 1.0), "start": between(0.05, 0.45)}


def _cosine_cycle(d, p):
    top, first = np.floor(d.start * d.total), d.lr / 25
    down = half_wave(d.lr, d.lr / 25e4, (p - top) / (d.total - top))
    return np.where(p < top, half_wave(first, d.lr, p / top), down)


def _linear_cycle(d, p):
    top, first = np.floor(d.start * d.total), d.lr / 25
    middle = np.floor(0.85 * d.total)
    down = line(d.lr, first, (p - top) / (middle - top))
    last = line(first, first / 1e4, (p - middle) / (d.total - middle))
    return np.where(p < top, line(first, d.lr, p / top), np.where(p < middle, down, last))


def _warm_cosine(d, p):
    down = half_wave(d.lr, d.lr * d.low, (p - d.warmup) / (d.total - d.warmup))
    return np.where(p < d.warmup, d.lr * p / d.warmup, down)


def _sgdr(d, of):
    return of.sgdr_schedule(
        [
            {
                "init_value": 0.0,
                "peak_value": d.lr * height,
                "warmup_steps": d.warmup,
                "decay_steps": d.length,
                "end_value": d.lr * d.low,
            }
            for height in (1.0, 0.8, 0.64)
        ]
    )


def _sgdr_numpy(d, p):
    c = np.minimum(np.floor(p / d.length), 2.0)
    q, peak = p - c * d.length, d.lr * 0.8**c
    down = half_wave(peak, d.lr * d.low, (q - d.warmup) / (d.length - d.warmup))
    return np.where(q < d.warmup, peak * q / d.warmup, down)


CASES = [
    case(
        "constant_schedule",
        {"lr": RATE},
        lambda d, of: of.constant_schedule(d.lr),
        lambda d, p: d.lr + 0 * p,
    ),
    case(
        "linear_schedule",
        FALL,
        lambda d, of: of.linear_schedule(d.lr, d.lr * d.low, d.total),
        lambda d, p: line(d.lr, d.lr * d.low, p / d.total),
    ),
    case(
        "polynomial_schedule",
        # Past the end, `jit` computes 1 - count / transition_steps as less than 0: NaN.
        FALL | {"total": steps_of(1.0, 1.2), "power": between(0.5, 3.0)},
        lambda d, of: of.polynomial_schedule(d.lr, d.lr * d.low, d.power, d.total),
        lambda d, p: d.lr * d.low + (d.lr - d.lr * d.low) * line(1.0, 0.0, p / d.total) ** d.power,
    ),
    case(
        "cosine_decay_schedule",
        FALL,
        lambda d, of: of.cosine_decay_schedule(d.lr, d.total, d.low),
        lambda d, p: half_wave(d.lr, d.lr * d.low, p / d.total),
    ),
    case(
        "cosine_decay_schedule, exponent",
        FALL | {"power": between(0.5, 3.0)},
        lambda d, of: of.cosine_decay_schedule(d.lr, d.total, d.low, d.power),
        lambda d, p: d.lr * (d.low + (1 - d.low) * wave(np.minimum(p / d.total, 1.0)) ** d.power),
    ),
    case(
        "exponential_decay",
        {"lr": RATE} | RATES,
        lambda d, of: of.exponential_decay(d.lr, d.every, d.rate),
        lambda d, p: d.lr * d.rate ** (p / d.every),
    ),
    case(
        "exponential_decay, staircase",
        {"lr": RATE, "every": steps_of(0.001, 0.1), "rate": between(0.5, 0.99)},
        lambda d, of: of.exponential_decay(d.lr, d.every, d.rate, staircase=True),
        lambda d, p: d.lr * d.rate ** np.floor(p / d.every),
    ),
    case(
        "piecewise_constant_schedule",
        PIECES,
        lambda d, of: of.piecewise_constant_schedule(d.lr, _boundaries(d)),
        lambda d, p: (
            d.lr
            * np.where(p >= d.steps // 4, d.first, 1.0)
            * np.where(p >= d.steps // 2, d.second, 1.0)
        ),
    ),
    case(
        "piecewise_interpolate_schedule, linear",
        PIECES,
        lambda d, of: of.piecewise_interpolate_schedule("linear", d.lr, _boundaries(d)),
        _piecewise(line),
    ),
    case(
        "piecewise_interpolate_schedule, cosine",
        PIECES,
        lambda d, of: of.piecewise_interpolate_schedule("cosine", d.lr, _boundaries(d)),
        _piecewise(half_wave),
    ),
    case(
        "linear_onecycle_schedule",
        ONE_CYCLE,
        lambda d, of: of.linear_onecycle_schedule(d.total, d.lr, d.start),
        _linear_cycle,
    ),
    case(
        "cosine_onecycle_schedule",
        ONE_CYCLE,
        lambda d, of: of.cosine_onecycle_schedule(d.total, d.lr, d.start),
        _cosine_cycle,
    ),
    case(
        "warmup_constant_schedule",
        WARM,
        lambda d, of: of.warmup_constant_schedule(d.lr * d.low, d.lr, d.warmup),
        lambda d, p: line(d.lr * d.low, d.lr, p / d.warmup),
    ),
    case(
        "warmup_cosine_decay_schedule",
        WARM | {"total": steps_of(0.8, 1.0)},
        lambda d, of: of.warmup_cosine_decay_schedule(0.0, d.lr, d.warmup, d.total, d.lr * d.low),
        _warm_cosine,
    ),
    case(
        "warmup_exponential_decay_schedule",
        WARM | RATES,
        lambda d, of: of.warmup_exponential_decay_schedule(0.0, d.lr, d.warmup, d.every, d.rate),
        lambda d, p: np.where(
            p < d.warmup, d.lr * p / d.warmup, d.lr * d.rate ** ((p - d.warmup) / d.every)
        ),
    ),
    case("sgdr_schedule", WARM | {"length": steps_of(0.2, 0.3)}, _sgdr, _sgdr_numpy),
    case(
        "join_schedules",
        WARM | {"total": steps_of(0.5, 0.9)},
        lambda d, of: of.join_schedules(
            [
                of.linear_schedule(0.0, d.lr, d.warmup),
                of.cosine_decay_schedule(d.lr, d.total, d.low),
            ],
            [d.warmup],
        ),
        lambda d, p: np.where(
            p < d.warmup,
            d.lr * p / d.warmup,
            half_wave(d.lr, d.lr * d.low, (p - d.warmup) / d.total),
        ),
    ),
]
