"""timm.scheduler."""

import numpy as np

from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, places, steps_of
from benchmarks.users.formulas import cycle, line, reached, wave
from decaylr.compat import timm

WARM = {"lr": RATE, "warmup": steps_of(0.01, 0.05)}
ONCE = WARM | {"low": FLOOR, "total": steps_of(0.8, 1.0)}
CYCLES = WARM | {
    "low": FLOOR,
    "first": steps_of(0.05, 0.15),
    "mul": between(1.1, 2.5),
    "decay": between(0.5, 0.9),
}


def case(name, draws, make, numpy):
    """A row of the class that begins its name."""
    return Case(f"timm {name}", (f"compat.timm.{name.split(',')[0]}",), draws, make, numpy)


def _warmed(d, p, after, target=None):
    goal = d.lr if target is None else target
    return np.where(p < d.warmup, goal * p / d.warmup, after)


def _once(function, shape, **options):
    def make(d):
        given = {name: getattr(d, draw) for name, draw in options.items()}
        return function(d.lr, d.total, lr_min=d.lr * d.low, warmup_t=d.warmup, **given)

    def numpy(d, p):
        x = np.minimum(p / d.total, 1.0)
        return _warmed(d, p, d.lr * (d.low + (1 - d.low) * shape(d, x)))

    return make, numpy


def _tanh(d, p):
    def value(p):
        x = p / d.total
        return np.where(
            x < 1, d.lr * (d.low + (1 - d.low) * (1 - np.tanh(-7 + 10 * x)) / 2), d.lr * d.low
        )

    return _warmed(d, p, value(p), value(d.warmup))


def _grown(limit, prefix):
    def make(d):
        return timm.CosineLRScheduler(
            d.lr,
            d.first,
            d.lr * d.low,
            d.mul,
            d.decay,
            limit,
            d.warmup,
            warmup_prefix=prefix,
        )

    def numpy(d, p):
        q = np.maximum(p - d.warmup, 0.0) if prefix else p
        c, begin, length = cycle(q, d.first, d.mul)
        floor = d.lr * d.low
        after = floor + (d.lr * d.decay**c - floor) * wave((q - begin) / length)
        return _warmed(d, p, np.where(c < limit, after, floor))

    return make, numpy


def _wsd(d, p):
    q, low = p - d.warmup, d.lr * d.low
    x = np.clip((q - (d.total - d.fade)) / d.fade, 0.0, 1.0)
    return _warmed(d, p, low + (d.lr - low) * (1 - np.sqrt(x)))


CASES = [
    case("CosineLRScheduler", ONCE, *_once(timm.CosineLRScheduler, lambda d, x: wave(x))),
    case(
        "CosineLRScheduler, k_decay",
        ONCE | {"k": between(0.5, 3.0)},
        *_once(timm.CosineLRScheduler, lambda d, x: wave(x**d.k), k_decay="k"),
    ),
    case("CosineLRScheduler, cycles that grow", CYCLES, *_grown(5, False)),
    case("CosineLRScheduler, cycles that grow, prefix", CYCLES, *_grown(3, True)),
    case(
        "TanhLRScheduler",
        ONCE,
        lambda d: timm.TanhLRScheduler(d.lr, d.total, lr_min=d.lr * d.low, warmup_t=d.warmup),
        _tanh,
    ),
    case(
        "PolyLRScheduler",
        ONCE | {"power": between(0.5, 3.0)},
        *_once(timm.PolyLRScheduler, lambda d, x: (1 - x) ** d.power, power="power"),
    ),
    case(
        "PolyLRScheduler, k_decay",
        ONCE | {"power": between(0.5, 3.0), "k": between(0.5, 3.0)},
        *_once(
            timm.PolyLRScheduler,
            lambda d, x: (1 - x**d.k) ** d.power,
            power="power",
            k_decay="k",
        ),
    ),
    case(
        "StepLRScheduler",
        WARM | {"every": steps_of(0.02, 0.2), "rate": between(0.1, 0.95)},
        lambda d: timm.StepLRScheduler(
            d.lr, d.every, d.rate, warmup_t=d.warmup, warmup_prefix=False
        ),
        lambda d, p: _warmed(d, p, d.lr * d.rate ** np.floor(p / d.every)),
    ),
    case(
        "MultiStepLRScheduler",
        WARM | {"edges": places(3), "rate": between(0.1, 0.9)},
        lambda d: timm.MultiStepLRScheduler(
            d.lr, d.edges, d.rate, warmup_t=d.warmup, warmup_prefix=False
        ),
        lambda d, p: _warmed(d, p, d.lr * d.rate ** reached(p + 1, d.edges)),
    ),
    case(
        "WSDLRScheduler",
        ONCE | {"fade": steps_of(0.1, 0.3)},
        lambda d: timm.WSDLRScheduler(
            d.lr, d.total, d.fade, lr_min=d.lr * d.low, warmup_t=d.warmup
        ),
        _wsd,
    ),
    case(
        "create_scheduler_v2, cosine in updates",
        {"lr": RATE, "low": between(1e-6, 1e-5)},
        lambda d: timm.create_scheduler_v2(
            d.lr,
            "cosine",
            num_epochs=d.steps // 10,
            min_lr=d.low,
            warmup_epochs=5,
            warmup_lr=1e-5,
            step_on_epochs=False,
            updates_per_epoch=10,
        )[0],
        lambda d, p: np.where(
            p < 50,
            line(1e-5, d.lr, p / 50),
            d.low + (d.lr - d.low) * wave(np.minimum(p / (d.steps // 10 * 10), 1.0)),
        ),
    ),
]
