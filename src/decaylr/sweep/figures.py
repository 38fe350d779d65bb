"""Summary figures of the entries of a sweep: first and last value, peak, mean and so on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse
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
    positions : int
        Number of positions evaluated in each run.
    exact : bool
        Whether these are all whole positions 0..length; if False, they are an even grid.
    seconds : float
        Time of the evaluation, including compilation.
    """

    name: str
    unit: str
    length: float
    figures: Figures
    positions: int
    exact: bool
    seconds: float

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.figures["peak"].size

    @property
    def rate(self) -> float:
        """Positions evaluated per second, over all runs."""
        return self.runs * self.positions / max(self.seconds, 1e-9)


def selected(sweep: Sweep, pattern: str | None, length: float | None = None) -> list[Entry]:
    """The entries whose names match a glob pattern, with `length` in place of their own if given.

    Raises
    ------
    ValueError
        If no name matches, or an entry has no finite length.
    """
    entries = [e for e in sweep.entries.values() if fnmatchcase(e.name, pattern or "*")]
    if not entries:
        refuse("select", "a pattern that matches an entry", repr(pattern))
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
    return unit in COUNTED_UNITS and length.is_integer() and length < MOST_POSITIONS


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
    """Evaluate an entry over its whole length, a slice of its runs at a time.

    After each slice, `progress` is called with the number of values evaluated in it.
    """
    start = perf_counter()
    runs = entry.schedule.reshape(-1)
    positions = None if reads_every_position(entry.unit, entry.length) else sample_positions(entry)
    count = int(entry.length) + 1 if positions is None else positions.size
    parts: list[Figures] = []
    for rows in run_slices(runs.size, count):
        part = runs if rows == slice(0, runs.size) else runs[rows]
        parts.append(_exact(part, count) if positions is None else _sampled(part, positions))
        if progress is not None:
            progress(part.size * count)
    figures = {name: np.concatenate([part[name] for part in parts]) for name in FIGURES}
    seconds = perf_counter() - start
    return EntryFigures(
        entry.name, entry.unit, entry.length, figures, count, positions is None, seconds
    )


def _exact(runs: Schedule, count: int) -> Figures:
    """Figures over all positions below `count`."""
    summary = runs.fold(count)
    columns: tuple[Any, ...] = (
        summary.initial,
        summary.peak,
        summary.peak_at,
        summary.final,
        summary.mean,
        summary.spent(0.01),
    )
    return {n: np.asarray(c, np.float64) for n, c in zip(FIGURES, columns, strict=True)}


def _sampled(runs: Schedule, positions: Positions) -> Figures:
    """Figures over the given positions."""
    values = np.asarray(runs[:, None](positions))
    peak = values.max(axis=1)
    columns = (
        values[:, 0],
        peak,
        positions[values.argmax(axis=1)],
        values[:, -1],
        values.mean(axis=1),
        (values < 0.01 * peak[:, None]).mean(axis=1),
    )
    return {n: np.asarray(c, np.float64) for n, c in zip(FIGURES, columns, strict=True)}
