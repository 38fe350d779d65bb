"""Reductions of a schedule over positions, never storing the table."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import (
    FloatArray,
    IntArray,
    Real,
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
    """What `Schedule.fold` finds over the positions start .. start + steps - 1.

    Every array has the schedule's shape; positions are absolute. The bits are the same
    for every number of threads.

    Attributes
    ----------
    initial, final : ndarray of float64
        Value at the first and at the last position.
    peak : ndarray of float64
        Largest value.
    peak_at : ndarray of int64
        First position of the peak.
    total, mean : ndarray of float64
        Sum of the values (S1 of the annealing law), and the sum over `steps`.
    half_at : ndarray of int64
        First position from the peak on at or under half of the peak; -1 if none.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.linear(1.0, 0.0, 4).fold(5)
    >>> float(found.total), int(found.half_at)
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
        found = compiled(schedule).fold(self.start, self.steps, self._team)
        initial, peak, peak_at, final, total = found
        self.initial = initial.reshape(schedule.shape)
        self.peak, self.peak_at = peak.reshape(schedule.shape), peak_at.reshape(schedule.shape)
        self.final, self.total = final.reshape(schedule.shape), total.reshape(schedule.shape)

    @property
    def mean(self) -> FloatArray:
        """Mean value."""
        return np.asarray(self.total / self.steps)

    @cached_property
    def half_at(self) -> IntArray:
        """First position from the peak on at or under half of the peak; -1 if none."""
        return self.below(0.5)

    def below(self, fraction: Real) -> IntArray:
        """First position from the peak on at or under `fraction` of the peak; -1 if none.

        `fraction` is a finite number, or an array that broadcasts to the schedule's shape.
        """
        limit = self._limit(fraction)
        origin = self.peak_at.ravel()
        found = compiled(self._schedule).below(self.start, self.steps, self._team, origin, limit)
        return found.reshape(self._schedule.shape)

    def spent(self, fraction: Real) -> FloatArray:
        """Share of the positions whose value is under `fraction` of the peak."""
        limit = self._limit(fraction)
        found = compiled(self._schedule).counts(self.start, self.steps, self._team, limit)
        return np.asarray(found.reshape(self._schedule.shape) / self.steps)

    def annealing(self, momentum: Real) -> FloatArray:
        """Annealing area S2 of the scaling law with learning-rate annealing.

        The sum over the positions of m_i = momentum * m_{i-1} + (v_{i-1} - v_i), where
        v_i are the values and m_0 = 0; 0 <= momentum < 1 (Tissue et al., 2408.11029).
        """
        array = real_array("momentum", momentum)
        require("momentum", array, lambda x: (x >= 0) & (x < 1), "in [0, 1)")
        momenta = self._one_per_run("momentum", array)
        found = compiled(self._schedule).annealing(self.start, self.steps, self._team, momenta)
        return found.reshape(self._schedule.shape)

    def totals_at(self, positions: npt.ArrayLike) -> FloatArray:
        """Sums of the values up to and including each position, shape + positions.shape."""
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
        found = compiled(self._schedule).totals(self.start, self.steps, self._team, indices)
        totals = np.empty_like(found)
        totals[:, order] = found
        return totals.reshape(self._schedule.shape + at.shape)

    def _limit(self, fraction: Real) -> FloatArray:
        array = real_array("fraction", fraction)
        require("fraction", array, np.isfinite, "finite")
        return self._one_per_run("fraction", array) * self.peak.ravel()

    def _one_per_run(self, name: str, array: npt.NDArray[Any]) -> FloatArray:
        shape = self._schedule.shape
        if broadcast_shape({"schedule": shape, name: array.shape}) != shape:
            raise ValueError(f"{name} must broadcast to {shape}, got shape {array.shape}")
        return np.ascontiguousarray(np.broadcast_to(array, shape), np.float64).ravel()

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain numbers and nested lists."""
        return {name: np.asarray(getattr(self, name)).tolist() for name in FIELDS}

    def __repr__(self) -> str:
        """A table: one line a run, the first and last of many."""
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


def fold(schedule: Node, steps: int, *, start: int = 0, threads: int | None = None) -> Summary:
    """Peak, sum, mean, annealing area and more over steps, without storing the table."""
    return Summary(schedule, steps, start, threads)
