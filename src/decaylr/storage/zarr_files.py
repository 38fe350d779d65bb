"""A store as a Zarr group: the array `values`, and one-dimensional arrays of the columns.

A chunk is a block. Zarr writes it under a temporary name and renames it, so that a chunk that
exists is whole. The group is made under another name and renamed, so that a group that exists has
its identity, its columns and its spec.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

from decaylr.checks import refuse
from decaylr.evaluation.grid import Grid
from decaylr.storage.files import State
from decaylr.storage.job import Identity, Job, grid_of_identity
from decaylr.storage.names import begin_writing, synchronise, unfinished

FORMAT = 2  # understood by every Zarr library; strings and joint metadata are part of it
SPEC = "decaylr/spec"


class ZarrFiles:
    """The files of a store whose path ends in .zarr.

    Attributes
    ----------
    path, lock : Path
        The directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = self.lock = path

    def state(self) -> State:
        """What there is at the path."""
        if not os.path.lexists(self.path):
            return "nothing"
        return "store" if "decaylr" in self._attributes() else "other"

    def create(self, job: Job) -> None:
        """Make the group, with everything but the values."""
        _check_names(job)
        beside = unfinished(self.path)
        shutil.rmtree(beside, ignore_errors=True)
        try:
            self._create(beside, job)
            os.rename(beside, self.path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        synchronise(self.path.parent)

    def _create(self, beside: Path, job: Job) -> None:
        attributes = {"decaylr": job.identity, "complete": False}
        group = zarr.create_group(beside, zarr_format=FORMAT, attributes=attributes)
        columns = job.columns
        _create_values(group, job.grid, list(columns))
        grid = job.grid
        steps = np.arange(grid.steps, dtype=np.int64) * grid.stride + grid.start
        _create_column(group, "step", steps, "step")
        for name, column in columns.items():
            _create_column(group, name, column, "run")
        spec = np.frombuffer(job.text.encode(), np.uint8)
        group.create_array(SPEC, data=spec, fill_value=None)
        zarr.consolidate_metadata(beside, zarr_format=FORMAT)

    def remove(self) -> None:
        """Remove the store, or another Zarr group or array.

        Raises
        ------
        FileExistsError
            If it is a directory of something else.
        """
        if not self.path.is_dir() or self.path.is_symlink():
            self.path.unlink()
            return
        names = set(os.listdir(self.path))
        if names and not names & {".zgroup", ".zarray", "zarr.json"}:
            raise FileExistsError(f"path must not be a directory of other files, got {self.path}")
        beside = unfinished(self.path)
        shutil.rmtree(beside, ignore_errors=True)
        os.rename(self.path, beside)  # gone at once, should removing it be interrupted
        shutil.rmtree(beside)

    def job(self) -> Job:
        """The job that the store was made for."""
        identity = self._attributes()["decaylr"]
        spec = zarr.open_array(self.path / SPEC, mode="r", zarr_format=FORMAT)[:]
        return Job(np.asarray(spec).tobytes().decode(), grid_of_identity(identity))

    def clean(self) -> None:
        """Remove what a killed process has left of a chunk."""
        for folder in (self.path, self.path / "values"):
            for path in folder.glob("*.partial"):
                path.unlink()

    def finished(self, grid: Grid) -> npt.NDArray[np.bool_]:
        """Whether each block is stored."""
        done = np.zeros(grid.blocks, np.bool_)
        with os.scandir(self.path / "values") as found:
            for chunk in found:
                row, _, column = chunk.name.partition(".")
                if row.isdigit() and column.isdigit():
                    whole = chunk.stat().st_size == grid.block_bytes  # not after a power failure
                    done[int(row) * grid.shape[1] + int(column)] = whole
        return done

    def reserve(self, grid: Grid) -> None:
        """Nothing: chunks take their space when they are written."""

    def size(self, grid: Grid) -> int:
        """Bytes of all chunks; those at the edges are stored as large as the others."""
        return grid.blocks * grid.block_bytes

    def missing_bytes(self, grid: Grid) -> int:
        """Bytes that are still to be written."""
        return int((~self.finished(grid)).sum()) * grid.block_bytes

    def write(self, grid: Grid, number: int, values: npt.NDArray[Any]) -> None:
        """Store a block."""
        array = zarr.open_array(
            self.path / "values", mode="r+", zarr_format=FORMAT, config={"write_empty_chunks": True}
        )
        array[grid.place(number)] = values
        row, column = divmod(number, grid.shape[1])
        begin_writing(self.path / "values" / f"{row}.{column}")

    def finish(self) -> None:
        """Mark the store as complete."""
        for chunk in (self.path / "values").iterdir():
            synchronise(chunk)
        synchronise(self.path / "values")
        group = zarr.open_group(self.path, mode="r+", zarr_format=FORMAT, use_consolidated=False)
        group.attrs["complete"] = True
        zarr.consolidate_metadata(self.path, zarr_format=FORMAT)

    def complete(self) -> bool:
        """Whether the store is marked as complete, in the metadata that is written last."""
        joint = json.loads((self.path / ".zmetadata").read_text(encoding="utf-8"))
        return joint["metadata"][".zattrs"]["complete"] is True

    def values(self) -> Any:
        """The values, as an array of Zarr."""
        return zarr.open_array(self.path / "values", mode="r", zarr_format=FORMAT)

    def _attributes(self) -> Identity:
        try:
            group = zarr.open_group(self.path, mode="r", zarr_format=FORMAT, use_consolidated=False)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        return dict(group.attrs)


def _create_values(group: Any, grid: Grid, columns: list[str]) -> None:
    group.create_array(
        "values",
        shape=(grid.runs, grid.steps),
        dtype=np.dtype(grid.dtype).newbyteorder("<"),
        chunks=grid.chunks,
        compressors=None,
        filters=None,
        fill_value=np.nan,
        attributes={"_ARRAY_DIMENSIONS": ["run", "step"], "coordinates": " ".join(columns)},
    )


def _create_column(group: Any, name: str, column: npt.NDArray[Any], axis: str) -> None:
    # Without a fill value: xarray reads an element that equals it as missing.
    attributes = {"_ARRAY_DIMENSIONS": [axis]}
    group.create_array(name, data=column, fill_value=None, attributes=attributes)


def _check_names(job: Job) -> None:
    for name in job.columns:
        if set(name) & set(" \t\n\r/\\") or name.startswith((".", "__")) or not name:
            refuse("columns", "named without spaces and slashes to be stored as .zarr", repr(name))
