"""transformers.optimization."""

import numpy as np

from benchmarks.users.case import Case
from benchmarks.users.draws import FLOOR, RATE, between, steps_of, whole
from benchmarks.users.formulas import line, wave
from decaylr.compat import transformers

WARM = {"lr": RATE, "warmup": steps_of(0.01, 0.1)}
WHOLE = WARM | {"total": steps_of(0.8, 1.0)}
FLOORED = WHOLE | {"low": FLOOR}


def case(name, draws, make, numpy, of=None):
    """A row of the function that begins its name."""
    function = of or f"get_{name.split(',')[0]}"
    return Case(f"transformers {name}", (f"compat.transformers.{function}",), draws, make, numpy)


def _warmed(d, p, factor):
    return d.lr * np.where(p < d.warmup, p / d.warmup, factor)


def _share(d, p):
    return (p - d.warmup) / (d.total - d.warmup)


def _waves(cycles):
    """Cosine waves that go on past the end, as the library's do."""

    def numpy(d, p):
        x = 2 * cycles(d) * _share(d, p)
        floor = getattr(d, "low", 0.0)
        return _warmed(d, p, np.maximum(0.0, floor + (1 - floor) * wave(x)))

    return numpy


def _restarts(d, p):
    x = _share(d, p)
    return _warmed(d, p, np.where(x >= 1, 0.0, wave(d.cycles * x % 1.0)))


def _polynomial(d, p):
    end = 1e-7
    return np.where(
        p < d.warmup,
        d.lr * p / d.warmup,
        end + (d.lr - end) * line(1.0, 0.0, _share(d, p)) ** d.power,
    )


def _warmup_rate(d, p):
    begin = d.rate + (1 - d.rate) * p / (d.warmup - 1)
    x = (p + 1 - d.warmup) / (d.total - d.warmup)
    return d.lr * np.where(p < d.warmup, begin, d.low + (1 - d.low) * wave(x))


def _wsd(decay):
    def numpy(d, p):
        begin = d.warmup + d.stable
        down = d.low + (1 - d.low) * decay(np.clip((p - begin) / d.decay, 0.0, 1.0))
        return _warmed(d, p, down)

    return numpy


WSD = WARM | {"stable": steps_of(0.3, 0.6), "decay": steps_of(0.1, 0.3), "low": FLOOR}


def _make_wsd(decay_type):
    def make(d):
        return transformers.get_wsd_schedule(
            d.lr,
            d.warmup,
            d.decay,
            num_stable_steps=d.stable,
            decay_type=decay_type,
            min_lr_ratio=d.low,
        )

    return make


def _wsd_rising_from_the_floor(decay):
    whole_of = _wsd(decay)

    def numpy(d, p):
        up = d.lr * (d.low + (1 - d.low) * p / d.warmup)
        return np.where(p < d.warmup, up, whole_of(d, p))

    return numpy


CASES = [
    case(
        "constant_schedule",
        {"lr": RATE},
        lambda d: transformers.get_constant_schedule(d.lr),
        lambda d, p: d.lr + 0 * p,
    ),
    case(
        "constant_schedule_with_warmup",
        WARM,
        lambda d: transformers.get_constant_schedule_with_warmup(d.lr, d.warmup),
        lambda d, p: _warmed(d, p, 1.0),
    ),
    case(
        "linear_schedule_with_warmup",
        WHOLE,
        lambda d: transformers.get_linear_schedule_with_warmup(d.lr, d.warmup, d.total),
        lambda d, p: _warmed(d, p, line(1.0, 0.0, _share(d, p))),
    ),
    case(
        "cosine_schedule_with_warmup",
        WHOLE,
        lambda d: transformers.get_cosine_schedule_with_warmup(d.lr, d.warmup, d.total),
        _waves(lambda d: 0.5),
    ),
    case(
        "cosine_schedule_with_warmup, num_cycles 0.3 to 0.7",
        WHOLE | {"cycles": between(0.3, 0.7)},
        lambda d: transformers.get_cosine_schedule_with_warmup(d.lr, d.warmup, d.total, d.cycles),
        _waves(lambda d: d.cycles),
    ),
    case(
        "cosine_with_hard_restarts_schedule_with_warmup",
        WHOLE | {"cycles": whole(2, 5)},
        lambda d: transformers.get_cosine_with_hard_restarts_schedule_with_warmup(
            d.lr, d.warmup, d.total, d.cycles
        ),
        _restarts,
    ),
    case(
        "cosine_with_min_lr_schedule_with_warmup",
        FLOORED,
        lambda d: transformers.get_cosine_with_min_lr_schedule_with_warmup(
            d.lr, d.warmup, d.total, min_lr_rate=d.low
        ),
        _waves(lambda d: 0.5),
    ),
    case(
        "cosine_with_min_lr_schedule_with_warmup_lr_rate",
        FLOORED | {"rate": between(0.0, 0.1)},
        lambda d: transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
            d.lr, d.warmup, d.total, min_lr_rate=d.low, warmup_lr_rate=d.rate
        ),
        _warmup_rate,
    ),
    case(
        "polynomial_decay_schedule_with_warmup",
        WHOLE | {"power": between(0.5, 3.0)},
        lambda d: transformers.get_polynomial_decay_schedule_with_warmup(
            d.lr, d.warmup, d.total, power=d.power
        ),
        _polynomial,
    ),
    case(
        "inverse_sqrt_schedule",
        WARM,
        lambda d: transformers.get_inverse_sqrt_schedule(d.lr, d.warmup),
        lambda d, p: _warmed(d, p, np.sqrt(d.warmup / np.maximum(p, 1.0))),
    ),
    case(
        "wsd_schedule",
        WSD,
        _make_wsd("cosine"),
        _wsd_rising_from_the_floor(wave),
    ),
    case(
        "wsd_schedule, 1-sqrt",
        WSD,
        _make_wsd("1-sqrt"),
        _wsd_rising_from_the_floor(lambda x: 1 - np.sqrt(x)),
    ),
    case(
        "get_scheduler, linear",
        WHOLE,
        lambda d: transformers.get_scheduler("linear", d.lr, d.warmup, d.total),
        lambda d, p: _warmed(d, p, line(1.0, 0.0, _share(d, p))),
        of="get_scheduler",
    ),
]
