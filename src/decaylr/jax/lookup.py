"""Looking up a schedule's pieces inside JAX: see traced/pieces.py.

Written with `jax.lax`, which traces in a fraction of the time of `jax.numpy`. All arrays have a
last axis of length 1 or more, so that columns need no reshaping.
"""

from __future__ import annotations

import math
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from decaylr.checks import IntArray
from decaylr.traced.layout import COLUMNS, LAST, Pieces
from decaylr.tree.length import infinite_length
from decaylr.tree.node import KINDS, Node

# Two arrays, with the shape of the batch before their other axes: one row per run with the factor
# and, for each segment, its begin (without the first), its anchor and its settings, and, if a run
# has one, the begin and the period of the cycle; and the coefficients of all blocks.
Tables = tuple[Any, Any]

# Sizes of tables, so that schedules of one structure share a compilation.
SEGMENTS = (4, 8, 32, 128, 512, 2048, 8192)
ROWS = (256, 768, 3072, 12288, 49152)
ROWS_OF_ENDLESS = 768  # at least so many if a part has no end, as in an exponential
IN_TURN = 8  # up to so many segments are compared one after the other

# Positions and settings are whole numbers of up to 31 bits. Every leaf of a pytree that is
# differentiated must be floating, and a float32 has 24 bits as a number. So they are written as
# the bits of normal positive float32 numbers, in the same order.
NORMAL = 0x00800000  # the bits of the smallest normal float32
LARGEST_FLOAT = 0x7F7FFFFF  # the bits of the largest
FARTHEST = LARGEST_FLOAT - NORMAL - 1  # the largest position that is written
# The settings of a segment: high + low * 2**5 + fineness * 2**10 + (row + FIRST_ROW) * 2**12
FIRST_ROW = 2080  # makes settings normal numbers


# -- tables, on the host --------------------------------------------------------------------


def tables(pieces: Pieces, schedule: Node) -> Tables | None:
    """The pieces as float32 arrays, padded to one of a few sizes.

    None if a segment begins or ends in the last 2**24 positions.
    """
    layout = pieces.layouts
    used = pieces.begins <= LAST
    anchors = np.where(layout.backwards, pieces.ends - 1, pieces.begins)
    if np.any(used & (anchors > FARTHEST)) or np.any(used & (pieces.begins > FARTHEST)):
        return None
    row = pieces.rows - (layout.low << layout.fineness) + FIRST_ROW
    settings = layout.high + (layout.low << 5) + (layout.fineness << 10) + (row << 12)
    segments = _size(settings.shape[1], SEGMENTS)
    columns: list[Any] = [
        pieces.factors[:, None],
        _padded(_written(np.where(used, pieces.begins, FARTHEST + 1)), segments)[:, 1:],
        _padded(_written(np.where(used, anchors, 0)), segments),
        _padded(settings.astype(np.int32).view(np.float32), segments),
    ]
    if np.any(pieces.periods > 1):
        columns += [_written(_kept(pieces.cycle_begins)), _written(_kept(pieces.periods))]
    rows = max(pieces.coefficients.shape[1], ROWS_OF_ENDLESS if _is_endless(schedule) else 0)
    blocks = _padded(pieces.coefficients, _size(rows, ROWS))
    shape = schedule.shape
    per_run = np.concatenate(columns, axis=1)
    return per_run.reshape(*shape, -1), blocks.reshape(*shape, -1, COLUMNS)


def _is_endless(schedule: Node) -> bool:
    if schedule.children:
        return any(_is_endless(child) for child in schedule.children)
    return KINDS[schedule.kind].length is infinite_length


def _kept(numbers: IntArray) -> IntArray:
    kept: IntArray = np.minimum(numbers, FARTHEST)[:, None]
    return kept


def _written(position: IntArray) -> Any:
    """Whole numbers as the bits of float32 numbers."""
    return (position + NORMAL).astype(np.int32).view(np.float32)


def _size(count: int, sizes: tuple[int, ...]) -> int:
    return next(size for size in sizes if size >= count)


def _padded(array: Any, size: int) -> Any:
    """The array with copies of the largest float32 up to `size` along axis 1."""
    shape = (len(array), size - array.shape[1], *array.shape[2:])
    return np.concatenate([array, np.full(shape, np.finfo(np.float32).max)], axis=1)


# -- the traced program ---------------------------------------------------------------------


def looked_up(pieces: Tables, count: Any) -> Any:
    """The values at whole positions, clipped to [0, LAST].

    Their shape is that to which the batch and the positions broadcast.
    """
    per_run, blocks = pieces
    batch = per_run.shape[:-1]
    position = lax.expand_dims(_position(count), (count.ndim,))
    shape = (*jnp.broadcast_shapes(batch, count.shape), 1)
    position = _spread(position, shape)
    if per_run.shape[-1] % 3:
        position = _in_first_cycle(per_run, position, shape)
    anchor, settings = _segment(per_run, position, shape)
    row, t = _block(anchor, settings, position)
    row = lax.add(row, _first_rows(batch, blocks.shape[-2], shape, FIRST_ROW))
    if batch:
        blocks = lax.reshape(blocks, (blocks.size // COLUMNS, COLUMNS))
    value = lax.mul(_polynomial(_rows_at(blocks, row), t), _column(per_run, 0, shape))
    return lax.squeeze(value, (len(shape) - 1,))


def _position(count: Any) -> Any:
    """Steps clipped to [0, LAST], as int32."""
    limits = np.iinfo(count.dtype)
    if limits.min < 0:
        count = lax.max(count, np.array(0, count.dtype))
    if limits.max > LAST:
        count = lax.min(count, np.array(LAST, count.dtype))
    return count if count.dtype == jnp.int32 else lax.convert_element_type(count, jnp.int32)


def _in_first_cycle(per_run: Any, position: Any, shape: tuple[int, ...]) -> Any:
    """The positions in the first cycle that have the same values."""
    width = per_run.shape[-1]
    begin, period = (_number(_column(per_run, width - k, shape)) for k in (2, 1))
    since = lax.sub(position, begin)
    inside = lax.add(begin, lax.rem(since, period))
    return lax.select(lax.ge(since, _like(0, since)), inside, position)


def _segment(per_run: Any, position: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Anchors and settings of the segments that contain the positions."""
    segments = per_run.shape[-1] // 3
    kept = lax.min(position, _like(FARTHEST, position))
    wanted = lax.bitcast_convert_type(lax.add(kept, _like(NORMAL, position)), jnp.float32)
    if segments > IN_TURN:
        return _searched_segment(per_run, wanted, segments)
    anchor, settings = (_column(per_run, k * segments, shape) for k in (1, 2))
    for k in range(1, segments):
        reached = lax.ge(wanted, _column(per_run, k, shape))
        anchor = lax.select(reached, _column(per_run, segments + k, shape), anchor)
        settings = lax.select(reached, _column(per_run, 2 * segments + k, shape), settings)
    return anchor, settings


def _searched_segment(per_run: Any, wanted: Any, segments: int) -> tuple[Any, Any]:
    """As `_segment`, by halving; `segments` is twice a power of four."""
    width = per_run.shape[-1]
    table = lax.reshape(per_run, (per_run.size, 1))
    start = jnp.asarray(_first_rows(per_run.shape[:-1], width, wanted.shape, 0))

    def halve(_: Any, state: Any) -> Any:
        place, half = state
        later = lax.add(place, half)
        reached = lax.le(_rows_at(table, later), wanted)
        return lax.select(reached, later, place), lax.shift_right_logical(half, np.int32(1))

    steps = segments.bit_length() - 1
    place, _ = lax.fori_loop(0, steps, halve, (start, np.int32(segments // 2)))
    anchor, settings = (_rows_at(table, lax.add(place, np.int32(k * segments))) for k in (1, 2))
    return anchor, settings


def _block(anchor: Any, settings: Any, position: Any) -> tuple[Any, Any]:
    """FIRST_ROW + the row of the block in its run, and t, for positions in segments."""
    bits = lax.bitcast_convert_type(settings, jnp.int32)
    anchor = _number(anchor)
    high, low, fineness = _bits(bits, 0, 31), _bits(bits, 5, 31), _bits(bits, 10, 3)
    u = lax.abs(lax.sub(position, anchor))
    finer = lax.sub(lax.sub(_like(31, bits), lax.clz(u)), fineness)
    shift = lax.clamp(low, finer, high)
    block = lax.shift_right_logical(u, shift)
    before = lax.shift_left(shift, fineness)
    row = lax.add(lax.shift_right_logical(bits, _like(12, bits)), lax.add(block, before))
    inside = lax.sub(u, lax.shift_left(block, shift))
    # 2**-shift from its exponent
    exponent = lax.shift_left(lax.sub(_like(127, bits), shift), _like(23, bits))
    unit = lax.bitcast_convert_type(exponent, jnp.float32)
    return row, lax.mul(lax.convert_element_type(inside, jnp.float32), unit)


def _number(written: Any) -> Any:
    """The whole number that `_written` has written."""
    bits = lax.bitcast_convert_type(written, jnp.int32)
    return lax.sub(bits, _like(NORMAL, bits))


def _polynomial(coefficients: Any, t: Any) -> Any:
    """The polynomials, whose coefficients are along the last axis, at t."""
    first, *lower, value = lax.split(coefficients, (1,) * COLUMNS, axis=t.ndim - 1)
    for coefficient in reversed(lower):
        value = lax.add(lax.mul(value, t), coefficient)
    return lax.add(value, first)


def _first_rows(batch: tuple[int, ...], rows: int, shape: tuple[int, ...], less: int) -> Any:
    """The first row of every value's run in the table of all runs, minus `less`."""
    runs = np.arange(math.prod(batch), dtype=np.int32).reshape((*batch, 1)) * np.int32(rows)
    return np.broadcast_to(runs - np.int32(less), shape)


def _column(per_run: Any, number: int, shape: tuple[int, ...]) -> Any:
    """One number of each run, broadcast to the shape of the values."""
    axis = per_run.ndim - 1
    return _spread(lax.slice_in_dim(per_run, number, number + 1, axis=axis), shape)


def _spread(array: Any, shape: tuple[int, ...]) -> Any:
    return array if array.shape == shape else jnp.broadcast_to(array, shape)


def _like(number: int, array: Any) -> Any:
    """A constant of the shape of an array; a scalar where that is large."""
    return np.full(array.shape, number, np.int32) if array.size == 1 else np.int32(number)


def _bits(number: Any, first: int, mask: int) -> Any:
    if first:
        number = lax.shift_right_logical(number, _like(first, number))
    return lax.bitwise_and(number, _like(mask, number))


def _rows_at(table: Any, place: Any) -> Any:
    """The rows of a table at places of shape (..., 1), all of them inside."""
    numbers = lax.GatherDimensionNumbers(
        offset_dims=(place.ndim - 1,), collapsed_slice_dims=(0,), start_index_map=(0,)
    )
    mode = lax.GatherScatterMode.PROMISE_IN_BOUNDS
    return lax.gather(table, place, numbers, (1, table.shape[-1]), mode=mode)
