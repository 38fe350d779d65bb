"""Parameters drawn at random from what people use, one value per run.

A draw is a function of a generator, the number of runs and the number of steps of the table.
DECAYLR_BENCH_SEED (default 1) chooses the values.
"""

import os
import zlib
from collections.abc import Callable

import numpy as np

SEED = int(os.environ.get("DECAYLR_BENCH_SEED", "1"))
Draw = Callable[[np.random.Generator, int, int], np.ndarray]


class Drawn:
    """Runs over the same number of steps: an array per parameter, whose first axis is the run."""

    def __init__(self, steps: int, arrays: dict[str, np.ndarray]) -> None:
        self.steps, self._arrays = steps, arrays
        for name, array in arrays.items():
            setattr(self, name, array)

    def __getitem__(self, index) -> "Drawn":
        """The parameters indexed like arrays, to select runs or add an axis."""
        return Drawn(self.steps, {name: array[index] for name, array in self._arrays.items()})

    def mapped(self, function) -> "Drawn":
        """A function of each array instead of it."""
        arrays = {name: function(array) for name, array in self._arrays.items()}
        return Drawn(self.steps, arrays)


def drawn(name: str, draws: dict[str, Draw], runs: int, steps: int) -> Drawn:
    """The parameters of a row; the same for the same name and seed."""
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    return Drawn(steps, {key: draw(rng, runs, steps) for key, draw in draws.items()})


def between(low: float, high: float) -> Draw:
    """Any number."""
    return lambda rng, runs, steps: rng.uniform(low, high, runs)


def log_between(low: float, high: float) -> Draw:
    """Any number, small ones as often as large ones."""
    return lambda rng, runs, steps: np.exp(rng.uniform(np.log(low), np.log(high), runs))


def whole(low: int, high: int) -> Draw:
    """A whole number, `high` included."""
    return lambda rng, runs, steps: rng.integers(low, high + 1, runs)


def steps_of(low: float, high: float) -> Draw:
    """A whole number of steps, between two shares of the table; at least 1."""
    return lambda rng, runs, steps: np.maximum(
        np.rint(rng.uniform(low, high, runs) * steps), 1.0
    ).astype(np.int64)


def share_of(low: float, high: float) -> Draw:
    """A share of the table that ends between two steps, such as 0.03 * 19 999."""

    def draw(rng, runs, steps):
        return np.round(rng.uniform(low, high, runs), 4) * (steps - 1)

    return draw


def tenths(low: float, high: float) -> Draw:
    """Numbers with one digit after the point: 1.1, 10.5."""
    return lambda rng, runs, steps: np.round(rng.uniform(low, high, runs), 1)


def places(number: int) -> Draw:
    """Increasing whole positions within the table, in each run."""

    def draw(rng, runs, steps):
        gaps = rng.uniform(0.5, 1.5, (runs, number + 1)).cumsum(axis=1)
        return np.rint(gaps[:, :-1] / gaps[:, -1:] * steps).astype(np.int64)

    return draw


def fractional_places(number: int) -> Draw:
    """Increasing positions within the table that lie between steps."""

    def draw(rng, runs, steps):
        return places(number)(rng, runs, steps) + rng.uniform(0.05, 0.95, (runs, 1))

    return draw


def levels(number: int) -> Draw:
    """Values in each run."""
    return lambda rng, runs, steps: rng.uniform(0.01, 1.0, (runs, number))


RATE = log_between(1e-5, 1.0)  # peaks
FLOOR = between(0.0, 0.1)  # ends, as shares of the peak
