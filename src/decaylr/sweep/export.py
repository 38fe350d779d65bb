"""Tables of a sweep's values on disk: .npz, .npy and long .csv; summaries as .csv and .json."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from decaylr.checks import refuse
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import (
    FIGURES,
    EntryFigures,
    Progress,
    positions_of,
    slices,
    values_at,
    whole,
)

MOST_ROWS = 20_000_000


def check_table(path: Path, entries: list[Entry]) -> None:
    """Refuse what `write_table` could not write, before any work is done.

    Raises
    ------
    ValueError
        For an unknown suffix, a .npy of unequal lengths, a .csv of too many rows, a .npz in
        which an entry has the name of another one's positions.
    """
    if path.suffix not in _WRITERS:
        refuse("out", "a .npy, .npz or .csv file", path.name)
    lengths = {(entry.unit, entry.length) for entry in entries}
    if path.suffix == ".npy" and len(lengths) > 1:
        raise ValueError(
            f"out must be .npz where lengths differ ({len(lengths)} lengths here): "
            "a .npy holds one table"
        )
    names = {entry.name for entry in entries}
    clashes = sorted(name for name in names if f"{name}.positions" in names)
    if path.suffix == ".npz" and clashes:
        raise ValueError(
            f"out must not be .npz for an entry named {clashes[0]}.positions: "
            f"there it names the positions of {clashes[0]}"
        )
    if path.suffix == ".csv":
        rows = sum(entry.schedule.size * count_of(entry) for entry in entries)
        if rows > MOST_ROWS:
            raise ValueError(
                f"out must be .npz for more than {MOST_ROWS:,} rows of .csv, got {rows:,}"
            )


def count_of(entry: Entry) -> int:
    """How many positions an entry is read at."""
    if whole(entry.unit, entry.length):
        return int(entry.length) + 1
    return int(positions_of(entry).size)


def write_table(path: Path, entries: list[Entry], progress: Progress | None = None) -> None:
    """Write the values of every entry at its positions, in the form the suffix says."""
    check_table(path, entries)
    _WRITERS[path.suffix](path, entries, progress or (lambda _: None))


def _write_npz(path: Path, entries: list[Entry], progress: Progress) -> None:
    # one entry at a time, as np.savez would need all of them at once
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            positions = positions_of(entry)
            values = values_at(entry, positions).reshape(*entry.schedule.shape, positions.size)
            for name, array in ((entry.name, values), (f"{entry.name}.positions", positions)):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(array))
            progress(values.size)


def _write_npy(path: Path, entries: list[Entry], progress: Progress) -> None:
    positions = positions_of(entries[0])
    runs = sum(entry.schedule.size for entry in entries)
    table = np.lib.format.open_memmap(path, "w+", np.float64, (runs, positions.size))
    row = 0
    for entry in entries:
        for part in _parts(entry, positions.size):
            table[row : row + part.schedule.size] = values_at(part, positions)
            row += part.schedule.size
            progress(part.schedule.size * positions.size)
    table.flush()


def _write_csv(path: Path, entries: list[Entry], progress: Progress) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("name", "run", "position", "value"))
        for entry in entries:
            positions = positions_of(entry)
            run = 0
            for part in _parts(entry, positions.size):
                for values in values_at(part, positions):
                    places = positions.tolist()
                    pairs = zip(places, values.tolist(), strict=True)
                    rows.writerows((entry.name, run, place, value) for place, value in pairs)
                    run += 1
                progress(part.schedule.size * positions.size)


def _parts(entry: Entry, positions: int) -> Iterator[Entry]:
    """An entry some runs at a time."""
    runs = entry.schedule.reshape(-1)
    for rows in slices(runs.size, positions):
        yield Entry(entry.name, runs[rows], entry.unit, entry.length)


_WRITERS: dict[str, Callable[[Path, list[Entry], Progress], None]] = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".csv": _write_csv,
}


def check_summary(path: Path) -> None:
    """Refuse a summary that is neither .csv nor .json."""
    if path.suffix not in (".csv", ".json"):
        refuse("summary", "a .csv or .json file", path.name)


def write_summary(path: Path, measured: list[EntryFigures]) -> None:
    """Write the figures of every run in full precision, one row or object a run."""
    check_summary(path)
    rows = [row for entry in measured for row in _rows(entry)]
    if path.suffix == ".json":
        path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def _rows(entry: EntryFigures) -> Iterator[dict[str, Any]]:
    columns = {name: entry.figures[name].tolist() for name in FIGURES}
    for run in range(entry.runs):
        yield {
            "name": entry.name,
            "run": run,
            "unit": entry.unit,
            "length": entry.length,
            **{name: column[run] for name, column in columns.items()},
            "positions": entry.positions,
            "positions_per_second": round(entry.rate),
        }
