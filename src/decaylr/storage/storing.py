"""`store`: writing the table of a sweep block by block, and going on after an interruption."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt

from decaylr.checks import flag, shown
from decaylr.evaluation.grid import Chunks
from decaylr.files import check_space, free_space
from decaylr.schedule import Schedule
from decaylr.storage.files import Files
from decaylr.storage.formats import files_of
from decaylr.storage.job import Job, check_same, job_of
from decaylr.storage.locks import one_at_a_time, only_writer
from decaylr.storage.opening import Stored
from decaylr.storage.progress import Progress, Report
from decaylr.sweep.sweep import Sweep

FULL = (errno.ENOSPC, errno.EDQUOT)


def store(
    sweep: Sweep | Schedule,
    path: str | PathLike[str],
    *,
    steps: int,
    start: int = 0,
    stride: int = 1,
    dtype: npt.DTypeLike = "float64",
    chunks: Chunks = "auto",
    overwrite: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Stored:
    """Write the values of every run of a sweep to disk, block by block.

    The table has one row per run and one column per position ``start + k * stride``, uncompressed.
    It may be larger than memory: a few blocks are in memory at a time. If the process is
    interrupted or killed, the same call goes on: finished blocks are not computed again, and the
    result has the bytes of a call that was not interrupted. Where the store is complete already,
    nothing is computed.

    Parameters
    ----------
    sweep : Sweep or Schedule
    path : str or path-like
        A directory ending in .zarr (extra `store`), or a file ending in .npy. A Zarr group has the
        array `values` of the dimensions `run` and `step`, and one array for every parameter, with
        its attribute `complete`. An .npy file has its name when it is complete, until then it is
        ``x.npy.partial``; beside it stands ``x.npy.json`` with the sweep and the finished blocks.
    steps : int
        Number of positions, >= 1.
    start, stride : int
        As for :meth:`decaylr.Schedule.table`.
    dtype : {"float64", "float32"}
    chunks : "auto" or (int, int)
        Runs and steps of a block, -1 for all. "auto" takes blocks of 64 to 256 MB, of whole rows
        where a row is not larger.
    overwrite : bool
        Begin anew, in place of whatever there is at the path. Otherwise a file that is not a
        store, and a store of another table, are refused.
    progress : callable, optional
        Called with a `Progress` after every block; ``print`` will do.

    Returns
    -------
    Stored

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type or value, a sweep that a file cannot hold, and a store of
        another table; the message names what differs.
    FileExistsError
        If something else has this path.
    BlockingIOError
        If another process is writing this store.
    OSError
        If the disk is too small; the message has the missing bytes. Blocks that are finished stay,
        and the same call goes on.

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> sweep = dl.sweep.grid(lambda peak: dl.cosine(peak, 0.0, 100), peak=[0.1, 0.2, 0.3])
    >>> stored = dl.store(sweep, pathlib.Path(tempfile.mkdtemp()) / "x.npy", steps=101)
    >>> stored.complete, stored.values.shape, float(stored.values[1, 50])
    (True, (3, 101), 0.1)
    """
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function, got {shown(progress)}")
    anew = flag("overwrite", overwrite)
    return write(job_of(sweep, steps, start, stride, dtype, chunks), path, anew, progress)


def write(
    job: Job,
    path: str | PathLike[str],
    overwrite: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Stored:
    """Write a store, or go on with it; see `store`."""
    with begun(job, path, overwrite=overwrite) as (files, missing):
        _write_all(job, files, missing, Report(len(missing), job.grid.blocks, progress))
    return Stored(files)


def check(job: Job, path: str | PathLike[str], *, overwrite: bool) -> int:
    """Check, before any work, that a store can be written; return its size in bytes.

    Raises
    ------
    ValueError, OSError
        As `store` does.
    """
    files = files_of(path)
    _folder(files.path)
    _check_state(files, job, overwrite=overwrite)
    fresh = overwrite or files.state() != "store"
    size = files.size(job.grid)
    check_space("path", files.path, size if fresh else files.missing_bytes(job.grid))
    return size


@contextmanager
def begun(
    job: Job, path: str | PathLike[str], *, overwrite: bool
) -> Iterator[tuple[Files, list[int]]]:
    """The files of a store and its missing blocks; the store is complete at the end.

    Nobody else writes it meanwhile. What a killed process has left is removed.
    """
    files = files_of(path)
    with ExitStack() as held:
        held.enter_context(_errors_of(files, job))
        with one_at_a_time(_folder(files.path)):
            _prepare(files, job, overwrite=overwrite)
            held.enter_context(only_writer(files.lock))
        files.clean()
        if files.complete():
            yield files, []
            return
        check_space("path", files.path, files.missing_bytes(job.grid))
        files.reserve(job.grid)
        yield files, np.flatnonzero(~files.finished(job.grid)).tolist()
        files.finish()


def _folder(path: Path) -> Path:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path must be in a directory that exists, got {path}")
    return path.parent


def _check_state(files: Files, job: Job, *, overwrite: bool) -> None:
    """Check that what is at the path may be gone on with, or replaced."""
    state = files.state()
    if overwrite or state == "nothing":
        return
    if state == "other":
        raise FileExistsError(
            f"path must be new or a store of decaylr, got {files.path}, where something else is "
            "(overwrite replaces it)"
        )
    check_same(str(files.path), files.job(), job)


def _prepare(files: Files, job: Job, *, overwrite: bool) -> None:
    """Make the store where there is none, or anew."""
    _check_state(files, job, overwrite=overwrite)
    state = files.state()
    if state == "store":
        with only_writer(files.lock):
            if not overwrite:
                return
    if state != "nothing":
        files.remove()
    check_space("path", files.path, files.size(job.grid))
    files.create(job)


@contextmanager
def _errors_of(files: Files, job: Job) -> Iterator[None]:
    """Say which path an error is about, and of a full disk how much room is missing."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            if error.errno is not None and error.filename is None:
                error.filename = str(files.path)
            raise
        begun = files.state() == "store"
        needed = files.missing_bytes(job.grid) if begun else files.size(job.grid)
        raise OSError(
            error.errno,
            f"the disk of {files.path} is full: {max(needed - free_space(files.path), 0):,} bytes "
            "are missing; the same call goes on with the blocks that are finished",
        ) from None


def _write_all(job: Job, files: Files, missing: list[int], report: Report) -> None:
    """Evaluate the missing blocks; while one is evaluated, the one before is written."""
    runs = Sweep.of(job.entries).schedule
    with ThreadPoolExecutor(1, "decaylr-store") as writer:
        written: Future[None] | None = None
        for number in missing:
            values = job.grid.block(runs, number)
            if written is not None:
                written.result()
                report.block()
            written = writer.submit(files.write, job.grid, number, values)
            del values
        if written is not None:
            written.result()
            report.block()
