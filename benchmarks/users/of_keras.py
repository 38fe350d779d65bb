"""keras.optimizers.schedules."""

import numpy as np

from benchmarks.users import live
from benchmarks.users.case import Case
from benchmarks.users.draws import (
    FLOOR,
    RATE,
    between,
    fractional_places,
    levels,
    log_between,
    places,
    share_of,
    steps_of,
)
from benchmarks.users.formulas import chosen, cycle, half_wave, line, wave
from decaylr.compat import keras

RATES = {"lr": RATE, "every": log_between(10, 1000), "rate": between(0.5, 0.99)}
STAIRS = {"lr": RATE, "every": share_of(0.001, 0.1), "rate": between(0.5, 0.99)}
RESTARTS = {"lr": RATE, "low": FLOOR, "first": steps_of(0.01, 0.1)}


def case(name, draws, make, numpy):
    """A row of the class that begins its name."""
    return Case(
        f"keras {name}",
        (f"compat.keras.{name.split(',')[0]}",),
        draws,
        lambda d: make(d, keras),
        numpy,
        peer=lambda d: live.keras(make, d),
    )


def _restarts(growth, height):
    def make(d, of):
        return of.CosineDecayRestarts(d.lr, d.first, growth, height, d.low)

    def numpy(d, p):
        c, begin, length = cycle(p, d.first, growth)
        return d.lr * (d.low + (1 - d.low) * height**c * wave((p - begin) / length))

    return make, numpy


def _warm_cosine(d, p):
    down = half_wave(d.lr, d.lr * d.low, (p - d.warmup) / d.total)
    return np.where(p < d.warmup, 0.1 * d.lr + 0.9 * d.lr * p / d.warmup, down)


def _cycled(d, p):
    length = d.total * np.maximum(np.ceil(p / d.total), 1.0)
    return 1e-4 * d.lr + (d.lr - 1e-4 * d.lr) * (1 - p / length) ** d.power


def _pieces(d, p):
    return chosen(d.values, (p[:, None] > d.edges).sum(axis=-1))


CASES = [
    case(
        "CosineDecay",
        {"lr": RATE, "low": FLOOR, "total": steps_of(0.5, 1.0)},
        lambda d, of: of.CosineDecay(d.lr, d.total, d.low),
        lambda d, p: half_wave(d.lr, d.lr * d.low, p / d.total),
    ),
    case(
        "CosineDecay, warmup",
        {"lr": RATE, "low": FLOOR, "total": steps_of(0.5, 0.9), "warmup": steps_of(0.01, 0.1)},
        lambda d, of: of.CosineDecay(
            0.1 * d.lr, d.total, d.low, warmup_target=d.lr, warmup_steps=d.warmup
        ),
        _warm_cosine,
    ),
    case("CosineDecayRestarts", RESTARTS, *_restarts(2.0, 1.0)),
    case("CosineDecayRestarts, t_mul 1.5, m_mul 0.9", RESTARTS, *_restarts(1.5, 0.9)),
    case(
        "ExponentialDecay",
        RATES,
        lambda d, of: of.ExponentialDecay(d.lr, d.every, d.rate),
        lambda d, p: d.lr * d.rate ** (p / d.every),
    ),
    case(
        "ExponentialDecay, staircase, fractional",
        STAIRS,
        lambda d, of: of.ExponentialDecay(d.lr, d.every, d.rate, staircase=True),
        lambda d, p: d.lr * d.rate ** np.floor(p / d.every),
    ),
    case(
        "InverseTimeDecay",
        RATES,
        lambda d, of: of.InverseTimeDecay(d.lr, d.every, d.rate),
        lambda d, p: d.lr / (1 + d.rate * p / d.every),
    ),
    case(
        "InverseTimeDecay, staircase, fractional",
        STAIRS,
        lambda d, of: of.InverseTimeDecay(d.lr, d.every, d.rate, staircase=True),
        lambda d, p: d.lr / (1 + d.rate * np.floor(p / d.every)),
    ),
    case(
        "PolynomialDecay",
        {"lr": RATE, "total": steps_of(0.5, 1.0), "power": between(0.5, 3.0)},
        lambda d, of: of.PolynomialDecay(d.lr, d.total, 1e-4 * d.lr, d.power),
        lambda d, p: 1e-4 * d.lr + (d.lr - 1e-4 * d.lr) * line(1.0, 0.0, p / d.total) ** d.power,
    ),
    case(
        "PolynomialDecay, cycle",
        {"lr": RATE, "total": steps_of(0.05, 0.3), "power": between(1.0, 3.0)},
        lambda d, of: of.PolynomialDecay(d.lr, d.total, 1e-4 * d.lr, d.power, cycle=True),
        _cycled,
    ),
    case(
        "PiecewiseConstantDecay",
        {"edges": places(3), "values": levels(4)},
        lambda d, of: of.PiecewiseConstantDecay(d.edges, d.values),
        _pieces,
    ),
    case(
        "PiecewiseConstantDecay, fractional",
        {"edges": fractional_places(3), "values": levels(4)},
        lambda d, of: of.PiecewiseConstantDecay(d.edges, d.values),
        _pieces,
    ),
]
