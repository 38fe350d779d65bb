"""A store as an .npy file, with a .json file of its identity, its sweep and its finished blocks.

Until it is complete the values stand in `x.npy.partial`; the end is a rename. `x.npy.json` stays.
It ends with one character for each block, "1" if the block is finished: to finish a block is to
change one byte, which any number of processes can do at once.
"""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse
from decaylr.evaluation.grid import Grid
from decaylr.files import check_writable, reserve
from decaylr.storage.files import State
from decaylr.storage.job import Job, grid_of_identity
from decaylr.storage.names import begin_writing, synchronise, unfinished

_END = b'"}\n'  # what follows the characters of the blocks


class NpyFiles:
    """The files of a store whose path ends in .npy.

    Attributes
    ----------
    path, lock : Path
        The file of a complete store, and the .json file.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))  # the file that a symbolic link names
        self.lock = self.path.with_name(self.path.name + ".json")
        self._partial = self.path.with_name(self.path.name + ".partial")

    def state(self) -> State:
        """What there is at the path."""
        if self.lock.is_file() and self._content() is not None:
            return "store"
        taken = map(os.path.lexists, (self.path, self._partial, self.lock))
        return "other" if any(taken) else "nothing"

    def create(self, job: Job) -> None:
        """Write the .json file. An earlier file of values stays until the new one is complete."""
        check_writable("path", self.path)
        self._partial.unlink(missing_ok=True)
        beside = unfinished(self.lock)
        try:
            with beside.open("w", encoding="utf-8") as file:
                file.write(f'{{"decaylr": {json.dumps(job.identity)}, "sweep": {job.text}, ')
                file.write(f'"finished": "{"0" * job.grid.blocks}"}}\n')
            synchronise(beside)
            os.replace(beside, self.lock)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def remove(self) -> None:
        """Nothing: `create` replaces the .json file, `finish` the file of the values."""

    def job(self) -> Job:
        """The job that the store was made for."""
        content = self._content()
        if content is None:
            refuse("path", "a store of decaylr", self.path)
        return Job(
            json.dumps(content["sweep"], ensure_ascii=False), grid_of_identity(content["decaylr"])
        )

    def clean(self) -> None:
        """Nothing: a killed process leaves no other files."""

    def finished(self, grid: Grid) -> npt.NDArray[np.bool_]:
        """Whether each block is stored."""
        with self.lock.open("rb") as file:
            file.seek(-grid.blocks - len(_END), os.SEEK_END)
            marks = np.frombuffer(file.read(grid.blocks), np.uint8)
        return np.equal(marks, ord("1"))

    def reserve(self, grid: Grid) -> None:
        """Make the file of the values, with room for all of them, where there is none."""
        header, size = _header(grid), self.size(grid)
        if self._partial.exists() and self._partial.stat().st_size == size:
            return
        self._forget(grid)
        with self._partial.open("wb") as file:
            file.write(header)
        reserve(self._partial, size)
        os.truncate(self._partial, size)  # where space cannot be reserved

    def size(self, grid: Grid) -> int:
        """Bytes of the complete file."""
        return len(_header(grid)) + grid.runs * grid.steps * grid.itemsize

    def missing_bytes(self, grid: Grid) -> int:
        """Bytes that the disk must still have room for."""
        return 0 if self._partial.exists() else self.size(grid)

    def write(self, grid: Grid, number: int, values: npt.NDArray[Any]) -> None:
        """Store a block, then mark it as finished."""
        little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        rows, columns = grid.place(number)
        first = len(_header(grid)) + (rows.start * grid.steps + columns.start) * grid.itemsize
        together = little.reshape(1, -1) if little.shape[1] == grid.steps else little
        with self._partial.open("r+b", buffering=0) as file:
            for i, row in enumerate(together):
                _write_at(
                    file.fileno(), row.view(np.uint8).data, first + i * grid.steps * grid.itemsize
                )
        begin_writing(self._partial)
        with self.lock.open("r+b", buffering=0) as file:
            place = os.fstat(file.fileno()).st_size - len(_END) - grid.blocks + number
            os.pwrite(file.fileno(), b"1", place)

    def finish(self) -> None:
        """Give the file of the values its name."""
        synchronise(self.lock)
        if self._partial.exists():
            synchronise(self._partial)
            os.replace(self._partial, self.path)
            synchronise(self.path.parent)

    def complete(self) -> bool:
        """Whether the store has all values and the file its name."""
        if not self.path.exists() or self._partial.exists():
            return False
        content = self._content() or {"finished": "0"}
        return "0" not in content["finished"]

    def values(self) -> Any:
        """The values, mapped into memory."""
        return np.load(self.path if self.complete() else self._partial, mmap_mode="r")

    def _forget(self, grid: Grid) -> None:
        """Mark every block as missing: the file of the values is gone."""
        with self.lock.open("r+b", buffering=0) as file:
            place = os.fstat(file.fileno()).st_size - len(_END) - grid.blocks
            os.pwrite(file.fileno(), b"0" * grid.blocks, place)

    def _content(self) -> dict[str, Any] | None:
        try:
            content = json.loads(self.lock.read_text(encoding="utf-8"))
        except ValueError:
            return None
        known = isinstance(content, dict) and {"decaylr", "sweep", "finished"} <= set(content)
        return content if known else None


def _header(grid: Grid) -> bytes:
    """The beginning of the file, in NumPy's format."""
    file = BytesIO()
    kind = np.dtype(grid.dtype).newbyteorder("<").str
    described = {"descr": kind, "fortran_order": False, "shape": (grid.runs, grid.steps)}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


def _write_at(descriptor: int, data: memoryview, place: int) -> None:
    """Write all of the data: one call of the system writes at most 2 GB."""
    while data:
        written = os.pwrite(descriptor, data, place)
        data, place = data[written:], place + written
