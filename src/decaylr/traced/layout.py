"""How a run is divided into segments and these into blocks, for tables of polynomials.

The program that looks a position up is in the modules of the frameworks; see
`decaylr/traced/pieces.py` for the formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from decaylr.checks import IntArray

Flags = npt.NDArray[np.bool_]
Floats32 = npt.NDArray[np.float32]

LAST = 2**31 - 1  # the last position inside a trace
DEGREE = 5
COLUMNS = DEGREE + 2  # c[0], low, c[1], c[2], ...
TINY = float(np.finfo(np.float32).tiny)


class Layout(NamedTuple):
    """How a segment is divided into blocks; see the top of pieces.py."""

    backwards: Any  # whether the anchor is the last position
    fineness: Any
    low: Any
    high: Any


@dataclass(frozen=True)
class Pieces:
    """The segments and blocks of the runs of a batch, in rows with one row per run.

    Runs with fewer segments than others end with empty segments at LAST + 1.

    Attributes
    ----------
    factors : array of float32, shape (runs,)
    cycle_begins, periods : array of int64, shape (runs,)
        Positions n from the begin of the cycle on have the value at
        ``cycle_begin + (n - cycle_begin) % period``. The begin is LAST + 1 if there is none.
    begins, ends : array of int64, shape (runs, segments)
        First position of each segment, in ascending order from 0, and the one after its last.
    layouts : Layout of arrays, shape (runs, segments)
    rows : array of int64, shape (runs, segments)
        Row of the first block of each segment.
    coefficients : array of float32, shape (runs, rows, COLUMNS)
    """

    factors: Floats32
    cycle_begins: IntArray
    periods: IntArray
    begins: IntArray
    ends: IntArray
    layouts: Layout
    rows: IntArray
    coefficients: Floats32


def row_of(layout: Layout, u: IntArray) -> IntArray:
    """The number of the block that contains u."""
    bits = np.frexp(u.astype(np.float64))[1].astype(np.int64)
    shift = np.clip(bits - 1 - layout.fineness, layout.low, layout.high)
    row: IntArray = (u >> shift) + ((shift - layout.low) << layout.fineness)
    return row


def block_of(layout: Layout, row: IntArray) -> tuple[IntArray, IntArray]:
    """The first u of a block, and the binary logarithm of its size."""
    shift = np.clip((row >> layout.fineness) - 1, layout.low, layout.high)
    return (row - ((shift - layout.low) << layout.fineness)) << shift, shift


def counted(counts: IntArray) -> IntArray:
    """0, 1, ..., counts[0] - 1, 0, 1, ..., counts[1] - 1, and so on."""
    numbers: IntArray = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return numbers
