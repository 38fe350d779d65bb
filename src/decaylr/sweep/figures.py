"""Summary figures of the entries of a sweep: first and last value, peak, mean and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import (
    FloatArray,
    IntArray,
    refuse,
    shown,
)
from decaylr.pictures.window import COUNTED_UNITS, Positions, even_grid
from decaylr.schedule import Schedule
from decaylr.sweep.entry import Entry
from decaylr.sweep.sweep import Sweep

FIGURES = ("first", "peak", "where", "last", "mean", "under_1_percent")
MOST_POSITIONS = 2**22  # per run; a longer entry is evaluated on an even grid
GRID_POINTS = 4097
SLICE_VALUES = 2**24  # values evaluated between two reports of progress

Figures = dict[str, npt.NDArray[np.float64]]
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
        Whether these are all whole positions 0..length; if False, they are an even grid in
        some run at least.
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


def selected(sweep: Sweep, pattern: str | None, length: float | None = None) -> list[Entry]:
    """The entries whose names match a glob pattern, with `length` in place of their own if given.

    Raises
    ------
    ValueError
        If no name matches, or an entry has no finite length.
    """
    entries = [e for e in sweep.entries.values() if fnmatchcase(e.name, pattern or "*")]
    if not entries:
        refuse("select", "a pattern that matches an entry", shown(pattern))
    if length is not None:
        entries = [replace(entry, length=float(length)) for entry in entries]
    for entry in entries:
        if not 0 < entry.length < np.inf:
            raise ValueError(
                f"schedules.{entry.name} never ends: it needs a `length` in the file, or --steps"
            )
    return entries


def reads_every_position(unit: str, length: float) -> bool:
    """Whether an entry is evaluated at every whole position 0..length."""
    return bool(_whole(unit, np.asarray(length)))


def _whole(unit: str, lengths: FloatArray) -> npt.NDArray[np.bool_]:
    whole: npt.NDArray[np.bool_] = (lengths == np.floor(lengths)) & (lengths < MOST_POSITIONS)
    return whole if unit in COUNTED_UNITS else np.zeros_like(whole)


def sample_positions(entry: Entry) -> Positions:
    """The positions at which an entry is evaluated."""
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


def figures_of(entry: Entry, progress: ReportProgress | None = None) -> EntryFigures:
    """Evaluate every run of an entry over its length, a slice of the runs at a time.

    The length of an entry whose runs have several lengths is that of the longest one, unless it
    was stated; then the figures of each run are over the run's own length. After each slice,
    `progress` is called with the number of values that a table of these runs has.
    """
    start = perf_counter()
    runs = entry.schedule.reshape(-1)
    lengths = _own_lengths(entry)
    whole = _whole(entry.unit, lengths)
    table_columns = sample_positions(entry).size
    figures: Figures = {name: np.empty(runs.size) for name in FIGURES}
    for rows in _evaluated_together(lengths, whole):
        every_position = bool(whole[rows[0]])
        count = int(lengths[rows].max()) + 1 if every_position else GRID_POINTS
        for piece in run_slices(rows.size, count):
            part = runs if piece == slice(0, runs.size) else runs[rows[piece]]
            own = lengths[rows[piece]]
            found = _exact(part, own) if every_position else _sampled(part, _grids(entry.unit, own))
            for name in FIGURES:
                figures[name][rows[piece]] = found[name]
            if progress is not None:
                progress(part.size * table_columns)
    return EntryFigures(
        entry.name,
        entry.unit,
        entry.length,
        figures,
        lengths,
        np.where(whole, lengths + 1.0, GRID_POINTS).astype(np.int64),
        bool(whole.all()),
        perf_counter() - start,
    )


def _own_lengths(entry: Entry) -> npt.NDArray[np.float64]:
    """The length of each run, or the entry's if that is not the length of its longest run."""
    own = entry.schedule.length.ravel()
    return own if own.max() == entry.length and own.min() > 0 else np.full(own.shape, entry.length)


def _evaluated_together(
    lengths: FloatArray, whole: npt.NDArray[np.bool_]
) -> list[npt.NDArray[np.intp]]:
    """Numbers of runs, in groups: of whole lengths within a factor of two, and all others."""
    octave = np.where(whole, np.floor(np.log2(lengths)), -np.inf)
    order = np.argsort(octave, kind="stable")
    return np.split(order, np.flatnonzero(octave[order][1:] != octave[order][:-1]) + 1)


def _exact(runs: Schedule, lengths: FloatArray) -> Figures:
    """Figures over all positions 0..length of each run, from one fold over the longest.

    A run holds its last value after its length: what these positions add is taken out again.
    """
    positions = int(lengths.max()) + 1
    summary = runs.fold(positions)
    own = lengths + 1.0
    held = positions - own
    below = np.rint(summary.spent(0.01) * positions)
    below -= np.where(summary.final < 0.01 * summary.peak, held, 0.0)
    columns: tuple[Any, ...] = (
        summary.initial,
        summary.peak,
        summary.peak_at,
        summary.final,
        np.where(held > 0, (summary.total - held * summary.final) / own, summary.mean),
        below / own,
    )
    return {n: np.asarray(c, np.float64) for n, c in zip(FIGURES, columns, strict=True)}


def _grids(unit: str, lengths: FloatArray) -> FloatArray:
    """The even grid of each run, shape (runs, points): see `even_grid`."""
    grids = np.linspace(0.0, lengths, GRID_POINTS, axis=-1)
    counted = unit in COUNTED_UNITS
    return np.where(counted & (lengths == np.floor(lengths))[:, None], np.rint(grids), grids)


def _sampled(runs: Schedule, positions: FloatArray) -> Figures:
    """Figures over the given positions of each run, shape (runs, points)."""
    values = np.asarray(runs[:, None](positions))
    peak = values.max(axis=1)
    where = values.argmax(axis=1)[:, None]
    columns = (
        values[:, 0],
        peak,
        np.take_along_axis(positions, where, axis=1)[:, 0],
        values[:, -1],
        values.mean(axis=1),
        (values < 0.01 * peak[:, None]).mean(axis=1),
    )
    return {n: np.asarray(c, np.float64) for n, c in zip(FIGURES, columns, strict=True)}
