"""Measured loss curves, and how far predictions are from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from decaylr.checks import FloatArray, IntArray, above, real_array, refuse, require
from decaylr.schedule import Schedule


class LossCurve(NamedTuple):
    """The losses that were measured in one training.

    Attributes
    ----------
    schedule : Schedule
        A single schedule.
    at : ndarray of int64
        The positions; a loss is that after the step at this position.
    losses : ndarray of float64
    """

    schedule: Schedule
    at: IntArray
    losses: FloatArray


@dataclass(frozen=True)
class Errors:
    """How far predicted losses are from measured ones: one value per curve.

    Attributes
    ----------
    r2 : ndarray of float64
        Coefficient of determination: 1 - sum of squared errors / sum of squared deviations.
    mae, rmse : ndarray of float64
        Mean absolute error, root of the mean squared error.
    relative, worst : ndarray of float64
        Mean and largest of the absolute errors divided by the loss.
    """

    r2: FloatArray
    mae: FloatArray
    rmse: FloatArray
    relative: FloatArray
    worst: FloatArray

    def __str__(self) -> str:
        """The means over the curves."""
        return (
            f"R2 {self.r2.mean():.5f}, MAE {self.mae.mean():.5f}, RMSE {self.rmse.mean():.5f}, "
            f"relative {self.relative.mean():.5f}, worst {self.worst.max():.5f} "
            f"({len(self.mae)} curves)"
        )


def checked_curves(curves: Iterable[LossCurve | tuple[Any, Any, Any]]) -> list[LossCurve]:
    """The curves with their positions in ascending order."""
    found = [_checked(i, curve) for i, curve in enumerate(curves)]
    if not found:
        refuse("curves", "at least one", "none")
    return found


def _checked(i: int, curve: Any) -> LossCurve:
    if not isinstance(curve, tuple) or len(curve) != 3:
        got = type(curve).__name__
        raise TypeError(f"curves[{i}] must be a tuple (schedule, positions, losses), got {got}")
    schedule, at, losses = curve
    if not isinstance(schedule, Schedule):
        raise TypeError(f"curves[{i}][0] must be a Schedule, got {type(schedule).__name__}")
    if schedule.shape != ():
        refuse(f"curves[{i}][0]", "a single schedule", f"a batch of shape {schedule.shape}")
    positions = real_array(f"curves[{i}][1]", at)
    if positions.dtype != np.int64 or positions.ndim != 1:
        raise TypeError(f"curves[{i}][1] must be a list of integers, got {positions.dtype}")
    require(f"curves[{i}][1]", positions, lambda p: p >= 0, ">= 0")
    values = above(f"curves[{i}][2]", losses)
    if values.shape != positions.shape or not values.size:
        refuse(f"curves[{i}][2]", "one loss per position, at least one", f"shape {values.shape}")
    order = np.argsort(positions, kind="stable")
    return LossCurve(schedule, positions[order], values[order].astype(np.float64))


def errors_of(curves: list[LossCurve], predicted: list[FloatArray]) -> Errors:
    """The errors of predictions at the positions of the curves."""
    rows = []
    for curve, prediction in zip(curves, predicted, strict=True):
        error = np.abs(prediction - curve.losses)
        spread = np.square(curve.losses - curve.losses.mean()).sum()
        with np.errstate(divide="ignore", invalid="ignore"):
            r2 = 1.0 - np.square(error).sum() / spread  # not a number for a single point
        relative = error / curve.losses
        rows.append(
            (r2, error.mean(), np.sqrt(np.square(error).mean()), relative.mean(), relative.max())
        )
    return Errors(*(np.array(column) for column in zip(*rows, strict=True)))
