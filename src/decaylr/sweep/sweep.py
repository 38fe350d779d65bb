"""`Sweep`: a batch of schedules with the parameters of every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse, shown
from decaylr.schedule import Schedule
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry, all_runs
from decaylr.sweep.writing import save


class Sweep:
    """A batch of schedules with the parameters of every run.

    Made by `grid`, `zip`, `sample` or `load`. A sweep from a file is also a container of its
    entries: ``sweep[name]`` is the schedule of an entry, ``in``, ``len`` and iteration work on
    the entries' names.

    Parameters
    ----------
    schedule : Schedule
        All runs. For a file, those of all entries in order, along one axis.
    columns : mapping of str to ndarray, optional
        The parameters by name, each of the shape of the schedule. Empty for a file, whose
        entries have columns of their own.
    entries : tuple of Entry, optional
        The entries of a file.

    Attributes
    ----------
    schedule : Schedule
    columns : dict of str to ndarray
    entries : dict of str to Entry
        The entries of a file by name.
    names, units, lengths : tuple
        Name, unit of positions and length (the horizon in that unit) of each entry.

    Examples
    --------
    >>> import decaylr as dl
    >>> sweep = dl.sweep.grid(lambda lr, n: dl.linear(lr, 0.0, n), lr=[0.1, 0.2], n=[10, 20, 30])
    >>> sweep.schedule.shape, sweep.columns["n"][0].tolist()
    ((2, 3), [10, 20, 30])
    """

    def __init__(
        self,
        schedule: Schedule,
        columns: Mapping[str, npt.NDArray[Any]] | None = None,
        entries: tuple[Entry, ...] = (),
    ) -> None:
        for i, entry in enumerate(entries):
            if not isinstance(entry, Entry):
                raise TypeError(f"entries[{i}] must be an Entry, got {shown(entry)}")
        self.schedule = schedule
        self.columns: Columns = dict(columns or {})
        self.entries = {entry.name: entry for entry in entries}
        if len(self.entries) < len(entries):
            names = [entry.name for entry in entries]
            twice = next(name for name in names if names.count(name) > 1)
            refuse("entries", "of different names", f"{twice!r} twice")

    @classmethod
    def of(cls, entries: tuple[Entry, ...]) -> Sweep:
        """Make a sweep from entries.

        Raises
        ------
        ValueError
            If there are none.
        """
        if not entries:
            refuse("schedules", "at least one entry", "none")
        return cls(all_runs(entries), None, entries)

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
        content = (
            f"{len(self.entries)} entries" if self.entries else f"columns {list(self.columns)}"
        )
        return f"<Sweep of {self.schedule.size} runs, {content}>"

    def save(self, path: str | PathLike[str]) -> None:
        """Write a TOML or JSON file that `load` reads back.

        The schedules are written in the form of `Schedule.to_dict`, with all digits. A sweep
        without entries is written as one entry named "sweep". The entries come back equal, with
        their names, units, lengths, columns and metadata; what a file cannot hold is refused
        before anything is written, and an earlier file is then unchanged.

        Parameters
        ----------
        path : str or path-like
            A file that ends in .toml or .json.

        Raises
        ------
        OSError
            If the file cannot be written.
        TypeError, ValueError
            For another suffix, and for what a file cannot hold: text with lone surrogates,
            columns that are not numbers or not of the shape of their schedule, metadata of other
            keys or types, or a `schedule` or `columns` that are not those of the entries.
        """
        if not self.entries:
            longest = float(np.max(self.schedule.length))
            save(path, (Entry("sweep", self.schedule, length=longest, columns=self.columns),))
            return
        entries = tuple(self.entries.values())
        if self.columns:
            refuse("columns", "empty in a sweep of entries", f"the keys {', '.join(self.columns)}")
        if self.names != tuple(entry.name for entry in entries):
            refuse("entries", "under their own names", ", ".join(map(repr, self.names)))
        if all_runs(entries) != self.schedule:
            refuse("schedule", "that of all entries in order", repr(self.schedule)[:80])
        save(path, entries)
