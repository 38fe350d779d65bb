"""`Grid`: the blocks in which a table of runs by steps is stored or computed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse, shown, whole_number
from decaylr.evaluation.values import float_dtype, table, window
from decaylr.tree.batch import indexed
from decaylr.tree.node import Node

LEAST_BYTES = 2**26  # of a block of "auto": less, and handing it on costs more than computing it
MOST_BYTES = 2**28
ALL = -1  # in `chunks`: the whole axis

Chunks = Literal["auto"] | tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """The positions, dtype and blocks of a table of runs by steps.

    Attributes
    ----------
    runs, steps : int
        Shape of the table.
    start, stride : int
        Position k is ``start + k * stride``.
    dtype : str
        "float64" or "float32".
    chunks : tuple of int
        Runs and steps of a block; the last ones of an axis may be smaller.
    """

    runs: int
    steps: int
    start: int
    stride: int
    dtype: str
    chunks: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of blocks along each axis."""
        rows, columns = self.chunks
        return ceil(self.runs / rows), ceil(self.steps / columns)

    @property
    def blocks(self) -> int:
        """Number of blocks; they are counted along the steps first."""
        return self.shape[0] * self.shape[1]

    @property
    def itemsize(self) -> int:
        """Bytes of a value."""
        return np.dtype(self.dtype).itemsize

    @property
    def block_bytes(self) -> int:
        """Bytes of a whole block."""
        return self.chunks[0] * self.chunks[1] * self.itemsize

    def place(self, number: int) -> tuple[slice, slice]:
        """Runs and steps of a block."""
        row, column = divmod(number, self.shape[1])
        rows, columns = self.chunks
        return (
            slice(row * rows, min((row + 1) * rows, self.runs)),
            slice(column * columns, min((column + 1) * columns, self.steps)),
        )

    def values(self, runs: Node, columns: slice) -> npt.NDArray[Any]:
        """The values of some runs, a schedule of one axis, at the steps of a block."""
        return table(
            runs,
            columns.stop - columns.start,
            start=self.start + columns.start * self.stride,
            stride=self.stride,
            dtype=self.dtype,
        )

    def block(self, schedule: Node, number: int) -> npt.NDArray[Any]:
        """The values of a block; the schedule has one axis, that of all runs."""
        rows, columns = self.place(number)
        return self.values(indexed(schedule, rows), columns)


def grid_of(
    runs: int,
    steps: int,
    start: int,
    stride: int,
    dtype: npt.DTypeLike,
    chunks: Chunks,
) -> Grid:
    """A grid from arguments as users write them.

    Raises
    ------
    TypeError, ValueError
        For an argument of a wrong type or value.
    """
    whole_number("steps", steps, 1)
    steps, start, stride = window(steps, start, stride)
    kind = float_dtype(dtype)
    return Grid(
        runs, steps, start, stride, kind.name, _chunks(chunks, (runs, steps), kind.itemsize)
    )


def _chunks(chunks: Any, shape: tuple[int, int], itemsize: int) -> tuple[int, int]:
    if isinstance(chunks, str) and chunks == "auto":
        return _automatic(*shape, itemsize)
    if not isinstance(chunks, (tuple, list)) or len(chunks) != 2:
        raise TypeError(f'chunks must be "auto" or a pair (runs, steps), got {shown(chunks)}')
    rows, columns = (_chunk(i, chunks[i], shape[i]) for i in range(2))
    return rows, columns


def _chunk(axis: int, value: Any, size: int) -> int:
    number = whole_number(f"chunks[{axis}]", value, ALL)
    if number == 0:
        refuse(f"chunks[{axis}]", f">= 1, or {ALL} for all", number)
    return size if number == ALL else min(number, size)


def _automatic(runs: int, steps: int, itemsize: int) -> tuple[int, int]:
    """Blocks of 64 to 256 MB, of whole rows unless one row is larger than that."""
    row = steps * itemsize
    if row > MOST_BYTES:
        return 1, _even(steps, LEAST_BYTES // itemsize)
    return _even(runs, ceil(LEAST_BYTES / row)), steps


def _even(size: int, least: int) -> int:
    """Pieces of at least `least` elements, less than twice that, of which the last is not small."""
    return ceil(size / max(size // least, 1))
