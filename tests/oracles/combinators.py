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

    return Oracle(at, _total(begins[-1], parts[-1].length))


def _total(begin, length):
    return math.inf if length == math.inf else fraction(float(begin) + float(length))


def _pointwise(operation, parts):
    def at(position):
        value = parts[0].at(position)
        for part in parts[1:]:
            value = operation(value, part.at(position))
        return value

    lengths = [part.length for part in parts if not part.endless_number]
    return Oracle(at, max(lengths, default=math.inf))


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

    return Oracle(at, of.length)


def quotient(of, divisor):
    return Oracle(lambda p: over(of.at(p), divisor), of.length)


def clip(of, lo=None, hi=None):
    return Oracle(lambda p: bounded(of.at(p), lo, hi), of.length)


def staircase(of, every):
    def at(position):
        return of.at(stage(position, every) * fraction(every))

    return Oracle(at, of.length)


def advance(of, by):
    length = of.length
    if length != math.inf:
        length = max(Fraction(0), fraction(float(length) - float(by)))
    return Oracle(lambda p: of.at(p + fraction(by)), length)


def stretch(of, ratio):
    length = of.length if of.length == math.inf else fraction(float(of.length) * float(ratio))
    return Oracle(lambda p: of.at(p / fraction(ratio)), length)


def ending(of, mode):
    length = of.length

    def at(position):
        if mode == "hold":
            return of.at(position)
        cycle = stage(position, float(length)) if length.denominator > 1 else position // length
        local = max(Fraction(0), position - cycle * length)
        return of.at(max(Fraction(0), length - local) if mode == "mirror" and cycle % 2 else local)

    return Oracle(at, math.inf if mode in ("repeat", "mirror") else length)


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
            if not self._reached(position, end):
                return cycle, begin, False
            if self.count is not None and cycle == self.count - 1:
                return cycle, begin, True
            cycle, begin = cycle + 1, end

    def _find_equal(self, position):
        length = self.length(0)
        size = length if length.denominator == 1 else float(length)
        cycle = stage(position, size)
        if self.count is not None and cycle >= self.count:
            return self.count - 1, (self.count - 1) * length, True
        return cycle, cycle * length, False

    @staticmethod
    def _reached(position, end) -> bool:
        if position.denominator == 1 and end.denominator == 1:
            return position >= end
        return float(position) >= float(end)


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
        if value_scale == 1:
            return value
        scale = near(number(value_scale) ** cycle, 2) if cycle else exactly(1)
        return plus(times(minus(value, exactly(floor)), scale), exactly(floor))

    length = math.inf
    if count is not None:
        length = fraction(float(sum(cycles.length(c) for c in range(count))))
    return Oracle(at, length)
