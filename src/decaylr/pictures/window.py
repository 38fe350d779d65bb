"""The range and grid of positions at which a schedule is plotted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from decaylr.checks import LARGEST_COUNT
from decaylr.tree.horizon import stated_horizon
from decaylr.tree.length import length_of
from decaylr.tree.node import KINDS, Node

COUNTED_UNITS = ("step", "sample", "token")
LAST = 2.0**63 - 1024  # the last position that a float64 holds


Positions = npt.NDArray[np.int64] | npt.NDArray[np.float64]


def even_grid(unit: str, length: float, points: int) -> Positions:
    """At most `points` evenly spaced positions from 0 to length; integers for counted units."""
    if unit in COUNTED_UNITS and length.is_integer() and length < LARGEST_COUNT:
        return np.unique(np.rint(np.linspace(0, length, points)).astype(np.int64))
    return np.linspace(0, length, points)


def shown_range(schedule: Node) -> float:
    """Range to plot: the horizon or length, or three times the longest time in the parameters."""
    refuses = schedule.kind == "ending" and schedule.options["mode"] == "raise"
    stated = schedule.parameters["length"] if refuses else stated_horizon(schedule)
    lengths = length_of(schedule) if stated is None else stated
    lengths = lengths[np.isfinite(lengths)]
    if lengths.size and lengths.max() > 0:
        return min(float(lengths.max()), LAST)
    times = list(_times(schedule))
    return 3 * min(max(times), LAST / 3) if times else 1000.0


def _times(schedule: Node) -> list[float]:
    times = []
    for name, array in schedule.parameters.items():
        if name.startswith(KINDS[schedule.kind].times):
            finite = array[np.isfinite(array)]
            times += [float(finite.max())] if finite.size and finite.max() > 0 else []
    for child in schedule.children:
        times += _times(child)
    return times
