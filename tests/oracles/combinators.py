"""Exact values of schedules made from schedules."""

from __future__ import annotations

import math
from fractions import Fraction

from tests.oracles.base import (
    Oracle,
    Value,
    bounded,
    count_reached,
    exactly,
    fraction,
    minus,
    near,
    number,
    over,
    plus,
    since,
    stage,
    times,
)

TWO_WORDS = Fraction(1, 2**100)
LAST_GROWN = 12  # the last cycle whose boundaries are drawn where cycles grow


def join(parts, boundaries=None):
    if boundaries is None:
        boundaries, end = [], Fraction(0)
        for part in parts[:-1]:
            end = fraction(float(end) + float(part.length))
            boundaries.append(end)
    places = [fraction(boundary) for boundary in boundaries]
    begins = [Fraction(0), *places]

    def at(position):
        i = count_reached(position, places)
        return parts[i].at(since(position, begins[i]))

    def marks(k):
        inside = (
            begin + mark
            for begin, part in zip(begins, parts, strict=True)
            for mark in part.marks(k)
        )
        return [*places, *inside]

    return Oracle(at, _total(begins[-1], parts[-1].length), marks=marks)


def _total(begin, length):
    return math.inf if length == math.inf else fraction(float(begin) + float(length))


def _pointwise(operation, parts):
    def at(position):
        value = parts[0].at(position)
        for part in parts[1:]:
            value = operation(value, part.at(position))
        return value

    lengths = [part.length for part in parts if not part.endless_number]
    return Oracle(
        at,
        max(lengths, default=math.inf),
        marks=lambda k: [mark for part in parts for mark in part.marks(k)],
    )


def add(*parts):
    return _pointwise(plus, parts)


def multiply(*parts):
    return _pointwise(times, parts)


def subtract(*parts):
    return _pointwise(minus, parts)


def negative(of):
    def at(position):
        value = of.at(position)
        return Value(-value.exact, value.slack)

    return Oracle(at, of.length, marks=of.marks)


def quotient(of, divisor):
    return Oracle(lambda p: over(of.at(p), divisor), of.length, marks=of.marks)


def clip(of, lo=None, hi=None):
    return Oracle(lambda p: bounded(of.at(p), lo, hi), of.length, marks=of.marks)


def staircase(of, every):
    def at(position):
        return of.at(stage(position, every) * fraction(every))

    return Oracle(at, of.length, marks=lambda k: [k * fraction(every), *of.marks(k)])


def advance(of, by):
    length = of.length
    if length != math.inf:
        length = max(Fraction(0), fraction(float(length) - float(by)))
    return Oracle(
        lambda p: of.at(p + fraction(by)),
        length,
        marks=lambda k: [max(Fraction(0), mark - fraction(by)) for mark in of.marks(k)],
    )


def stretch(of, ratio):
    length = of.length if of.length == math.inf else fraction(float(of.length) * float(ratio))
    return Oracle(
        lambda p: of.at(p / fraction(ratio)),
        length,
        marks=lambda k: [mark * fraction(ratio) for mark in of.marks(k)],
    )


def ending(of, mode):
    length = of.length

    def at(position):
        if mode == "hold":
            return of.at(position)
        cycle = stage(position, length)
        local = max(Fraction(0), position - cycle * length)
        return of.at(max(Fraction(0), length - local) if mode == "mirror" and cycle % 2 else local)

    def marks(k):
        inside = of.marks(k)
        back = [2 * length - mark for mark in inside if mode == "mirror" and mark <= 2 * length]
        return [length, k * length, *inside, *(k * length + mark for mark in [*inside, *back])]

    return Oracle(at, math.inf if mode in ("repeat", "mirror") else length, marks=marks)


class Cycles:
    """The boundaries of the cycles of a repeat."""

    def __init__(self, period, count, period_scale, whole):
        self.period, self.count = fraction(period), count
        self.growth, self.whole = fraction(period_scale), whole

    def length(self, cycle: int) -> Fraction:
        exact = self.period * self.growth**cycle
        return Fraction(math.floor(float(exact))) if self.whole else exact

    def find(self, position: Fraction) -> tuple[int, Fraction, bool]:
        """The index and first position of the cycle, and whether all cycles are over."""
        if self.growth == 1:
            return self._find_equal(position)
        cycle, begin = 0, Fraction(0)
        while True:
            end = begin + self.length(cycle)
            if position < end:
                return cycle, begin, False
            if self.count is not None and cycle == self.count - 1:
                return cycle, begin, True
            cycle, begin = cycle + 1, end

    def _find_equal(self, position):
        length = self.length(0)
        cycle = stage(position, length)
        if self.count is not None and cycle >= self.count:
            return self.count - 1, (self.count - 1) * length, True
        return cycle, cycle * length, False

    def begin(self, cycle: int) -> Fraction:
        if self.growth == 1:
            return cycle * self.length(0)
        return sum((self.length(c) for c in range(cycle)), Fraction(0))


def _in_two_words(of, local, value):
    """Allow what a position of two words loses: 2^-100 of it, which shows beside zeros."""
    beside = of.at(local + local * TWO_WORDS)
    return Value(value.exact, value.slack + abs(beside.exact - value.exact))


def repeat(
    of, period=None, *, count=None, period_scale=1, value_scale=1, floor=0.0, lengths="floor"
):
    period = of.length if period is None else fraction(period)
    count = None if count is None else int(count)
    cycles = Cycles(period, count, period_scale, lengths == "floor")

    def at(position):
        cycle, begin, done = cycles.find(position)
        local = period
        if not done:
            local = max(Fraction(0), position - begin) * period / cycles.length(cycle)
        value = of.at(local)
        if cycles.growth != 1 and not cycles.whole:
            value = _in_two_words(of, local, value)
        if value_scale == 1:
            return value
        scale = near(number(value_scale) ** cycle, 2) if cycle else exactly(1)
        return plus(times(minus(value, exactly(floor)), scale), exactly(floor))

    length = math.inf
    if count is not None:
        length = fraction(float(sum(cycles.length(c) for c in range(count))))

    def marks(k):
        cycle = k if cycles.growth == 1 else min(k, LAST_GROWN)
        cycle = cycle if count is None else min(cycle, count)
        begin, pace = cycles.begin(cycle), cycles.length(cycle) / period
        return [begin, *(begin + mark * pace for mark in of.marks(k))]

    return Oracle(at, length, marks=marks)
