"""The runs of a sweep in the order of their predicted losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, IntArray, refuse, whole_number
from decaylr.schedule import Schedule


class HasSchedule(Protocol):
    """A sweep: a batch of schedules with the parameters of every run."""

    schedule: Schedule
    columns: Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Ranking:
    """The best runs of a sweep, ascending by loss.

    Attributes
    ----------
    runs : ndarray of int64
        Their numbers in the sweep, counted in C order.
    losses : ndarray of float64
    schedule : Schedule
        Their schedules, of shape (n,).
    columns : dict of str to ndarray
        Their parameters; empty if the sweep has none.
    """

    runs: IntArray
    losses: FloatArray
    schedule: Schedule
    columns: dict[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        return len(self.runs)

    def __str__(self) -> str:
        """A line per run: its loss, its number and its parameters."""
        lines = []
        for place, (run, loss) in enumerate(zip(self.runs, self.losses, strict=True)):
            named = "".join(f"  {name} {column[place]}" for name, column in self.columns.items())
            lines.append(f"{loss:.6f}  run {run}{named}")
        return "\n".join(lines)


def ranked(
    predict: Callable[[Schedule, Any], Any], sweep: Schedule | HasSchedule, steps: Any, n: Any
) -> Ranking:
    """The `n` runs of least predicted loss."""
    if isinstance(sweep, Schedule):
        schedule, columns = sweep, {}
    elif isinstance(getattr(sweep, "schedule", None), Schedule):
        schedule, columns = sweep.schedule, dict(sweep.columns)
    else:
        raise TypeError(f"sweep must be a Sweep or a Schedule, got {type(sweep).__name__}")
    number = whole_number("n", n, 1)
    if number > schedule.size:
        refuse("n", f"at most the number of runs, {schedule.size}", number)
    losses = np.ravel(predict(schedule, steps))
    runs = np.argsort(losses, kind="stable")[:number]
    return Ranking(
        runs,
        losses[runs],
        schedule.reshape(-1)[runs],
        {name: np.ravel(column)[runs] for name, column in columns.items()},
    )
