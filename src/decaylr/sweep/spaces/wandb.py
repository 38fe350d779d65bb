"""Search spaces of Weights & Biases: the table `parameters` of a sweep configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from decaylr.checks import known_keys, refuse, shown
from decaylr.sweep.spaces import variable
from decaylr.sweep.spaces.variable import Variable

_KEYS = ("distribution", "value", "values", "probabilities", "min", "max", "q", "mu", "sigma")
KEYS = (*_KEYS, "a", "b", "parameters")
_SCIPY = {"normal": ("mu", "sigma"), "log_normal": ("mu", "sigma"), "beta": ("a", "b")}
_DEFAULTS = {"mu": 0.0, "sigma": 1.0, "a": 1.0, "b": 1.0}


def is_parameter(value: Any) -> bool:
    """Whether a value is a parameter of a sweep configuration."""
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(KEYS)


def flat(
    parameters: Mapping[str, Any], before: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The parameters by name; those of nested tables as `outer.inner`."""
    for key, value in parameters.items():
        if not isinstance(value, Mapping):
            refuse(f"{before}{key}", "a table such as { min: 0, max: 1 }", shown(value))
        known_keys(value, KEYS, f"{before}{key}")
        if "parameters" in value:
            yield from flat(value["parameters"], f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def read(name: str, given: Mapping[str, Any]) -> Variable | float:
    """A parameter, drawn as W&B draws it; a constant is a number."""
    kind = given["distribution"] if "distribution" in given else _implied(given, name)
    if kind == "constant":
        return variable.choice(name, [given["value"]]).settings["values"][0]  # type: ignore[no-any-return]
    if kind in ("categorical", "categorical_w_probabilities"):
        return variable.choice(name, given["values"], given.get("probabilities"))
    rounded = kind.startswith("q_")
    base = kind.removeprefix("q_")
    found = _continuous(name, base, given)
    return variable.rounded(found, given.get("q", 1.0), name) if rounded else found


def _implied(given: Mapping[str, Any], name: str) -> str:
    """What W&B takes a parameter for that names no distribution."""
    if "value" in given:
        return "constant"
    if "probabilities" in given:
        return "categorical_w_probabilities"
    if "values" in given:
        return "categorical"
    if "min" in given and "max" in given:
        whole = all(type(given[key]) is int for key in ("min", "max"))
        return "int_uniform" if whole else "uniform"
    if not {"mu", "sigma"} & set(given):
        refuse(name, "given value, values, or min and max", shown(dict(given)))
    return "normal"


def _continuous(name: str, kind: str, given: Mapping[str, Any]) -> Variable:
    if kind in _SCIPY:
        return variable.of_scipy(kind, {k: given.get(k, _DEFAULTS[k]) for k in _SCIPY[kind]}, name)
    for key in ("min", "max"):
        if key not in given:
            refuse(name, f"given min and max for {kind}", shown(dict(given)))
    low, high = given["min"], given["max"]
    if kind == "int_uniform":
        return variable.integers(name, low, high)
    if kind == "uniform":
        return variable.uniform(name, low, high)
    if kind in ("log_uniform_values", "inv_log_uniform_values"):
        return variable.uniform(name, low, high, log=True)
    # Without "_values", min and max are natural logarithms.
    if kind == "log_uniform":
        return variable.uniform(name, np.exp(low), np.exp(high), log=True)
    if kind != "inv_log_uniform":
        refuse(f"{name}.distribution", "one that W&B has", kind)
    return variable.uniform(name, np.exp(-high), np.exp(-low), log=True)
