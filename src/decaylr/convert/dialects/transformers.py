"""The arguments of transformers' Trainer: `training_args.json`, a YAML recipe, a command line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from decaylr.checks import at_least, one_of, refuse, shown
from decaylr.compat.transformers import get_scheduler
from decaylr.compat.transformers.schedules import NAMES
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings, is_number, is_open, left_open

# Arguments of which one stands beside `learning_rate` in every dump and in most recipes.
COMPANY = (
    "lr_scheduler_type",
    "per_device_train_batch_size",
    "num_train_epochs",
    "max_steps",
    "warmup_ratio",
    "warmup_steps",
)
# Arguments about the rate; another one with such a beginning would change it unread.
READ = (
    "learning_rate",
    "lr_scheduler",
    "lr_scheduler_type",
    "lr_scheduler_kwargs",
    "warmup_steps",
    "warmup_ratio",
)
ABOUT_THE_RATE = ("learning_rate", "lr_", "warmup", "cosine_", "min_lr")


def recognises(data: Any) -> bool:
    """Whether there is `lr_scheduler_type`, or the rate beside another argument of the Trainer."""
    if not isinstance(data, Mapping):
        return False
    return "lr_scheduler_type" in data or (
        "learning_rate" in data and any(key in data for key in COMPANY)
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """The schedule that the Trainer makes; it takes numbers that are written as text."""
    settings = Settings(data, given, texts=True)
    for key in data:
        if str(key).startswith(ABOUT_THE_RATE):
            one_of("training arguments", key, READ)
    name = _scheduler_type(settings)
    rate = settings.number("learning_rate", "the learning rate", 5e-5, fill=BASE_LR)
    if name in ("reduce_lr_on_plateau", "greedy"):
        return Found(get_scheduler(name, rate, scheduler_specific_kwargs=_extra(settings)))
    steps = _steps(settings)
    warmup = _warmup(settings, steps)
    return Found(get_scheduler(name, rate, warmup, steps, _extra(settings)), steps)


def _scheduler_type(settings: Settings) -> str:
    """The name of the schedule; a dump may have it as "SchedulerType.COSINE".

    Recipes of axolotl have it as `lr_scheduler`.
    """
    value = settings.raw("lr_scheduler_type", settings.raw("lr_scheduler", "linear"))
    if isinstance(value, str) and value.startswith("SchedulerType."):
        value = value.removeprefix("SchedulerType.").lower()
        if value == "reduce_on_plateau":
            value = "reduce_lr_on_plateau"
    named = Settings({"lr_scheduler_type": value}, settings.given, settings.path)
    return named.choice("lr_scheduler_type", tuple(NAMES), "linear")


def _steps(settings: Settings) -> int:
    """`max_steps` where it is above 0, else the stated steps."""
    most = settings.raw("max_steps", -1)
    steps = (
        -1 if is_open(most) else settings.number("max_steps", "the number of optimizer steps", -1)
    )
    if steps > 0:
        return _whole("max_steps", steps)
    stated = settings.given.fill(STEPS)
    if stated is ABSENT:
        epochs = settings.raw("num_train_epochs", 3)
        raise ValueError(
            f"max_steps is {shown(most)}, so the training ends after num_train_epochs = "
            f"{shown(epochs)}, and the file does not say how many optimizer steps these are: "
            f"give {STEPS}"
        )
    return _whole("steps", stated)


def _warmup(settings: Settings, steps: int) -> int:
    """The warmup steps: stated, or a share of the training, rounded up.

    `warmup_ratio` counts where `warmup_steps` is 0; from version 5 on `warmup_steps` below 1 is a
    share itself.
    """
    warmup = settings.number("warmup_steps", "the number of warmup steps", 0)
    at_least("warmup_steps", warmup)
    ratio = settings.number("warmup_ratio", "the share of the warmup", 0)
    if warmup == 0 and ratio:
        if not 0 <= ratio <= 1:
            refuse("warmup_ratio", "in [0, 1]", ratio)
        return math.ceil(steps * float(ratio))
    return int(warmup) if warmup >= 1 else math.ceil(steps * float(warmup))


def _extra(settings: Settings) -> Mapping[str, Any] | None:
    """`lr_scheduler_kwargs`, a table or its JSON."""
    extra = settings.raw("lr_scheduler_kwargs")
    if extra in (None, ""):
        return None
    if isinstance(extra, str):
        try:
            extra = json.loads(extra)
        except ValueError:
            raise ValueError(
                left_open("lr_scheduler_kwargs", extra, "further arguments, as JSON", None)
            ) from None
    if not isinstance(extra, Mapping):
        raise TypeError(f"lr_scheduler_kwargs must be a table, got {shown(extra)}")
    numbers = Settings(extra, settings.given, "lr_scheduler_kwargs", texts=True)
    return {
        key: item if _is_word(item) else numbers.number(key, "its value")
        for key, item in extra.items()
    }


def _is_word(value: Any) -> bool:
    """Whether an argument is a flag or a word such as "min", and no number."""
    if isinstance(value, str):
        return not is_open(value) and not is_number(value)
    return isinstance(value, bool)


def _whole(place: str, value: Any) -> int:
    if value != int(value):
        refuse(place, "a whole number", value)
    return int(value)


DIALECT = Dialect("transformers-args", "training arguments of transformers", recognises, read)
