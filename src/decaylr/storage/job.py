"""`Job`: what a store holds, and the identity by which an interrupted one is known again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse, shown
from decaylr.evaluation.grid import Chunks, Grid, grid_of
from decaylr.schedule import Schedule
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry
from decaylr.sweep.runs import labelled
from decaylr.sweep.sweep import Sweep, entries_of
from decaylr.sweep.writing import compact, read_compact

VERSION = 1
AXES = ("run", "step", "values")  # names that no parameter column has in a store

Identity = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A table to store: its sweep as text, and its grid.

    Attributes
    ----------
    text : str
        The sweep as JSON.
    grid : Grid
    known : tuple of Entry, optional
        The entries of the sweep; by default they are read from the text.
    """

    text: str
    grid: Grid
    known: tuple[Entry, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of the sweep."""
        return self.known or read_compact(self.text)

    @property
    def columns(self) -> Columns:
        """Name, unit and parameters of every run."""
        return labelled(self.entries, AXES)

    @cached_property
    def identity(self) -> Identity:
        """What two calls must have in common for the second to continue the first."""
        grid = self.grid
        return {
            "version": VERSION,
            "spec": sha256(self.text.encode()).hexdigest(),
            "runs": grid.runs,
            "steps": grid.steps,
            "start": grid.start,
            "stride": grid.stride,
            "dtype": grid.dtype,
            "chunks": list(grid.chunks),
        }


def job_of(
    sweep: Sweep | Schedule,
    steps: int,
    start: int,
    stride: int,
    dtype: npt.DTypeLike,
    chunks: Chunks,
) -> Job:
    """A job from arguments as users write them.

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type or value, and for a sweep that a file cannot hold.
    """
    if isinstance(sweep, Schedule):
        sweep = Sweep(sweep)
    if not isinstance(sweep, Sweep):
        raise TypeError(f"sweep must be a Sweep or a Schedule, got {shown(sweep)}")
    grid = grid_of(sweep.schedule.size, steps, start, stride, dtype, chunks)
    entries = entries_of(sweep)
    return Job(compact(entries), grid, entries)


def grid_of_identity(identity: Identity) -> Grid:
    """The grid that an identity describes."""
    keys = ("runs", "steps", "start", "stride", "dtype")
    runs, steps, start, stride, dtype = (identity[key] for key in keys)
    return grid_of(runs, steps, start, stride, dtype, tuple(identity["chunks"]))


def check_same(path: str, stored: Job, job: Job) -> None:
    """Check that a store holds the table of a job.

    Raises
    ------
    ValueError
        If it does not; the message names what differs.
    """
    different = _differences(stored, job)
    if different:
        refuse(
            "path",
            "a new path, or a store of the same table (overwrite replaces it)",
            f"{path}, which differs in {'; '.join(different)}",
        )


def _differences(stored: Job, job: Job) -> list[str]:
    lines = [
        f"{key}: {stored.identity[key]} there, {job.identity[key]} here"
        for key in ("steps", "start", "stride", "dtype", "chunks")
        if stored.identity[key] != job.identity[key]
    ]
    if stored.identity["spec"] != job.identity["spec"]:
        lines += _changed_entries(stored.entries, job.entries)
    return lines


def _changed_entries(stored: tuple[Entry, ...], wanted: tuple[Entry, ...]) -> list[str]:
    there, here = [entry.name for entry in stored], [entry.name for entry in wanted]
    if there != here:
        return [f"entries: {_listed(there)} there, {_listed(here)} here"]
    return [line for pair in zip(stored, wanted, strict=True) for line in _changes(*pair)]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _changes(stored: Entry, wanted: Entry) -> list[str]:
    """What differs between two entries of one name, named by its place in the file."""
    place = f"schedules.{stored.name}"
    lines = [f"{place}.{line}" for line in stored.schedule.diff(wanted.schedule)]
    for key in ("unit", "length", "about"):
        there, here = getattr(stored, key), getattr(wanted, key)
        if there != here:
            lines.append(f"{place}.{key}: {there} there, {here} here")
    if stored.schedule.shape == wanted.schedule.shape:
        lines += [f"{place}.columns.{key}" for key in _changed_columns(stored, wanted)]
    return lines


def _changed_columns(stored: Entry, wanted: Entry) -> list[str]:
    there, here = stored.columns, wanted.columns
    return [
        key
        for key in dict.fromkeys((*there, *here))
        if key not in there
        or key not in here
        or not np.array_equal(there[key], here[key], equal_nan=True)
    ]
