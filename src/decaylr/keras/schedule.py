"""`Schedule`: decaylr's schedules as a Keras `LearningRateSchedule`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import keras

from decaylr import schedule as tree
from decaylr.checks import known_keys
from decaylr.keras.numbers import KerasNumbers, Real, tensor
from decaylr.keras.tables import looked_up, tables_of
from decaylr.traced import formulas as traced
from decaylr.training.single import single_schedule
from decaylr.training.steps import exact, position_at

UNKNOWN = object()  # in place of tables that were not needed yet


@keras.saving.register_keras_serializable(package="decaylr")
class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule for the `learning_rate` of a Keras 3 optimizer, on any backend.

    Its value at Keras's step n (`optimizer.iterations`) is that of the decaylr schedule at::

        position = start + n * units_per_step

    Outside of the compiled training step the value is computed by decaylr's compiled core.
    Inside, on TensorFlow and JAX, it is looked up in a table made of the core's values; the
    float32 result is within 4 units in the last place of the core's value. If Keras's `floatx`
    is float64, formulas are traced into the step instead. A trace cannot raise an
    error: there, a schedule with the ending "raise" holds its last value.

    With gradient accumulation Keras counts the micro-steps. To advance once per update instead,
    use ``units_per_step=1 / gradient_accumulation_steps`` and ``schedule.staircase(1)``.

    Parameters
    ----------
    schedule : decaylr.Schedule
        A single schedule, of shape ().
    units_per_step : int, float or Fraction
        Distance of two steps in the schedule's unit, > 0. A float is read as the simple
        fraction it was rounded from: after 49 steps of ``1 / 49`` the position is exactly 1.
    start : int, float or Fraction
        Position of step 0, >= 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value.

    References
    ----------
    `keras.optimizers.schedules.LearningRateSchedule` of Keras 3.15.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.keras import Schedule
    >>> rate = Schedule(dl.warmup_cosine(0.0, 0.5, 10, 110), units_per_step=5)
    >>> rate.value(1), float(rate(2)), rate.value(22)
    (0.25, 0.5, 0.0)
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
        self._node = traced.outline(schedule)
        self._tables: Any = UNKNOWN

    def position(self, step: int) -> int | float:
        """The position of the schedule at a step; an int if it is whole."""
        return position_at(self._start, self._units, step)

    def value(self, step: int) -> float:
        """The value at a step, from the compiled core."""
        return float(self.schedule(self.position(int(step))))

    def __call__(self, step: Any) -> Any:
        """The value at a step as a tensor, float64 if that is Keras's `floatx`, else float32."""
        counter = keras.ops.convert_to_tensor(step)
        dtype = "float64" if keras.backend.floatx() == "float64" else "float32"
        known_step = _known(counter)
        if known_step is not None:
            return keras.ops.convert_to_tensor(self.value(known_step), dtype=dtype)
        if self._tables is UNKNOWN:  # made here, as most are only evaluated outside of a trace
            self._tables = tables_of(self.schedule, self._start, self._units)
        if self._tables is None or dtype == "float64":
            return _traced_value(self._node, counter, self._start, self._units, dtype)
        return looked_up(self._tables, counter)

    def get_config(self) -> dict[str, Any]:
        """Plain data from which `from_config` makes an equal schedule."""
        return {
            "schedule": self.schedule.to_dict(),
            "units_per_step": str(self._units),
            "start": str(self._start),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Schedule:
        """Make a schedule from the result of `get_config`."""
        known_keys(config, ("schedule", "units_per_step", "start"), "config")
        return cls(
            tree.Schedule.from_dict(config["schedule"]),
            units_per_step=Fraction(config["units_per_step"]),
            start=Fraction(config["start"]),
        )

    def __repr__(self) -> str:
        return f"Schedule({self.schedule!r}, units_per_step={self._units}, start={self._start})"


def _known(counter: Any) -> int | None:
    """The step as an int, or None inside a trace, where it has no value yet."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return int(counter) if tf.executing_eagerly() else None
    if backend == "jax":
        import jax

        return None if isinstance(counter, jax.core.Tracer) else int(counter)
    import torch

    return None if torch.compiler.is_compiling() else int(counter)


def _traced_value(
    node: traced.Outline, counter: Any, start: Fraction, units: Fraction, dtype: str
) -> Any:
    """The value of the traced formula at a step inside a trace."""
    if keras.backend.backend() == "jax":
        from decaylr.keras.jax_backend import value

        return value(node, counter, start, units, dtype)
    denominator = lcm(start.denominator, units.denominator)
    numerator = keras.ops.cast(counter, "int64") * int(units * denominator)
    numerator = numerator + int(start * denominator)
    # Divided as integers first, so that whole positions are exact.
    whole = keras.ops.cast(numerator // denominator, "float64")
    remainder = keras.ops.cast(numerator % denominator, "float64")
    position = Real(whole + remainder / float(denominator))
    result = traced.value(node, position, KerasNumbers)
    return keras.ops.cast(tensor(result.value), dtype)
