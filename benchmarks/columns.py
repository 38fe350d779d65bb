"""The parameters of the measured runs. Every parameter differs between runs."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Columns:
    """Runs over the same number of steps: one array per parameter, whose first axis is the run."""

    steps: int
    peak: np.ndarray
    rate: np.ndarray  # decay per step
    slope: np.ndarray  # decay rate of inverse curves
    length: np.ndarray  # horizon, at least `steps`
    warmup: np.ndarray
    every: np.ndarray  # positions per stair or cycle

    def __getitem__(self, index):
        """The columns indexed like arrays, to select runs or add an axis."""
        arrays = [getattr(self, field.name) for field in fields(self)[1:]]
        return Columns(self.steps, *(array[index] for array in arrays))


def columns(n, steps):
    """Parameters of n runs, the same on every call."""
    return Columns(
        steps=steps,
        peak=np.random.default_rng(1).uniform(0.5, 1.0, n),
        rate=np.linspace(0.99, 0.9999, n),
        slope=np.linspace(0.01, 0.1, n),
        length=10 * np.rint(np.linspace(steps // 10, steps // 5, n)),
        warmup=np.rint(np.linspace(steps // 20, steps // 5, n)),
        every=np.rint(np.linspace(50, 150, n)),
    )
