"""Keras 2 (`tf_keras`): a schedule as the `learning_rate` of its optimizers."""

from decaylr.tf_keras.schedule import Schedule

__all__ = ["Schedule"]
