"""Writing the values of a sweep (.npz, .npy, .csv) and its summary (.csv, .json)."""

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
    ReportProgress,
    reads_every_position,
    run_slices,
    sample_positions,
    values_at,
)

MOST_ROWS = 20_000_000


def check_table(path: Path, entries: list[Entry]) -> None:
    """Check that `write_table` can write the entries, before any work is done.

    Raises
    ------
    ValueError
        If the suffix is unknown, the lengths differ (.npy), there are too many rows (.csv), or
        an entry has the name of another entry's positions (.npz).
    """
    if path.suffix not in _WRITERS:
        refuse("out", "a .npy, .npz or .csv file", path.name)
    lengths = {(entry.unit, entry.length) for entry in entries}
    if path.suffix == ".npy" and len(lengths) > 1:
        raise ValueError(
            f"out must be .npz where lengths differ ({len(lengths)} lengths here): "
            "a .npy file holds one table"
        )
    names = {entry.name for entry in entries}
    clashes = sorted(name for name in names if f"{name}.positions" in names)
    if path.suffix == ".npz" and clashes:
        raise ValueError(
            f"out must not be .npz for an entry named {clashes[0]}.positions: "
            f"in a .npz this is the name of the positions of {clashes[0]}"
        )
    if path.suffix == ".csv":
        rows = sum(entry.schedule.size * count_positions(entry) for entry in entries)
        if rows > MOST_ROWS:
            raise ValueError(
                f"out must be .npz for more than {MOST_ROWS:,} rows of .csv, got {rows:,}"
            )


def count_positions(entry: Entry) -> int:
    """The number of positions at which an entry is evaluated."""
    if reads_every_position(entry.unit, entry.length):
        return int(entry.length) + 1
    return int(sample_positions(entry).size)


def write_table(path: Path, entries: list[Entry], progress: ReportProgress | None = None) -> None:
    """Write the values of every entry at its positions, in the format of the suffix."""
    check_table(path, entries)
    _WRITERS[path.suffix](path, entries, progress or (lambda _: None))


def _write_npz(path: Path, entries: list[Entry], progress: ReportProgress) -> None:
    # One entry at a time: np.savez would need the values of all entries in memory.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            positions = sample_positions(entry)
            values = values_at(entry, positions).reshape(*entry.schedule.shape, positions.size)
            for name, array in ((entry.name, values), (f"{entry.name}.positions", positions)):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(array))
            progress(values.size)


def _write_npy(path: Path, entries: list[Entry], progress: ReportProgress) -> None:
    positions = sample_positions(entries[0])
    runs = sum(entry.schedule.size for entry in entries)
    table = np.lib.format.open_memmap(path, "w+", np.float64, (runs, positions.size))
    row = 0
    for entry in entries:
        for part in _split(entry, positions.size):
            table[row : row + part.schedule.size] = values_at(part, positions)
            row += part.schedule.size
            progress(part.schedule.size * positions.size)
    table.flush()


def _write_csv(path: Path, entries: list[Entry], progress: ReportProgress) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("name", "run", "position", "value"))
        for entry in entries:
            positions = sample_positions(entry)
            run = 0
            for part in _split(entry, positions.size):
                for values in values_at(part, positions):
                    pairs = zip(positions.tolist(), values.tolist(), strict=True)
                    rows.writerows((entry.name, run, position, value) for position, value in pairs)
                    run += 1
                progress(part.schedule.size * positions.size)


def _split(entry: Entry, positions: int) -> Iterator[Entry]:
    """Split an entry into entries of a few runs each."""
    runs = entry.schedule.reshape(-1)
    for rows in run_slices(runs.size, positions):
        yield Entry(entry.name, runs[rows], entry.unit, entry.length)


_WRITERS: dict[str, Callable[[Path, list[Entry], ReportProgress], None]] = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".csv": _write_csv,
}


def check_summary(path: Path) -> None:
    """Check that the summary's suffix is .csv or .json."""
    if path.suffix not in (".csv", ".json"):
        refuse("summary", "a .csv or .json file", path.name)


def write_summary(path: Path, measured: list[EntryFigures]) -> None:
    """Write the figures in full precision, one row (.csv) or object (.json) per run."""
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
