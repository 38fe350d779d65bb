"""`store`: `decaylr.store` on a cluster, whose workers write their own blocks."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

import dask.base
import dask.threaded
import numpy.typing as npt
from dask.callbacks import Callback

from decaylr.checks import flag, shown
from decaylr.evaluation.grid import Chunks, Grid
from decaylr.evaluation.lazy import Runs, check_tasks, joined
from decaylr.schedule import Schedule
from decaylr.storage.formats import files_of
from decaylr.storage.job import Job, job_of
from decaylr.storage.opening import Stored
from decaylr.storage.progress import Progress, Report
from decaylr.storage.storing import begun
from decaylr.sweep.sweep import Sweep

Graph = dict[Any, Any]


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
    """Write the values of a sweep as `decaylr.store` does, with the workers of a Dask cluster.

    Every worker writes its own blocks into the same store, which goes on after an interruption
    and has the same bytes. The workers are those of the current `distributed.Client`; without one,
    threads of this process.

    Parameters
    ----------
    sweep, path, steps, start, stride, dtype, chunks, overwrite, progress
        As for `decaylr.store`. The path must be on a file system that all workers share.

    Returns
    -------
    Stored

    Raises
    ------
    TypeError, ValueError, OSError
        As `decaylr.store` does; and for more than 10^5 blocks, with chunks that would do.

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "x.npy"
    >>> stored = dl.dask.store(dl.cosine([0.1, 0.2], 0.0, 100), path, steps=101, chunks=(1, -1))
    >>> stored.complete, stored.values[1, 50]
    (True, np.float64(0.1))
    """
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function, got {shown(progress)}")
    anew = flag("overwrite", overwrite)
    job = job_of(sweep, steps, start, stride, dtype, chunks)
    return write(job, path, anew, progress)


def write(
    job: Job,
    path: str | PathLike[str],
    overwrite: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Stored:
    """Write a store with the workers, or go on with it; see `store`."""
    check_tasks(job.grid)
    with begun(job, path, overwrite=overwrite) as (files, missing):
        report = Report(len(missing), job.grid.blocks, progress)
        if missing:
            graph, keys = _graph(job, files.path.absolute(), missing)
            _run(graph, keys, report)
    return Stored(files)


def write_block(path: Path, grid: Grid, number: int, pieces: list[bytes], rows: slice) -> None:
    """Compute and store a block, where the task runs."""
    files = files_of(path)
    if not files.lock.exists():
        raise FileNotFoundError(
            f"path must be on a file system that all workers share, got {path}, "
            "which this worker does not see"
        )
    files.write(grid, number, grid.values(joined(pieces, rows), grid.place(number)[1]))


def _graph(job: Job, path: Path, missing: list[int]) -> tuple[Graph, list[Any]]:
    """A task for every missing block, and the pieces of runs that they share."""
    runs = Runs(Sweep.of(job.entries).schedule)
    name = f"decaylr-store-{dask.base.tokenize(str(path), job.identity)}"
    graph: Graph = {}
    for number in missing:
        needed, own = runs.of(job.grid.place(number)[0])
        pieces = [(f"runs-{name}", i) for i in needed]
        graph |= {key: runs.pieces[key[1]] for key in pieces}
        graph[(name, number)] = (write_block, path, job.grid, number, pieces, own)
    return graph, [(name, number) for number in missing]


def _run(graph: Graph, keys: list[Any], report: Report) -> None:
    client = _client()
    if client is None:
        with _Finished(set(keys), report):
            dask.threaded.get(graph, keys)
        return
    from distributed import as_completed

    futures = client.get(graph, keys, sync=False)
    try:
        for future in as_completed(futures):
            future.result()
            report.block()
    finally:
        client.cancel(futures)


class _Finished(Callback):  # type: ignore[misc]
    """Reports the blocks that threads of this process have finished."""

    def __init__(self, keys: set[Any], report: Report) -> None:
        self._keys, self._report = keys, report
        super().__init__(posttask=self._count)

    def _count(self, key: Any, *_: Any) -> None:
        if key in self._keys:
            self._report.block()


def _client() -> Any:
    """The current client of a cluster; None without one."""
    try:
        import distributed
    except ModuleNotFoundError:  # Dask alone has threads only
        return None
    try:
        return distributed.get_client()
    except ValueError:
        return None
