"""The table that `decaylr sweep --out` writes: checked before any work, written at the end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from decaylr.checks import refuse
from decaylr.cli import report
from decaylr.cli.workers import Workers
from decaylr.files import check_new, check_writable
from decaylr.pictures.window import COUNTED_UNITS
from decaylr.storage import storing
from decaylr.storage.formats import SUFFIXES, files_of
from decaylr.storage.job import Job, job_of
from decaylr.storage.progress import Progress
from decaylr.sweep import export
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import ReportProgress, reads_every_position
from decaylr.sweep.sweep import Sweep
from decaylr.sweep.syntax import SUFFIXES as SWEEP_FILES


def check_out(out: Path, *, overwrite: bool) -> None:
    """Check suffix and place of a table, before the sweep is read."""
    if out.suffix not in (*SUFFIXES, *export.SUFFIXES, *SWEEP_FILES):
        refuse("out", "a .zarr, .npy, .npz or .csv file, or .toml or .json for a sweep", out.name)
    check_writable("out", out if out.suffix != ".zarr" else out.parent / ".zarr")
    if out.suffix in SUFFIXES and (overwrite or files_of(out).state() != "other"):
        return
    check_new(out, "out", overwrite=overwrite)
    if out.suffix == ".zarr":
        refuse("out", "new or a store of decaylr", f"{out}, which is something else")


class Output:
    """What is to be written: a sweep file, a store of all whole positions, or an array file.

    Attributes
    ----------
    size : int
        The bytes of a table; 0 for .csv, whose size is not known, and for a sweep file.
    """

    def __init__(self, path: Path, entries: Sequence[Entry], *, overwrite: bool) -> None:
        self._path, self._entries, self._overwrite = path, entries, overwrite
        self._job: Job | None = None
        self.size = 0
        if path.suffix in SWEEP_FILES:
            check_new(path, "out", overwrite=overwrite)
        elif _in_blocks(path, entries):
            export.check_one_length(path, entries)
            self._job = _job(path, entries)
            self.size = storing.check(self._job, path, overwrite=overwrite)
        else:
            check_new(path, "out", overwrite=overwrite)
            export.check_table(path, entries)
            self.size = export.table_size(path, entries)

    def announce(self) -> None:
        """Say how large the table will be."""
        if self.size:
            click.echo(f"{self._path} will have {report.short(self.size)}B")

    def write(self, workers: Workers, *, quiet: bool) -> None:
        """Write it, with a progress bar."""
        what = f"writing {self._path.name}"
        if self._path.suffix in SWEEP_FILES:
            Sweep.of(tuple(self._entries)).save(self._path)
        elif self._job is not None:
            with report.progress_bar(what, self._job.grid.blocks, quiet=quiet) as advance:
                blocks = Advance(advance)
                workers.write(self._job, self._path, self._overwrite, blocks)
        else:
            total = sum(e.schedule.size * export.count_positions(e) for e in self._entries)
            with report.progress_bar(what, total, quiet=quiet) as advance:
                export.write_table(self._path, self._entries, advance)
        if not quiet:
            click.echo(f"wrote {self._path}")


class Advance:
    """Moves a progress bar to the number of finished blocks."""

    def __init__(self, advance: ReportProgress) -> None:
        self._advance = advance
        self._finished = 0

    def __call__(self, progress: Progress) -> None:
        self._advance(progress.finished - self._finished)
        self._finished = progress.finished


def _in_blocks(path: Path, entries: Sequence[Entry]) -> bool:
    """Whether a table is written as a store; an .npy on an even grid is not."""
    every = all(reads_every_position(entry.unit, entry.length) for entry in entries)
    return path.suffix == ".zarr" or (path.suffix == ".npy" and every)


def _job(path: Path, entries: Sequence[Entry]) -> Job:
    first = entries[0]
    if first.unit not in COUNTED_UNITS or first.length != int(first.length):
        raise ValueError(
            f"out must be .npz for a length that is no whole number of steps, samples or tokens, "
            f"got {path.name} for {first.length:g} {first.unit}s"
        )
    positions = int(first.length) + 1
    return job_of(Sweep.of(tuple(entries)), positions, 0, 1, "float64", "auto")
