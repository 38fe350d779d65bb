"""`fold`: the summary of a sweep as a Dask DataFrame, whose tasks get runs and hand back sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr.checks import shown, whole_number
from decaylr.dask.pieces import Piece, pieces_of
from decaylr.schedule import Schedule
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import exact_runs, figures_of
from decaylr.sweep.runs import chosen
from decaylr.sweep.summary import summarized
from decaylr.sweep.sweep import Sweep, check_ends, entries_of

if TYPE_CHECKING:
    import dask.dataframe


def fold(
    sweep: Sweep | Schedule, steps: int | None = None, *, runs_per_task: int | None = None
) -> dask.dataframe.DataFrame:
    """The columns of `Sweep.summary` as a Dask DataFrame, with a row per run.

    A task gets the parameters of its own runs and hands back their figures; the values are never
    stored, and sums of closed form are not even computed value by value. The bits are those of
    `Sweep.summary`.

    Parameters
    ----------
    sweep : Sweep or Schedule
    steps : int, optional
        Fold over the positions 0 .. steps-1; by default over the length of each run.
    runs_per_task : int, optional
        The largest number of runs in a task; by default as many as 48 kB hold.

    Returns
    -------
    dask.dataframe.DataFrame

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> sweep = dl.sweep.grid(dl.linear, init_value=[1.0, 2.0], end_value=0.0, steps=[4, 8])
    >>> rows = dl.dask.fold(sweep, 10**9).compute()
    >>> rows["total"].tolist()
    [2.5, 4.5, 5.0, 9.0]
    """
    import dask.dataframe

    if isinstance(sweep, Schedule):
        sweep = Sweep(sweep)
    if not isinstance(sweep, Sweep):
        raise TypeError(f"sweep must be a Sweep or a Schedule, got {shown(sweep)}")
    number = None if steps is None else whole_number("steps", steps, 1)
    most = None if runs_per_task is None else whole_number("runs_per_task", runs_per_task, 1)
    entries = entries_of(sweep)
    check_ends(entries, number)
    meta = _meta(entries, number)
    return dask.dataframe.from_map(
        rows_of, pieces_of(entries, most), steps=number, like=meta, meta=meta, label="decaylr-fold"
    )


def rows_of(piece: Piece, steps: int | None, like: Any) -> Any:
    """The rows of the runs of a piece, with the columns and dtypes of a frame; done by a task."""
    entry = piece.entry()
    rows = summarized([entry], [figures_of(entry, steps=steps)]).to_pandas()
    rows["run"] += piece.first
    return rows.reindex(columns=like.columns).astype(like.dtypes)


def _meta(entries: tuple[Entry, ...], steps: int | None) -> Any:
    """An empty frame of the columns and dtypes of all rows.

    Positions are whole numbers, but not where a run is sampled: one of each kind is looked at.
    """
    exact = np.concatenate([exact_runs(entry, steps) for entry in entries])
    firsts = np.cumsum([0, *(entry.schedule.size for entry in entries)])[:-1]
    rows = np.unique([*firsts, *np.flatnonzero(~exact)[:1]])
    parts = chosen(entries, rows)
    return summarized(parts, [figures_of(part, steps=steps) for part in parts]).to_pandas()[:0]
