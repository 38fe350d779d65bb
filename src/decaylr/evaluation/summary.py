"""Summaries of a schedule over many positions, computed without storing the table."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from decaylr import markup
from decaylr._engine import FloatEnvironment
from decaylr.checks import (
    FloatArray,
    IntArray,
    broadcast_shape,
    real_array,
    refuse,
    require,
)
from decaylr.evaluation.program import compiled
from decaylr.evaluation.threads import team
from decaylr.evaluation.values import window
from decaylr.tree.node import Node

FIELDS = ("initial", "peak", "peak_at", "final", "total", "mean", "half_at")


class Summary:
    """Summary of a schedule over the positions start .. start + steps - 1.

    Returned by `Schedule.fold`. Every array has the shape of the schedule; positions are
    absolute. The results are bit-identical for every number of threads.

    Attributes
    ----------
    initial, final : ndarray of float64
        Values at the first and at the last position.
    peak : ndarray of float64
        Maximum over the positions.
    peak_at : ndarray of int64
        First position of the maximum.
    total, mean : ndarray of float64
        Sum of the values (S1 in the scaling law of :meth:`annealing`), and sum / steps.
    half_at : ndarray of int64
        First position from the peak on with a value <= peak / 2; -1 if none.

    Examples
    --------
    >>> import decaylr as dl
    >>> summary = dl.linear(1.0, 0.0, 4).fold(5)
    >>> float(summary.total), int(summary.half_at)
    (2.5, 2)
    """

    initial: FloatArray
    peak: FloatArray
    peak_at: IntArray
    final: FloatArray
    total: FloatArray

    def __init__(
        self, schedule: Node, steps: int, start: int = 0, threads: int | None = None
    ) -> None:
        self.steps, self.start, _ = window(steps, start, 1)
        if self.steps == 0:
            refuse("steps", ">= 1", 0)
        self._team = team(threads)
        self._schedule = schedule
        columns = compiled(schedule).fold(self.start, self.steps, self._team)
        initial, peak, peak_at, final, total = columns
        self.initial = initial.reshape(schedule.shape)
        self.peak, self.peak_at = peak.reshape(schedule.shape), peak_at.reshape(schedule.shape)
        self.final, self.total = final.reshape(schedule.shape), total.reshape(schedule.shape)

    @property
    def mean(self) -> FloatArray:
        """Mean value."""
        with FloatEnvironment():
            return np.asarray(self.total / self.steps)

    @cached_property
    def half_at(self) -> IntArray:
        """First position from the peak on with a value <= peak / 2; -1 if none."""
        return self.below(0.5)

    def below(self, fraction: ArrayLike) -> IntArray:
        """First position from the peak on with a value <= fraction * peak; -1 if none.

        Parameters
        ----------
        fraction : float or array_like
            Finite; broadcasts to the shape of the schedule.

        Returns
        -------
        ndarray of int64
        """
        limit = self._limit(fraction)
        origin = self.peak_at.ravel()
        program = compiled(self._schedule)
        first = program.below(self.start, self.steps, self._team, origin, limit)
        return first.reshape(self._schedule.shape)

    def spent(self, fraction: ArrayLike) -> FloatArray:
        """Share of the positions with a value < fraction * peak.

        Parameters
        ----------
        fraction : float or array_like
            Finite; broadcasts to the shape of the schedule.

        Returns
        -------
        ndarray of float64
        """
        limit = self._limit(fraction)
        counts = compiled(self._schedule).counts(self.start, self.steps, self._team, limit)
        with FloatEnvironment():
            return np.asarray(counts.reshape(self._schedule.shape) / self.steps)

    def annealing(self, momentum: ArrayLike) -> FloatArray:
        """Annealing area S2 of the scaling law with learning-rate annealing.

        S2 is the sum over the positions of m_i = momentum * m_{i-1} + (v_{i-1} - v_i), where
        v_i are the values and m_0 = 0 (Tissue et al., arXiv:2408.11029).

        Parameters
        ----------
        momentum : float or array_like
            Decay factor of the annealing momentum, 0 <= momentum < 1 (lambda in the paper);
            broadcasts to the shape of the schedule.

        Returns
        -------
        ndarray of float64
        """
        array = real_array("momentum", momentum)
        require("momentum", array, lambda x: (x >= 0) & (x < 1), "in [0, 1)")
        momenta = self._one_per_run("momentum", array)
        areas = compiled(self._schedule).annealing(self.start, self.steps, self._team, momenta)
        return areas.reshape(self._schedule.shape)

    def totals_at(self, positions: npt.ArrayLike) -> FloatArray:
        """Sums of the values from `start` up to and including each position.

        Parameters
        ----------
        positions : array_like of int
            Absolute positions within the range of the summary, in any order.

        Returns
        -------
        ndarray of float64
            Of shape ``schedule.shape + positions.shape``.
        """
        at = real_array("positions", positions)
        if at.dtype != np.int64:
            raise TypeError(f"positions must be integers, got {at.dtype}")
        last = self.start + self.steps - 1
        require(
            "positions",
            at,
            lambda p: (p >= self.start) & (p <= last),
            f"within [{self.start}, {last}]",
        )
        order = np.argsort(at.ravel(), kind="stable")
        indices = np.ascontiguousarray(at.ravel()[order] - self.start)
        ordered = compiled(self._schedule).totals(self.start, self.steps, self._team, indices)
        totals = np.empty_like(ordered)
        totals[:, order] = ordered
        return totals.reshape(self._schedule.shape + at.shape)

    def _limit(self, fraction: ArrayLike) -> FloatArray:
        array = real_array("fraction", fraction)
        require("fraction", array, np.isfinite, "finite")
        with FloatEnvironment():
            return self._one_per_run("fraction", array) * self.peak.ravel()

    def _one_per_run(self, name: str, array: npt.NDArray[Any]) -> FloatArray:
        shape = self._schedule.shape
        if broadcast_shape({"schedule": shape, name: array.shape}) != shape:
            raise ValueError(f"{name} must broadcast to {shape}, got shape {array.shape}")
        return np.ascontiguousarray(np.broadcast_to(array, shape), np.float64).ravel()

    def to_dict(self) -> dict[str, Any]:
        """The attributes as plain numbers and nested lists."""
        return {name: np.asarray(getattr(self, name)).tolist() for name in FIELDS}

    def __repr__(self) -> str:
        """A table with one line per run; of more than 20 runs, the first and last ten."""
        size = self._schedule.size
        shown = list(range(size)) if size <= 20 else [*range(10), *range(size - 10, size)]
        columns = [np.asarray(getattr(self, name)).ravel() for name in FIELDS]
        rows = [["run", *FIELDS]]
        rows += [[str(run), *(f"{column[run]:.6g}" for column in columns)] for run in shown]
        widths = [max(len(row[i]) for row in rows) for i in range(len(FIELDS) + 1)]
        lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in rows]
        if len(shown) < size:
            lines.insert(11, f"... {size - len(shown)} more runs ...")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """The same table for notebooks."""
        columns = [np.asarray(getattr(self, name)).ravel() for name in FIELDS]
        shown = markup.ends(self._schedule.size)
        rows = [[str(run), *(f"{column[run]:.6g}" for column in columns)] for run in shown]
        return markup.table(("run", *FIELDS), rows, self._schedule.size)


def fold(schedule: Node, steps: int, *, start: int = 0, threads: int | None = None) -> Summary:
    """Summarize the values over many positions, without storing the table.

    Parameters
    ----------
    steps : int
        Number of positions, >= 1.
    start : int
        First position, >= 0.
    threads : int, optional
        Largest number of threads: see :meth:`decaylr.Schedule.table`.

    Returns
    -------
    Summary
        Peak, sum, mean and more, each an array of the shape of the schedule.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear([1.0, 2.0], 0.0, 4).fold(5).total
    array([2.5, 5. ])
    """
    return Summary(schedule, steps, start, threads)
