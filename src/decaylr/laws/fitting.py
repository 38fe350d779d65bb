"""Fits of a law's constants to measured loss curves, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from decaylr.checks import FloatArray, IntArray, whole_number
from decaylr.laws.curves import Errors, LossCurve, errors_of

HUBER = 1e-3  # residuals of log(loss) above this count linearly
POINTS_OF_A_START = 16  # per curve: what the starts are compared on
LOGARITHMS = 30.0  # bounds of those of positive constants
LEAST = 1e-10  # of predicted losses, whose logarithm is taken
EVALUATIONS = 200  # of one fit, at most
EVALUATIONS_AGAIN = 15  # of one that begins at the minimum of another


class Fittable(Protocol):
    """What a fit needs of a law: see `Law`."""

    kinds: ClassVar[dict[str, str]]
    linear: ClassVar[tuple[str, ...]]

    def __init__(self, *constants: Any, **conventions: Any) -> None: ...

    @property
    def convention(self) -> str: ...

    @classmethod
    def constants(cls) -> tuple[str, ...]: ...

    @classmethod
    def guesses(cls, peak: float, total: float) -> Iterable[dict[str, float]]: ...

    def predicted(self, curve: LossCurve) -> FloatArray: ...

    def slopes_on(self, curve: LossCurve) -> FloatArray: ...


L = TypeVar("L", bound=Fittable)


@dataclass(frozen=True, eq=False)
class Fit(Generic[L]):
    """A fitted law: how well it holds, and how sure its constants are.

    Attributes
    ----------
    law : Law
    objective : float
        The sum of Huber's function, delta = 0.001, of log(predicted) - log(measured).
    errors : Errors
        On the curves of the fit; for others use `law.errors`.
    constants : dict of str to float
    intervals : dict of str to tuple of float
        The middle 95 % of the constants of the repeated fits, by name; empty without bootstrap.
    starts : ndarray of float64
        The objective that each start reached, ascending. Several that are alike say that the
        minimum is not one of many.
    """

    law: L
    objective: float
    errors: Errors
    constants: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    starts: FloatArray

    def __str__(self) -> str:
        """The constants with their intervals, and the errors."""
        lines = [f"{type(self.law).__name__}: {self.errors}"]
        for name, value in self.constants.items():
            low_high = self.intervals.get(name)
            sure = "" if low_high is None else f"  [{low_high[0]:.6g}, {low_high[1]:.6g}]"
            lines.append(f"  {name:9} {value:<12.6g}{sure}")
        reached = ", ".join(f"{objective:.4g}" for objective in self.starts)
        lines.append(f"  objective {self.objective:.6g}; by start: {reached}")
        lines.append(f"  {self.law.convention}")
        return "\n".join(lines)


def fitted(
    cls: type[L],
    curves: list[LossCurve],
    starts: Any,
    bootstrap: Any,
    seed: Any,
    conventions: dict[str, Any],
) -> Fit[L]:
    """Follow the best guesses to their minima on a few points, and the best of these on all."""
    number, repeats = whole_number("starts", starts, 1), whole_number("bootstrap", bootstrap)
    optimize = _optimize()
    few = _Problem(cls, [_thinned(curve) for curve in curves], conventions)
    guesses = sorted(_guessed(few, optimize), key=few.objective)[:number]
    found = sorted((few.minimum(optimize, x) for x in guesses), key=few.objective)
    every = _Problem(cls, curves, conventions)
    best = every.minimum(optimize, found[0])
    law = every.law(best)
    values = {name: getattr(law, name) for name in cls.constants()}
    generator = np.random.default_rng(whole_number("seed", seed))
    samples = [
        every.law(every.minimum(optimize, best, points, EVALUATIONS_AGAIN))
        for points in (_resampled(curves, generator) for _ in range(repeats))
    ]
    intervals = {}
    for name in values if samples else ():
        low, high = np.quantile([getattr(sample, name) for sample in samples], (0.025, 0.975))
        intervals[name] = (float(low), float(high))
    return Fit(
        law=law,
        objective=every.objective(best),
        errors=errors_of(curves, [law.predicted(curve) for curve in curves]),
        constants=values,
        intervals=intervals,
        starts=np.array([few.objective(x) for x in found]),
    )


def _optimize() -> Any:
    try:
        from scipy import optimize
    except ImportError as error:
        raise ImportError(
            "fitting a law needs SciPy: install it with `pip install 'decaylr[laws]'`"
        ) from error
    return optimize


class _Problem(Generic[L]):
    """The residuals of curves as a function of transformed constants.

    Positive constants are replaced by their logarithms, shares by those of 1 - share.
    """

    def __init__(self, cls: type[L], curves: list[LossCurve], conventions: dict[str, Any]) -> None:
        self.cls, self.curves, self.conventions = cls, curves, conventions
        self.measured = np.concatenate([curve.losses for curve in curves])
        kinds = cls.kinds.values()
        self.logarithmic = np.array([kind != "real" for kind in kinds])
        self.share = np.array([kind == "share" for kind in kinds])

    def transformed(self, constants: dict[str, float]) -> FloatArray:
        values = np.array([constants[name] for name in self.cls.constants()], np.float64)
        positive = np.where(self.share, 1.0 - values, values)
        logarithms = np.log(np.where(self.logarithmic, positive, 1.0))
        return np.where(self.logarithmic, np.clip(logarithms, -20.0, 20.0), values)

    def values(self, x: FloatArray) -> FloatArray:
        powers = np.exp(np.where(self.logarithmic, x, 0.0))
        positive = np.where(self.share, np.maximum(1.0 - powers, 0.0), powers)
        return np.where(self.logarithmic, positive, x)

    def law(self, x: FloatArray) -> L:
        return self.cls(*map(float, self.values(x)), **self.conventions)

    def predicted(self, x: FloatArray) -> FloatArray:
        law = self.law(x)
        return np.concatenate([law.predicted(curve) for curve in self.curves])

    def residuals(self, x: FloatArray) -> FloatArray:
        return np.asarray(np.log(np.maximum(self.predicted(x), LEAST)) - np.log(self.measured))

    def jacobian(self, x: FloatArray) -> FloatArray:
        law, values = self.law(x), self.values(x)
        predicted = np.maximum(self.predicted(x), LEAST)
        slopes = np.concatenate([law.slopes_on(curve) for curve in self.curves])
        inner = np.where(self.share, values - 1.0, np.where(self.logarithmic, values, 1.0))
        return np.asarray(slopes * inner / predicted[:, None])

    def objective(self, x: FloatArray) -> float:
        size = np.abs(self.residuals(x))
        return float(np.where(size <= HUBER, size**2 / 2, HUBER * (size - HUBER / 2)).sum())

    def minimum(
        self,
        optimize: Any,
        x: FloatArray,
        points: IntArray | None = None,
        evaluations: int = EVALUATIONS,
    ) -> FloatArray:
        """The nearest minimum, for all points or for some, which may be repeated."""
        chosen: Any = slice(None) if points is None else points
        bound = np.where(self.logarithmic, LOGARITHMS, np.inf)
        found = optimize.least_squares(
            lambda y: self.residuals(y)[chosen],
            x,
            lambda y: self.jacobian(y)[chosen],
            bounds=(-bound, np.where(self.share, 0.0, bound)),
            x_scale="jac",
            loss="huber",
            f_scale=HUBER,
            max_nfev=evaluations,
        )
        best: FloatArray = found.x
        return best


def _guessed(problem: _Problem[Any], optimize: Any) -> Iterator[FloatArray]:
    """The guesses of a law, with those linear constants that fit best."""
    cls = problem.cls
    last = [int(curve.at[-1]) for curve in problem.curves]
    folds = [curve.schedule.fold(n + 1) for curve, n in zip(problem.curves, last, strict=True)]
    peak = max(float(fold.peak) for fold in folds)
    total = max(float(fold.total) for fold in folds)
    columns = [cls.constants().index(name) for name in cls.linear]
    for guess in cls.guesses(peak, total):
        constants = dict.fromkeys(cls.linear, 1.0) | guess
        law = cls(**constants, **problem.conventions)
        matrix = np.concatenate([law.slopes_on(curve) for curve in problem.curves])[:, columns]
        # Of relative errors, as the fit's are.
        found, _ = optimize.nnls(matrix / problem.measured[:, None], np.ones(len(matrix)))
        yield problem.transformed(constants | dict(zip(cls.linear, found, strict=True)))


def _thinned(curve: LossCurve) -> LossCurve:
    """At most `POINTS_OF_A_START` points, the first and the last among them."""
    number = min(len(curve.at), POINTS_OF_A_START)
    kept = np.unique(np.linspace(0, len(curve.at) - 1, number).round().astype(np.int64))
    return LossCurve(curve.schedule, curve.at[kept], curve.losses[kept])


def _resampled(curves: list[LossCurve], generator: np.random.Generator) -> IntArray:
    """Numbers of points, as many as there are: blocks of neighbours of every curve."""
    chosen, first = [], 0
    for curve in curves:
        size = len(curve.at)
        length = max(round(size ** (1 / 3)), 1)
        begins = generator.integers(0, size - length + 1, size=-(-size // length))
        blocks = (begins[:, None] + np.arange(length)).ravel()[:size]
        chosen.append(first + blocks)
        first += size
    return np.concatenate(chosen)
