"""Few points through which straight lines follow a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from decaylr.checks import FloatArray, IntArray, above, refuse, whole_number
from decaylr.evaluation.values import table
from decaylr.tree.node import Node

MOST_EXACT = 2048  # positions up to which all sets of points are compared
CHUNK = 256


def knots(schedule: Node, steps: int, rtol: float) -> list[tuple[int, float]]:
    """Points of the schedule through which straight lines stay within a relative tolerance.

    For systems that take a list of points and draw lines between them. At every position n
    below `steps`::

        |line(n) - value(n)| <= rtol * |value(n)|

    Up to 2048 positions no smaller set of points of the schedule does that. Beyond, every line
    reaches as far as it can, which gives the fewest wherever the curve bends only one way.

    Parameters
    ----------
    steps : int
        Number of positions, >= 1: the points go from 0 to ``steps - 1``.
    rtol : float
        The tolerance, > 0.

    Returns
    -------
    list of (int, float)
        Positions in ascending order and the values there.

    Raises
    ------
    TypeError, ValueError
        If the schedule is not a single one or not finite there, or an argument is invalid.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.wsd(1.0, 10, 80, 10).knots(101, 1e-6)
    [(0, 0.0), (10, 1.0), (90, 1.0), (100, 0.0)]
    >>> len(dl.cosine(1.0, 0.1, 1000).knots(1001, 0.01))
    11
    """
    if schedule.shape != ():
        refuse("schedule", "a single one, such as schedule[0]", f"shape {schedule.shape}")
    count, tolerance = whole_number("steps", steps, 1), _one("rtol", above("rtol", rtol))
    values = np.asarray(table(schedule, count), np.float64)
    if not np.all(np.isfinite(values)):
        at = int(np.argmin(np.isfinite(values)))
        refuse("schedule", f"finite at the positions below {count}", f"{values[at]} at {at}")
    find = _fewest if count <= MOST_EXACT else _longest
    return [(at, float(values[at])) for at in find(values, tolerance)]


def _one(name: str, number: Any) -> float:
    if number.ndim:
        raise TypeError(f"{name} must be one number, got shape {number.shape}")
    return float(number)


def _fewest(values: FloatArray, rtol: float) -> list[int]:
    """The positions of the fewest points, by dynamic programming."""
    lines = np.full(len(values), len(values), np.int64)  # to a position, with the fewest lines
    before = np.zeros(len(values), np.int64)
    lines[0] = 0
    for i in range(len(values) - 1):
        for ends in _ends(values, i, rtol):
            better = ends[lines[ends] > lines[i] + 1]
            lines[better], before[better] = lines[i] + 1, i
    found = [len(values) - 1]
    while found[-1]:
        found.append(int(before[found[-1]]))
    return found[::-1]


def _longest(values: FloatArray, rtol: float) -> list[int]:
    """The positions of points from which every line reaches as far as it can."""
    found = [0]
    while found[-1] < len(values) - 1:
        found.append(max(int(ends[-1]) for ends in _ends(values, found[-1], rtol)))
    return found


def _ends(values: FloatArray, i: int, rtol: float) -> Iterator[IntArray]:
    """The positions to which a line from `i` stays within the tolerance, in ascending parts.

    The slopes that pass all positions so far are an interval, which only shrinks.
    """
    least, most, begin, size = -np.inf, np.inf, i + 1, CHUNK
    while begin < len(values):
        at = np.arange(begin, min(begin + size, len(values)))
        rise, room = values[at] - values[i], rtol * np.abs(values[at])
        low = np.maximum.accumulate(np.maximum((rise - room) / (at - i), least))
        high = np.minimum.accumulate(np.minimum((rise + room) / (at - i), most))
        slope = rise / (at - i)
        reached = (low <= slope) & (slope <= high)
        if reached.any():
            yield at[reached]
        least, most = low[-1], high[-1]
        if least > most:
            return
        begin, size = begin + size, 2 * size
