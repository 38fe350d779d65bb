"""The recipes, with warmups and phases that end between two steps."""

import numpy as np

import decaylr as dl
from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, places, share_of, steps_of, tenths, whole
from benchmarks.users.formulas import cycle, half_wave, line, reached, triangle, wave

WARM = {"lr": RATE, "low": FLOOR, "warmup": share_of(0.01, 0.1)}
PHASES = WARM | {"stable": share_of(0.4, 0.6), "decay": share_of(0.1, 0.3)}


def case(name, draws, make, numpy):
    """A row of the recipe that begins its name."""
    return Case(name, (name.split(",")[0],), draws, make, numpy)


def _warmed(d, p, after):
    return np.where(p < d.warmup, d.lr * p / d.warmup, after)


def _wsd(shape):
    def numpy(d, p):
        x = np.clip((p - d.warmup - d.stable) / d.decay, 0.0, 1.0)
        low = d.lr * d.low
        return _warmed(d, p, low + (d.lr - low) * shape(x))

    return numpy


def _trapezoid(d, p):
    down = line(d.lr, 0.0, (p - d.total + d.decay) / d.decay)
    return _warmed(d, p, down)


def _wsd_s(d, p):
    begins, ends = d.edges[..., ::2], d.edges[..., 1::2]
    passed = reached(p, begins)
    at = np.maximum(passed - 1, 0)
    begin, end = (np.take_along_axis(a[:, 0, :], at, axis=1) for a in (begins, ends))
    inside = (passed > 0) & ((p < end) | (passed == ends.shape[-1]))
    return _warmed(
        d, p, np.where(inside, line(d.lr, d.lr * d.low, (p - begin) / (end - begin)), d.lr)
    )


def _infinite(d, p):
    q, floor, end = p - d.warmup, 0.3 * d.lr, 0.01 * d.lr
    down = half_wave(d.lr, floor, q / d.stable)
    x = np.clip((q - d.stable - d.stable / 2) / d.decay, 0.0, 1.0)
    return _warmed(d, p, np.where(x > 0, floor * (end / floor) ** x, down))


ONE_CYCLE = {"lr": RATE, "total": share_of(0.9, 1.0), "start": between(0.1, 0.45)}


def _one_cycle(d, p):
    top, first = d.start * d.total - 1, d.lr / 25
    down = half_wave(d.lr, first / 1e4, (p - top) / (d.total - 1 - top))
    return np.where(p < top, half_wave(first, d.lr, p / top), down)


CYCLES = {"lr": RATE, "low": FLOOR, "up": share_of(0.01, 0.1), "down": share_of(0.01, 0.1)}


def _cyclic(d, p):
    _, height = triangle(p, d.up, d.down)
    return d.lr * d.low + (d.lr - d.lr * d.low) * height


RESTARTS = {"lr": RATE, "low": FLOOR, "first": steps_of(0.02, 0.1)}


def _restarts(d, p):
    c, begin, length = cycle(p, d.first, 1.5)
    return d.lr * (d.low + (1 - d.low) * 0.8**c * wave((p - begin) / length))


def _equal_restarts(d, p):
    q, low = p % d.first, d.lr * d.low
    down = half_wave(d.lr, low, (q - d.warmup) / (d.first - d.warmup))
    return np.where(q < d.warmup, low + (d.lr - low) * q / d.warmup, down)


def _slanted(d, p):
    top, low = np.floor(d.total * d.cut), d.lr / 32
    down = line(d.lr, low, (p - top) / (top * (1 / d.cut - 1)))
    return np.where(p < top, line(low, d.lr, p / top), down)


CASES = [
    case(
        "warmup, cosine",
        WARM | {"total": share_of(0.7, 0.9)},
        lambda d: dl.warmup(dl.cosine(d.lr, d.lr * d.low, d.total), d.warmup),
        lambda d, p: _warmed(d, p, half_wave(d.lr, d.lr * d.low, (p - d.warmup) / d.total)),
    ),
    case(
        "warmup, under an exponential",
        WARM | {"rate": between(0.999, 0.9999)},
        lambda d: dl.warmup(dl.exponential(d.lr, d.rate), d.warmup, clock="under"),
        lambda d, p: np.where(
            p < d.warmup, d.lr * d.rate**d.warmup * p / d.warmup, d.lr * d.rate**p
        ),
    ),
    case(
        "warmup_cosine",
        WARM | {"total": share_of(0.8, 1.0)},
        lambda d: dl.warmup_cosine(0.0, d.lr, d.warmup, d.total, d.lr * d.low),
        lambda d, p: _warmed(
            d, p, half_wave(d.lr, d.lr * d.low, (p - d.warmup) / (d.total - d.warmup))
        ),
    ),
    case(
        "wsd",
        PHASES,
        lambda d: dl.wsd(d.lr, d.warmup, d.stable, d.decay, end_value=d.lr * d.low),
        _wsd(lambda x: 1 - x),
    ),
    case(
        "wsd, 1-sqrt",
        PHASES,
        lambda d: dl.wsd(d.lr, d.warmup, d.stable, d.decay, end_value=d.lr * d.low, decay="1-sqrt"),
        _wsd(lambda x: 1 - np.sqrt(x)),
    ),
    case(
        "trapezoid",
        WARM | {"total": share_of(0.8, 1.0), "decay": share_of(0.1, 0.3)},
        lambda d: dl.trapezoid(d.lr, d.total, d.warmup, d.decay),
        _trapezoid,
    ),
    case(
        "wsd_s",
        WARM | {"warmup": share_of(0.001, 0.01), "edges": places(6)},
        lambda d: dl.wsd_s(
            d.lr, d.warmup, d.edges[:, ::2], d.edges[:, 1::2], end_value=d.lr * d.low
        ),
        _wsd_s,
    ),
    case(
        "infinite",
        PHASES,
        lambda d: dl.infinite(
            d.lr,
            d.warmup,
            d.stable,
            0.3 * d.lr,
            d.stable / 2,
            d.decay,
            0.01 * d.lr,
        ),
        _infinite,
    ),
    case("one_cycle", ONE_CYCLE, lambda d: dl.one_cycle(d.lr, d.total, d.start), _one_cycle),
    case(
        "cyclic",
        CYCLES,
        lambda d: dl.cyclic(d.lr * d.low, d.lr, d.up, d.down),
        _cyclic,
    ),
    case(
        "cosine_restarts, period_scale 1.5",
        RESTARTS,
        lambda d: dl.cosine_restarts(d.lr, d.first, d.lr * d.low, 1.5, 0.8, lengths="real"),
        _restarts,
    ),
    case(
        "cosine_restarts, warmup",
        RESTARTS | {"warmup": tenths(1, 100)},
        lambda d: dl.cosine_restarts(d.lr, d.first, d.lr * d.low, warmup_steps=d.warmup),
        _equal_restarts,
    ),
    case(
        "noam",
        {"width": whole(128, 8192), "warmup": share_of(0.05, 0.3)},
        lambda d: dl.noam(d.width, d.warmup),
        lambda d, p: d.width**-0.5 * np.minimum(np.maximum(p, 0.5) ** -0.5, p * d.warmup**-1.5),
    ),
    case(
        "warmup_inverse_sqrt",
        WARM,
        lambda d: dl.warmup_inverse_sqrt(d.lr, d.warmup),
        lambda d, p: _warmed(d, p, d.lr * np.sqrt(d.warmup / np.maximum(p, 1.0))),
    ),
    case(
        "slanted_triangular",
        {"lr": RATE, "total": steps_of(0.8, 1.0), "cut": between(0.05, 0.3)},
        lambda d: dl.slanted_triangular(d.lr, d.total, d.cut),
        _slanted,
    ),
    case(
        "layerwise",
        {"lr": RATE, "total": share_of(0.8, 1.0), "decay": between(0.6, 0.95)},
        lambda d: dl.layerwise(dl.cosine(d.lr, 0.0, d.total), 12, d.decay)[:, 5],
        lambda d, p: d.decay**6 * half_wave(d.lr, 0.0, p / d.total),
    ),
]
