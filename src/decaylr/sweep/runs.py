"""The runs of several entries as one: their parameters as columns, and entries of chosen runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry


def gathered(entries: Iterable[Entry]) -> Columns:
    """The parameters of all entries by name, one value per run in order.

    A column is a masked array where some entry has no parameter of this name.
    """
    known = tuple(entries)
    names = dict.fromkeys(name for entry in known for name in entry.columns)
    return {name: _gathered(name, known) for name in names}


def _gathered(name: str, entries: Sequence[Entry]) -> npt.NDArray[Any]:
    present = [name in entry.columns for entry in entries]
    sizes = [entry.schedule.size for entry in entries]
    parts = [
        np.asarray(entry.columns[name]).ravel() if name in entry.columns else None
        for entry in entries
    ]
    dtype = np.result_type(*(part.dtype for part in parts if part is not None))
    column = np.concatenate(
        [
            np.zeros(size, dtype) if part is None else part
            for part, size in zip(parts, sizes, strict=True)
        ]
    )
    return (
        column if all(present) else np.ma.MaskedArray(column, np.repeat(~np.array(present), sizes))
    )


def filled(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A column with NaN in the runs that have no such parameter."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    return np.asarray(np.ma.filled(column.astype(np.float64), np.nan))


def labelled(entries: Iterable[Entry], reserved: Collection[str] = ()) -> Columns:
    """What every run is: the columns `name`, `unit`, and its parameters.

    A parameter that an entry lacks is NaN in its runs. A parameter with the name of another
    column, or one of the `reserved` names, is called ``param_<name>``.
    """
    known = tuple(entries)
    sizes = [entry.schedule.size for entry in known]
    columns: Columns = {
        "name": np.repeat([entry.name for entry in known], sizes),
        "unit": np.repeat([entry.unit for entry in known], sizes),
    }
    taken = {*columns, *reserved}
    for key, column in gathered(known).items():
        columns[f"param_{key}" if key in taken else key] = filled(column)
    return columns


def chosen(entries: Sequence[Entry], rows: npt.NDArray[np.intp]) -> tuple[Entry, ...]:
    """The entries with the given runs of all, numbered in order.

    The entries are in the order of their first run among `rows`, and so are the runs of each.
    """
    if rows.size == 0:
        refuse("a selection", "of at least one run", "none")
    sizes = [entry.schedule.size for entry in entries]
    starts = np.cumsum([0, *sizes])
    numbers = np.searchsorted(starts, rows, side="right") - 1
    kept = dict.fromkeys(numbers.tolist())
    return tuple(_part(entries[i], rows[numbers == i] - starts[i]) for i in kept)


def _part(entry: Entry, rows: npt.NDArray[np.intp]) -> Entry:
    """An entry of some of its runs; its length is theirs unless it was stated."""
    columns = {name: np.asarray(c).ravel()[rows] for name, c in entry.columns.items()}
    schedule = entry.schedule.reshape(-1)[rows]
    length = float(schedule.length.max()) if entry.own_lengths else entry.length
    return replace(entry, schedule=schedule, columns=columns, length=length, rejected=0)
