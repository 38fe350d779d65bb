"""Keras 3 with the TensorFlow, JAX or torch backend: `Schedule` and `ScheduleCallback`."""

from decaylr.keras.callback import ScheduleCallback
from decaylr.keras.schedule import Schedule

__all__ = ["Schedule", "ScheduleCallback"]
