"""Reading the parameters of an entry in a sweep file: `axes`, `columns` or `random`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from decaylr.checks import (
    above,
    finite,
    known_keys,
    refuse,
    shown,
)
from decaylr.sweep import distributions
from decaylr.sweep.columns import grid_columns, number_of_values, sampled_columns, zipped_columns
from decaylr.sweep.syntax import error_at


def subtable(settings: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    """The table under a key of an entry, empty if there is none."""
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise TypeError(f"{path}.{key} must be a table, got {shown(table)}")
    return table


def read_columns(settings: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The parameter columns of an entry by name, empty if it has none."""
    kinds = [key for key in ("axes", "columns", "random") if key in settings]
    if len(kinds) > 1:
        raise ValueError(f"{path} must have one of axes, columns and random, got {kinds}")
    if not kinds:
        return {}
    table = {key: _numbers(value) for key, value in subtable(settings, kinds[0], path).items()}
    try:
        return _COLUMNS[kinds[0]](table)
    except (TypeError, ValueError) as error:
        raise error_at(error, f"{path}.{kinds[0]}") from None


def _numbers(value: Any) -> Any:
    """Convert the strings "inf", "-inf" and "nan" to floats, also inside lists and tables."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _numbers(item) for key, item in value.items()}
    return float(value) if value in ("inf", "-inf", "nan") else value


def _axes(table: dict[str, Any]) -> dict[str, Any]:
    return grid_columns({name: _axis(value, name) for name, value in table.items()})


def _axis(value: Any, name: str) -> Any:
    """The values of an axis: a list, or `num` values evenly or logarithmically spaced."""
    if not isinstance(value, Mapping):
        return value
    known_keys(value, ("linear", "log", "num"), name)
    spacings = [key for key in ("linear", "log") if key in value]
    if len(spacings) != 1 or "num" not in value or np.shape(value[spacings[0]]) != (2,):
        refuse(name, "a list, or linear or log = [low, high] with num", dict(value))
    num = number_of_values(f"{name}.num", value["num"])
    if spacings == ["log"]:
        low, high = above(f"{name}.log", value["log"]).tolist()
        return np.geomspace(low, high, num)
    low, high = finite(f"{name}.linear", value["linear"]).tolist()
    return np.linspace(low, high, num)


def _random(table: dict[str, Any]) -> dict[str, Any]:
    for key in ("n", "seed"):
        if key not in table:
            refuse("random", "given n and seed", f"no {key}")
    n, seed = table.pop("n"), table.pop("seed")
    samplers = {name: _distribution(value, name) for name, value in table.items()}
    return sampled_columns(n, seed, samplers)


_DISTRIBUTIONS = {
    "uniform": distributions.uniform,
    "loguniform": distributions.loguniform,
    "integers": distributions.integers,
}


def _distribution(value: Any, name: str) -> distributions.Distribution:
    if not isinstance(value, Mapping) or len(value) != 1:
        refuse(name, "one distribution such as { uniform = [0, 1] }", value)
    kind, bounds = next(iter(value.items()))
    known_keys(value, (*_DISTRIBUTIONS, "choice"), name)
    if kind == "choice":
        return distributions.choice(bounds)
    if not isinstance(bounds, list) or len(bounds) != 2:
        refuse(f"{name}.{kind}", "a list [low, high]", bounds)
    return _DISTRIBUTIONS[kind](*bounds)


_COLUMNS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "axes": _axes,
    "columns": zipped_columns,
    "random": _random,
}
