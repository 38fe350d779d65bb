"""`Schedule`: decaylr's schedules as Keras's `LearningRateSchedule`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import keras

from decaylr import schedule as tree
from decaylr.checks import LARGEST_POSITION, known_keys, refuse
from decaylr.keras.numbers import KerasNumbers, Real, tensor
from decaylr.traced import formulas as traced
from decaylr.training.steps import exact


@keras.saving.register_keras_serializable(package="decaylr")
class Schedule(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule for `learning_rate` of an optimizer of Keras 3, on any of its backends.

    At Keras's step n (`optimizer.iterations`) it is the value at::

        position = start + n * units_per_step

    A step that is known, outside of the compiled training step, is evaluated by the compiled
    core. Inside of it, where TensorFlow and JAX know no step, the same formulas are part of
    the step and within 4 units in the last place of the core's value, in float32. There
    nothing can be refused: an ending "raise" holds.

    Keras counts the micro-steps of gradient accumulation too. For a position of its own for
    each update give ``units_per_step=1 / gradient_accumulation_steps`` and
    ``schedule.staircase(1)``.

    Parameters
    ----------
    schedule : decaylr.Schedule
        A single one, of shape ().
    units_per_step : int, float or Fraction
        How far one step goes in the schedule's own unit, > 0. A float stands for the
        fraction that it was rounded from: ``1 / 49`` moves 1 in 49 steps.
    start : int, float or Fraction
        Position of step 0, >= 0.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value.

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
        if not isinstance(schedule, tree.Schedule):
            raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
        if schedule.shape != ():
            refuse("schedule", "a single one", f"shape {schedule.shape}")
        self.schedule = schedule
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._start = exact("start", start)
        self._node = traced.outline(schedule)

    def position(self, step: int) -> int | float:
        """The position of a step: an int where it is whole."""
        found = self._start + self._units * step
        if found > LARGEST_POSITION:
            refuse("position", f"at most {LARGEST_POSITION}", found)
        return int(found) if found.denominator == 1 else float(found)

    def value(self, step: int) -> float:
        """The value at a step, from the compiled core."""
        return float(self.schedule(self.position(int(step))))

    def __call__(self, step: Any) -> Any:
        """The value at a step as a tensor of Keras's float type, float32 at the least."""
        counter = keras.ops.convert_to_tensor(step)
        dtype = "float64" if keras.backend.floatx() == "float64" else "float32"
        known = _known(counter)
        if known is not None:
            return keras.ops.convert_to_tensor(self.value(known), dtype=dtype)
        return _inside(self._node, counter, self._start, self._units, dtype)

    def get_config(self) -> dict[str, Any]:
        """Plain data of which `from_config` makes an equal schedule."""
        return {
            "schedule": self.schedule.to_dict(),
            "units_per_step": str(self._units),
            "start": str(self._start),
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Schedule:
        """The schedule of `get_config`'s data."""
        known_keys(config, ("schedule", "units_per_step", "start"), "config")
        return cls(
            tree.Schedule.from_dict(config["schedule"]),
            units_per_step=Fraction(config["units_per_step"]),
            start=Fraction(config["start"]),
        )

    def __repr__(self) -> str:
        return f"Schedule({self.schedule!r}, units_per_step={self._units}, start={self._start})"


def _known(counter: Any) -> int | None:
    """The step where it is a number, None where it is a symbol of a trace."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return int(counter) if tf.executing_eagerly() else None
    if backend == "jax":
        import jax

        return None if isinstance(counter, jax.core.Tracer) else int(counter)
    import torch

    return None if torch.compiler.is_compiling() else int(counter)


def _inside(
    node: traced.Outline, counter: Any, start: Fraction, units: Fraction, dtype: str
) -> Any:
    """The traced formula at a step that is a symbol."""
    if keras.backend.backend() == "jax":
        from decaylr.keras.jax_backend import value

        return value(node, counter, start, units, dtype)
    over = lcm(start.denominator, units.denominator)
    moved = keras.ops.cast(counter, "int64") * int(units * over) + int(start * over)
    # divided as integers, so that a whole position is exactly one
    whole, rest = (keras.ops.cast(part, "float64") for part in (moved // over, moved % over))
    found = traced.value(node, Real(whole + rest / float(over)), KerasNumbers)
    return keras.ops.cast(tensor(found.value), dtype)
