"""What all laws share: constants that are checked, predictions, fits and rankings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from decaylr import _engine
from decaylr.checks import (
    FloatArray,
    IntArray,
    finite,
    real_array,
    refuse,
    require,
    whole_number,
)
from decaylr.evaluation.program import compiled
from decaylr.evaluation.threads import Team, team
from decaylr.laws.curves import Errors, LossCurve, checked_curves, errors_of
from decaylr.laws.fitting import Fit, fitted
from decaylr.laws.ranking import HasSchedule, Ranking, ranked
from decaylr.schedule import Schedule


class Law(ABC):
    """A law with its constants; the base class of all laws."""

    # How each constant is bounded: a "real" number, "positive", or a "share" between 0 and 1.
    kinds: ClassVar[dict[str, str]]
    # Those of which the loss is a linear function where the others are fixed.
    linear: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        for name, kind in self.kinds.items():
            object.__setattr__(self, name, _constant(name, kind, getattr(self, name)))

    @classmethod
    def constants(cls) -> tuple[str, ...]:
        """The names of the constants that `fit` determines, in order."""
        return tuple(cls.kinds)

    @property
    @abstractmethod
    def convention(self) -> str:
        """What is summed: from which position on, and whether the warmup counts."""

    @abstractmethod
    def losses(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """The losses of every run at ascending positions, shape (runs, positions)."""

    @abstractmethod
    def slopes(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """Their derivatives by the constants, shape (runs, positions, constants)."""

    @classmethod
    @abstractmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]:
        """Constants to begin a fit with; `linear` ones are left out.

        `peak` is the largest rate of the curves, `total` the largest sum of rates.
        """

    def predict(
        self,
        schedule: Schedule,
        steps: int | npt.ArrayLike,
        at: int | npt.ArrayLike | None = None,
        *,
        threads: int | None = None,
    ) -> float | FloatArray:
        """Predict the loss after the last step, or at given positions.

        Parameters
        ----------
        schedule : Schedule
            The learning rate, >= 0; a single schedule or a batch of mixed families.
        steps : int or array_like of int
            Number of steps of the training, >= 1: positions 0 .. steps - 1. Without `at` it may
            differ by run and then broadcasts to the shape of the schedule.
        at : int or array_like of int, optional
            Positions below `steps`, in any order. The loss at a position is that after the step
            at this position. The default is the last one, steps - 1.
        threads : int, optional
            Largest number of threads, as for :meth:`decaylr.Schedule.table`. The bits do not
            depend on it.

        Returns
        -------
        float or ndarray of float64
            Of shape ``schedule.shape + at.shape``; a float if that is ().

        Raises
        ------
        TypeError, ValueError
            For a parameter of a wrong type or value, and for negative or infinite rates.
        KeyboardInterrupt
            After Ctrl-C.
        """
        require_schedule(schedule)
        if at is None:
            found = self._at_the_end(schedule, steps, team(threads))
        else:
            found = self._along(schedule, whole_number("steps", steps, 1), at, team(threads))
        return float(found) if found.shape == () else found

    def best(
        self, sweep: Schedule | HasSchedule, steps: int | npt.ArrayLike, n: int = 1
    ) -> Ranking:
        """Rank the runs of a sweep by the predicted loss after the last step.

        Parameters
        ----------
        sweep : Sweep or Schedule
        steps : int or array_like of int
            As for `predict`.
        n : int
            How many of the best runs to return, from 1 to the number of runs.

        Returns
        -------
        Ranking
            Ascending by loss; runs of equal loss in their order.

        Examples
        --------
        >>> import decaylr as dl
        >>> from decaylr.laws import MultiPower
        >>> law = MultiPower.published("100M", drops_from=2160)
        >>> ways = dl.stack([dl.constant(3e-4), dl.cosine(3e-4, 3e-5, 24000)])
        >>> law.best(ways, 24000).runs.tolist()
        [1]
        """
        return ranked(self.predict, sweep, steps, n)

    def errors(self, curves: Iterable[LossCurve | tuple[Any, Any, Any]]) -> Errors:
        """Compare the predictions with measured loss curves.

        Parameters
        ----------
        curves : iterable of LossCurve
            Or of tuples (schedule, positions, losses).

        Returns
        -------
        Errors
        """
        checked = checked_curves(curves)
        return errors_of(checked, [self.predicted(curve) for curve in checked])

    def predicted(self, curve: LossCurve) -> FloatArray:
        """The losses at the positions of one checked curve."""
        losses = self.losses(compiled(curve.schedule), curve.at, team(None))
        return np.asarray(losses[0])

    def slopes_on(self, curve: LossCurve) -> FloatArray:
        """The derivatives at the positions of one checked curve, shape (positions, constants)."""
        slopes = self.slopes(compiled(curve.schedule), curve.at, team(None))
        return np.asarray(slopes[0])

    @classmethod
    def fit(
        cls,
        curves: Iterable[LossCurve | tuple[Any, Any, Any]],
        *,
        starts: int = 4,
        bootstrap: int = 40,
        seed: int = 0,
        **conventions: Any,
    ) -> Fit[Self]:
        """Fit the constants to measured loss curves (extra `laws`).

        The sum of Huber's function, with delta = 0.001, of log(predicted) - log(measured) is
        minimized by `scipy.optimize.least_squares`, from the best of a grid of starts.

        Parameters
        ----------
        curves : iterable of LossCurve
            Or of tuples (schedule, positions, losses): a single schedule, positions of any order
            and the loss > 0 measured at each.
        starts : int
            How many starts are followed to their minimum.
        bootstrap : int
            How many times the fit is repeated on resampled points; 0 leaves the intervals out.
            The points of a curve are drawn in blocks of neighbours, since their errors are
            correlated.
        seed : int
            Seed of the bootstrap.
        **conventions
            Arguments of the class that are not fitted: `warmup_sum` and `drops_from`.

        Returns
        -------
        Fit
            The law, how well it holds, and an interval for each constant.

        Raises
        ------
        ImportError
            If SciPy is not installed.
        TypeError, ValueError
            For a parameter of a wrong type or value.
        """
        return fitted(cls, checked_curves(curves), starts, bootstrap, seed, conventions)

    def to_dict(self) -> dict[str, Any]:
        """The constants and conventions by name, and the name of the law as "law"."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        return {"law": type(self).__name__, **values}

    def _at_the_end(self, schedule: Schedule, steps: Any, threads: Team) -> FloatArray:
        ends = real_array("steps", steps)
        if ends.dtype != np.int64:
            raise TypeError(f"steps must be integers, got {ends.dtype}")
        require("steps", ends, lambda n: n >= 1, ">= 1")
        try:
            ends = np.broadcast_to(ends, schedule.shape).ravel()
        except ValueError:
            refuse("steps", f"of a shape that broadcasts to {schedule.shape}", ends.shape)
        found = np.empty(schedule.size)
        lengths = np.unique(ends)
        for length in lengths:
            runs = schedule.reshape(-1)
            rows = ends == length
            part = runs if lengths.size == 1 else runs[rows]
            try:
                found[rows] = self.losses(compiled(part), np.array([length - 1]), threads)[:, 0]
            except ValueError as error:
                if lengths.size == 1:
                    raise
                raise ValueError(f"{error}, counted among the runs of {length} steps") from None
        return found.reshape(schedule.shape)

    def _along(self, schedule: Schedule, steps: int, at: Any, threads: Team) -> FloatArray:
        positions = real_array("at", at)
        if positions.dtype != np.int64:
            raise TypeError(f"at must be integers, got {positions.dtype}")
        require("at", positions, lambda p: (p >= 0) & (p < steps), f"within [0, {steps - 1}]")
        ascending, place = np.unique(positions, return_inverse=True)
        losses = self.losses(compiled(schedule), ascending, threads)
        shape = schedule.shape + positions.shape
        return np.ascontiguousarray(losses[:, place.ravel()]).reshape(shape)


@dataclass(frozen=True, kw_only=True)
class DropLaw(Law):
    """A law that sums the rates, and how much they dropped.

    Attributes
    ----------
    warmup_sum : float
        What is added to every sum of rates: that of a warmup which the schedule leaves out.
    drops_from : int
        Changes of the rate count after this position: 0 counts all, those of the warmup too.
    """

    warmup_sum: float = 0.0
    drops_from: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "warmup_sum", _constant("warmup_sum", "positive", self.warmup_sum))
        object.__setattr__(self, "drops_from", whole_number("drops_from", self.drops_from))

    @property
    def convention(self) -> str:
        """What is summed: from which position on, and whether the warmup counts."""
        since = f"after position {self.drops_from}" if self.drops_from else "from position 0 on"
        added = f", plus {self.warmup_sum:g}" if self.warmup_sum else ""
        return (
            f"rates are summed from position 0 on, the warmup included{added}; "
            f"changes of the rate count {since}"
        )


class SlopedLaw(DropLaw):
    """A law whose losses and derivatives by the constants the core computes together."""

    def losses(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """The losses of every run at ascending positions, shape (runs, positions)."""
        return self._evaluated(program, at, threads, slopes=False)[..., 0]

    def slopes(self, program: _engine.Program, at: IntArray, threads: Team) -> FloatArray:
        """Their derivatives by the constants, shape (runs, positions, constants)."""
        return self._evaluated(program, at, threads, slopes=True)[..., 1:]

    @abstractmethod
    def _evaluated(
        self, program: _engine.Program, at: IntArray, threads: Team, slopes: bool
    ) -> FloatArray:
        """The losses, with `slopes` their derivatives after them, along the last axis."""


def _constant(name: str, kind: str, value: Any) -> float:
    number = finite(name, value)
    if number.shape != ():
        raise TypeError(f"{name} must be one number, got an array of shape {number.shape}")
    if kind != "real":
        require(name, number, lambda x: x >= 0, ">= 0")
    if kind == "share":
        require(name, number, lambda x: x < 1, "< 1")
    return float(number)


def require_schedule(schedule: object) -> None:
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
