"""Keras 3 with the TensorFlow, JAX or torch backend: `Schedule` and `ScheduleCallback`."""

from decaylr.checks import missing_library

try:
    from decaylr.keras.callback import ScheduleCallback
    from decaylr.keras.schedule import Schedule
except ModuleNotFoundError as error:
    raise missing_library(error, "keras") from error

__all__ = ["Schedule", "ScheduleCallback"]
