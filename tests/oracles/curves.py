"""Exact values of curves between two values, and of curves that decay by a rate."""

from __future__ import annotations

import math

from tests.oracles.base import (
    Oracle,
    Value,
    bounded,
    count_reached,
    exactly,
    fraction,
    near,
    number,
    plateaus,
    reached,
    real,
    stage,
)


def between(init_value, end_value, steps, shape, bound):
    """`shape(fraction)` inside, exactly init at 0 and exactly end from `steps` on."""

    def at(position):
        if reached(position, steps):
            return exactly(end_value)
        if position == 0:
            return exactly(init_value)
        value = _uncancelled(lambda: inside(position), number(init_value), number(end_value))
        return near(value, bound, init_value, end_value)

    def inside(position):
        share = number(position) / number(steps)
        return shape(share, number(init_value), number(end_value))

    return Oracle(at, fraction(steps), bound)


def _uncancelled(formula, init, end):
    """The value of the formula, with more digits if terms cancel near zero."""
    value = formula()
    if abs(value) > max(abs(init), abs(end)) * real.mpf(2) ** -200:
        return value
    with real.workprec(5000):
        return formula()


def constant(value, steps=math.inf):
    length = steps if steps == math.inf else fraction(steps)
    return Oracle(lambda position: exactly(value), length, 2, length == math.inf)


def linear(init_value, end_value, steps):
    return between(init_value, end_value, steps, lambda x, init, end: init + (end - init) * x, 2)


def polynomial(init_value, end_value, steps, power, rise=False, k=1):
    def shape(share, init, end):
        x = share ** number(k)
        if rise:
            return init + (end - init) * x ** number(power)
        return end + (init - end) * (1 - x) ** number(power)

    bound = 2 if power in (0.5, 1) and k == 1 else 4
    return between(init_value, end_value, steps, shape, bound)


def cosine(init_value, end_value, steps, exponent=1, k=1):
    def shape(share, init, end):
        wave = (1 + real.cos(real.pi * share ** number(k))) / 2
        return end + (init - end) * wave ** number(exponent)

    return between(init_value, end_value, steps, shape, 4)


def rex(init_value, end_value, steps, beta=0.5):
    def shape(share, init, end):
        return end + (init - end) * (1 - share) / (1 - (1 - number(beta)) * share)

    return between(init_value, end_value, steps, shape, 4)


def tanh(init_value, end_value, steps, lower, upper):
    init, end = number(init_value), number(end_value)

    def inside(position):
        share = real.one if reached(position, steps) else number(position) / number(steps)
        argument = number(lower) * (1 - share) + number(upper) * share
        return end + (init - end) * (1 - real.tanh(argument)) / 2

    def at(position):
        value = _uncancelled(lambda: inside(position), init, end)
        return near(value, 4, init_value, end_value)

    return Oracle(at, fraction(steps), 4)


def exponential(
    init_value,
    decay_rate=None,
    decay_steps=1,
    staircase=False,
    end_value=None,
    *,
    time_constant=None,
    half_life=None,
    final=None,
):
    init = number(init_value)

    def factor(position):
        if decay_rate is not None:
            if staircase:
                return number(decay_rate) ** stage(position, decay_steps)
            return number(decay_rate) ** (number(position) / number(decay_steps))
        if time_constant is not None:
            return real.exp(-number(position) / number(time_constant))
        if half_life is not None:
            return real.mpf(2) ** (-number(position) / number(half_life))
        return (number(final[0]) / init) ** (number(position) / number(final[1]))

    def falls():
        shrinks = factor(fraction(1) if not staircase else fraction(math.ceil(decay_steps))) < 1
        return shrinks == (init > 0)

    def at(position):
        ratio = factor(position)
        value = exactly(init_value) if ratio == 1 else near(init * ratio, real.mpf("2.1"))
        if end_value is None or init == 0 or factor(fraction(2**62)) == 1:
            return value
        return bounded(value, **{"lo" if falls() else "hi": end_value})

    marks = plateaus(decay_steps) if decay_rate is not None else None
    return Oracle(at, math.inf, real.mpf("2.1"), marks=marks)


def inverse(init_value, decay_rate, decay_steps=1, power=1, staircase=False):
    bound = 2 if power in (0.5, 1) else 4

    def at(position):
        gone = number(position) / number(decay_steps)
        if staircase:
            gone = real.mpf(stage(position, decay_steps))
        if gone == 0:
            return exactly(init_value)
        grown = (1 + number(decay_rate) * gone) ** number(power)
        return near(number(init_value) / grown, bound)

    return Oracle(at, math.inf, bound, marks=plateaus(decay_steps))


def _decayed(init_value, gamma, times) -> Value:
    if times == 0:
        return exactly(init_value)
    return near(number(init_value) * number(gamma) ** times, 2)


def step(init_value, step_size, gamma):
    return Oracle(
        lambda p: _decayed(init_value, gamma, stage(p, step_size)),
        math.inf,
        2,
        marks=plateaus(step_size),
    )


def multi_step(init_value, milestones, gamma):
    return Oracle(
        lambda p: _decayed(init_value, gamma, count_reached(p, milestones)),
        math.inf,
        2,
        marks=lambda k: list(map(fraction, milestones)),
    )
