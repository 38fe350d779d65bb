"""Which positions of a schedule to show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from decaylr.tree.length import length_of
from decaylr.tree.node import KINDS, Node

COUNTED_UNITS = ("step", "sample", "token")


Positions = npt.NDArray[np.int64] | npt.NDArray[np.float64]


def even_grid(unit: str, length: float, points: int) -> Positions:
    """At most `points` even positions from 0 to length; whole ones where the unit counts."""
    if unit in COUNTED_UNITS and length.is_integer():
        return np.unique(np.rint(np.linspace(0, length, points)).astype(np.int64))
    return np.linspace(0, length, points)


def horizon(schedule: Node) -> float:
    """A length to show of a schedule: its own, or three of the longest times it names."""
    lengths = length_of(schedule)[np.isfinite(length_of(schedule))]
    if lengths.size and lengths.max() > 0:
        return float(lengths.max())
    times = list(_times(schedule))
    return 3 * max(times) if times else 1000.0


def _times(schedule: Node) -> list[float]:
    found = []
    for name, array in schedule.parameters.items():
        if name.startswith(KINDS[schedule.kind].times):
            finite = array[np.isfinite(array)]
            found += [float(finite.max())] if finite.size and finite.max() > 0 else []
    for child in schedule.children:
        found += _times(child)
    return found
