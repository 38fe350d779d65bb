"""Writing a search space for Optuna and Weights & Biases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from decaylr.checks import refuse, shown
from decaylr.sweep.spaces.variable import Variable


def to_optuna(space: Mapping[str, Any]) -> dict[str, str]:
    """The JSON of Optuna's distributions, for `optuna.distributions.json_to_distribution`.

    Parameters
    ----------
    space : mapping
        From `space`.

    Raises
    ------
    ValueError
        For a distribution that Optuna does not have, such as the normal one.

    Examples
    --------
    >>> from decaylr.sweep import space, to_optuna
    >>> to_optuna(space({"lr": {"values": [0.1, 0.3]}}))["lr"]
    '{"name": "CategoricalDistribution", "attributes": {"choices": [0.1, 0.3]}}'
    """
    return {name: json.dumps(_optuna(name, each)) for name, each in space.items()}


def _optuna(name: str, found: Any) -> dict[str, Any]:
    kind, given = _described(name, found)
    if kind in ("uniform", "grid"):
        attributes = {"low": given["low"], "high": given["high"], "log": given.get("log", False)}
        return {
            "name": "FloatDistribution",
            "attributes": attributes | {"step": given.get("step")},
        }
    if kind == "integers":
        return {"name": "IntDistribution", "attributes": dict(given)}
    if kind != "choice" or given["weights"] is not None:
        refuse(name, "a distribution that Optuna has", kind)
    return {"name": "CategoricalDistribution", "attributes": {"choices": given["values"]}}


def to_wandb(space: Mapping[str, Any]) -> dict[str, Any]:
    """The table `parameters` of a sweep configuration of Weights & Biases.

    Parameters
    ----------
    space : mapping
        From `space`.

    Raises
    ------
    ValueError
        For a distribution that W&B does not have.

    Examples
    --------
    >>> from decaylr.sweep import space, to_wandb
    >>> to_wandb(space({"lr": {"min": 0.1, "max": 0.3}}))
    {'lr': {'distribution': 'uniform', 'min': 0.1, 'max': 0.3}}
    """
    return {name: _wandb(name, each) for name, each in space.items()}


def _wandb(name: str, found: Any) -> dict[str, Any]:
    kind, given = _described(name, found)
    if kind == "choice" and given["weights"] is None:
        return {"values": given["values"]}
    if kind == "choice":
        total = sum(given["weights"])
        return {"values": given["values"], "probabilities": [w / total for w in given["weights"]]}
    if kind == "uniform":
        law = "log_uniform_values" if given["log"] else "uniform"
        return {"distribution": law, "min": given["low"], "max": given["high"]}
    if kind == "integers" and not given["log"] and given["step"] == 1:
        return {"distribution": "int_uniform", "min": given["low"], "max": given["high"]}
    if kind not in ("normal", "log_normal", "beta"):
        refuse(name, "a distribution that W&B has", kind)
    return {"distribution": kind, **given}


def _described(name: str, found: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(found, Variable):
        return found.kind, found.settings
    if isinstance(found, int | float):
        return "choice", {"values": [found], "weights": None}
    raise TypeError(f"{name} must come from `space`, got {shown(found)}")
