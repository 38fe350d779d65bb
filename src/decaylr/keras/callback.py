"""`ScheduleCallback`: sets hyperparameters of a Keras optimizer before each batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import keras

from decaylr.checks import (
    known_keys,
    refuse,
    shown,
)
from decaylr.plateau.scale import Plateau
from decaylr.training.sources import (
    Source,
    differences,
    distinct_plateaus,
    unchanged_if_refused,
)
from decaylr.training.steps import exact

VERSION = 1


class ScheduleCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets hyperparameters of a Keras optimizer before each batch, and logs them.

    The optimizer's learning rate remains a variable, so that a metric or another callback can
    change it. Before update n every hyperparameter has the value of its schedule at::

        position = start + n * units_per_step

    n is `optimizer.iterations`, the number of updates so far. If `fit` starts at an
    `initial_epoch` and the optimizer has made fewer updates than the epochs before it contain,
    n includes those epochs.

    After each epoch every `Plateau` is updated with the metric `monitor`, and the last values
    are added to the logs, which `History`, `CSVLogger` and `TensorBoard` show.

    Parameters
    ----------
    schedules : mapping
        Schedules or plateaus of shape (), by the name of an attribute of the optimizer:
        ``"learning_rate"``, ``"weight_decay"``, ``"momentum"``, ``"beta_1"``... If it is empty,
        the callback only logs the optimizer's learning rate.
    units_per_step : int, float or Fraction
        Distance of two updates in the schedules' unit, > 0. A float is read as the simple
        fraction it was rounded from.
    start : int, float or Fraction
        Position of update 0, >= 0.
    monitor : str
        The metric for the plateaus, by its name in the logs.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value. When training begins: if the optimizer's
        learning rate is itself a schedule; if the compiled training step does not read an
        attribute (on TensorFlow and JAX this is every attribute but `learning_rate`, unless the
        model runs eagerly); if `steps_per_execution` is above 1, since values cannot be set
        between those steps. After an epoch: if the metric is not in the logs.

    References
    ----------
    `keras.callbacks.LearningRateScheduler` and `ReduceLROnPlateau` of Keras 3.15.

    Examples
    --------
    >>> import decaylr as dl
    >>> import keras, numpy as np
    >>> from decaylr.keras import ScheduleCallback
    >>> model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), loss="mse")
    >>> rates = ScheduleCallback({"learning_rate": dl.linear(0.5, 0.0, 4)})
    >>> x = np.zeros((4, 1), "float32")
    >>> history = model.fit(x, x, batch_size=2, epochs=2, verbose=0, callbacks=[rates])
    >>> history.history["learning_rate"]
    [0.375, 0.125]
    """

    def __init__(
        self,
        schedules: Mapping[str, Source],
        *,
        units_per_step: float | Fraction = 1.0,
        start: float | Fraction = 0,
        monitor: str = "val_loss",
    ) -> None:
        super().__init__()
        if not isinstance(schedules, Mapping):
            raise TypeError(f"schedules must be a mapping, got {type(schedules).__name__}")
        for name, source in schedules.items():
            _check_single(name, source)
        if not isinstance(monitor, str):
            raise TypeError(f"monitor must be a metric's name, got {monitor!r}")
        self.schedules = dict(schedules)
        self.monitor = monitor
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._start = exact("start", start)
        self._skipped: int | None = None
        self._values: dict[str, float] = {}
        self._setters: dict[str, Callable[[float], object]] = {}

    @property
    def plateaus(self) -> dict[str, Plateau]:
        """The plateaus among the schedules, by the name of the hyperparameter."""
        return {name: s for name, s in self.schedules.items() if isinstance(s, Plateau)}

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the optimizer's attributes, and check that setting them has an effect."""
        if self.schedules and getattr(self.model, "steps_per_execution", 1) != 1:
            refuse(
                "steps_per_execution", "1, or the rate a Schedule", self.model.steps_per_execution
            )
        self._setters = {name: _setter(self.model, name) for name in self.schedules}
        self._skipped = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count the updates of skipped epochs, in the first epoch of `fit`."""
        if self._skipped is None:
            self._skipped = self._skipped_updates(epoch)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the values for this batch."""
        if not self.schedules:
            return
        _synchronise(self.model)
        position = self._position()
        for name, source in self.schedules.items():
            value = source.value(position) if isinstance(source, Plateau) else source(position)
            self._values[name] = float(value)
        for name, value in self._values.items():
            self._setters[name](value)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the plateaus; log the values."""
        logs = {} if logs is None else logs
        plateaus = distinct_plateaus(self.schedules)
        if plateaus and self.monitor not in logs:
            refuse("monitor", f"one of the metrics {sorted(logs)}", repr(self.monitor))
        with unchanged_if_refused(plateaus):
            for plateau in plateaus:
                metric = _number(f"the metric {self.monitor}", logs[self.monitor])
                plateau.update(metric, self._position())
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        logs.update({"learning_rate": float(rate)} | self._values)

    def replace(self, schedules: Mapping[str, Source]) -> list[str]:
        """Replace the schedules, from the next batch on; this is possible during training.

        Parameters
        ----------
        schedules : mapping
            Schedules or plateaus of shape () for the same hyperparameters.

        Returns
        -------
        list of str
            The differences between the old and the new schedules.

        Raises
        ------
        TypeError, ValueError
            If a schedule has the wrong type or shape, or the hyperparameters are others. Nothing
            is changed then.
        """
        for name, source in schedules.items():
            _check_single(name, source)
        if set(schedules) != set(self.schedules):
            refuse("schedules", f"those of {sorted(self.schedules)}", sorted(schedules))
        lines = differences(self.schedules, schedules)
        self.schedules = dict(schedules)
        return lines

    def state_dict(self) -> dict[str, Any]:
        """The state of the plateaus; the position is part of the optimizer's state."""
        states = {name: plateau.state_dict() for name, plateau in self.plateaus.items()}
        return {"version": VERSION, "plateaus": states}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state of the plateaus.

        Raises
        ------
        ValueError
            If the state has another format or version, or is of other plateaus.
        """
        known_keys(state, ("version", "plateaus"), "state")
        if state.get("version") != VERSION:
            refuse("state.version", str(VERSION), state.get("version"))
        states = state["plateaus"]
        if set(states) != set(self.plateaus):
            refuse("state.plateaus", f"those of {sorted(self.plateaus)}", sorted(states))
        with unchanged_if_refused(distinct_plateaus(self.schedules)):
            for name, plateau in self.plateaus.items():
                plateau.load_state_dict(states[name])

    def _updates(self) -> int:
        return int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))

    def _skipped_updates(self, epoch: int) -> int:
        """Number of updates of the epochs before `epoch` that the optimizer has not made."""
        batches = self.params.get("steps")
        if epoch and batches is None and not self._updates():
            refuse("initial_epoch", "0 where an epoch's length is not known; give start", epoch)
        inner = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        accumulated = getattr(inner, "gradient_accumulation_steps", None) or 1
        return max(epoch * (batches or 0) // accumulated - self._updates(), 0)

    def _position(self) -> int | float:
        position = self._start + self._units * (self._updates() + (self._skipped or 0))
        return int(position) if position.denominator == 1 else float(position)


def _check_single(name: Any, source: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"schedules must have names of attributes as keys, got {name!r}")
    if not isinstance(source, Source):
        got = type(source).__name__
        raise TypeError(f"schedules[{name!r}] must be a Schedule or a Plateau, got {got}")
    if source.shape != ():
        refuse(f"schedules[{name!r}]", "a single one", f"shape {source.shape}")


def _number(name: str, value: Any) -> float:
    try:
        if not isinstance(value, str | bytes | bool):
            return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{name} must be one real number, got {shown(value)}") from error
    raise TypeError(f"{name} must be one real number, got {shown(value)}")


def _setter(model: Any, name: str) -> Callable[[float], object]:
    """A function that sets an attribute of the optimizer, so that the next step reads it."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if not hasattr(optimizer, name):
        refuse("schedules", f"of attributes that {type(optimizer).__name__} has", shown(name))
    current = optimizer._learning_rate if name == "learning_rate" else getattr(optimizer, name)
    if isinstance(current, keras.Variable):
        return lambda value: current.assign(value)
    kind = type(current).__name__
    if isinstance(current, keras.optimizers.schedules.LearningRateSchedule) or callable(current):
        raise TypeError(f"{name} must be a number when the model is compiled, got {kind}")
    if isinstance(current, bool) or not isinstance(current, int | float):
        raise TypeError(f"{name} must be a number when the model is compiled, got {kind}")
    if name == "momentum" and current == 0:
        refuse(name, "above 0 when the model is compiled, so that there are velocities", current)
    is_read_each_step = model.run_eagerly or (
        keras.backend.backend() == "torch" and not model.jit_compile
    )
    if not is_read_each_step:
        raise TypeError(
            f"{name} must be a variable of the optimizer to be scheduled, got {kind}: it is "
            "compiled into the training step. learning_rate is a variable; with "
            "run_eagerly=True every attribute is read in each step"
        )
    return lambda value: setattr(optimizer, name, value)


def _synchronise(model: Any) -> None:
    """On JAX, write the values of the running epoch back into the model's variables."""
    if keras.backend.backend() == "jax":
        model.jax_state_sync()
