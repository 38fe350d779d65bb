"""Keras 3, on the TensorFlow, JAX and torch backends: see `Schedule` and `ScheduleCallback`."""

from decaylr.keras_callback import ScheduleCallback
from decaylr.keras_schedule import Schedule

__all__ = ["Schedule", "ScheduleCallback"]
