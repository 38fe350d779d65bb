"""Keras: a schedule, an optimizer, or a whole model's training configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.checks import finite, refuse, shown
from decaylr.compat.keras.schedules import CLASSES
from decaylr.convert.calls import Calls
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, Given
from decaylr.convert.settings import is_open, left_open, number
from decaylr.curves import constant
from decaylr.schedule import Schedule

# Where the optimizer stands in what Keras writes, from the outside in.
WITHIN = (
    "compile_config",
    "training_config",
    "optimizer_config",
    "optimizer",
    "inner_optimizer",  # of LossScaleOptimizer
)
DEEPEST = 20
RATE_KEYS = ("learning_rate", "lr")


def recognises(data: Any) -> bool:
    """Whether there is a class with its config, or what a saved model has around an optimizer."""
    if not isinstance(data, Mapping):
        return False
    saved = ("class_name", "compile_config", "training_config", "optimizer_config")
    optimizer = data.get("optimizer")
    return any(key in data for key in saved) or (
        isinstance(optimizer, Mapping) and "class_name" in optimizer
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """The schedule of the optimizer's learning rate."""
    calls = Calls(given, texts, lambda table, place: ABSENT)
    return Found(_schedule(data, "", given, calls, 0))


def _schedule(data: Any, path: str, given: Given, calls: Calls, depth: int) -> Schedule:
    if depth > DEEPEST:
        raise ValueError(f"{path:.80} is nested deeper than {DEEPEST}")
    if not isinstance(data, Mapping):
        return _constant(data, path, given)
    name, config = data.get("class_name"), data.get("config")
    if isinstance(name, str) and isinstance(config, Mapping):
        name = name.rpartition(">")[2]  # "Package>Class" of a registered class
        if name in CLASSES:
            return calls.call(CLASSES[name], config, _join(path, "config"))  # type: ignore[no-any-return]
    for key in (*RATE_KEYS, *WITHIN):
        if data.get(key) is not None:
            return _schedule(data[key], _join(path, key), given, calls, depth + 1)
    if isinstance(config, Mapping) and any(
        config.get(key) is not None for key in (*RATE_KEYS, *WITHIN)
    ):
        return _schedule(config, _join(path, "config"), given, calls, depth + 1)
    if name is not None and config is not None and not _is_model(config):
        refuse(
            _join(path, "class_name"), f"one of {', '.join(CLASSES)}, or an optimizer", shown(name)
        )
    raise ValueError(
        f"{path or 'the file'} must hold a schedule or an optimizer with its learning_rate, got "
        f"the keys {', '.join(map(str, data))}: save the model after compile(), with its optimizer"
    )


def _is_model(config: Any) -> bool:
    return isinstance(config, Mapping) and "layers" in config


def _constant(value: Any, path: str, given: Given) -> Schedule:
    if is_open(value):
        filled = given.fill(BASE_LR)
        if filled is ABSENT:
            raise ValueError(left_open(path, value, "the learning rate", BASE_LR))
        value = filled
    if isinstance(value, str):
        refuse(path, "a learning rate with a schedule or a number, not a name", shown(value))
    return constant(finite(path, number(path, value, texts=False)))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


DIALECT = Dialect("keras", "a Keras configuration", recognises, read)
