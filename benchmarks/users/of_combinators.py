"""What schedules are combined with, with fractional periods, ratios, shifts and boundaries."""

import numpy as np

import decaylr as dl
from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, share_of, steps_of, tenths, whole
from benchmarks.users.formulas import cycle, half_wave, line

FALL = {"lr": RATE, "low": FLOOR, "total": share_of(0.6, 0.9)}
WARM = FALL | {"warmup": share_of(0.01, 0.1)}


def case(name, draws, make, numpy, **options):
    """A row of the method or function that begins its name."""
    first = name.split(",")[0]
    covered = first if first in ("join", "stack", "concatenate") else f"Schedule.{first}"
    return Case(name, (covered,), draws, make, numpy, **options)


def _cosine(d):
    return dl.cosine(d.lr, d.lr * d.low, d.total)


def _at(d, p):
    """The values of `_cosine` at any positions."""
    return half_wave(d.lr, d.lr * d.low, p / d.total)


def _warm(d):
    return dl.warmup_cosine(0.0, d.lr, d.warmup, d.total, d.lr * d.low)


def _warm_at(d, p):
    down = half_wave(d.lr, d.lr * d.low, (p - d.warmup) / (d.total - d.warmup))
    return np.where(p < d.warmup, d.lr * p / d.warmup, down)


def _extended(d, p):
    at, total = d.warmup, 1.1 * d.total
    q = np.where(p < at, p, at + (p - at) * (d.total - at) / (total - at))
    return _warm_at(d, q)


def _branched(d, p):
    value = _warm_at(d, d.at)
    return np.where(p < d.at, _warm_at(d, p), line(value, 0.0, (p - d.at) / d.fade))


def _rewarmed(d, p):
    begin, end = _warm_at(d, d.at), d.at + d.warmup
    up = line(begin, d.lr, (p - d.at) / d.warmup)
    after = _warm_at(d, p) * d.lr / _warm_at(d, end)
    return np.where(p < d.at, _warm_at(d, p), np.where(p < end, up, after))


FAMILIES = {"family": whole(0, 2)}


def _families(d):
    return [_cosine(d), dl.linear(d.lr, 0.0, d.total), dl.exponential(d.lr, 0.999)]


def _mixed(d, all_families):
    """Each run by its own family, out of all runs by every family."""
    return all_families[d.family * len(d.lr) + np.arange(len(d.lr))]


def _families_at(d, p):
    straight, curved = line(d.lr, 0.0, p / d.total), d.lr * 0.999**p
    return np.select([d.family == 0, d.family == 1], [_at(d, p), straight], curved)


CYCLES = {"lr": RATE, "low": FLOOR, "total": share_of(0.01, 0.1)}


def _repeated(d, p):
    return _at(d, p - np.floor(p / d.total) * d.total)


def _grown(d, p):
    c, begin, length = cycle(p, d.total, 1.3)
    return d.lr * d.low + 0.9**c * (_at(d, (p - begin) * d.total / length) - d.lr * d.low)


def _mirrored(d, p):
    q = p % (2 * d.total)
    return _at(d, np.minimum(q, 2 * d.total - q))


def _raises(d):
    return dl.cosine(d.lr, d.lr * d.low, d.steps + d.total).ending("raise")


EPOCHS = {"lr": RATE, "epochs": steps_of(0.003, 0.005), "per_epoch": tenths(150, 250)}


def _epochs(d, p):
    return half_wave(d.lr, 0.0, np.floor(p / d.per_epoch) / d.epochs)


CASES = [
    case(
        "join, fractional boundaries",
        WARM,
        lambda d: dl.join([dl.linear(0.0, d.lr, d.warmup), _cosine(d)]),
        lambda d, p: np.where(p < d.warmup, d.lr * p / d.warmup, _at(d, p - d.warmup)),
    ),
    case(
        "then, three parts",
        WARM | {"total": share_of(0.3, 0.6)},
        lambda d: dl.linear(0.0, d.lr, d.warmup).then(dl.constant(d.lr, d.warmup), _cosine(d)),
        lambda d, p: np.where(
            p < d.warmup, d.lr * p / d.warmup, _at(d, np.maximum(p - 2 * d.warmup, 0.0))
        ),
    ),
    case(
        "stack, three families",
        FALL | FAMILIES,
        lambda d: _mixed(d, dl.stack(_families(d)).ravel()),
        _families_at,
    ),
    case(
        "concatenate, three families",
        FALL | FAMILIES,
        lambda d: _mixed(d, dl.concatenate(_families(d))),
        _families_at,
    ),
    case("__add__, a constant", FALL, lambda d: _cosine(d) + 1e-6, lambda d, p: _at(d, p) + 1e-6),
    case(
        "__sub__, two curves",
        FALL,
        lambda d: _cosine(d) - dl.linear(d.lr, 0.0, d.total),
        lambda d, p: _at(d, p) - line(d.lr, 0.0, p / d.total),
    ),
    case(
        "__mul__, a warmup factor",
        WARM,
        lambda d: dl.linear(0.0, 1.0, d.warmup) * _cosine(d),
        lambda d, p: line(0.0, 1.0, p / d.warmup) * _at(d, p),
    ),
    case("__neg__", FALL, lambda d: -_cosine(d), lambda d, p: -_at(d, p)),
    case("__truediv__", FALL, lambda d: _cosine(d) / 3, lambda d, p: _at(d, p) / 3),
    case(
        "clip",
        FALL,
        lambda d: _cosine(d).clip(lo=0.1 * d.lr, hi=0.9 * d.lr),
        lambda d, p: np.clip(_at(d, p), 0.1 * d.lr, 0.9 * d.lr),
    ),
    case(
        "repeat, fractional periods",
        CYCLES,
        lambda d: _cosine(d).repeat(lengths="real"),
        _repeated,
        stairs="total",
    ),
    case(
        "repeat, periods that grow by 1.3",
        CYCLES,
        lambda d: _cosine(d).repeat(
            period_scale=1.3, value_scale=0.9, floor=d.lr * d.low, lengths="real"
        ),
        _grown,
    ),
    case(
        "staircase, epochs of fractional length",
        FALL | {"every": tenths(10, 300)},
        lambda d: _cosine(d).staircase(d.every),
        lambda d, p: _at(d, np.floor(p / d.every) * d.every),
        stairs="every",
    ),
    case(
        "advance, a fraction",
        FALL | {"by": tenths(1, 100)},
        lambda d: _cosine(d).advance(d.by),
        lambda d, p: _at(d, p + d.by),
    ),
    case(
        "stretch",
        WARM | {"ratio": between(0.8, 1.5)},
        lambda d: _warm(d).stretch(d.ratio),
        lambda d, p: _warm_at(d, p / d.ratio),
    ),
    case(
        "stretch, epochs as the unit, by staircase",
        EPOCHS,
        lambda d: dl.cosine(d.lr, 0.0, d.epochs).staircase(1).stretch(d.per_epoch),
        _epochs,
        stairs="per_epoch",
    ),
    case(
        "ending, repeat",
        CYCLES,
        lambda d: _cosine(d).ending("repeat"),
        _repeated,
        stairs="total",
    ),
    case("ending, mirror", CYCLES, lambda d: _cosine(d).ending("mirror"), _mirrored),
    case(
        "ending, raise",
        FALL,
        _raises,
        lambda d, p: half_wave(d.lr, d.lr * d.low, p / (d.steps + d.total)),
    ),
    case("extend", WARM, lambda d: _warm(d).extend(1.1 * d.total, at=d.warmup), _extended),
    case(
        "branch",
        WARM | {"at": share_of(0.2, 0.5), "fade": share_of(0.1, 0.3)},
        lambda d: _warm(d).branch(d.at, lambda value: dl.linear(value, 0.0, d.fade)),
        _branched,
    ),
    case(
        "rewarm",
        WARM | {"low": between(0.05, 0.1), "at": share_of(0.2, 0.4)},
        lambda d: _warm(d).rewarm(d.at, d.warmup, d.lr),
        _rewarmed,
    ),
]
