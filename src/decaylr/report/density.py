"""Density images: how many runs pass through each pixel, with every extreme of every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from decaylr.checks import FloatArray, IntArray
from decaylr.pictures.window import COUNTED_UNITS
from decaylr.report.scale import BINS, Scale
from decaylr.schedule import Schedule
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import MOST_POSITIONS, own_lengths

WIDTH = 256  # columns, equal shares of the length of a run
GRID = 8 * WIDTH  # positions of runs that are not read at every one
MOST_VALUES = 4 * 10**9  # of an entry that is read at every position
BLOCK = 2**22  # values in memory at a time
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Density:
    """The image of some runs.

    Attributes
    ----------
    counts : ndarray of int64
        Shape (BINS, WIDTH): the runs with a value in the bin and column, or with values on
        both sides of it.
    low, high : ndarray
        The least and the largest value of each column over all runs.
    quantiles : ndarray
        Shape (3, WIDTH): quantiles over the runs of the largest value in each column, to a bin.
    """

    scale: Scale
    counts: IntArray
    low: FloatArray
    high: FloatArray
    quantiles: FloatArray


def reads_all(entry: Entry) -> bool:
    """Whether every position of every run of an entry is in the image."""
    lengths = own_lengths(entry)
    counted = entry.unit in COUNTED_UNITS and float(lengths.max()) < MOST_POSITIONS
    return counted and float(np.ceil(lengths).sum()) <= MOST_VALUES


def density(
    entries: Iterable[Entry], scale: Scale, progress: Callable[[int], None] = lambda _: None
) -> Density:
    """The image of all runs of some entries."""
    size = (BINS + 1) * WIDTH
    steps, tops = np.zeros(size, np.int64), np.zeros(size, np.int64)
    low, high = np.full(WIDTH, np.inf), np.full(WIDTH, -np.inf)
    column = np.arange(WIDTH)[:, None] * (BINS + 1)
    for entry in entries:
        for least, most in _extremes(entry):
            low, high = np.minimum(low, least.min(axis=1)), np.maximum(high, most.max(axis=1))
            bottom, top = column + scale.bins(least), column + scale.bins(most)
            tops += np.bincount(top.ravel(), minlength=size)
            # +1 where the bins of a run begin in its column, -1 behind them
            steps += np.bincount(bottom.ravel(), minlength=size)
            steps -= np.bincount(top.ravel() + 1, minlength=size)
            progress(least.shape[1])
    counts = np.cumsum(steps.reshape(WIDTH, BINS + 1), axis=1)[:, :BINS].T
    return Density(scale, counts, low, high, _quantiles(tops.reshape(WIDTH, BINS + 1), scale))


def _extremes(entry: Entry) -> Iterator[tuple[FloatArray, FloatArray]]:
    """The least and largest value of each run in each column, shape (WIDTH, runs), in blocks."""
    runs, lengths = entry.schedule.reshape(-1), own_lengths(entry)
    every = reads_all(entry)
    counts = np.ceil(lengths).astype(np.int64) if every else np.full(runs.size, GRID)
    order = np.argsort(counts, kind="stable")
    ordered, counts, lengths = runs[order], counts[order], lengths[order]
    bounds = [0, *(1 + np.flatnonzero(np.diff(counts))).tolist(), counts.size]
    for begin, end in pairwise(bounds):
        rows = max(BLOCK // int(counts[begin]), 1)
        for row in range(begin, end, rows):
            part = slice(row, min(row + rows, end))
            values = (
                np.asarray(ordered[part].table(int(counts[begin]), layout="steps"), np.float64)
                if every
                else _on_grid(ordered[part], entry.unit, lengths[part])
            )
            yield _in_columns(values)


def _on_grid(runs: Schedule, unit: str, lengths: FloatArray) -> FloatArray:
    positions = np.linspace(0.0, lengths, GRID, endpoint=False)
    return np.asarray(runs(np.floor(positions) if unit in COUNTED_UNITS else positions))


def _in_columns(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The extremes of values of shape (positions, runs) in each column."""
    count = len(values)
    bounds = np.arange(WIDTH + 1) * count // WIDTH
    if count <= WIDTH:
        shown = values[bounds[:-1]]
        return shown, shown
    low, high = (np.empty((WIDTH, values.shape[1])) for _ in range(2))
    for i, (begin, end) in enumerate(pairwise(bounds.tolist())):
        np.minimum.reduce(values[begin:end], axis=0, out=low[i])
        np.maximum.reduce(values[begin:end], axis=0, out=high[i])
    return low, high


def _quantiles(tops: IntArray, scale: Scale) -> FloatArray:
    """Quantiles from the number of runs in each bin, shape (WIDTH, BINS + 1)."""
    passed = np.cumsum(tops[:, :BINS], axis=1)
    middles = (
        np.sqrt(scale.edges[:-1] * scale.edges[1:])
        if scale.logarithmic
        else ((scale.edges[:-1] + scale.edges[1:]) / 2)
    )
    wanted = [np.ceil(q * passed[:, -1:]) for q in QUANTILES]
    return np.array([middles[np.argmax(passed >= number, axis=1)] for number in wanted])
