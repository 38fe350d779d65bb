"""Writing the values of a sweep (.npz, .npy, .csv) and its summary (.csv, .json)."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

import numpy as np

from decaylr.checks import refuse
from decaylr.files import check_space, check_writable, written_whole
from decaylr.pictures.window import Positions
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import (
    ReportProgress,
    reads_every_position,
    run_slices,
    sample_positions,
    values_at,
)
from decaylr.sweep.summary import SweepSummary

MOST_ROWS = 20_000_000
_VALUE_BYTES = 8  # of a float64, and of an int64 position


def check_path(path: Path) -> None:
    """Check that the suffix is .npy, .npz or .csv, and that the file can be written."""
    if path.suffix not in _WRITERS:
        refuse("out", "a .npy, .npz or .csv file", path.name)
    check_writable("out", path)


def check_table(path: Path, entries: Sequence[Entry]) -> None:
    """Check that `write_table` can write the entries, before any work is done.

    Raises
    ------
    ValueError
        If the suffix is unknown, the lengths differ (.npy), there are too many rows (.csv), or
        an entry has the name of another entry's positions (.npz).
    OSError
        If the file cannot be written, or the disk is too small for it (.npy, .npz).
    """
    check_path(path)
    if path.suffix == ".npy":
        check_one_length(path, entries)
    names = {entry.name for entry in entries}
    clashes = sorted(name for name in names if f"{name}.positions" in names)
    if path.suffix == ".npz" and clashes:
        raise ValueError(
            f"out must not be .npz for an entry named {clashes[0]}.positions: "
            f"in a .npz this is the name of the positions of {clashes[0]}"
        )
    cut = sorted(name for name in names if "\0" in name)  # a name in an archive ends there
    if path.suffix == ".npz" and cut:
        raise ValueError(f"out must not be .npz for a name with the character NUL, got {cut[0]!r}")
    if path.suffix == ".csv":
        rows = sum(entry.schedule.size * count_positions(entry) for entry in entries)
        if rows > MOST_ROWS:
            raise ValueError(
                f"out must be .npz for more than {MOST_ROWS:,} rows of .csv, got {rows:,}"
            )
    check_space("out", path, table_size(path, entries))


def check_one_length(path: Path, entries: Sequence[Entry]) -> None:
    """Check that entries have one unit and length, and so fit into one table."""
    lengths = {(entry.unit, entry.length) for entry in entries}
    if len(lengths) > 1:
        raise ValueError(
            f"out must be .npz where lengths differ ({len(lengths)} lengths here): "
            f"a {path.suffix} file holds one table"
        )


def count_positions(entry: Entry) -> int:
    """The number of positions at which an entry is evaluated."""
    if reads_every_position(entry.unit, entry.length):
        return int(entry.length) + 1
    return int(sample_positions(entry).size)


def write_table(
    path: Path, entries: Sequence[Entry], progress: ReportProgress | None = None
) -> None:
    """Write the values of every entry at its positions, in the format of the suffix."""
    check_table(path, entries)
    size = table_size(path, entries) if path.suffix == ".npy" else None
    with written_whole(path, size) as temporary:
        _WRITERS[path.suffix](temporary, entries, progress or (lambda _: None))


def table_size(path: Path, entries: Sequence[Entry]) -> int:
    """The size of a .npy file in bytes, or of the arrays in an .npz file; 0 for .csv."""
    if path.suffix == ".npy":
        runs = sum(entry.schedule.size for entry in entries)
        header = BytesIO()
        _write_header(header, (runs, count_positions(entries[0])))
        return len(header.getvalue()) + _VALUE_BYTES * runs * count_positions(entries[0])
    if path.suffix == ".npz":
        arrays = sum((entry.schedule.size + 1) * count_positions(entry) for entry in entries)
        return _VALUE_BYTES * arrays
    return 0


def _write_npz(path: Path, entries: Sequence[Entry], progress: ReportProgress) -> None:
    # A few runs at a time: np.savez would need the values of all entries in memory.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            positions = sample_positions(entry)
            with archive.open(f"{entry.name}.npy", "w", force_zip64=True) as member:
                _write_header(member, (*entry.schedule.shape, positions.size))
                _write_values(member, entry, positions, progress)
            with archive.open(f"{entry.name}.positions.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, positions)


def _write_npy(path: Path, entries: Sequence[Entry], progress: ReportProgress) -> None:
    # Written, not mapped into memory: a write to a full disk is an error, a mapped one a signal.
    positions = sample_positions(entries[0])
    with path.open("r+b") as file:
        _write_header(file, (sum(entry.schedule.size for entry in entries), positions.size))
        for entry in entries:
            _write_values(file, entry, positions, progress)


def _write_header(file: IO[bytes], shape: tuple[int, ...]) -> None:
    """The beginning of an array of float64 in NumPy's format."""
    described = {"descr": "<f8", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)


def _write_values(
    file: IO[bytes], entry: Entry, positions: Positions, progress: ReportProgress
) -> None:
    for part in _split(entry, positions.size):
        values = np.ascontiguousarray(values_at(part, positions), "<f8")
        file.write(values.reshape(-1).view(np.uint8).data)
        progress(values.size)


def _write_csv(path: Path, entries: Sequence[Entry], progress: ReportProgress) -> None:
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


_WRITERS: dict[str, Callable[[Path, Sequence[Entry], ReportProgress], None]] = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".csv": _write_csv,
}


SUFFIXES = tuple(_WRITERS)


def check_summary(path: Path) -> None:
    """Check that the summary's suffix is known, and that it can be written."""
    if path.suffix not in (".csv", ".json", ".parquet"):
        refuse("summary", "a .csv, .json or .parquet file", path.name)
    check_writable("summary", path)


def write_summary(path: Path, summary: SweepSummary) -> None:
    """Write the summary in full precision, one row or object (.json) per run."""
    check_summary(path)
    if path.suffix == ".json":
        text = json.dumps(summary.to_dicts(), indent=1) + "\n"
        with written_whole(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    elif path.suffix == ".csv":
        summary.to_csv(path)
    else:
        summary.to_parquet(path)
