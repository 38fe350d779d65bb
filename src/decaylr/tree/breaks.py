"""Where the course of a schedule may change abruptly: boundaries, milestones, knots, cycles.

Positions of breaks are float64, as near as their rounding allows. Whoever uses them reads the
values on both sides from the core.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from decaylr.checks import FloatArray
from decaylr.tree.length import as_float, length_of
from decaylr.tree.node import KINDS, Node

MOST = 4096  # breaks of one run
# A factor that is applied this often, in powers of two, has left the range of float32 whatever
# the first value was.
RANGE = 280.0


class TooManyBreaksError(Exception):
    """A run has more breaks than `MOST`."""


def breaks_of(schedule: Node, until: FloatArray) -> FloatArray:
    """The breaks of every run below `until`, with a last axis; infinite where a run has fewer.

    The result broadcasts to the shape of `until`, which is that of the batch, and the last axis.
    Raises TooManyBreaksError if a run has more than `MOST`.
    """
    rule = KINDS[schedule.kind].breaks or _usual
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found: FloatArray = rule(schedule, until)
    if found.shape[-1] > MOST:
        raise TooManyBreaksError
    return found


def _usual(schedule: Node, until: FloatArray) -> FloatArray:
    """A curve breaks at its end; a combinator where one of its parts does."""
    if not schedule.children:
        return length_of(schedule)[..., None]
    return together([breaks_of(child, until) for child in schedule.children])


def together(parts: list[FloatArray]) -> FloatArray:
    """Breaks of several origins."""
    shape = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return np.concatenate(
        [np.broadcast_to(part, shape + part.shape[-1:]) for part in parts], axis=-1
    )


def at_list(name: str) -> Callable[[Node, FloatArray], FloatArray]:
    """Rule of kinds that break at the elements of a list parameter."""
    return lambda schedule, until: as_float(schedule, name)


def multiples(size: FloatArray, until: FloatArray, most: Any = np.inf) -> FloatArray:
    """The multiples of `size` below `until`, at most `most` of them."""
    count = np.minimum(until / size, most)
    largest = float(np.max(np.where(np.isnan(count), 0.0, count)))
    if largest > MOST:
        raise TooManyBreaksError
    numbers = np.arange(1.0, largest + 2.0)
    return np.where(numbers <= count[..., None] + 1.0, numbers * size[..., None], np.inf)


def changes(factor: FloatArray) -> FloatArray:
    """How often a factor can be applied before the product is constant in float32."""
    exponent = np.abs(np.log2(factor))
    return np.where(exponent > 0.0, RANGE / exponent, 0.0)
