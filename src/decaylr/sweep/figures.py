"""Summary figures of the entries of a sweep: peak, total, mean and so on, a value per run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, IntArray
from decaylr.evaluation.summary import FIELDS
from decaylr.pictures.window import COUNTED_UNITS, Positions, even_grid
from decaylr.schedule import Schedule
from decaylr.sweep.entry import Entry

FIGURES = (*FIELDS, "under_1_percent")  # the folds of a `Summary`, and its `spent(0.01)`
MOST_POSITIONS = 2**22  # per run; a longer entry is evaluated on an even grid
GRID_POINTS = 4097  # of a table, its end among them
GRID_STEPS = GRID_POINTS - 1  # of figures, without the end
SLICE_VALUES = 2**24  # values evaluated between two reports of progress
FOLDED_RUNS = 4096  # at least, between two reports: most sums need no values

Figures = dict[str, npt.NDArray[Any]]
ReportProgress = Callable[[int], None]


@dataclass(frozen=True)
class EntryFigures:
    """The figures of one entry, one value per run.

    Attributes
    ----------
    name, unit, length : str, str, float
        The entry and its horizon.
    figures : dict of str to ndarray
        One array per name of `FIGURES`.
    lengths : ndarray of float64
        The length over which the figures of each run are taken.
    positions : ndarray of int64
        The number of positions at which each run is evaluated.
    exact : bool
        Whether these are all whole positions before the length; if False, they are an even grid
        in some run at least.
    seconds : float
        Time of the evaluation, including compilation.
    """

    name: str
    unit: str
    length: float
    figures: Figures
    lengths: FloatArray
    positions: IntArray
    exact: bool
    seconds: float

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.figures["peak"].size

    @property
    def values(self) -> int:
        """Number of values evaluated, over all runs."""
        return int(self.positions.sum())


def reads_every_position(unit: str, length: float) -> bool:
    """Whether a table of an entry has every whole position 0..length."""
    return unit in COUNTED_UNITS and length == np.floor(length) and length < MOST_POSITIONS


def sample_positions(entry: Entry) -> Positions:
    """The positions of a table of an entry."""
    if reads_every_position(entry.unit, entry.length):
        return np.arange(int(entry.length) + 1)
    return even_grid(entry.unit, entry.length, GRID_POINTS)


def values_at(entry: Entry, positions: Positions) -> npt.NDArray[np.float64]:
    """The values of every run, shape (runs, positions)."""
    runs = entry.schedule.reshape(-1)
    if reads_every_position(entry.unit, entry.length) and positions.size == int(entry.length) + 1:
        return np.asarray(runs.table(positions.size), np.float64)
    return np.asarray(runs[:, None](positions))


def run_slices(runs: int, positions: int) -> list[slice]:
    """Split the runs into slices of at most `SLICE_VALUES` values, or of one run."""
    rows = max(SLICE_VALUES // positions, 1)
    return [slice(row, min(row + rows, runs)) for row in range(0, runs, rows)]


def figures_of(
    entry: Entry, progress: ReportProgress | None = None, *, steps: int | None = None
) -> EntryFigures:
    """Fold every run of an entry over its length, or over the positions 0 .. steps-1.

    A run of length L has the positions 0 .. L-1 (before L, if it is not whole); each run has its
    own length, unless that of the entry was stated. In units that are not counted, and from
    `MOST_POSITIONS` positions on, these are sampled on an even grid; given `steps`, never. After
    each slice of runs, `progress` is called with the number of values that a table of them has.
    """
    start = perf_counter()
    runs = entry.schedule.reshape(-1)
    lengths = own_lengths(entry) if steps is None else np.full(runs.size, float(steps))
    exact = exact_runs(entry, steps)
    table_columns = sample_positions(entry).size if steps is None else steps
    counts = np.where(exact, np.ceil(lengths), GRID_STEPS).astype(np.int64)
    order = np.lexsort((counts, exact))  # runs with as many positions stand together
    sorted_runs, parts = runs[order], []
    for rows in _evaluated_together(counts[order], exact[order]):
        part, first = sorted_runs[rows], order[rows.start]
        parts.append(
            _folded(part, int(counts[first]))
            if exact[first]
            else _sampled(part, entry.unit, lengths[order[rows]])
        )
        if progress is not None:
            progress(part.size * table_columns)
    figures = {name: np.concatenate([part[name] for part in parts]) for name in FIGURES}
    back = np.argsort(order, kind="stable")
    return EntryFigures(
        entry.name,
        entry.unit,
        entry.length,
        {name: column[back] for name, column in figures.items()},
        lengths,
        counts,
        bool(exact.all()),
        perf_counter() - start,
    )


def own_lengths(entry: Entry) -> FloatArray:
    """The length of each run; a run without one has that of the entry."""
    own = entry.schedule.length.ravel()
    return np.where(entry.own_lengths & (own > 0), own, entry.length)


def exact_runs(entry: Entry, steps: int | None) -> npt.NDArray[np.bool_]:
    """Which runs are folded over all their positions, not over a grid."""
    if steps is not None:
        return np.ones(entry.schedule.size, np.bool_)
    counted = entry.unit in COUNTED_UNITS
    below: npt.NDArray[np.bool_] = own_lengths(entry) < MOST_POSITIONS
    return below if counted else np.zeros_like(below)


def _evaluated_together(counts: IntArray, exact: npt.NDArray[np.bool_]) -> list[slice]:
    """Slices of sorted runs: of those on a grid, and of those with as many positions each."""
    gridded = int((~exact).sum())
    pieces = run_slices(gridded, GRID_STEPS)
    bounds = [gridded, *(gridded + 1 + np.flatnonzero(np.diff(counts[gridded:]))), counts.size]
    for begin, end in pairwise(map(int, bounds)):
        rows = max(SLICE_VALUES // int(counts[begin]), FOLDED_RUNS) if begin < end else 1
        pieces += [slice(row, min(row + rows, end)) for row in range(begin, end, rows)]
    return pieces


def _folded(runs: Schedule, steps: int) -> Figures:
    """The figures of runs over the positions 0 .. steps-1."""
    summary = runs.fold(steps)
    figures = {name: np.asarray(getattr(summary, name)) for name in FIELDS}
    return figures | {"under_1_percent": summary.spent(0.01)}


def _sampled(runs: Schedule, unit: str, lengths: FloatArray) -> Figures:
    """The figures of runs on even grids; the total is the mean times the length."""
    positions = np.linspace(0.0, lengths, GRID_STEPS, endpoint=False, axis=-1)
    if unit in COUNTED_UNITS:
        positions = np.floor(positions)
    values = np.asarray(runs[:, None](positions))
    every = np.arange(len(values))
    at = values.argmax(axis=1)
    peak, mean = values[every, at], values.mean(axis=1)
    halved = (np.arange(GRID_STEPS) >= at[:, None]) & (values <= 0.5 * peak[:, None])
    first = halved.argmax(axis=1)
    return {
        "initial": values[:, 0],
        "peak": peak,
        "peak_at": positions[every, at],
        "final": values[:, -1],
        "total": mean * lengths,
        "mean": mean,
        "half_at": np.where(halved[every, first], positions[every, first], -1.0),
        "under_1_percent": (values < 0.01 * peak[:, None]).mean(axis=1),
    }
