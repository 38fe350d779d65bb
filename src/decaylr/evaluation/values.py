"""Positions in, values out: lookups, tables and blocks, checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr import _engine
from decaylr.checks import (
    LARGEST_POSITION,
    Array,
    FloatArray,
    IntArray,
    one_of,
    real_array,
    refuse,
    whole_number,
)
from decaylr.evaluation.program import compiled
from decaylr.evaluation.threads import team
from decaylr.tree.batch import indexed
from decaylr.tree.node import Node

LAYOUTS = ("runs", "steps")
Table = npt.NDArray[np.float64] | npt.NDArray[np.float32]


def positions(value: Any) -> Array:
    """Positions as int64 or float64, each within [0, 2**63)."""
    array = real_array("position", value)
    misplaced = _engine.first_misplaced(array)
    if misplaced >= 0:
        index = tuple(int(i) for i in np.unravel_index(misplaced, array.shape))
        where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
        got = f"{array[index]}{where}"
        refuse("position", f">= 0 and at most {LARGEST_POSITION}", got)
    return array


def lookup(schedule: Node, position: Any, out: FloatArray | None = None) -> float | FloatArray:
    """The values at positions broadcast against the batch."""
    at = positions(position)
    shape = _broadcast(schedule.shape, at.shape)
    if out is not None:
        writable(out, shape, (np.dtype(np.float64),))
        if np.may_share_memory(out, np.asarray(position)):
            refuse("out", "apart from the memory of position", "an overlapping array")
    values: FloatArray = _target(out, shape, np.dtype(np.float64))
    at, runs = _pairs(schedule.shape, at, shape)
    compiled(schedule).gather(at, runs, team(None), values)
    if out is not None:
        delivered: FloatArray = _delivered(values, out)
        return delivered
    return float(values) if shape == () else values


def _broadcast(batch: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the values; the common cases without NumPy, which takes microseconds."""
    if not at or at == batch:
        return batch
    if not batch:
        return at
    try:
        return np.broadcast_shapes(batch, at)
    except ValueError:
        raise ValueError(
            f"position must broadcast against the batch {batch}, got shape {at}"
        ) from None


def _target(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Where the core writes: `out` itself, unless it is none or lies across words of memory."""
    return out if out is not None and out.flags.aligned else np.empty(shape, dtype)


def _delivered(values: Any, out: Any) -> Any:
    if values is not out:
        out[...] = values
    return out


def _pairs(
    batch: tuple[int, ...], at: Array, shape: tuple[int, ...]
) -> tuple[Array, IntArray | None]:
    """Positions and run numbers, one per value; run numbers are None where they just count."""
    if at.size != 1:
        at = np.ascontiguousarray(at if at.shape == shape else np.broadcast_to(at, shape))
    if shape == batch or not any(n > 1 for n in batch):
        return at, None
    numbered = np.arange(int(np.prod(batch))).reshape(batch)
    return at, np.ascontiguousarray(np.broadcast_to(numbered, shape)).ravel()


def writable(out: Any, shape: tuple[int, ...], dtypes: tuple[np.dtype[Any], ...]) -> None:
    """Refuse an `out` that is not a writable C-contiguous array of that shape and dtype."""
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"out must be a NumPy array, got {type(out).__name__}")
    if out.dtype not in dtypes or not out.dtype.isnative:
        names = " or ".join(str(dtype) for dtype in dtypes)
        raise TypeError(f"out must have dtype {names}, got {out.dtype}")
    if out.shape != shape:
        refuse("out", f"of shape {shape}", f"shape {out.shape}")
    if not out.flags.c_contiguous:
        refuse("out", "C-contiguous", f"strides {out.strides}")
    if not out.flags.writeable:
        refuse("out", "writable", "a read-only array")


def window(steps: Any, start: Any, stride: Any) -> tuple[int, int, int]:
    """Check that start + k*stride, k < steps, are positions."""
    steps, start = whole_number("steps", steps), whole_number("start", start)
    stride = whole_number("stride", stride, 1)
    last = start + max(steps - 1, 0) * stride
    if last > LARGEST_POSITION:
        refuse("steps", f"few enough that the last position is at most {LARGEST_POSITION}", steps)
    return steps, start, stride


def table(
    schedule: Node,
    steps: int,
    *,
    start: int = 0,
    stride: int = 1,
    dtype: npt.DTypeLike = np.float64,
    out: Table | None = None,
    layout: str = "runs",
    threads: int | None = None,
) -> Table:
    """Values of every run at the positions start + k*stride, k < steps.

    Parameters
    ----------
    steps : int
        Number of positions.
    start, stride : int
        First position (>= 0) and distance (>= 1).
    dtype : float64 or float32
        float32 is the float64 value rounded once.
    out : ndarray, optional
        Writable C-contiguous array of that shape and dtype (a memmap, say), returned.
    layout : {"runs", "steps"}
        Shape `shape + (steps,)`, or `(steps,) + shape`.
    threads : int, optional
        At most this many threads, as far as they pay. By default DECAYLR_NUM_THREADS, else
        the processors this process may use (affinity and quota), at most
        OMP_NUM_THREADS; one in a daemon process, such as a worker of a DataLoader or a
        pool. Calls from several threads at once, those of Dask say, divide the default
        between them; a number given here is obeyed. The values do not depend on it.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear([1.0, 2.0], 0.0, 4).table(5)
    array([[1.  , 0.75, 0.5 , 0.25, 0.  ],
           [2.  , 1.5 , 1.  , 0.5 , 0.  ]])
    """
    steps, start, stride = window(steps, start, stride)
    by_steps = one_of("layout", layout, LAYOUTS) == "steps"
    kind = float_dtype(dtype)
    shape = (steps, *schedule.shape) if by_steps else (*schedule.shape, steps)
    members = team(threads)
    if out is not None:
        writable(out, shape, (kind,))
    program = compiled(schedule)
    values: Table = _target(out, shape, kind)
    program.table(0, program.runs, start, stride, steps, by_steps, members, values)
    filled: Table = values if out is None else _delivered(values, out)
    return filled


def float_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """float64 or float32."""
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise TypeError(f"dtype must be float64 or float32, got {kind}")
    return kind


def blocks(
    schedule: Node,
    steps: int,
    max_bytes: int = 2**26,
    *,
    start: int = 0,
    stride: int = 1,
    dtype: npt.DTypeLike = np.float64,
    threads: int | None = None,
) -> Iterator[tuple[Any, Table]]:
    """Pieces `(index, piece)` of the table, each of at most `max_bytes`.

    `full[index] = piece` for every piece gives `full == s.table(steps)`. The index is a
    slice of runs; of steps where a single run is larger than `max_bytes`.
    """
    steps, start, stride = window(steps, start, stride)
    room = whole_number("max_bytes", max_bytes, 8) // float_dtype(dtype).itemsize
    team(threads)  # refused here, not at the first piece
    rows = schedule.shape[0] if schedule.shape else 1
    row_values = steps * (schedule.size // rows)
    if row_values <= room or steps == 0:
        return _row_blocks(
            schedule, steps, max(room // max(row_values, 1), 1), (start, stride, dtype, threads)
        )
    return _step_blocks(schedule, steps, room, (start, stride, dtype, threads))


def _row_blocks(
    schedule: Node, steps: int, rows: int, how: tuple[Any, ...]
) -> Iterator[tuple[Any, Table]]:
    start, stride, dtype, threads = how
    options = {"start": start, "stride": stride, "dtype": dtype, "threads": threads}
    if schedule.shape == ():
        yield slice(0, steps), table(schedule, steps, **options)
        return
    for first in range(0, schedule.shape[0], rows):
        index = slice(first, min(first + rows, schedule.shape[0]))
        yield index, table(indexed(schedule, index), steps, **options)


def _step_blocks(
    schedule: Node, steps: int, room: int, how: tuple[Any, ...]
) -> Iterator[tuple[Any, Table]]:
    start, stride, dtype, threads = how
    for row in range(schedule.shape[0]) if schedule.shape else (None,):
        piece = schedule if row is None else indexed(schedule, row)
        length = max(room // piece.size, 1)
        for first in range(0, steps, length):
            along = slice(first, min(first + length, steps))
            index = (..., along) if row is None else (row, ..., along)
            part = table(
                piece,
                along.stop - first,
                start=start + first * stride,
                stride=stride,
                dtype=dtype,
                threads=threads,
            )
            yield index if piece.shape or row is not None else along, part
