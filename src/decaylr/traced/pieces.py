"""Schedules as tables of polynomials, which a traced program looks up.

A run is cut into segments at its breaks, and a segment into blocks, whose sizes are powers of two
that depend on the distance u from one end of the segment::

    u = |n - anchor|                                   the anchor is its first or last position
    shift = floor(log2(u)) - fineness                  at least `low`, at most `high`
    row = (u >> shift) + ((shift - low) << fineness)   number of the block in the segment
    t = (u mod 2**shift) / 2**shift                    0 <= t < 1
    value = (c[0] + (low + c[1] * t + ... + c[DEGREE] * t**DEGREE)) * factor

So blocks are of one size (low = high), or become smaller towards the anchor, where the value may
be near 0 or its slope infinite. c[0] + low is the value at t = 0 as two floats. The coefficients
come from the compiled core's values. A segment gets the fewest blocks with which the polynomials,
evaluated in float32, are near those values. The factor of a run, a power of two, keeps the terms
of small values within the normal range.

The traced program is the same few operations for every family, and a batch of mixed families is
one table.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, lcm

import numpy as np

from decaylr.checks import Array, FloatArray, IntArray
from decaylr.traced.fitting import TooManyPiecesError, fitted
from decaylr.traced.layout import LAST, Pieces
from decaylr.tree.batch import reshape
from decaylr.tree.breaks import TooManyBreaksError, breaks_of
from decaylr.tree.held import without_refusals
from decaylr.tree.node import Node
from decaylr.tree.periods import periods_of, whole_periods

# Function of a schedule, run numbers and positions that returns the values there, such as
# `decaylr.evaluation.values.values_of_runs`.
Values = Callable[[Node, IntArray, Array], FloatArray]
FARTHEST = 2.0**63 - 1024.0  # the largest float64 that the core takes as a position


def pieces_of(schedule: Node, values: Values) -> Pieces | None:
    """The pieces of every run of a schedule at the positions 0 to `LAST`.

    None if there would be too many. `values(schedule, runs, positions)` returns the core's
    values; a schedule with the ending "raise" has its last value there.
    """
    held = without_refusals(reshape(schedule, -1))
    try:
        cycle_begins, periods = whole_periods(held, LAST)
        until = np.minimum(cycle_begins + periods, LAST + 1.0)
        breaks = breaks_of(held, until)
        breaks = np.broadcast_to(breaks, (held.size, breaks.shape[-1]))
        breaks = np.concatenate([np.minimum(breaks, until[:, None]), cycle_begins[:, None]], axis=1)
        cycles = (cycle_begins.astype(np.int64), periods.astype(np.int64))
        return fitted(lambda runs, at: values(held, runs, at), breaks, until, cycles)
    except (TooManyBreaksError, TooManyPiecesError):
        return None


def pieces_of_steps(
    schedule: Node,
    values: Values,
    start: Fraction,
    units: Fraction,
) -> Pieces | None:
    """As `pieces_of`, for a single schedule as a function of the step n = 0 to `LAST`.

    Its position is start + n * units, exactly, then rounded to float64.
    """
    held = without_refusals(schedule)
    begin, period = _cycle_of_steps(held, start, units)
    until = np.minimum(begin + period, LAST + 1.0)

    def sample(_: IntArray, steps: IntArray) -> FloatArray:
        return values(held, np.zeros_like(steps), _positions(steps, start, units))

    try:
        last = _positions(until.astype(np.int64), start, units)
        breaks = (breaks_of(held, last[0]).reshape(1, -1) - float(start)) / float(units)
        breaks = np.concatenate([np.minimum(breaks, until[:, None]), begin[:, None]], axis=1)
        cycles = begin.astype(np.int64), period.astype(np.int64)
        return fitted(sample, breaks, until, cycles)
    except (TooManyBreaksError, TooManyPiecesError):
        return None


def _cycle_of_steps(
    schedule: Node, start: Fraction, units: Fraction
) -> tuple[FloatArray, FloatArray]:
    """The step from which a single schedule repeats itself, and the steps of a period."""
    begin, period = (x.item() for x in periods_of(schedule))
    if 0.0 < period < np.inf:
        steps = (Fraction(period) / units).numerator
        first = max(ceil((Fraction(begin) - start) / units), 0) + 1
        if first + steps <= LAST:
            return np.array([float(first)]), np.array([float(steps)])
    return np.array([LAST + 1.0]), np.ones(1)


def _positions(steps: IntArray, start: Fraction, units: Fraction) -> FloatArray:
    """The float64 positions nearest to start + steps * units."""
    denominator = lcm(start.denominator, units.denominator)
    first, each = int(start * denominator), int(units * denominator)
    exact = [(first + int(n) * each) / denominator for n in steps.ravel()]
    positions: FloatArray = np.minimum(np.reshape(exact, steps.shape), FARTHEST)
    return positions
