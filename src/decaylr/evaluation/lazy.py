"""Tables as Dask arrays, whose blocks are computed where and when they are asked for.

A task gets only its own runs. Runs travel as pickled pieces of at most 48 kB; the blocks that need
a piece share it. Cutting a batch into few pieces is also faster than cutting it for every block.
"""

from __future__ import annotations

import pickle
from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse
from decaylr.evaluation.grid import Grid
from decaylr.tree.batch import indexed
from decaylr.tree.mixed import gather
from decaylr.tree.node import Node

MOST_PAYLOAD = 48_000  # bytes of a piece
MOST_TASKS = 10**5
_TRIED = 1024  # runs of which the size of a run is estimated
_TOGETHER = 32  # pieces


class Runs:
    """The runs of a batch of one axis, in pieces small enough to travel.

    Attributes
    ----------
    pieces : list of bytes
        Pickled schedules of one axis, in order.
    firsts : list of int
        The first run of each piece, and the number of all runs at the end.
    """

    def __init__(self, schedule: Node) -> None:
        parts = list(_pieces(schedule))
        self.pieces = [data for data, _ in parts]
        self.firsts = list(accumulate((runs for _, runs in parts), initial=0))

    def of(self, rows: slice) -> tuple[range, slice]:
        """Which pieces hold some runs, and where in these pieces the runs are."""
        first = bisect_right(self.firsts, rows.start) - 1
        last = bisect_right(self.firsts, rows.stop - 1) - 1
        offset = self.firsts[first]
        return range(first, last + 1), slice(rows.start - offset, rows.stop - offset)


def _pieces(schedule: Node) -> Any:
    tried = min(schedule.size, _TRIED)
    size = len(pickle.dumps(indexed(schedule, slice(0, tried)))) / tried
    runs = max(int(MOST_PAYLOAD / size), 1)
    for first in range(0, schedule.size, _TOGETHER * runs):  # to cut a small batch costs less
        part = indexed(schedule, slice(first, first + _TOGETHER * runs))
        for begin in range(0, part.size, runs):
            yield from _small(indexed(part, slice(begin, begin + runs)))


def _small(schedule: Node) -> Any:
    """A piece, or the pieces of its halves where it is too large."""
    data = pickle.dumps(schedule)
    if len(data) <= MOST_PAYLOAD or schedule.size == 1:
        yield data, schedule.size
        return
    half = schedule.size // 2
    yield from _small(indexed(schedule, slice(0, half)))
    yield from _small(indexed(schedule, slice(half, schedule.size)))


def joined(pieces: list[bytes], rows: slice) -> Node:
    """The runs of a block, from the pieces that hold them."""
    parts: list[Node] = [pickle.loads(data) for data in pieces]  # of this program's own tasks
    together = parts[0] if len(parts) == 1 else gather(parts, (sum(p.size for p in parts),))
    return indexed(together, rows)


def block(pieces: list[bytes], rows: slice, columns: slice, grid: Grid) -> npt.NDArray[Any]:
    """The values of a block, computed by a task."""
    return grid.values(joined(pieces, rows), columns)


def check_tasks(grid: Grid) -> None:
    """Check that a grid has few enough blocks for a scheduler.

    Raises
    ------
    ValueError
        If it has not; the message has chunks that would do.
    """
    if grid.blocks > MOST_TASKS:
        rows, columns = grid.chunks
        factor = -(-grid.blocks // MOST_TASKS)
        wider = min(columns * factor, grid.steps)
        taller = min(-(-rows * factor * columns // wider) * 2, grid.runs)
        refuse(
            "chunks",
            f"of at most {MOST_TASKS:,} blocks, such as chunks=({taller}, {wider})",
            f"({rows}, {columns}), which are {grid.blocks:,}",
        )


def lazy_table(schedule: Node, grid: Grid) -> Any:
    """A Dask array of the values; the schedule has one axis, that of all runs."""
    import dask.array
    from dask.base import tokenize

    check_tasks(grid)
    name = f"decaylr-table-{tokenize(schedule, grid)}"
    runs = Runs(schedule)
    graph: dict[Any, Any] = {(f"runs-{name}", i): data for i, data in enumerate(runs.pieces)}
    for number in range(grid.blocks):
        rows, columns = grid.place(number)
        needed, own = runs.of(rows)
        pieces = [(f"runs-{name}", i) for i in needed]
        graph[(name, *divmod(number, grid.shape[1]))] = (block, pieces, own, columns, grid)
    chunks = tuple(
        _sizes(size, chunk)
        for size, chunk in zip((grid.runs, grid.steps), grid.chunks, strict=True)
    )
    return dask.array.Array(graph, name, chunks, dtype=np.dtype(grid.dtype))


def _sizes(size: int, chunk: int) -> tuple[int, ...]:
    ends = [*range(0, size, chunk), size]
    return tuple(stop - start for start, stop in pairwise(ends))
