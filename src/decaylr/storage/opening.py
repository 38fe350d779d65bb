"""`Stored`: the table of a sweep on disk."""

from __future__ import annotations

from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from decaylr.storage.files import Files
from decaylr.storage.formats import files_of
from decaylr.storage.job import Job
from decaylr.sweep.columns import Columns
from decaylr.sweep.sweep import Sweep


class Stored:
    """The table of a sweep on disk, complete or not, as `decaylr.store` and `decaylr.open` give it.

    Attributes
    ----------
    path : Path
    complete : bool
        Whether all blocks are finished. In an unfinished store, missing values are NaN (.zarr) or
        0 (.npy); the call of `decaylr.store` that began it goes on with it.
    values : array-like
        The values, of shape (runs, steps) and without copies in memory: an array of Zarr, or an
        array of NumPy that is mapped from the file and cannot be written.
    columns : dict of str to ndarray
        What every run is, one element a run: `name` and `unit` of its entry, and its parameters. A
        parameter that an entry lacks is NaN; one named `name`, `unit`, `run`, `step` or `values` is
        called ``param_<name>``.
    sweep : Sweep
        The sweep whose values these are. A sweep without entries has become one entry "sweep".
    steps, start, stride : int
        Number of positions; position k is ``start + k * stride``.

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "x.npy"
    >>> sweep = dl.sweep.grid(lambda peak: dl.cosine(peak, 0.0, 100), peak=[0.1, 0.2, 0.3])
    >>> _ = dl.store(sweep, path, steps=101)
    >>> stored = dl.open(path)
    >>> stored.columns["peak"].tolist(), stored.sweep["sweep"].shape
    ([0.1, 0.2, 0.3], (3,))
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self.path: Path = files.path

    @property
    def complete(self) -> bool:
        """Whether all blocks are finished."""
        return self._files.complete()

    @property
    def values(self) -> Any:
        """The values, runs by steps."""
        return self._files.values()

    @cached_property
    def columns(self) -> Columns:
        """Name, unit and parameters of every run."""
        return self._job.columns

    @cached_property
    def sweep(self) -> Sweep:
        """The sweep whose values these are."""
        return Sweep.of(self._job.entries)

    @property
    def steps(self) -> int:
        """Number of positions."""
        return self._job.grid.steps

    @property
    def start(self) -> int:
        """The first position."""
        return self._job.grid.start

    @property
    def stride(self) -> int:
        """From one position to the next."""
        return self._job.grid.stride

    @cached_property
    def _job(self) -> Job:
        return self._files.job()

    def __repr__(self) -> str:
        grid = self._job.grid
        table = f"{self.path}: {grid.runs:,} runs x {grid.steps:,} steps of {grid.dtype}"
        if self.complete:
            return f"<Stored {table}>"
        finished = int(self._files.finished(grid).sum())
        return f"<Stored {table}, unfinished: {finished:,} of {grid.blocks:,} blocks>"


def open(path: str | PathLike[str]) -> Stored:  # `decaylr.open`; not exported by "import *"
    """Open what `decaylr.store` has written, complete or not.

    Parameters
    ----------
    path : str or path-like
        The path that was given to `decaylr.store`.

    Returns
    -------
    Stored

    Raises
    ------
    FileNotFoundError
        If there is no store at this path.
    ValueError
        If the path ends in neither .zarr nor .npy, or is no store.

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "x.npy"
    >>> _ = dl.store(dl.linear([1.0, 2.0], 0.0, 4), path, steps=5)
    >>> dl.open(path).values[:, 1].tolist()
    [0.75, 1.5]
    """
    files = files_of(path)
    state = files.state()
    if state == "nothing":
        raise FileNotFoundError(
            f"path must be a store of decaylr, got {path}, which does not exist"
        )
    if state == "other":
        raise ValueError(f"path must be a store of decaylr, got {path}, which is something else")
    return Stored(files)
