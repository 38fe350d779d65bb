"""The rules of `Plateau`: their options, defaults and checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from decaylr.checks import (
    Array,
    FloatArray,
    above,
    at_least,
    finite,
    flag,
    real_array,
    refuse,
    require,
    whole_number,
    whole_numbers,
)


class Rule(NamedTuple):
    """Defaults of a rule, and its additional options with their defaults."""

    mode: str
    threshold: float
    threshold_mode: str
    options: Mapping[str, float | bool]


RULES: dict[str, Rule] = {
    "torch": Rule("min", 1e-4, "rel", {"eps": 1e-8}),
    "keras": Rule("min", 1e-4, "abs", {}),
    "optax": Rule("min", 1e-4, "rel", {"atol": 0.0, "accumulation_size": 1, "min_scale": 0.0}),
    "paddle": Rule("min", 1e-4, "rel", {"eps": 1e-8}),
    "thinc": Rule("max", 0.0, "abs", {}),
    "greedy": Rule(
        "min",
        1e-6,
        "abs",
        {
            "warmup": 0,
            "max_value": 1.0,
            "eps": 1e-8,
            "smooth": False,
            "window_size": 50,
            "reset_start": 500,
        },
    ),
}


# Values passed to the core for options that a rule does not have; that rule does not read them.
UNUSED: dict[str, float] = {
    "eps": 0.0,
    "atol": 0.0,
    "accumulation_size": 1,
    "min_scale": 0.0,
    "warmup": 0,
    "max_value": np.inf,
    "reset_start": 0,
}


def factors(value: Any, rule: str) -> Array:
    """Check the factor of a decrease; the accepted range is that of the original library."""
    if rule == "thinc":
        return above("factor", value)
    array = real_array("factor", value)
    if rule in ("optax", "greedy"):
        require("factor", array, lambda x: (x > 0) & (x < 1), "above 0 and below 1")
    else:
        require("factor", array, lambda x: (x >= 0) & (x < 1), ">= 0 and below 1")
    return array


def thresholds(value: Any, rule: str, relative: bool, options: Mapping[str, Any]) -> Array:
    """Check the threshold of an improvement; optax requires one > 0 unless atol is."""
    array = at_least("threshold", value)
    if rule == "optax":
        if relative:
            require("threshold", array, lambda x: x <= 1, "at most 1")
        if np.any((array == 0) & (options["atol"] == 0)):
            refuse("threshold", "above 0 where atol is 0", 0.0)
    return array


def options(rule: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the options of a rule and fill in defaults."""
    known = RULES[rule].options
    for name in given:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise TypeError(f"the rule {rule} has no option {name!r}, its options are: {listed}")
    return {name: _option(name, given.get(name, default)) for name, default in known.items()}


def _option(name: str, value: Any) -> Any:
    if name == "smooth":
        return flag(name, value)
    if name == "window_size":
        return whole_number(name, value, least=1)
    if name in ("warmup", "reset_start"):
        return whole_numbers(name, value)
    if name == "accumulation_size":
        return whole_numbers(name, value, least=1)
    if name == "max_value":
        return finite(name, value)
    return at_least(name, value)


def column(value: Any, shape: tuple[int, ...]) -> FloatArray:
    """A parameter as passed to the core: one element, or one per run in C order."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return array.reshape(1)
    return np.ascontiguousarray(np.broadcast_to(array, shape)).reshape(-1)
