"""Cutting runs into segments with the fewest blocks whose polynomials are near the values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from decaylr.checks import FloatArray, IntArray
from decaylr.traced.layout import (
    COLUMNS,
    LAST,
    TINY,
    Flags,
    Floats32,
    Layout,
    Pieces,
    block_of,
    counted,
    row_of,
)
from decaylr.traced.polynomials import are_near, polynomials
from decaylr.tree.breaks import MOST

# Function of run numbers and whole positions that returns the values there.
Sample = Callable[[IntArray, IntArray], FloatArray]
LARGEST_EXPONENT = 100  # of the values divided by the factor
SHORT = 64  # positions of a run in short segments, whose values are stored one by one
MOST_ROWS = 2**15  # blocks of one run
MOST_IN_ALL = 2**22  # blocks of a batch, where each run has as many as the longest


class TooManyPiecesError(Exception):
    """A run needs more than `MOST` segments or `MOST_ROWS` blocks."""


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
    coefficients, _ = _blocks(sample, factors, ranges, layouts, owners, counted(counts))
    return _Segments(ranges, layouts, counts, coefficients)


def _tried(
    sample: Sample, factors: FloatArray, ranges: _Ranges, choice: Choice
) -> tuple[_Segments, _Ranges]:
    """The ranges that a layout suits, as segments, and the others."""
    layouts = _layouts(sample, ranges, choice)
    counts = row_of(layouts, ranges.ends - ranges.begins - 1) + 1
    # A layout that does not suit is most often found out by a few blocks.
    some = np.minimum(np.array([0, 1, 2**30, 2**30]), counts[:, None] - 1)
    some[:, 2] //= 2
    owners = np.repeat(np.arange(len(counts)), some.shape[1])
    _, near = _blocks(sample, factors, ranges, layouts, owners, some.ravel())
    hopeful = np.flatnonzero(near.reshape(some.shape).all(axis=1))
    owners = np.repeat(hopeful, counts[hopeful])
    rows = counted(counts[hopeful])
    coefficients, near = _blocks(sample, factors, ranges, layouts, owners, rows)
    suits = np.zeros(len(counts), bool)
    suits[hopeful] = True
    suits[owners[~near]] = False
    kept = Layout(*(array[suits] for array in layouts))
    segments = _Segments(ranges.where(suits), kept, counts[suits], coefficients[suits[owners]])
    return segments, ranges.where(~suits)


def _blocks(
    sample: Sample,
    factors: FloatArray,
    ranges: _Ranges,
    layouts: Layout,
    owners: IntArray,
    rows: IntArray,
) -> tuple[Floats32, Flags]:
    """Coefficients of blocks of ranges, and whether they are near the values."""
    begin, shift = block_of(Layout(*(array[owners] for array in layouts)), rows)
    length = (ranges.ends - ranges.begins)[owners]
    size = np.minimum(length - begin, np.int64(1) << shift)
    backwards = layouts.backwards[owners]
    anchor = np.where(backwards, ranges.ends[owners] - 1, ranges.begins[owners])
    direction = np.where(backwards, -1, 1)
    runs = ranges.runs[owners]

    def values(offset: IntArray) -> FloatArray:
        at = anchor[:, None] + direction[:, None] * (begin[:, None] + offset)
        return sample(np.repeat(runs, offset.shape[1]), at.ravel()).reshape(offset.shape)

    coefficients = polynomials(values, size, shift)
    return coefficients, are_near(values, size, shift, coefficients, factors[runs])


def _layouts(sample: Sample, ranges: _Ranges, choice: Choice) -> Layout:
    count = len(ranges.runs)
    ends = np.abs(sample(np.repeat(ranges.runs, 2), _both_ends(ranges).ravel()).reshape(-1, 2))
    # The end of a run that never ends is no anchor.
    backwards = ((ends[:, 1] < ends[:, 0]) ^ choice.other_end) & (ranges.ends <= LAST)
    bits = np.frexp(ranges.ends - ranges.begins - 0.5)[1].astype(np.int64)
    high = np.maximum(bits - choice.more, 0)
    low = high if choice.even else np.zeros(count, np.int64)
    return Layout(backwards, np.full(count, choice.fineness), low, high)


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
    within = counted(counts[of])
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
