"""The blocks of all runs in one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from decaylr.checks import IntArray
from decaylr.traced.layout import LAST, Floats32, Layout, Pieces, block_of, counted, row_of


@dataclass(frozen=True)
class Blocks:
    """All blocks of all runs, in order of run and position, one row each.

    Attributes
    ----------
    runs, begins : array of int64
        Run and first position of each block.
    origins : array of int64
        Position at which t is 0.
    scales : array of float32
        t = (n - origin) * scale.
    coefficients : array of float32, shape (blocks, COLUMNS)
    factors : array of float32
    """

    runs: IntArray
    begins: IntArray
    origins: IntArray
    scales: Floats32
    coefficients: Floats32
    factors: Floats32


def listed_blocks(pieces: Pieces) -> Blocks:
    """The blocks of all runs in one list, for frameworks that can search a sorted list."""
    used = pieces.begins <= LAST
    layouts = Layout(*(array[used] for array in pieces.layouts))
    begins, ends = pieces.begins[used], pieces.ends[used]
    counts = row_of(layouts, ends - begins - 1) + 1
    owners, rows = np.repeat(np.arange(len(counts)), counts), counted(counts)
    first, shift = block_of(Layout(*(array[owners] for array in layouts)), rows)
    size = np.minimum((ends - begins)[owners] - first, np.int64(1) << shift)
    backwards = layouts.backwards[owners]
    origins = np.where(backwards, ends[owners] - 1 - first, begins[owners] + first)
    runs = np.nonzero(used)[0][owners]
    begin = np.where(backwards, origins - size + 1, origins)
    scales = np.ldexp(np.where(backwards, -1.0, 1.0), -shift).astype(np.float32)
    coefficients = pieces.coefficients[runs, pieces.rows[used][owners] + rows]
    order = np.lexsort((begin, runs))
    columns: list[Any] = [runs, begin, origins, scales, coefficients, pieces.factors[runs]]
    return Blocks(*(column[order] for column in columns))
