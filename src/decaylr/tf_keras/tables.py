"""Looking up a schedule's pieces with operations of TensorFlow: see traced/pieces.py."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import tensorflow as tf

from decaylr.checks import refuse
from decaylr.evaluation.values import values_of_runs
from decaylr.schedule import Schedule
from decaylr.traced.fitting import MOST_ROWS
from decaylr.traced.layout import LAST
from decaylr.traced.listed import listed_blocks
from decaylr.traced.pieces import pieces_of_steps


def tables_of(schedule: Schedule, start: Fraction, units: Fraction) -> tuple[Any, ...]:
    """The tables of a single schedule as a function of the step."""
    pieces = pieces_of_steps(schedule, values_of_runs, start, units)
    if pieces is None:
        refuse("schedule", f"made of at most {MOST_ROWS} polynomials", "more")
    blocks = listed_blocks(pieces)
    scales = blocks.scales[:, None], blocks.factors[:, None]
    rows = np.concatenate([blocks.coefficients, *scales], axis=1)
    # One more row, which no step reaches: with a single constant row XLA raises steps to powers
    # before it scales them, which overflows.
    begins = np.append(blocks.begins, LAST + 1)
    origins, rows = np.append(blocks.origins, 0), np.append(rows, rows[-1:], axis=0)
    return begins, origins, rows, int(pieces.cycle_begins[0]), int(pieces.periods[0])


def looked_up(tables: tuple[Any, ...], counter: Any) -> Any:
    """The float32 value at a step inside a graph."""
    begins, origins, rows, cycle_begin, period = tables
    step = tf.clip_by_value(tf.cast(counter, tf.int64), 0, LAST)
    step = tf.where(step < cycle_begin, step, cycle_begin + (step - cycle_begin) % period)
    index = tf.reduce_sum(tf.cast(begins <= step, tf.int64)) - 1
    row = tf.gather(tf.constant(rows, tf.float32), index)
    t = tf.cast(step - tf.gather(tf.constant(origins, tf.int64), index), tf.float32) * row[-2]
    value = row[-3]
    for k in range(rows.shape[1] - 4, 0, -1):
        value = value * t + row[k]
    return (value + row[0]) * row[-1]
