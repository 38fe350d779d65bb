"""Print a digest of many tables, lookups and folds, to compare builds of the core bit for bit."""

import hashlib

import numpy as np

import decaylr as dl
from decaylr import _engine

RUNS = 50


def schedules(rng, size):
    """Every curve and combinator with random parameters over wide ranges."""
    draw = lambda low, high, *tail: rng.uniform(low, high, (RUNS, *tail))  # noqa: E731
    a, b, n = size * draw(0.01, 2.0), size * draw(0.0, 0.5), draw(3.0, 900.0)
    whole = rng.integers(2, 900, RUNS)
    knots = np.cumsum(draw(1.0, 60.0, 6), axis=-1)
    yield "constant", dl.constant(a)
    for steps in (n, whole):
        yield "linear", dl.linear(a, b, steps)
        for power in (2, 3, 0.5, draw(0.3, 4.0)):
            yield "polynomial", dl.polynomial(a, b, steps, power)
            yield "rising polynomial", dl.polynomial(b, a, steps, power, rise=True)
        yield "cosine", dl.cosine(a, b, steps)
        yield "cosine power", dl.cosine(a, b, steps, draw(0.5, 3.0), draw(0.5, 2.0))
        yield "rex", dl.rex(a, b, steps, draw(0.1, 2.0))
        yield "tanh", dl.tanh(a, b, steps, draw(-7.0, -1.0), draw(1.0, 4.0))
    for decay in (draw(0.5, 0.999), draw(0.9, 1.1), 1 - 10 ** draw(-9.0, -1.0)):
        yield "exponential", dl.exponential(a, decay, draw(1.0, 30.0))
        yield "staircase", dl.exponential(a, decay, whole, staircase=True, end_value=1e-3)
    for power in (1, 0.5, draw(0.2, 3.0)):
        yield "inverse", dl.inverse(a, draw(0.1, 3.0), draw(1.0, 50.0), power)
    yield "step", dl.step(a, whole, draw(0.1, 1.2))
    yield "multi_step", dl.multi_step(a, knots, draw(0.1, 1.0))
    for kind in ("previous", "linear", "pchip", "cubic"):
        yield kind, dl.interpolate(knots, size * draw(0.0, 1.0, 6), kind)
    yield "restarts", dl.cosine(a, b, whole).repeat(period_scale=1.5, value_scale=0.8)
    yield "mirror", dl.cosine(a, b, whole).ending("mirror")
    yield "joined", dl.linear(0.0, a, whole).then(dl.cosine(a, b, n), dl.rex(b, 0.0, n))
    yield "sum", dl.linear(a, b, n) * dl.cosine(1.0, 0.0, whole) + 0.5 * dl.exponential(a, 0.9)
    yield "stretched", dl.cosine(a, b, whole).stretch(draw(0.5, 3.0)).advance(whole)


def digest(name, s, rng):
    """One line: the name and a digest of all routes except the text formats."""
    fractions = rng.uniform(0.0, 2000.0, 200)
    far = rng.integers(0, 2**53, 40)
    parts = [s.table(1500), s.table(300, start=7, stride=5, dtype=np.float32)]
    parts += [s(fractions[:, None]), s(far[:, None]), s.table(64, layout="steps")]
    found = s.fold(900)
    parts += [found.total, found.annealing(0.99), found.totals_at([0, 10, 899])]
    hashed = hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))
    return f"{name} {hashed.hexdigest()}"


if __name__ == "__main__":
    print(_engine.INSTRUCTION_SET)
    # Products of the smallest values could underflow.
    for seed, size in enumerate((1.0, 1.0, 1e-306, 1e-311)):
        generator = np.random.default_rng(seed)
        for name, schedule in schedules(generator, size):
            print(digest(name, schedule, generator))
