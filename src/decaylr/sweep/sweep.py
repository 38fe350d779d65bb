"""Sweeps: many schedules at once from axes, columns or random samples, and from files.

`grid`, `zip` and `sample` call a function that makes a schedule once, with arrays for its
arguments: nothing is done run by run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse
from decaylr.combinators.batches import concatenate
from decaylr.schedule import Schedule
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry
from decaylr.sweep.writing import save


class Sweep:
    """A schedule plus the named columns of parameters it was made from.

    Attributes
    ----------
    schedule : Schedule
        The whole batch. Of a file, the runs of all entries in order, along one axis.
    columns : dict of str to ndarray
        The parameters, each of the schedule's shape. Of a file's entry: `entries`.
    names, units, lengths : tuple
        Of a file: one name, unit and length (the horizon in that unit) per entry.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.sweep.grid(lambda lr, n: dl.linear(lr, 0.0, n), lr=[0.1, 0.2], n=[10, 20, 30])
    >>> found.schedule.shape, found.columns["n"][0].tolist()
    ((2, 3), [10, 20, 30])
    """

    def __init__(
        self,
        schedule: Schedule,
        columns: Mapping[str, npt.NDArray[Any]] | None = None,
        entries: tuple[Entry, ...] = (),
    ) -> None:
        self.schedule = schedule
        self.columns: Columns = dict(columns or {})
        self.entries = {entry.name: entry for entry in entries}

    @classmethod
    def of(cls, entries: tuple[Entry, ...]) -> Sweep:
        """The sweep of a file's entries."""
        if not entries:
            refuse("schedules", "at least one entry", "none")
        whole = concatenate([entry.schedule.reshape(-1) for entry in entries])
        return cls(whole, None, entries)

    @property
    def names(self) -> tuple[str, ...]:
        """The entries' names."""
        return tuple(self.entries)

    @property
    def units(self) -> tuple[str, ...]:
        """The entries' units of position."""
        return tuple(entry.unit for entry in self.entries.values())

    @property
    def lengths(self) -> tuple[float, ...]:
        """The entries' horizons in their units."""
        return tuple(entry.length for entry in self.entries.values())

    def __getitem__(self, name: str) -> Schedule:
        return self.entries[name].schedule

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries) if self.entries else self.schedule.size

    def __repr__(self) -> str:
        what = f"{len(self.entries)} entries" if self.entries else f"columns {list(self.columns)}"
        return f"<Sweep of {self.schedule.size} runs, {what}>"

    def save(self, path: str | PathLike[str]) -> None:
        """Write a TOML or JSON file that `load` reads back.

        The entries of a file, or else the whole schedule as one entry named "sweep", are
        written as their nodes, every number in full.
        """
        longest = float(np.max(self.schedule.length))
        whole = Entry("sweep", self.schedule, length=longest, columns=self.columns)
        save(path, tuple(self.entries.values()) or (whole,))
