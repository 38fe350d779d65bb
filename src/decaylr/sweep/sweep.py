"""`Sweep`: a batch of schedules with the parameters of every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from decaylr import markup
from decaylr.checks import refuse, shown, whole_number
from decaylr.evaluation.grid import Chunks
from decaylr.laws.law import Law
from decaylr.pictures.svg import schedule_svg
from decaylr.schedule import Schedule
from decaylr.sweep import sql
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry, all_runs
from decaylr.sweep.figures import figures_of
from decaylr.sweep.losses import require_law, with_losses
from decaylr.sweep.runs import chosen, gathered
from decaylr.sweep.summary import SweepSummary, summarized
from decaylr.sweep.writing import save
from decaylr.sweep.xarray_view import as_xarray

if TYPE_CHECKING:
    import xarray


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
        The parameters by name, each of the shape of the schedule. Left out for a sweep of
        entries, which have columns of their own.
    entries : tuple of Entry, optional
        The entries of a file.

    Attributes
    ----------
    schedule : Schedule
    columns : dict of str to ndarray
        The parameters by name. For a file, those of all entries, one value per run; a column is
        a masked array if some entry lacks it.
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
        if entries and columns:
            keys = f"the keys {', '.join(columns)}"
            refuse("columns", "empty in a sweep of entries", keys)
        self.schedule = schedule
        self._columns: Columns = dict(columns or {})
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

    @cached_property
    def columns(self) -> Columns:
        """The parameters by name; of several entries, one value per run of all."""
        return gathered(self.entries.values()) if self.entries else self._columns

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

    def _repr_html_(self) -> str:
        """A picture of some runs and a table of the entries, for notebooks."""
        entries = self.parts()
        shown = [entries[i] for i in markup.ends(len(entries))]
        rows = [
            (e.name, f"{e.schedule.size:,}", e.unit, f"{e.length:,.6g}", ", ".join(e.columns))
            for e in shown
        ]
        header = ("name", "runs", "unit", "length", "parameters")
        return f"{schedule_svg(self.schedule)}{markup.table(header, rows, len(entries))}"

    def summary(self, steps: int | None = None, *, law: Law | None = None) -> SweepSummary:
        """The parameters and folds of every run, as columns with a row per run.

        The columns are `name`, `run` (its number in the entry), `unit`, `length`, the
        parameters, the folds of `Schedule.fold` (`initial`, `peak`, `peak_at`, `final`,
        `total`, `mean`, `half_at`), `under_1_percent` (the share of positions with a value
        under 1 % of the peak) and `positions` (how many were evaluated).

        Parameters
        ----------
        steps : int, optional
            Fold over the positions 0 .. steps-1, exactly. By default over the length of each
            run: that of its entry, if the file states it, else of its schedule. From 2^22
            positions on, and in epochs and fractions, this is an even grid of 4096 positions,
            and the total the mean times the length.
        law : Law, optional
            A law of `decaylr.laws`: adds the column `loss`, what it predicts after these steps.

        Returns
        -------
        SweepSummary

        Raises
        ------
        TypeError, ValueError
            If `steps` is not an integer >= 1, or not given where a run never ends.

        Examples
        --------
        >>> import decaylr as dl
        >>> sweep = dl.sweep.zip(dl.linear, init_value=[1.0, 2.0], end_value=0.0, steps=[4, 8])
        >>> sweep.summary()["total"].tolist(), sweep.summary(100)["mean"].tolist()
        ([2.5, 9.0], [0.025, 0.09])
        """
        number = None if steps is None else whole_number("steps", steps, 1)
        entries = self.parts()
        check_ends(entries, number)
        found = summarized(entries, [figures_of(entry, steps=number) for entry in entries])
        return found if law is None else with_losses(found, entries, require_law(law), number)

    def select(
        self,
        where: str | None = None,
        order_by: str | None = None,
        limit: int | None = None,
        steps: int | None = None,
        *,
        law: Law | None = None,
    ) -> Sweep:
        """The runs for which a condition holds, the best `limit` of them.

        Parameters
        ----------
        where : str, optional
            An SQL condition on the columns of `summary`: ``"total < 30 and peak_at > 100"``.
        order_by : str, optional
            SQL expressions to sort by: ``"total desc, peak"``. Equal runs keep their order.
        limit : int, optional
            The largest number of runs, >= 1.
        steps : int, optional
            As in `summary`.
        law : Law, optional
            As in `summary`: for ``order_by="loss"``.

        Returns
        -------
        Sweep
            For a file, the entries keep their names and have the chosen runs, in order; they
            are in the order of their first runs. `summary().select` gives one order of all.

        Raises
        ------
        TypeError, ValueError
            If an expression is malformed or names no column (the message lists them), if it
            needs a file or the network, or if no run is left.

        Examples
        --------
        >>> import decaylr as dl
        >>> sweep = dl.sweep.grid(dl.linear, init_value=[1.0, 2.0, 4.0], end_value=0.0, steps=10)
        >>> best = sweep.select("peak < 3", order_by="total desc", limit=1)
        >>> best.columns["init_value"].tolist()
        [2.0]
        """
        return self.take(sql.rows(self.summary(steps, law=law), where, order_by, limit))

    def take(self, rows: npt.ArrayLike) -> Sweep:
        """The runs with the given numbers, as in `Sweep.schedule`.

        Examples
        --------
        >>> import decaylr as dl
        >>> sweep = dl.sweep.zip(dl.constant, value=[3.0, 1.0, 2.0])
        >>> sweep.take([2, 0]).columns["value"].tolist()
        [2.0, 3.0]
        """
        index = np.asarray(rows, np.intp).ravel()
        if index.size == 0:
            refuse("a selection", "of at least one run", "none")
        if self.entries:
            return Sweep.of(chosen(tuple(self.entries.values()), index))
        columns = {name: np.asarray(c).ravel()[index] for name, c in self.columns.items()}
        return Sweep(self.schedule.reshape(-1)[index], columns)

    def parts(self) -> tuple[Entry, ...]:
        """The entries; of a sweep without them one, named "sweep", that has all runs."""
        if self.entries:
            return tuple(self.entries.values())
        longest, horizon = (float(np.max(x)) for x in (self.schedule.length, self.schedule.horizon))
        own = longest == horizon or not np.isfinite(horizon)
        return (
            Entry("sweep", self.schedule, length=horizon, columns=self.columns, own_lengths=own),
        )

    def to_xarray(
        self, steps: int, *, start: int = 0, stride: int = 1, chunks: Chunks | None = None
    ) -> xarray.DataArray:
        """The values of every run as an array of xarray (extra `store`).

        Parameters
        ----------
        steps : int
            Number of positions, >= 1.
        start, stride : int
            As for :meth:`decaylr.Schedule.table`.
        chunks : "auto" or (int, int), optional
            Runs and steps of a block, -1 for all: the values are then a Dask array (extra `dask`)
            that is computed when it is asked for. By default they are computed at once.

        Returns
        -------
        xarray.DataArray
            Of the dimensions `run` and `step`. `step` has the positions; name, unit and parameters
            of every run are coordinates without an index.

        Raises
        ------
        TypeError, ValueError
            For an argument of a wrong type or value.

        Examples
        --------
        >>> import decaylr as dl
        >>> sweep = dl.sweep.grid(lambda peak: dl.cosine(peak, 0.0, 100), peak=[0.1, 0.2])
        >>> array = sweep.to_xarray(101)
        >>> array.dims, array.sel(step=50).values.tolist(), array["peak"].values.tolist()
        (('run', 'step'), [0.05, 0.1], [0.1, 0.2])
        """
        return as_xarray(entries_of(self), steps, start, stride, chunks)

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
            keys or types, or a `schedule` that is not that of the entries.
        """
        save(path, entries_of(self))


def check_ends(entries: tuple[Entry, ...], steps: int | None) -> None:
    """Check that every run ends, unless a number of steps is given."""
    for entry in entries:
        if steps is None and not 0 < entry.length < np.inf:
            refuse("steps", f"given for {entry.name}, which never ends", None)


def entries_of(sweep: Sweep) -> tuple[Entry, ...]:
    """The entries of a sweep as a file holds them; one named "sweep" where it has none.

    Raises
    ------
    ValueError
        If `schedule` is not that of the entries.
    """
    entries = sweep.parts()
    if not sweep.entries:
        return entries
    if sweep.names != tuple(entry.name for entry in entries):
        refuse("entries", "under their own names", ", ".join(map(repr, sweep.names)))
    if all_runs(entries) != sweep.schedule:
        refuse("schedule", "that of all entries in order", repr(sweep.schedule)[:80])
    return entries
