"""Search spaces of Optuna: distributions, their JSON and attributes alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from decaylr.checks import refuse, shown
from decaylr.sweep.spaces import variable
from decaylr.sweep.spaces.variable import Variable

NAMES = ("FloatDistribution", "IntDistribution", "CategoricalDistribution")
_SHORT = {"float": NAMES[0], "int": NAMES[1], "categorical": NAMES[2]}


def parsed(value: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The name and attributes of a distribution: an object, its JSON text or that as a dict."""
    if type(value).__name__ in NAMES:
        return type(value).__name__, attributes_of(value)
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = json.loads(value)
    if isinstance(value, Mapping) and value.get("name") in NAMES:
        return value["name"], value.get("attributes", {})
    if isinstance(value, Mapping) and value.get("type") in _SHORT:
        return _SHORT[value["type"]], value
    return None


def attributes_of(distribution: Any) -> dict[str, Any]:
    """The attributes of a distribution object."""
    names = ("low", "high", "log", "step", "choices")
    return {name: getattr(distribution, name) for name in names if hasattr(distribution, name)}


def read(name: str, kind: str, given: Mapping[str, Any]) -> Variable:
    """A distribution of Optuna, drawn as its random sampler does."""
    if kind == "CategoricalDistribution":
        return variable.choice(name, list(given["choices"]))
    for key in ("low", "high"):
        if key not in given:
            refuse(name, "given low and high", shown(dict(given)))
    low, high, log = given["low"], given["high"], bool(given.get("log", False))
    step = given.get("step")
    if kind == "IntDistribution":
        return variable.integers(name, low, high, log=log, step=int(step or 1))
    if step is not None:
        return variable.grid(name, low, high, step)
    return variable.uniform(name, low, high, log=log)
