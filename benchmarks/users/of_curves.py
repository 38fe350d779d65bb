"""Curves of fractional length, of long lists, and of any power."""

import numpy as np

import decaylr as dl
from benchmarks.users.case import ANY_POWER, Case
from benchmarks.users.draws import (
    FLOOR,
    RATE,
    between,
    fractional_places,
    levels,
    log_between,
    places,
    share_of,
    tenths,
)
from benchmarks.users.formulas import chosen, fine_wave, line, reached, wave

FALL = {"lr": RATE, "low": FLOOR, "total": share_of(0.8, 1.0)}
ANY = log_between(0.01, 100)


def case(name, draws, make, numpy, **options):
    """A row of the curve that begins its name."""
    return Case(name, (name.split(",")[0],), draws, make, numpy, **options)


def _down(shape):
    """An expression that falls from the rate to the floor with a shape of the progress."""

    def numpy(d, p):
        return d.lr * (d.low + (1 - d.low) * shape(d, np.minimum(p / d.total, 1.0)))

    return numpy


def _falling(curve, **options):
    def make(d):
        given = {name: getattr(d, draw) for name, draw in options.items()}
        return curve(d.lr, d.lr * d.low, d.total, **given)

    return make


def _polynomial(power):
    return lambda d: dl.polynomial(d.lr, d.lr * d.low, d.total, power)


def _rise(d, p):
    return d.lr * (d.low + (1 - d.low) * np.minimum(p / d.total, 1.0) ** d.power)


def _between_knots(d, p):
    i = np.clip(reached(p, d.knots) - 1, 0, d.knots.shape[-1] - 2)
    a, b = chosen(d.knots, i), chosen(d.knots, i + 1)
    return line(chosen(d.values, i), chosen(d.values, i + 1), (p - a) / (b - a))


def _smoothly(kind):
    """SciPy's interpolation, a run at a time."""

    def numpy(d, p):
        from scipy.interpolate import CubicSpline, PchipInterpolator

        make = {"pchip": PchipInterpolator, "cubic": CubicSpline}[kind]
        runs = zip(d.knots[:, 0, :], d.values[:, 0, :], strict=True)
        return np.array([make(x, y)(np.clip(p, x[0], x[-1])) for x, y in runs])

    return numpy


def _interpolate(kind):
    return lambda d: dl.interpolate(d.knots, d.values, kind)


TEN = {"knots": fractional_places(10), "values": levels(10)}
TEN_WHOLE = {"knots": places(10), "values": levels(10)}

ORDINARY = [
    case("constant", {"lr": RATE}, lambda d: dl.constant(d.lr), lambda d, p: d.lr + 0 * p),
    case("linear", FALL, _falling(dl.linear), _down(lambda d, x: 1 - x)),
    case("polynomial, 2", FALL, _polynomial(2), _down(lambda d, x: (1 - x) ** 2)),
    case("polynomial, 0.5", FALL, _polynomial(0.5), _down(lambda d, x: np.sqrt(1 - x))),
    case(
        "polynomial, 0.5 to 3",
        FALL | {"power": between(0.5, 3.0)},
        _falling(dl.polynomial, power="power"),
        _down(lambda d, x: (1 - x) ** d.power),
    ),
    case("cosine", FALL, _falling(dl.cosine), _down(lambda d, x: wave(x))),
    case(
        "cosine, exponent 0.5 to 3",
        FALL | {"power": between(0.5, 3.0)},
        _falling(dl.cosine, exponent="power"),
        _down(lambda d, x: fine_wave(x) ** d.power),
    ),
    case(
        "cosine, k 0.5 to 3",
        FALL | {"k": between(0.5, 3.0)},
        _falling(dl.cosine, k="k"),
        _down(lambda d, x: wave(x**d.k)),
    ),
    case(
        "rex",
        FALL | {"beta": between(0.1, 1.0)},
        _falling(dl.rex, beta="beta"),
        _down(lambda d, x: (1 - x) / (1 - (1 - d.beta) * x)),
    ),
    case(
        "tanh",
        FALL,
        lambda d: dl.tanh(d.lr, d.lr * d.low, d.total, -3.0, 3.0),
        _down(lambda d, x: (1 - np.tanh(-3 + 6 * x)) / 2),
    ),
    case(
        "exponential, half_life",
        {"lr": RATE, "life": share_of(0.02, 0.5)},
        lambda d: dl.exponential(d.lr, half_life=d.life),
        lambda d, p: d.lr * 0.5 ** (p / d.life),
    ),
    case(
        "exponential, staircase, tenths",
        {"lr": RATE, "every": tenths(1, 100), "rate": between(0.9, 0.999)},
        lambda d: dl.exponential(d.lr, d.rate, d.every, staircase=True),
        lambda d, p: d.lr * d.rate ** np.floor(p / d.every),
        stairs="every",
    ),
    case(
        "inverse, power 0.5 to 3",
        {"lr": RATE, "rate": between(0.1, 10), "every": tenths(1, 100), "power": between(0.5, 3)},
        lambda d: dl.inverse(d.lr, d.rate, d.every, d.power),
        lambda d, p: d.lr / (1 + d.rate * p / d.every) ** d.power,
    ),
    case(
        "inverse, staircase, tenths",
        {"lr": RATE, "rate": between(0.1, 10), "every": tenths(1, 100)},
        lambda d: dl.inverse(d.lr, d.rate, d.every, staircase=True),
        lambda d, p: d.lr / (1 + d.rate * np.floor(p / d.every)),
        stairs="every",
    ),
    case(
        "step, tenths",
        {"lr": RATE, "every": tenths(1, 100), "gamma": between(0.9, 0.999)},
        lambda d: dl.step(d.lr, d.every, d.gamma),
        lambda d, p: d.lr * d.gamma ** np.floor(p / d.every),
        stairs="every",
    ),
    case(
        "multi_step, 100 milestones",
        {"lr": RATE, "edges": fractional_places(100), "gamma": between(0.9, 0.999)},
        lambda d: dl.multi_step(d.lr, d.edges, d.gamma),
        lambda d, p: d.lr * d.gamma ** reached(p, d.edges),
    ),
    case(
        "piecewise_constant, 100 boundaries",
        {"edges": fractional_places(100), "values": levels(101)},
        lambda d: dl.piecewise_constant(d.edges, d.values),
        lambda d, p: chosen(d.values, reached(p, d.edges)),
    ),
    case("interpolate, linear", TEN, _interpolate("linear"), _between_knots),
    case(
        "interpolate, linear, 200 knots",
        {"knots": places(200), "values": levels(200)},
        _interpolate("linear"),
        _between_knots,
    ),
    case(
        "interpolate, previous",
        TEN,
        _interpolate("previous"),
        lambda d, p: chosen(d.values, np.maximum(reached(p, d.knots) - 1, 0)),
    ),
    case("interpolate, pchip", TEN, _interpolate("pchip"), _smoothly("pchip")),
    case("interpolate, cubic", TEN_WHOLE, _interpolate("cubic"), _smoothly("cubic")),
    case(
        "samples",
        {"values": levels(1000)},
        lambda d: dl.samples(d.values),
        lambda d, p: chosen(
            d.values, np.broadcast_to(np.minimum(p, 999).astype(int), (len(d.values), len(p)))
        ),
    ),
]

ANY_POWERS = [
    case(
        "polynomial, power 0.01 to 100",
        FALL | {"power": ANY},
        _falling(dl.polynomial, power="power"),
        _down(lambda d, x: (1 - x) ** d.power),
        most=ANY_POWER,
    ),
    case(
        "polynomial, rise, power 0.01 to 100",
        FALL | {"power": ANY},
        lambda d: dl.polynomial(d.lr * d.low, d.lr, d.total, d.power, rise=True),
        _rise,
        most=ANY_POWER,
    ),
    case(
        "polynomial, k 0.01 to 100",
        FALL | {"power": between(0.5, 3.0), "k": ANY},
        _falling(dl.polynomial, power="power", k="k"),
        _down(lambda d, x: (1 - x**d.k) ** d.power),
        most=ANY_POWER,
    ),
    case(
        "polynomial, rise, power and k 0.01 to 100",
        FALL | {"power": ANY, "k": ANY},
        lambda d: dl.polynomial(d.lr * d.low, d.lr, d.total, d.power, rise=True, k=d.k),
        lambda d, p: d.lr * (d.low + (1 - d.low) * np.minimum(p / d.total, 1.0) ** (d.k * d.power)),
        most=ANY_POWER,
    ),
    case(
        "cosine, exponent 0.01 to 100",
        FALL | {"power": ANY},
        _falling(dl.cosine, exponent="power"),
        _down(lambda d, x: fine_wave(x) ** d.power),
        most=ANY_POWER,
    ),
    case(
        "cosine, k 0.01 to 100",
        FALL | {"k": ANY},
        _falling(dl.cosine, k="k"),
        _down(lambda d, x: wave(x**d.k)),
        most=ANY_POWER,
    ),
    case(
        "inverse, power 0.01 to 100",
        {"lr": RATE, "rate": between(0.001, 0.01), "power": ANY},
        lambda d: dl.inverse(d.lr, d.rate, 1, d.power),
        lambda d, p: d.lr / (1 + d.rate * p) ** d.power,
        most=ANY_POWER,
    ),
]

CASES = [*ORDINARY, *ANY_POWERS]
