"""torchtitan's TOML: the sections `optimizer`, `lr_scheduler` and `training`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.combinators.joins import join
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings
from decaylr.curves import constant, linear
from decaylr.recipes.phases import Shape, fall

SHAPES: dict[str, Shape] = {"linear": "linear", "sqrt": "1-sqrt", "cosine": "cosine"}
_KEYS = ("warmup_steps", "decay_ratio", "decay_type", "min_lr_factor", "lr_min", "total_steps")


def recognises(data: Any) -> bool:
    """Whether `lr_scheduler` has torchtitan's keys, or `training` has steps beside an optimizer."""
    if not isinstance(data, Mapping):
        return False
    scheduler, training = data.get("lr_scheduler"), data.get("training")
    if isinstance(scheduler, Mapping):
        return (
            "class_path" not in scheduler
            and "_target_" not in scheduler
            and all(key in _KEYS for key in scheduler)
        )
    optimizer = data.get("optimizer")
    return (
        isinstance(training, Mapping)
        and "steps" in training
        and isinstance(optimizer, Mapping)
        and "lr" in optimizer
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """Warmup, a constant rate and a decay; every step is counted from 1."""
    settings = Settings(data, given, texts=texts)
    section = settings.section("lr_scheduler")
    rate = settings.section("optimizer").number("lr", "the learning rate", 8e-4, fill=BASE_LR)
    steps = settings.section("training").number("steps", "the number of steps", 10000, fill=STEPS)
    total = section.number("total_steps", "the length of the schedule", steps)
    warmup = min(int(section.number("warmup_steps", "the length of the warmup", 200)), total)
    ratio = section.number("decay_ratio", "the share of the decay", None)
    decay = total - warmup if ratio is None else min(round(total * ratio), total - warmup)
    factor = section.number("min_lr_factor", "the lowest share of the rate", None)
    if factor is None:  # its name until 2025
        factor = section.number("lr_min", "the lowest share of the rate", 0.0)
    shape = SHAPES[section.choice("decay_type", tuple(SHAPES), "linear")]
    stable = total + 1 - decay  # the end of the constant rate, one step after the warmup at least
    ramp = linear(0.0, rate, max(warmup, 1)).advance(1)
    values = np.asarray(float(rate)), np.asarray(rate * factor)
    down = fall("decay_type", shape, *values, np.asarray(decay)).advance(1)
    boundaries = [warmup, max(stable, warmup)]
    return Found(join([ramp, constant(rate), down], boundaries=boundaries), steps)


DIALECT = Dialect("torchtitan", "a torchtitan configuration", recognises, read)
