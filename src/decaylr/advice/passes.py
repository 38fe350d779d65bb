"""Figures that are gathered in one pass over all values, a window of positions at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


class Signs:
    """Where values are negative, and where they are zero or negative."""

    def __init__(self, runs: int) -> None:
        self.non_positive = np.full(runs, -1)
        self.negative = np.full(runs, -1)
        self.zero_between = np.full(runs, -1)
        self._positive_seen = np.zeros(runs, np.bool_)
        self._candidate = np.full(runs, -1)  # zero after a positive value

    def see(self, rows: slice, begin: int, values: FloatArray) -> None:
        """Take the values of some runs at the positions from `begin` on, each once."""
        self._first(self.non_positive, rows, begin, values <= 0)
        self._first(self.negative, rows, begin, values < 0)
        positive = values > 0
        seen = np.logical_or.accumulate(positive, axis=1) | self._positive_seen[rows][:, None]
        low = (values <= 0) & seen
        self._first(self._candidate, rows, begin, low)
        positions = begin + np.arange(values.shape[1])
        candidate = self._candidate[rows]
        again = (positive & (positions > candidate[:, None]) & (candidate >= 0)[:, None]).any(
            axis=1
        )
        self.zero_between[rows] = np.where(again, candidate, self.zero_between[rows])
        self._positive_seen[rows] |= positive.any(axis=1)

    @staticmethod
    def _first(
        found: IntArray,
        rows: slice,
        begin: int,
        holds: BoolArray,
    ) -> None:
        """Note the first position at which something holds, where none is noted."""
        new = holds.any(axis=1) & (found[rows] < 0)
        found[rows] = np.where(new, begin + holds.argmax(axis=1), found[rows])


class Jumps:
    """Jumps, the last of them upwards (a restart), and the last change of each run."""

    def __init__(self, runs: int) -> None:
        self.count = np.zeros(runs, np.int64)
        self.largest, self.largest_at = np.zeros(runs), np.full(runs, -1)
        self.restart, self.before_restart = np.full(runs, -1), np.zeros(runs)
        self.last_change = np.full(runs, -1)
        self.smooth = np.zeros(runs, np.bool_)  # whether the value before it had changed too
        self.final = np.zeros(runs)

    def see(self, rows: slice, first: int, values: FloatArray, sizes: FloatArray) -> None:
        """Take a window: its values from max(first - 2, 0) on, and the sizes of its jumps.

        Column k of the sizes is the change to the position max(first, 1) + k.
        """
        begin = max(first, 1)
        self.count[rows] += np.count_nonzero(sizes, axis=1)
        best = sizes.argmax(axis=1)
        size = np.take_along_axis(sizes, best[:, None], 1)[:, 0]
        better = size > self.largest[rows]
        self.largest[rows] = np.where(better, size, self.largest[rows])
        self.largest_at[rows] = np.where(better, best + begin, self.largest_at[rows])
        self._see_restarts(rows, begin, max(first - 2, 0), values, sizes)
        self._see_changes(rows, max(first - 2, 0), values)

    def _see_restarts(
        self, rows: slice, begin: int, offset: int, values: FloatArray, sizes: FloatArray
    ) -> None:
        """The last jump upwards, and the value before it."""
        if values.shape[1] < 2:
            return
        to = begin - offset
        after, before = (
            values[:, to : to + sizes.shape[1]],
            values[:, to - 1 :][:, : sizes.shape[1]],
        )
        up = (sizes > 0) & (after > before)
        column = up.shape[1] - 1 - up[:, ::-1].argmax(axis=1)
        new = up.any(axis=1)
        low = np.take_along_axis(before, column[:, None], 1)[:, 0]
        self.restart[rows] = np.where(new, begin + column, self.restart[rows])
        self.before_restart[rows] = np.where(new, low, self.before_restart[rows])

    def _see_changes(self, rows: slice, offset: int, values: FloatArray) -> None:
        """The last position whose value differs from the one before."""
        self.final[rows] = values[:, -1]
        changed = values[:, 1:] != values[:, :-1]
        if not changed.size:
            return
        column = changed.shape[1] - 1 - changed[:, ::-1].argmax(axis=1)
        before = np.take_along_axis(changed, np.maximum(column - 1, 0)[:, None], 1)[:, 0]
        # The first column of a later window was seen in the window before, with what is before it.
        new = changed.any(axis=1) & ((column > 0) | (offset == 0))
        self.last_change[rows] = np.where(new, offset + column + 1, self.last_change[rows])
        self.smooth[rows] = np.where(new, before & (column > 0), self.smooth[rows])
