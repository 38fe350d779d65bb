"""The values of a sweep as an array of xarray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr.evaluation.grid import Chunks, grid_of
from decaylr.evaluation.lazy import lazy_table
from decaylr.evaluation.values import table
from decaylr.sweep.entry import Entry, all_runs
from decaylr.sweep.runs import labelled

if TYPE_CHECKING:
    import xarray

DIMENSIONS = ("run", "step")


def as_xarray(
    entries: tuple[Entry, ...], steps: int, start: int, stride: int, chunks: Chunks | None
) -> xarray.DataArray:
    """The values of all runs with what the runs are; see `Sweep.to_xarray`."""
    import xarray

    runs = all_runs(entries)
    grid = grid_of(
        runs.size, steps, start, stride, np.float64, "auto" if chunks is None else chunks
    )
    values: Any
    if chunks is None:
        values = table(runs, steps, start=start, stride=stride)
    else:
        values = lazy_table(runs, grid)
    columns = labelled(entries, (*DIMENSIONS, "values"))
    coordinates = {name: ("run", column) for name, column in columns.items()}
    positions = np.arange(steps, dtype=np.int64) * stride + start
    return xarray.DataArray(
        values, dims=DIMENSIONS, coords={"step": positions, **coordinates}, name="values"
    )
