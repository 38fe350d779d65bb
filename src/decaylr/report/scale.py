"""The vertical axis of a density image: bins of values, on a linear or logarithmic axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, IntArray

BINS = 200
SMALLEST_SHOWN = 1e-5  # share of the largest value, on a logarithmic axis
WIDE = 20.0  # a ratio of peaks from which the axis is logarithmic


@dataclass(frozen=True)
class Scale:
    """Equal bins between two values; values outside are counted in the outermost bins."""

    low: float
    high: float
    logarithmic: bool

    @property
    def edges(self) -> FloatArray:
        """The edges of the bins, one more than there are bins."""
        space = np.geomspace if self.logarithmic else np.linspace
        return np.asarray(space(self.low, self.high, BINS + 1))

    def bins(self, values: npt.NDArray[np.float64]) -> IntArray:
        """The bin of each value: the last whose lower edge is at most the value."""
        edges = self.edges
        bounded = np.clip(values, edges[0], edges[-1])
        if self.logarithmic:
            place = np.log(bounded) - np.log(self.low)
            place *= BINS / (np.log(self.high) - np.log(self.low))
        else:
            place = (bounded - self.low) * (BINS / (self.high - self.low))
        found: IntArray = np.clip(place.astype(np.int64), 0, BINS - 1)
        # The quotient may be rounded to the other side of an edge.
        found += (bounded >= edges[found + 1]) & (found < BINS - 1)
        found -= (bounded < edges[found]) & (found > 0)
        return found


def scale_of(peaks: FloatArray, smallest: float) -> Scale:
    """A scale for runs with these peaks and this smallest value of all."""
    largest, least = float(peaks.max()), float(peaks.min())
    if least > 0 and largest > WIDE * least and smallest >= 0:
        low = max(smallest, SMALLEST_SHOWN * largest)
        return Scale(min(low, least / 2), largest, True)
    if largest > smallest:
        return Scale(min(smallest, 0.0), max(largest, 0.0), False)
    return Scale(min(smallest, 0.0), max(smallest, 0.0) or 1.0, False)
