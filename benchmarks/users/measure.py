"""Measurements of one row: the table against `fill` and NumPy, and the fold."""

from typing import NamedTuple

import numpy as np

from benchmarks.timing import medians, require_close
from benchmarks.users.case import Case, by_numpy

RUNS, STEPS = 400, 20_000
FEW = 20  # runs that NumPy is timed with
MOST_FOLD = 0.5  # nanoseconds per value


class Work:
    """A row prepared for timing: its values have been compared with NumPy's."""

    def __init__(self, case: Case, runs: int, steps: int) -> None:
        self.case, self.runs, self.steps = case, runs, steps
        self.drawn = case.drawn(runs, steps)
        self.schedule = case.make(self.drawn)
        self.out = np.empty((runs, steps))
        self.expected = np.empty((min(FEW, runs), steps))
        self.numpy()
        self.table()
        require_close(self.out[: len(self.expected)], self.expected, case.name)
        sums = self.schedule.fold(steps, threads=1).total
        require_close(sums, self.out.sum(axis=1), f"fold of {case.name}")

    def table(self) -> None:
        self.schedule.table(self.steps, out=self.out, threads=1)

    def fill(self) -> None:
        self.out.fill(1.0)

    def fold(self) -> None:
        self.schedule.fold(self.steps, threads=1)

    def numpy(self) -> None:
        """The first runs by NumPy."""
        by_numpy(self.case, self.drawn[: len(self.expected)], self.expected)

    def nanoseconds(self, seconds: float, runs: int | None = None) -> float:
        """Time per value."""
        return seconds / ((runs or self.runs) * self.steps) * 1e9


class Measured(NamedTuple):
    """Nanoseconds per value, and the table relative to `fill`."""

    table: float
    over_fill: float
    fold: float
    numpy: float


def measure(case: Case, runs: int, steps: int) -> Measured:
    """The figures of one row."""
    work = Work(case, runs, steps)
    table, fill = medians(work.table, work.fill)
    (fold,), (numpy,) = medians(work.fold), medians(work.numpy)
    return Measured(
        work.nanoseconds(table),
        table / fill,
        work.nanoseconds(fold),
        work.nanoseconds(numpy, len(work.expected)),
    )
