"""Measurements of one row: the table against `fill` and NumPy, and the fold."""

from typing import NamedTuple

import numpy as np

from benchmarks.timing import medians, ratio, require_close
from benchmarks.users.case import Case, by_numpy, check
from benchmarks.users.live import require_alike

RUNS, STEPS = 400, 20_000
FEW = 20  # runs that NumPy is timed with
MOST_FOLD = 0.5  # nanoseconds per value


class Work:
    """A row prepared for timing: its values have been compared with NumPy's."""

    def __init__(self, case: Case, runs: int, steps: int) -> None:
        self.case, self.runs, self.steps = case, runs, steps
        self.drawn = case.drawn(runs, steps)
        self.schedule = case.make(self.drawn)
        self.few = self.schedule[:FEW]
        self.out = np.empty((runs, steps))
        self.expected = np.empty((min(FEW, runs), steps))
        self.numpy()
        self.table()
        check(case, self.drawn[:FEW], self.out[:FEW], np.arange(steps, dtype=np.float64))
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

    def first_table(self) -> None:
        """The runs that NumPy is timed with."""
        self.few.table(self.steps, out=self.out[: len(self.expected)], threads=1)

    def nanoseconds(self, seconds: float) -> float:
        """Time per value."""
        return seconds / (self.runs * self.steps) * 1e9


def beside_peer(case: Case, steps: int) -> float:
    """How many times faster the table of one run is than the library's own, compiled by JAX."""
    d = case.drawn(1, steps)
    schedule, theirs, out = case.make(d), case.peer(d[0]), np.empty((1, steps))

    def table() -> None:
        schedule.table(steps, out=out, threads=1)

    table()
    require_alike(theirs(), out[0], case.name)
    return ratio(theirs, table)


class Measured(NamedTuple):
    """Nanoseconds per value, the table relative to `fill`, and NumPy relative to the table."""

    table: float
    over_fill: float
    fold: float
    numpy_times: float


def measure(case: Case, runs: int, steps: int) -> Measured:
    """The figures of one row."""
    work = Work(case, runs, steps)
    table, fill = medians(work.table, work.fill)
    (fold,) = medians(work.fold)
    faster = ratio(work.numpy, work.first_table)
    return Measured(work.nanoseconds(table), table / fill, work.nanoseconds(fold), faster)
