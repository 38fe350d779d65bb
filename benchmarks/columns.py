"""The parameters of the runs that are measured: each of them differs from run to run."""

from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Columns:
    """Runs over the same number of steps: an array a parameter, its first axis the run."""

    steps: int
    peak: np.ndarray
    rate: np.ndarray  # decay a step
    slope: np.ndarray  # decay rate of inverse curves
    length: np.ndarray  # horizon, at least `steps`
    warmup: np.ndarray
    every: np.ndarray  # positions a stair or a cycle

    def __getitem__(self, index):
        """Some of the runs, or with another axis."""
        arrays = [getattr(self, field.name) for field in fields(self)[1:]]
        return Columns(self.steps, *(array[index] for array in arrays))


def columns(n, steps):
    """Parameters of n runs, always the same."""
    return Columns(
        steps=steps,
        peak=np.random.default_rng(1).uniform(0.5, 1.0, n),
        rate=np.linspace(0.99, 0.9999, n),
        slope=np.linspace(0.01, 0.1, n),
        length=10 * np.rint(np.linspace(steps // 10, steps // 5, n)),
        warmup=np.rint(np.linspace(steps // 20, steps // 5, n)),
        every=np.rint(np.linspace(50, 150, n)),
    )
