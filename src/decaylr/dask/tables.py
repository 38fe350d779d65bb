"""`table`: the values of a schedule as a Dask array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from decaylr.checks import shown
from decaylr.evaluation.grid import Chunks, grid_of
from decaylr.evaluation.lazy import lazy_table
from decaylr.schedule import Schedule

if TYPE_CHECKING:
    import dask.array


def table(
    schedule: Schedule,
    steps: int,
    *,
    start: int = 0,
    stride: int = 1,
    dtype: npt.DTypeLike = np.float64,
    chunks: Chunks = "auto",
) -> dask.array.Array:
    """The table of a schedule as a Dask array, whose blocks are computed when they are asked for.

    A task gets only the runs of its block, at most 48 kB at a time. To reduce a table over its
    steps use `fold`, which needs no values, and to write it use `decaylr.dask.store`.

    Parameters
    ----------
    schedule : Schedule
    steps : int
        Number of positions, >= 1.
    start, stride, dtype
        As for :meth:`decaylr.Schedule.table`.
    chunks : "auto" or (int, int)
        Runs (in C order, where a batch has several axes) and steps of a block, -1 for all. "auto"
        takes blocks of 64 to 256 MB, of whole rows where a row is not larger.

    Returns
    -------
    dask.array.Array
        Of shape ``schedule.shape + (steps,)``.

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type or value, and for more than 10^5 blocks; the message then
        has chunks that would do.

    Examples
    --------
    >>> import decaylr as dl
    >>> values = dl.dask.table(dl.cosine([0.1, 0.2, 0.3], 0.0, 100), 101, chunks=(2, 50))
    >>> values.chunks, float(values[1, 50].compute())
    (((2, 1), (50, 50, 1)), 0.1)
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {shown(schedule)}")
    grid = grid_of(schedule.size, steps, start, stride, dtype, chunks)
    values = lazy_table(schedule.reshape(-1), grid)
    return values if schedule.ndim == 1 else values.reshape((*schedule.shape, grid.steps))
