"""Looking up a schedule's pieces inside a Keras trace: see traced/pieces.py."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import keras
import numpy as np
from keras import ops

from decaylr.checks import IntArray
from decaylr.evaluation.values import values_of_runs
from decaylr.schedule import Schedule
from decaylr.traced.layout import LAST
from decaylr.traced.listed import listed_blocks
from decaylr.traced.pieces import pieces_of_steps


def tables_of(schedule: Schedule, start: Fraction, units: Fraction) -> Any:
    """The tables of a single schedule as a function of the step; None if it has none."""
    pieces = pieces_of_steps(schedule, values_of_runs, start, units)
    if pieces is None:
        return None
    if keras.backend.backend() == "jax":
        from decaylr.jax.lookup import tables

        return tables(pieces, schedule)
    blocks = listed_blocks(pieces)
    scales = blocks.scales[:, None], blocks.factors[:, None]
    rows = np.concatenate([blocks.coefficients, *scales], axis=1)
    origins = blocks.origins
    if len(rows) == 1:
        # With a single constant row, XLA's code on TensorFlow raises steps to powers before it
        # scales them, which overflows.
        rows, origins = np.tile(rows, (2, 1)), np.tile(origins, 2)
    return (
        _padded(blocks.begins),
        origins,
        rows,
        int(pieces.cycle_begins[0]),
        int(pieces.periods[0]),
    )


def _padded(begins: IntArray) -> IntArray:
    """The begins up to a power of two of them, the last of which no step reaches."""
    size = max(1 << (len(begins) - 1).bit_length(), 2)
    padded: IntArray = np.concatenate([begins, np.full(size - len(begins), LAST + 1)])
    return padded


def looked_up(tables: Any, counter: Any) -> Any:
    """The float32 value at a step inside a trace."""
    if keras.backend.backend() == "jax":
        from decaylr.jax import lookup

        return lookup.looked_up(tables, counter)
    begins, origins, rows, cycle_begin, period = tables
    step = ops.clip(ops.reshape(ops.cast(counter, "int64"), (1,)), 0, LAST)
    since = step - cycle_begin
    step = ops.where(since < 0, step, cycle_begin + since % period)
    # By halving: ops.searchsorted on TensorFlow gives wrong indices in XLA's compiled code.
    index, half, table = ops.zeros_like(step), len(begins) // 2, ops.convert_to_tensor(begins)
    while half:
        later = ops.take(table, index + half, axis=0) <= step
        index = ops.where(later, index + half, index)
        half //= 2
    row = ops.take(ops.convert_to_tensor(rows), index, axis=0)
    origin = ops.take(ops.convert_to_tensor(origins), index, axis=0)
    t = ops.cast(step - origin, "float32") * row[:, -2]
    value = row[:, -3]
    for k in range(rows.shape[1] - 4, 0, -1):
        value = value * t + row[:, k]
    return ops.reshape((value + row[:, 0]) * row[:, -1], ())
