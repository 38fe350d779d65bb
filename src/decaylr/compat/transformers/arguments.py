"""Schedules from the `TrainingArguments` of transformers' Trainer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from decaylr.checks import at_least, one_of, refuse, whole_number
from decaylr.compat.transformers.schedules import get_scheduler
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

READ = ("learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps")
# An argument with one of these prefixes is about the rate, and must be one of READ.
RATE_PREFIXES = ("learning_rate", "lr_", "warmup")


def from_training_arguments(
    arguments: Mapping[str, Any], num_training_steps: int | None = None
) -> Schedule | Plateau:
    """Make the schedule that the Trainer of transformers 5 makes from its `TrainingArguments`.

    The arguments read are `learning_rate` (default 5e-5), `lr_scheduler_type` ("linear"),
    `lr_scheduler_kwargs`, `warmup_steps` (0; a value below 1 is a fraction of the training,
    rounded up to whole steps) and `max_steps`. Other arguments are ignored, so that
    ``from_training_arguments(args.to_dict(), steps)`` works.

    Parameters
    ----------
    arguments : mapping
        Values by the names of `TrainingArguments`.
    num_training_steps : int, optional
        Number of optimizer steps; required unless `max_steps` is above 0.

    Returns
    -------
    Schedule or Plateau
        A Plateau for "reduce_lr_on_plateau" and "greedy".

    Raises
    ------
    TypeError, ValueError
        If an argument about the rate is unknown (such as those of transformers 4) or wrong.

    Examples
    --------
    >>> from decaylr.compat.transformers import from_training_arguments
    >>> from_training_arguments({"learning_rate": 1.0, "warmup_steps": 0.1, "max_steps": 100})(5)
    0.5
    """
    if not isinstance(arguments, Mapping):
        raise TypeError(f"arguments must be a mapping, got {type(arguments).__name__}")
    for key in arguments:
        if str(key).startswith(RATE_PREFIXES):
            one_of("arguments", key, READ)
    steps = _steps(arguments.get("max_steps", -1), num_training_steps)
    scheduler_type: Any = arguments.get("lr_scheduler_type", "linear")
    name: Any = getattr(scheduler_type, "value", scheduler_type)  # a str or a SchedulerType
    return get_scheduler(
        name,
        arguments.get("learning_rate", 5e-5),
        _warmup(arguments.get("warmup_steps", 0), steps),
        steps,
        arguments.get("lr_scheduler_kwargs"),
    )


def _steps(max_steps: Any, num_training_steps: int | None) -> int:
    if isinstance(max_steps, int) and max_steps > 0:
        return max_steps
    if num_training_steps is None:
        refuse("num_training_steps", "given where max_steps is not above 0", None)
    return whole_number("num_training_steps", num_training_steps)


def _warmup(warmup_steps: Any, steps: int) -> int:
    warmup = at_least("warmup_steps", warmup_steps)
    if warmup.ndim:
        raise TypeError(f"warmup_steps must be one number, got shape {warmup.shape}")
    return int(warmup) if warmup >= 1 else math.ceil(steps * float(warmup))
