"""The bound on the last iterate of convex training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from decaylr import _engine
from decaylr.checks import FloatArray, IntArray, whole_number
from decaylr.evaluation.program import compiled
from decaylr.evaluation.threads import Team, team
from decaylr.laws.law import Law, require_schedule
from decaylr.schedule import Schedule


@dataclass(frozen=True)
class ConvexBound(Law):
    """The bound on the last iterate of convex training (Schaipp et al., arXiv:2501.18965).

    loss(t) = L0 + D**2 / (2 * S) + G**2 / (2 * S) * sum_{k <= t} v_k**2
              + G**2 / 2 * sum_{k < t} v_k / a_k * g_k / (a_k + v_k)

    S is the sum of the rates v_0 .. v_t, a_k that of v_{k+1} .. v_t, and g_k the sum of the
    squares of v_k .. v_t. It bounds the loss of subgradient descent with steps v_0 .. v_t on a
    convex function. All sums begin at position 0. The bound is infinite where the rate at t is 0.

    Parameters
    ----------
    D : float
        Distance of the initial parameters from the optimum, >= 0.
    G : float
        Bound on the norm of the gradients, >= 0.
    L0 : float
        The loss at the optimum.

    Examples
    --------
    >>> import decaylr as dl
    >>> bound = dl.laws.ConvexBound()
    >>> round(bound.predict(dl.constant(1.0), 2), 4), round(bound.tuned(dl.constant(1.0), 2)[1], 4)
    (1.25, 1.0)
    """

    D: float = 1.0
    G: float = 1.0
    L0: float = 0.0

    kinds: ClassVar[dict[str, str]] = {"D": "positive", "G": "positive", "L0": "real"}
    linear: ClassVar[tuple[str, ...]] = ("L0",)

    @property
    def convention(self) -> str:
        """What is summed: from which position on, and whether the warmup counts."""
        return "rates are summed from position 0 on, the warmup included"

    def losses(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """The bounds of every run at ascending positions, shape (runs, positions)."""
        distance, noise = _terms(program, at, threads)
        with _engine.FloatEnvironment(), np.errstate(invalid="ignore"):
            bound = self.D**2 * distance + (self.G**2 * noise if self.G else 0.0)
            return np.asarray(self.L0 + bound)

    def slopes(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """Their derivatives by D, G and L0, shape (runs, positions, 3)."""
        distance, noise = _terms(program, at, threads)
        columns = 2.0 * self.D * distance, 2.0 * self.G * noise, np.ones_like(noise)
        return np.stack(columns, axis=-1)

    def tuned(
        self, schedule: Schedule, steps: int, *, threads: int | None = None
    ) -> tuple[float | FloatArray, float | FloatArray]:
        """The factor of a schedule for which the bound is least, and that bound.

        Parameters
        ----------
        schedule : Schedule
        steps : int
            Number of steps of the training.
        threads : int, optional

        Returns
        -------
        factor, bound : float or ndarray of float64
            Of the shape of the schedule.

        Raises
        ------
        TypeError, ValueError
            For a parameter of a wrong type or value, and for negative or infinite rates.
        """
        require_schedule(schedule)
        at = np.array([whole_number("steps", steps, 1) - 1])
        distance, noise = _terms(compiled(schedule), at, team(threads))
        with _engine.FloatEnvironment(), np.errstate(divide="ignore", invalid="ignore"):
            factor = (self.D * np.sqrt(distance)) / (self.G * np.sqrt(noise))
            bound = self.L0 + 2.0 * (self.D * np.sqrt(distance)) * (self.G * np.sqrt(noise))
        shaped = (found.reshape(schedule.shape) for found in (factor, bound))
        first, second = (float(x) if x.shape == () else x for x in shaped)
        return first, second

    @classmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]:
        """Distances and gradients for which the bound is about 1 at the end."""
        for distance in (0.3, 1.0, 3.0):
            for gradient in (0.1, 1.0):
                yield {"D": distance * total**0.5, "G": gradient / peak**0.5}


def _terms(program: _engine.Program, at: IntArray, threads: Team) -> tuple[FloatArray, FloatArray]:
    """What D**2 and G**2 are multiplied by."""
    distance, mean, last = np.moveaxis(_engine.convex_bound(program, at, threads), -1, 0)
    with _engine.FloatEnvironment():
        return distance, np.asarray(mean + last)
