"""A row of the users' table: how to draw its runs, make them, and write them in NumPy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import decaylr as dl
from benchmarks.expressions import CACHED
from benchmarks.timing import require_close
from benchmarks.users.draws import Draw, Drawn, drawn

ORDINARY, ANY_POWER = 4.0, 12.0  # times `fill`


@dataclass(frozen=True)
class Case:
    """A schedule as people write it.

    `covers` are the public functions whose schedules the row measures, by their name below
    `decaylr`. `numpy` returns the values at positions `p` for parameters of shape (runs, 1).
    `peer`, given one run, makes the table of the library's own schedule. `stairs` is the parameter
    at whose multiples the value jumps, where these lie between steps.
    """

    name: str
    covers: tuple[str, ...]
    draws: dict[str, Draw]
    make: Callable[[Drawn], dl.Schedule]
    numpy: Callable[[Drawn, np.ndarray], np.ndarray]
    most: float = ORDINARY
    peer: Callable[[Drawn], Callable[[], np.ndarray]] | None = None
    stairs: str | None = None

    def drawn(self, runs: int, steps: int) -> Drawn:
        """The parameters of the runs, the same on every call."""
        return drawn(self.name, self.draws, runs, steps)


def by_numpy(case: Case, d: Drawn, out: np.ndarray) -> None:
    """Write the table with NumPy, a few runs at a time, so that they stay in cache."""
    p, rows = np.arange(d.steps, dtype=np.float64), max(CACHED // d.steps, 1)
    for first in range(0, len(out), rows):
        some = slice(first, first + rows)
        out[some] = case.numpy(d[some, None], p)


def check(case: Case, d: Drawn, got: np.ndarray, p: np.ndarray) -> None:
    """Raise an error if values are not NumPy's.

    Positions within rounding errors of a jump are left out: 11 lies before 10 * 1.1, but NumPy's
    11 / 1.1 is 10.
    """
    expected = np.broadcast_to(case.numpy(d[:, None], p), got.shape)
    if case.stairs:
        quotient = p / getattr(d, case.stairs)[:, None]
        beside = np.abs(quotient - np.rint(quotient)) <= 1e-12 * np.maximum(quotient, 1.0)
        expected = np.where(beside, got, expected)
    require_close(got, expected, case.name)
