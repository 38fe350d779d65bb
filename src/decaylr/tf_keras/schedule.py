"""`Schedule`: a `LearningRateSchedule` of Keras 2."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import tensorflow as tf
import tf_keras

from decaylr import schedule as tree
from decaylr.tf_keras.tables import looked_up, tables_of
from decaylr.training.single import single_schedule
from decaylr.training.steps import exact, position_at


@tf_keras.utils.register_keras_serializable(package="decaylr")
class Schedule(tf_keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule for the `learning_rate` of an optimizer of Keras 2, as in :mod:`decaylr.keras`.

    The value at step n (`optimizer.iterations`) is that at ``start + n * units_per_step``. Inside
    a `tf.function` it is looked up in a table of the core's values, in float32.

    Parameters
    ----------
    schedule : decaylr.Schedule
        A single schedule, of shape ().
    units_per_step, start : int, float or Fraction
        As for :class:`decaylr.keras.Schedule`.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value, or the schedule is too long for a table.
    """

    def __init__(
        self,
        schedule: tree.Schedule,
        *,
        units_per_step: float | Fraction = 1.0,
        start: float | Fraction = 0,
    ) -> None:
        self.schedule = single_schedule("schedule", schedule)
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._start = exact("start", start)
        self._tables = tables_of(schedule, self._start, self._units)

    def __call__(self, step: Any) -> Any:
        """The value at a step as a float32 tensor."""
        if tf.executing_eagerly():
            value = self.schedule(position_at(self._start, self._units, int(step)))
            return tf.constant(value, tf.float32)
        return looked_up(self._tables, step)

    def get_config(self) -> dict[str, Any]:
        """Plain data from which `from_config` makes an equal schedule."""
        fractions = {"units_per_step": str(self._units), "start": str(self._start)}
        return {"schedule": self.schedule.to_dict(), **fractions}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Schedule:
        """Make a schedule from the result of `get_config`."""
        units, start = Fraction(config["units_per_step"]), Fraction(config["start"])
        schedule = tree.Schedule.from_dict(config["schedule"])
        return cls(schedule, units_per_step=units, start=start)
