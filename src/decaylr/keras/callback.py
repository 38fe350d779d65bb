"""`ScheduleCallback`: hyperparameters of a Keras optimizer set before each batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import keras

from decaylr.checks import known_keys, refuse
from decaylr.plateau.scale import Plateau
from decaylr.training.sources import Source, differences
from decaylr.training.steps import exact

VERSION = 1


class ScheduleCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes schedules into a Keras optimizer before each batch, and into the logs.

    The rate stays settable, so that a metric or another callback can change what follows.
    Before the update number n every hyperparameter has the value of its schedule at::

        position = start + n * units_per_step

    n is `optimizer.iterations`: updates that happened, whether batches were accumulated for
    them or steps skipped. Where `fit` begins at an `initial_epoch` that the optimizer has
    not come to, n counts the batches of the epochs before.

    After each epoch a `Plateau` is updated with the metric called `monitor`, and the logs,
    which `History`, `CSVLogger` and `TensorBoard` show, get the values last used.

    Parameters
    ----------
    schedules : mapping
        Single schedules or plateaus by the name of the optimizer's attribute:
        ``"learning_rate"``, ``"weight_decay"``, ``"momentum"``, ``"beta_1"``... Without any
        the callback logs the rate that the optimizer has.
    units_per_step : int, float or Fraction
        How far one update goes in the schedules' own unit, > 0.
    start : int, float or Fraction
        Position of update 0, >= 0.
    monitor : str
        The name of the plateaus' metric in the logs.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value. When training begins: for a rate that is
        a schedule itself; for an attribute that the compiled step does not read, which on
        TensorFlow and JAX is all but `learning_rate` unless the model runs eagerly; for
        `steps_per_execution` above 1, in which nothing can be set between steps. After an
        epoch: for a metric that is not in the logs.

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
            _expect_single(name, source)
        if not isinstance(monitor, str):
            raise TypeError(f"monitor must be a metric's name, got {monitor!r}")
        self.schedules = dict(schedules)
        self.monitor = monitor
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._start = exact("start", start)
        self._ahead: int | None = None
        self._values: dict[str, float] = {}
        self._set: dict[str, Callable[[float], object]] = {}

    @property
    def plateaus(self) -> dict[str, Plateau]:
        """The metric-driven ones among the schedules."""
        return {k: one for k, one in self.schedules.items() if isinstance(one, Plateau)}

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the attributes; refuse what would have no effect."""
        if self.schedules and getattr(self.model, "steps_per_execution", 1) != 1:
            refuse(
                "steps_per_execution", "1, or the rate a Schedule", self.model.steps_per_execution
            )
        self._set = {name: _setter(self.model, name) for name in self.schedules}
        self._ahead = None

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Count the epochs that the optimizer has not seen."""
        if self._ahead is None:
            self._ahead = self._unseen(epoch)

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
            self._set[name](value)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Update the plateaus; log the values."""
        logs = {} if logs is None else logs
        for plateau in self.plateaus.values():
            if self.monitor not in logs:
                refuse("monitor", f"one of the metrics {sorted(logs)}", repr(self.monitor))
            plateau.update(float(logs[self.monitor]), self._position())
        rate = keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
        logs.update({"learning_rate": float(rate)} | self._values)

    def replace(self, schedules: Mapping[str, Source]) -> list[str]:
        """Follow other schedules of the same hyperparameters; returns the differences.

        For a longer horizon, a branch or a new warmup, also while the model is trained: from
        the next batch on. Refused ones change nothing.
        """
        for name, source in schedules.items():
            _expect_single(name, source)
        if set(schedules) != set(self.schedules):
            refuse("schedules", f"those of {sorted(self.schedules)}", sorted(schedules))
        lines = differences(self.schedules, schedules)
        self.schedules = dict(schedules)
        return lines

    def state_dict(self) -> dict[str, Any]:
        """What the plateaus have seen; the position is the optimizer's."""
        seen = {name: plateau.state_dict() for name, plateau in self.plateaus.items()}
        return {"version": VERSION, "plateaus": seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the state of plateaus of the same names."""
        known_keys(state, ("version", "plateaus"), "state")
        if state.get("version") != VERSION:
            refuse("state.version", str(VERSION), state.get("version"))
        seen = state["plateaus"]
        if set(seen) != set(self.plateaus):
            refuse("state.plateaus", f"those of {sorted(self.plateaus)}", sorted(seen))
        for name, plateau in self.plateaus.items():
            plateau.load_state_dict(seen[name])

    def _updates(self) -> int:
        return int(keras.ops.convert_to_numpy(self.model.optimizer.iterations))

    def _unseen(self, epoch: int) -> int:
        """Updates of the epochs before, as far as the optimizer lacks them."""
        batches = self.params.get("steps")
        if epoch and batches is None and not self._updates():
            refuse("initial_epoch", "0 where an epoch's length is not known; give start", epoch)
        inner = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        accumulated = getattr(inner, "gradient_accumulation_steps", None) or 1
        return max(epoch * (batches or 0) // accumulated - self._updates(), 0)

    def _position(self) -> int | float:
        found = self._start + self._units * (self._updates() + (self._ahead or 0))
        return int(found) if found.denominator == 1 else float(found)


def _expect_single(name: Any, source: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"schedules must have attributes' names as keys, got {name!r}")
    if not isinstance(source, Source):
        kind = type(source).__name__
        raise TypeError(f"schedules[{name!r}] must be a Schedule or a Plateau, got {kind}")
    if source.shape != ():
        refuse(f"schedules[{name!r}]", "a single one", f"shape {source.shape}")


def _setter(model: Any, name: str) -> Callable[[float], object]:
    """How to set an attribute of the optimizer so that the next step reads it."""
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    if not hasattr(optimizer, name):
        refuse("schedules", f"of attributes that {type(optimizer).__name__} has", repr(name))
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
    read_anew = model.run_eagerly or (keras.backend.backend() == "torch" and not model.jit_compile)
    if not read_anew:
        raise TypeError(
            f"{name} must be a variable of the optimizer to be scheduled: {kind} is compiled "
            f"into the step; learning_rate is one, and run_eagerly=True reads all anew"
        )
    return lambda value: setattr(optimizer, name, value)


def _synchronise(model: Any) -> None:
    """On JAX variables hold nothing while an epoch runs until the model is told to fill them."""
    if keras.backend.backend() == "jax":
        model.jax_state_sync()
