"""Evaluation at positions: lookup, table and blocks.

All arguments are checked before anything is written to `out`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Never

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
    real_numbers,
    refuse,
    whole_number,
)
from decaylr.evaluation import foreign
from decaylr.evaluation.program import compiled
from decaylr.evaluation.threads import team
from decaylr.tree.batch import indexed
from decaylr.tree.node import Node

LAYOUTS = ("runs", "steps")
Table = npt.NDArray[np.float64] | npt.NDArray[np.float32]


def positions(value: Any) -> Array:
    """Convert to int64 or float64 positions, each within [0, 2**63)."""
    return _placed(_real(value, real_array))


def _real(value: Any, convert: Callable[[str, Any], Array]) -> Array:
    """Positions as numbers; what other libraries pass is answered by name."""
    if foreign.package_of(value) == "mlx":  # whose optimizers need an array of MLX back
        foreign.refuse_bare(value, "position must be real numbers, got an array of MLX")
    try:
        return convert("position", value)
    except TypeError as error:
        foreign.refuse_bare(value, str(error))
        raise


def _placed(array: Array) -> Array:
    """Positions, none of which is misplaced."""
    invalid = _engine.first_misplaced(array)
    if invalid >= 0:
        _refuse_position(array, invalid)
    return array


def _refuse_position(array: Array, invalid: int) -> Never:
    index = tuple(int(i) for i in np.unravel_index(invalid, array.shape))
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    got = f"{array[index]}{where}"
    refuse("position", f">= 0 and at most {LARGEST_POSITION}", got)


def lookup(schedule: Node, position: Any, out: FloatArray | None = None) -> float | FloatArray:
    """The values at positions, broadcast against the shape of the batch."""
    if schedule.shape == ():
        return _of_one_run(schedule, position, out)
    at = positions(position)
    shape = _broadcast(schedule.shape, at.shape)
    if out is not None:
        _check_out(out, shape, position)
    values: FloatArray = _target(out, shape, np.dtype(np.float64))
    at, runs = _positions_and_runs(schedule.shape, at, shape)
    _gather(schedule, at, runs, values)
    filled: FloatArray = _copied_to(out, values)
    return filled


def _of_one_run(schedule: Node, position: Any, out: FloatArray | None) -> float | FloatArray:
    """The same of a single schedule, whose positions are not copied.

    Without `out` the core checks them as it comes to them.
    """
    at = np.asarray(_real(position, real_numbers), order="C")
    if out is not None:
        _placed(at)
        _check_out(out, at.shape, position)
    values: FloatArray = _target(out, at.shape, np.dtype(np.float64))
    _gather(schedule, at, None, values)
    if out is None:
        return values if at.shape else float(values)
    filled: FloatArray = _copied_to(out, values)
    return filled


def _check_out(out: Any, shape: tuple[int, ...], position: Any) -> None:
    writable(out, shape, (np.dtype(np.float64),))
    if np.may_share_memory(out, np.asarray(position)):
        refuse("out", "an array that shares no memory with position", "an overlapping array")


def _gather(schedule: Node, at: Array, runs: IntArray | None, values: FloatArray) -> None:
    invalid = compiled(schedule).gather(at, runs, team(None), values)
    if invalid >= 0:
        _refuse_position(at, invalid)


def _broadcast(batch: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of the values; common cases avoid NumPy's function, which takes microseconds."""
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
    """The array that the core writes to: `out` if given and aligned, else a new array."""
    return out if out is not None and out.flags.aligned else np.empty(shape, dtype)


def _copied_to(out: Any, values: Any) -> Any:
    """Copy the values to `out`, if given, unless they were written there; return them there."""
    if out is None:
        return values
    if values is not out:
        out[...] = values
    return out


def _positions_and_runs(
    batch: tuple[int, ...], at: Array, shape: tuple[int, ...]
) -> tuple[Array, IntArray | None]:
    """The position and the run number of every value.

    Run numbers are None if they are 0, 1, 2, ... (or always 0).
    """
    if at.size != 1:
        at = np.ascontiguousarray(at if at.shape == shape else np.broadcast_to(at, shape))
    if shape == batch or not any(n > 1 for n in batch):
        return at, None
    runs = np.arange(math.prod(batch)).reshape(batch)
    return at, np.ascontiguousarray(np.broadcast_to(runs, shape)).ravel()


def writable(out: Any, shape: tuple[int, ...], dtypes: tuple[np.dtype[Any], ...]) -> None:
    """Require a writable C-contiguous array of the given shape and one of the dtypes."""
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
    """Check that start + k * stride is a valid position for every k < steps."""
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
    """Evaluate every run at the positions start + k * stride for k = 0 .. steps - 1.

    Parameters
    ----------
    steps : int
        Number of positions.
    start, stride : int
        First position (>= 0) and distance between positions (>= 1).
    dtype : float64 or float32
        float32 values are the float64 values, rounded.
    out : ndarray, optional
        Writable C-contiguous array of the resulting shape and dtype, such as a memmap; it is
        filled and returned.
    layout : {"runs", "steps"}
        "runs": the result has shape `schedule.shape + (steps,)`; "steps":
        `(steps,) + schedule.shape`.
    threads : int, optional
        Largest number of threads; fewer are used for small tables. The default is
        DECAYLR_NUM_THREADS, else the number of processors that this process may use
        (affinity and quota), at most OMP_NUM_THREADS; it is 1 in a daemon process, such as a
        worker of a DataLoader or a pool. Concurrent calls, for example from Dask, share the
        default; an explicit number is used as given. The values do not depend on it.

    Returns
    -------
    ndarray of `dtype`

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value; `out` is then unchanged.
    KeyboardInterrupt
        After Ctrl-C, as soon as a small part of the work is done; `out` may then be partly
        written.

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
    thread_limit = team(threads)
    if out is not None:
        writable(out, shape, (kind,))
    program = compiled(schedule)
    values: Table = _target(out, shape, kind)
    program.table(0, program.runs, start, stride, steps, by_steps, thread_limit, values)
    filled: Table = values if out is None else _copied_to(out, values)
    return filled


def float_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Require float64 or float32."""
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
    """Evaluate the table piece by piece, for tables larger than memory.

    After `full[index] = piece` for every pair, `full` equals `schedule.table(steps)`.

    Parameters
    ----------
    steps : int
        Number of positions.
    max_bytes : int
        Largest size of a piece in bytes, >= 8.
    start, stride, dtype, threads
        As for :meth:`decaylr.Schedule.table`.

    Yields
    ------
    index : slice or tuple
        Place of the piece in the table: a slice of runs, or of steps if a single run is larger
        than `max_bytes`.
    piece : ndarray
        The values there.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, at the call itself.

    Examples
    --------
    >>> import decaylr as dl
    >>> batch = dl.linear([1.0, 2.0, 3.0], 0.0, 4)
    >>> [(index, piece.shape) for index, piece in batch.blocks(5, max_bytes=80)]
    [(slice(0, 2, None), (2, 5)), (slice(2, 3, None), (1, 5))]
    """
    steps, start, stride = window(steps, start, stride)
    max_values = whole_number("max_bytes", max_bytes, 8) // float_dtype(dtype).itemsize
    team(threads)  # checks the argument now rather than at the first piece
    rows = schedule.shape[0] if schedule.shape else 1
    row_values = steps * (schedule.size // rows)
    settings = (start, stride, dtype, threads)
    if row_values <= max_values or steps == 0:
        return _row_blocks(schedule, steps, max(max_values // max(row_values, 1), 1), settings)
    return _step_blocks(schedule, steps, max_values, settings)


def _row_blocks(
    schedule: Node, steps: int, rows: int, settings: tuple[Any, ...]
) -> Iterator[tuple[Any, Table]]:
    start, stride, dtype, threads = settings
    options = {"start": start, "stride": stride, "dtype": dtype, "threads": threads}
    if schedule.shape == ():
        yield slice(0, steps), table(schedule, steps, **options)
        return
    for first in range(0, schedule.shape[0], rows):
        index = slice(first, min(first + rows, schedule.shape[0]))
        yield index, table(indexed(schedule, index), steps, **options)


def _step_blocks(
    schedule: Node, steps: int, max_values: int, settings: tuple[Any, ...]
) -> Iterator[tuple[Any, Table]]:
    start, stride, dtype, threads = settings
    for row in range(schedule.shape[0]) if schedule.shape else (None,):
        piece = schedule if row is None else indexed(schedule, row)
        length = max(max_values // piece.size, 1)
        for first in range(0, steps, length):
            columns = slice(first, min(first + length, steps))
            index = (..., columns) if row is None else (row, ..., columns)
            values = table(
                piece,
                columns.stop - first,
                start=start + first * stride,
                stride=stride,
                dtype=dtype,
                threads=threads,
            )
            yield index if piece.shape or row is not None else columns, values


def values_of_runs(schedule: Node, runs: IntArray, position: Array) -> FloatArray:
    """The value of run `runs[i]`, counted in C order, at `position[i]`, for every i."""
    values = np.empty(len(runs))
    _gather(schedule, position, runs if schedule.size > 1 else None, values)
    return values
