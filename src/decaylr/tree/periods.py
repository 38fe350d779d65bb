"""From where on, and with which period, a schedule repeats itself."""

from __future__ import annotations

import numpy as np

from decaylr.checks import FloatArray
from decaylr.tree.length import length_of
from decaylr.tree.node import KINDS, Node

Periods = tuple[FloatArray, FloatArray]

# Repeats of a fractional period until one ends at a whole position; other numbers of repeats make
# no float64 whole.
REPEATS = (64, 32, 16, 8, 4, 2, 1)


def periods_of(schedule: Node) -> Periods:
    """The position from which each run repeats itself, and its period there.

    The period is 0 where the run is constant from that position on. Both are infinite where it
    never repeats itself. They broadcast to the shape of the batch.
    """
    rule = KINDS[schedule.kind].periods or _usual
    with np.errstate(over="ignore", invalid="ignore"):
        begin, period = rule(schedule)
    return begin, np.where(np.isfinite(begin), period, np.inf)


def _usual(schedule: Node) -> Periods:
    """A curve is constant from its end on; a combinator repeats itself as its parts do."""
    if not schedule.children:
        length = length_of(schedule)
        return length, np.zeros_like(length)
    begin, period = periods_of(schedule.children[0])
    for child in schedule.children[1:]:
        other_begin, other_period = periods_of(child)
        begin, period = np.maximum(begin, other_begin), common_period(period, other_period)
    return begin, period


def never(schedule: Node) -> Periods:
    """Rule of kinds that do not repeat themselves."""
    endless = np.full(schedule.shape, np.inf)
    return endless, endless


def common_period(a: FloatArray, b: FloatArray) -> FloatArray:
    """The smallest common period; infinite where two different ones are not whole."""
    a, b = np.broadcast_arrays(a, b)
    whole = (a == np.floor(a)) & (b == np.floor(b)) & (np.maximum(a, b) < 2.0**31)
    known = np.where(whole, a, 1.0).astype(np.int64), np.where(whole, b, 1.0).astype(np.int64)
    both = np.lcm(*known).astype(np.float64)
    return np.where((a == b) | (b == 0.0), a, np.where(a == 0.0, b, np.where(whole, both, np.inf)))


def exact_product(period: FloatArray, factor: FloatArray) -> FloatArray:
    """period * factor; infinite where float64 has to round it, as a period must be exact."""
    product, error = product_and_error(period, factor)
    return np.where(error == 0.0, product, np.inf)


def product_and_error(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """x * y as float64 rounds it, and what is left of the exact product."""
    product = x * y
    (a, b), (c, d) = _halves(x), _halves(y)
    return product, ((a * c - product) + a * d + b * c) + b * d


def _halves(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """x as the sum of two numbers of 26 bits, whose products are exact."""
    big = x * 134217729.0  # 2**27 + 1
    high = big - (big - x)
    return high, x - high


def whole_periods(schedule: Node, last: int) -> Periods:
    """As `periods_of`, with whole positions and periods; no period where none ends by `last`.

    The begin is `last` + 1 where there is no period, or where the run is constant.
    """
    begin, period = (np.broadcast_to(x, schedule.shape).copy() for x in periods_of(schedule))
    found = np.full(schedule.shape, np.inf)
    for repeats in REPEATS:
        whole = period * repeats
        found = np.where(whole == np.floor(whole), whole, found)
    begin = np.ceil(begin) + 1.0  # one more, since sums of lengths may be rounded down
    used = (found > 0.0) & (begin + found <= last)
    return np.where(used, begin, last + 1.0), np.where(used, found, 1.0)
