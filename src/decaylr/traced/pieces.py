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
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from decaylr.checks import Array, FloatArray, IntArray
from decaylr.tree.batch import reshape
from decaylr.tree.breaks import MOST, TooManyBreaksError, breaks_of
from decaylr.tree.held import without_refusals
from decaylr.tree.node import Node
from decaylr.tree.periods import periods_of, whole_periods

Flags = npt.NDArray[np.bool_]
Floats32 = npt.NDArray[np.float32]
# Function of run numbers and whole positions that returns the values there.
Sample = Callable[[IntArray, IntArray], FloatArray]
# The same for the runs of a schedule, such as `decaylr.evaluation.values.values_of_runs`.
Values = Callable[[Node, IntArray, Array], FloatArray]

LAST = 2**31 - 1  # the last position inside a trace
FARTHEST = 2.0**63 - 1024.0  # the largest float64 that the core takes as a position
DEGREE = 5
COLUMNS = DEGREE + 2  # c[0], low, c[1], c[2], ...
TOLERANCE = 0.95  # float32 ulp between a polynomial and the core's values where they are compared
LARGEST_EXPONENT = 100  # of the values divided by the factor
SHORT = 64  # positions of a run in short segments, whose values are stored one by one
MOST_ROWS = 2**15  # blocks of one run
MOST_IN_ALL = 2**22  # blocks of a batch, where each run has as many as the longest
TINY = float(np.finfo(np.float32).tiny)


class Layout(NamedTuple):
    """How a segment is divided into blocks; see the top of this module."""

    backwards: Any  # whether the anchor is the last position
    fineness: Any
    low: Any
    high: Any


@dataclass(frozen=True)
class Pieces:
    """The segments and blocks of the runs of a batch, in rows with one row per run.

    Runs with fewer segments than others end with empty segments at LAST + 1.

    Attributes
    ----------
    factors : array of float32, shape (runs,)
    cycle_begins, periods : array of int64, shape (runs,)
        Positions n from the begin of the cycle on have the value at
        ``cycle_begin + (n - cycle_begin) % period``. The begin is LAST + 1 if there is none.
    begins, ends : array of int64, shape (runs, segments)
        First position of each segment, in ascending order from 0, and the one after its last.
    layouts : Layout of arrays, shape (runs, segments)
    rows : array of int64, shape (runs, segments)
        Row of the first block of each segment.
    coefficients : array of float32, shape (runs, rows, COLUMNS)
    """

    factors: Floats32
    cycle_begins: IntArray
    periods: IntArray
    begins: IntArray
    ends: IntArray
    layouts: Layout
    rows: IntArray
    coefficients: Floats32


class TooManyPiecesError(Exception):
    """A run needs more than `MOST` segments or `MOST_ROWS` blocks."""


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


# -- segments -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ranges:
    """Ranges of positions of runs, `ends` excluded."""

    runs: IntArray
    begins: IntArray
    ends: IntArray

    def where(self, chosen: Any) -> _Ranges:
        """The chosen ranges."""
        return _Ranges(self.runs[chosen], self.begins[chosen], self.ends[chosen])

    def halved(self) -> _Ranges:
        """Both halves of every range."""
        middle = self.begins + (self.ends - self.begins) // 2
        begins, ends = np.concatenate([self.begins, middle]), np.concatenate([middle, self.ends])
        return _Ranges(np.tile(self.runs, 2), begins, ends)


@dataclass(frozen=True)
class _Segments:
    """Ranges with their layouts, the number of blocks of each, and all blocks one by one."""

    ranges: _Ranges
    layouts: Layout
    counts: IntArray
    coefficients: Floats32


def fitted(
    sample: Sample, breaks: FloatArray, until: FloatArray, cycles: tuple[IntArray, IntArray]
) -> Pieces:
    """The pieces of all runs below `until`, cut at `breaks` of shape (runs, n)."""
    ranges = _between(breaks, until)
    ends = sample(np.repeat(ranges.runs, 2), _both_ends(ranges).ravel()).reshape(-1, 2)
    factors = _factors(ranges.runs, ends, len(breaks))

    def scaled(runs: IntArray, at: IntArray) -> FloatArray:
        return sample(runs, at) / factors[runs]

    short = _short(ranges, len(breaks))
    done = [_one_by_one(scaled, factors, ranges.where(short))]
    ranges = ranges.where(~short)
    while ranges.runs.size:
        for choice in CHOICES:
            if ranges.runs.size:
                segments, ranges = _tried(scaled, factors, ranges, choice)
                done.append(segments)
        ranges = ranges.halved()
        if np.max(np.bincount(ranges.runs, minlength=1)) > MOST:
            raise TooManyPiecesError
    return _assembled(done, factors, cycles)


def _between(breaks: FloatArray, until: FloatArray) -> _Ranges:
    """The ranges from 0 to `until` between breaks."""
    ends = until[:, None]
    edges = np.concatenate([0.0 * ends, np.clip(np.ceil(breaks), 0.0, ends), ends], axis=1)
    edges = np.sort(edges, axis=1).astype(np.int64)
    runs, place = np.nonzero(edges[:, 1:] > edges[:, :-1])
    return _Ranges(runs, edges[runs, place], edges[runs, place + 1])


def _both_ends(ranges: _Ranges) -> IntArray:
    ends: IntArray = np.stack([ranges.begins, ranges.ends - 1], axis=-1)
    return ends


def _factors(runs: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Powers of two that put the largest value of each run at 2**LARGEST_EXPONENT."""
    largest = np.zeros(count)
    np.maximum.at(largest, runs, np.max(np.abs(values), axis=1))
    known = np.isfinite(largest) & (largest >= TINY)
    exponent = np.where(known, np.frexp(largest)[1] - LARGEST_EXPONENT, 0)
    factors: FloatArray = np.ldexp(1.0, np.maximum(exponent, -126))
    return factors


class Choice(NamedTuple):
    """A layout to try; `more` is the number of halvings of a segment down to its largest block.

    `other_end` counts u from the end where the value is larger.
    """

    even: bool
    fineness: int
    more: int
    other_end: bool = False


# From few blocks to many.
CHOICES = (
    *(Choice(True, 0, more) for more in range(5)),
    *(Choice(False, 2, 0, end) for end in (False, True)),
    *(Choice(True, 0, more) for more in (5, 6)),
    *(Choice(False, 3, 0, end) for end in (False, True)),
    Choice(True, 0, 7),
    *(Choice(False, 3, more, end) for more in (6, 8) for end in (False, True)),
    *(Choice(True, 0, more) for more in (8, 9)),
)


def _short(ranges: _Ranges, count: int) -> Flags:
    """The ranges of few positions, as long as a run has at most SHORT such positions."""
    length = ranges.ends - ranges.begins
    length = np.where(length <= SHORT, length, 0)
    before = np.zeros(count + 1, np.int64)
    np.add.at(before, ranges.runs + 1, length)
    within = np.cumsum(length) - np.cumsum(before)[ranges.runs]
    short: Flags = (length > 0) & (within <= SHORT)
    return short


def _one_by_one(sample: Sample, factors: FloatArray, ranges: _Ranges) -> _Segments:
    """Ranges as segments with a block for every position, which has the rounded value."""
    counts = ranges.ends - ranges.begins
    nothing = np.zeros(len(counts), np.int64)
    layouts = Layout(nothing > 0, nothing, nothing, nothing)
    owners = np.repeat(np.arange(len(counts)), counts)
    coefficients, _ = _blocks(sample, factors, ranges, layouts, owners, _counted(counts))
    return _Segments(ranges, layouts, counts, coefficients)


def _tried(
    sample: Sample, factors: FloatArray, ranges: _Ranges, choice: Choice
) -> tuple[_Segments, _Ranges]:
    """The ranges that a layout suits, as segments, and the others."""
    layouts = _layouts(sample, ranges, choice)
    counts = _row(layouts, ranges.ends - ranges.begins - 1) + 1
    # A layout that does not suit is most often found out by a few blocks.
    some = np.minimum(np.array([0, 1, 2**30, 2**30]), counts[:, None] - 1)
    some[:, 2] //= 2
    owners = np.repeat(np.arange(len(counts)), some.shape[1])
    _, near = _blocks(sample, factors, ranges, layouts, owners, some.ravel())
    hopeful = np.flatnonzero(near.reshape(some.shape).all(axis=1))
    owners = np.repeat(hopeful, counts[hopeful])
    rows = _counted(counts[hopeful])
    coefficients, near = _blocks(sample, factors, ranges, layouts, owners, rows)
    suits = np.zeros(len(counts), bool)
    suits[hopeful] = True
    suits[owners[~near]] = False
    kept = Layout(*(array[suits] for array in layouts))
    segments = _Segments(ranges.where(suits), kept, counts[suits], coefficients[suits[owners]])
    return segments, ranges.where(~suits)


def _counted(counts: IntArray) -> IntArray:
    """0, 1, ..., counts[0] - 1, 0, 1, ..., counts[1] - 1, and so on."""
    numbers: IntArray = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return numbers


def _blocks(
    sample: Sample,
    factors: FloatArray,
    ranges: _Ranges,
    layouts: Layout,
    owners: IntArray,
    rows: IntArray,
) -> tuple[Floats32, Flags]:
    """Coefficients of blocks of ranges, and whether they are near the values."""
    begin, shift = _block(Layout(*(array[owners] for array in layouts)), rows)
    length = (ranges.ends - ranges.begins)[owners]
    size = np.minimum(length - begin, np.int64(1) << shift)
    backwards = layouts.backwards[owners]
    anchor = np.where(backwards, ranges.ends[owners] - 1, ranges.begins[owners])
    direction = np.where(backwards, -1, 1)
    runs = ranges.runs[owners]

    def values(offset: IntArray) -> FloatArray:
        at = anchor[:, None] + direction[:, None] * (begin[:, None] + offset)
        return sample(np.repeat(runs, offset.shape[1]), at.ravel()).reshape(offset.shape)

    coefficients = _polynomials(values, size, shift)
    return coefficients, _are_near(values, size, shift, coefficients, factors[runs])


def _layouts(sample: Sample, ranges: _Ranges, choice: Choice) -> Layout:
    count = len(ranges.runs)
    ends = np.abs(sample(np.repeat(ranges.runs, 2), _both_ends(ranges).ravel()).reshape(-1, 2))
    # The end of a run that never ends is no anchor.
    backwards = ((ends[:, 1] < ends[:, 0]) ^ choice.other_end) & (ranges.ends <= LAST)
    bits = np.frexp(ranges.ends - ranges.begins - 0.5)[1].astype(np.int64)
    high = np.maximum(bits - choice.more, 0)
    low = high if choice.even else np.zeros(count, np.int64)
    return Layout(backwards, np.full(count, choice.fineness), low, high)


def _row(layout: Layout, u: IntArray) -> IntArray:
    """The number of the block that contains u."""
    bits = np.frexp(u.astype(np.float64))[1].astype(np.int64)
    shift = np.clip(bits - 1 - layout.fineness, layout.low, layout.high)
    row: IntArray = (u >> shift) + ((shift - layout.low) << layout.fineness)
    return row


def _block(layout: Layout, row: IntArray) -> tuple[IntArray, IntArray]:
    """The first u of a block, and the binary logarithm of its size."""
    shift = np.clip((row >> layout.fineness) - 1, layout.low, layout.high)
    return (row - ((shift - layout.low) << layout.fineness)) << shift, shift


# -- polynomials --------------------------------------------------------------------------


def _polynomials(
    values: Callable[[IntArray], FloatArray], size: IntArray, shift: IntArray
) -> Floats32:
    """Coefficients of the polynomials through the values at DEGREE + 1 distances of each block.

    A block with fewer positions has a polynomial of a lower degree through all of them.
    """
    offset = _spread(size)
    found = values(offset)
    t = np.ldexp(offset.astype(np.float64), -shift[:, None])
    coefficients = np.zeros((len(size), DEGREE + 1))
    points = np.minimum(size, DEGREE + 1)
    for n in np.unique(points):
        some = points == n
        coefficients[some, :n] = _through(t[some, :n], found[some, :n])
    return _columns(coefficients)


def _columns(coefficients: FloatArray) -> Floats32:
    """Coefficients as float32, the constant term as two numbers."""
    first = _rounded(coefficients[:, :1])
    with np.errstate(invalid="ignore"):
        low = np.where(np.isfinite(first), coefficients[:, :1] - first, 0.0)
    return np.concatenate([first, _rounded(low), _rounded(coefficients[:, 1:])], axis=1)


def _spread(size: IntArray) -> IntArray:
    """DEGREE + 1 distances from 0 to size - 1, denser towards both ends of large blocks.

    In blocks of fewer positions the first `size` of them are all distances.
    """
    number = np.arange(DEGREE + 1)
    uneven = (0.5 - 0.5 * np.cos(np.pi * number / DEGREE)) * (size[:, None] - 1.0)
    even = (number / DEGREE) * (size[:, None] - 1.0)
    offset = np.where(size[:, None] > 2 * DEGREE + 2, uneven, even)
    few = np.minimum(number, size[:, None] - 1)
    whole: IntArray = np.where(size[:, None] > DEGREE, np.rint(offset).astype(np.int64), few)
    return whole


def _through(t: FloatArray, values: FloatArray) -> FloatArray:
    """Coefficients of the polynomials through points; constant where all values are equal."""
    powers = t[:, :, None] ** np.arange(t.shape[1])
    finite = np.all(np.isfinite(values), axis=1)
    same = np.all(values == values[:, :1], axis=1)
    found = np.zeros_like(values)
    found[finite] = np.linalg.solve(powers[finite], values[finite][..., None])[..., 0]
    found[same] = 0.0
    found[:, 0] = values[:, 0]  # t[0] is 0
    return found


def _rounded(values: FloatArray) -> Floats32:
    """Values as float32, those below its normal range as 0."""
    with np.errstate(over="ignore", under="ignore"):
        rounded = values.astype(np.float32)
    return np.where(np.abs(rounded) < TINY, np.float32(0.0), rounded)


def _are_near(
    values: Callable[[IntArray], FloatArray],
    size: IntArray,
    shift: IntArray,
    coefficients: Floats32,
    factors: FloatArray,
) -> Flags:
    """Whether the polynomials, evaluated in float32, are near the values at many positions."""
    offset = _checked(size)
    scaled = values(offset)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        expected = scaled * factors[:, None]
        t = np.ldexp(offset.astype(np.float32), -shift[:, None])
        value = np.broadcast_to(coefficients[:, None, -1], t.shape)
        for k in reversed(range(1, COLUMNS - 1)):
            value = value * t + coefficients[:, None, k]
        got = (value + coefficients[:, None, 0]) * factors[:, None].astype(np.float32)
        rounded = expected.astype(np.float32)
        unit = np.spacing(np.maximum(np.abs(rounded), np.float32(TINY))).astype(np.float64)
        off = np.abs(got - expected) <= TOLERANCE * unit
    flushed = (np.abs(expected) < TINY) & (np.abs(got) <= TINY)
    near: Flags = np.all(off | flushed | (np.isinf(rounded) & (got == rounded)), axis=1)
    single: Flags = size == 1  # a value by itself is only rounded
    return near | single


def _checked(size: IntArray) -> IntArray:
    """Distances at which a polynomial is compared: evenly spread, and near both ends."""
    last = size[:, None] - 1.0
    even = last * (np.arange(1, 14) / 14.0)
    near = np.concatenate(
        [np.broadcast_to([1.0, 2.0, 3.0], (len(size), 3)), last * 2.0 ** -np.arange(5.0, 11.0, 2)],
        axis=1,
    )
    offset = np.concatenate([near, even, last - near, last], axis=1)
    inside: IntArray = np.clip(np.rint(offset).astype(np.int64), 0, size[:, None] - 1)
    return inside


# -- tables -------------------------------------------------------------------------------


def _assembled(
    done: list[_Segments], factors: FloatArray, cycles: tuple[IntArray, IntArray]
) -> Pieces:
    """The segments and blocks of each run in one row, in order."""
    runs = np.concatenate([s.ranges.runs for s in done])
    begins = np.concatenate([s.ranges.begins for s in done])
    ends = np.concatenate([s.ranges.ends for s in done])
    layouts = Layout(*(np.concatenate(a) for a in zip(*(s.layouts for s in done), strict=True)))
    counts = np.concatenate([s.counts for s in done])
    first_block = np.cumsum(counts) - counts  # among all blocks
    order = np.lexsort((begins, runs))
    place, used = _places(runs[order], len(factors))
    chosen = order[place]
    per_segment = np.where(used, counts[chosen], 0)
    rows = np.cumsum(per_segment, axis=1) - per_segment
    width = int(np.max(per_segment.sum(axis=1)))
    if width > MOST_ROWS or width * len(factors) > MOST_IN_ALL:
        raise TooManyPiecesError
    blocks = np.concatenate([s.coefficients for s in done])
    coefficients = np.zeros((len(factors), width, COLUMNS), np.float32)
    of, first = chosen[used], rows[used]
    within = _counted(counts[of])
    to = (np.repeat(runs[of], counts[of]), np.repeat(first, counts[of]) + within)
    coefficients[to] = blocks[np.repeat(first_block[of], counts[of]) + within]
    return Pieces(
        factors.astype(np.float32),
        *cycles,
        np.where(used, begins[chosen], LAST + 1),
        np.where(used, ends[chosen], LAST + 1),
        Layout(*(np.where(used, array[chosen], 0) for array in layouts)),
        np.where(used, rows, 0),
        coefficients,
    )


def _places(runs: IntArray, count: int) -> tuple[IntArray, Flags]:
    """For each run a row of indices into the sorted `runs`, and which of them are in use."""
    number = np.bincount(runs, minlength=count)
    first = np.cumsum(number) - number
    used = np.arange(np.max(number)) < number[:, None]
    return np.where(used, first[:, None] + np.arange(np.max(number)), 0), used


# -- blocks one by one --------------------------------------------------------------------


@dataclass(frozen=True)
class Blocks:
    """All blocks of all runs, in order of run and position, one row each.

    Attributes
    ----------
    runs, begins : array of int64
        Run and first position of each block.
    origins : array of int64
        Position at which t is 0.
    scales : array of float32
        t = (n - origin) * scale.
    coefficients : array of float32, shape (blocks, COLUMNS)
    factors : array of float32
    """

    runs: IntArray
    begins: IntArray
    origins: IntArray
    scales: Floats32
    coefficients: Floats32
    factors: Floats32


def listed_blocks(pieces: Pieces) -> Blocks:
    """The blocks of all runs in one list, for frameworks that can search a sorted list."""
    used = pieces.begins <= LAST
    layouts = Layout(*(array[used] for array in pieces.layouts))
    begins, ends = pieces.begins[used], pieces.ends[used]
    counts = _row(layouts, ends - begins - 1) + 1
    owners, rows = np.repeat(np.arange(len(counts)), counts), _counted(counts)
    first, shift = _block(Layout(*(array[owners] for array in layouts)), rows)
    size = np.minimum((ends - begins)[owners] - first, np.int64(1) << shift)
    backwards = layouts.backwards[owners]
    origins = np.where(backwards, ends[owners] - 1 - first, begins[owners] + first)
    runs = np.nonzero(used)[0][owners]
    begin = np.where(backwards, origins - size + 1, origins)
    scales = np.ldexp(np.where(backwards, -1.0, 1.0), -shift).astype(np.float32)
    coefficients = pieces.coefficients[runs, pieces.rows[used][owners] + rows]
    order = np.lexsort((begin, runs))
    columns: list[Any] = [runs, begin, origins, scales, coefficients, pieces.factors[runs]]
    return Blocks(*(column[order] for column in columns))
