"""Keras 3, on the TensorFlow, JAX and torch backends: see `Schedule` and `ScheduleCallback`."""

from decaylr.keras.callback import ScheduleCallback
from decaylr.keras.schedule import Schedule

__all__ = ["Schedule", "ScheduleCallback"]
