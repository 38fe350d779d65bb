"""The columns of an entry in a sweep file: axes, plain columns, or random samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from decaylr.checks import above, finite, known_keys, refuse, whole_number
from decaylr.sweep import distributions
from decaylr.sweep.columns import grid_columns, sampled_columns, zipped_columns
from decaylr.sweep.syntax import placed


def table_of(settings: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise TypeError(f"{path}.{key} must be a table, got {table!r:.60}")
    return table


def columns_of(settings: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """The named columns of an entry: a grid of axes, plain columns, or random samples."""
    given = [key for key in ("axes", "columns", "random") if key in settings]
    if len(given) > 1:
        raise ValueError(f"{path} must have one of axes, columns and random, got {given}")
    if not given:
        return iter(())
    table = dict(table_of(settings, given[0], path))
    here = f"{path}.{given[0]}"
    try:
        return iter(_COLUMNS[given[0]](table).items())
    except (TypeError, ValueError) as error:
        raise placed(error, here) from None


def _axes(table: dict[str, Any]) -> dict[str, Any]:
    axes = {name: _spaced(value, name) for name, value in table.items()}
    return grid_columns(axes)


def _spaced(value: Any, here: str) -> Any:
    """A list, or `num` values evenly spaced between two, or between their logarithms."""
    if not isinstance(value, Mapping):
        return value
    known_keys(value, ("linear", "log", "num"), here)
    between = [key for key in ("linear", "log") if key in value]
    if len(between) != 1 or "num" not in value or np.shape(value[between[0]]) != (2,):
        refuse(here, "a list, or linear or log = [low, high] with num", dict(value))
    num = whole_number(f"{here}.num", value["num"], 1)
    if between == ["log"]:
        low, high = above(f"{here}.log", value["log"]).tolist()
        return np.geomspace(low, high, num)
    low, high = finite(f"{here}.linear", value["linear"]).tolist()
    return np.linspace(low, high, num)


def _plain_columns(table: dict[str, Any]) -> dict[str, Any]:
    return zipped_columns(table)


def _random(table: dict[str, Any]) -> dict[str, Any]:
    for key in ("n", "seed"):
        if key not in table:
            refuse("random", "given n and seed", f"no {key}")
    n, seed = table.pop("n"), table.pop("seed")
    drawn = {name: _distribution(value, name) for name, value in table.items()}
    return sampled_columns(n, seed, drawn)


_DISTRIBUTIONS = {
    "uniform": distributions.uniform,
    "loguniform": distributions.loguniform,
    "integers": distributions.integers,
}


def _distribution(value: Any, here: str) -> distributions.Distribution:
    if not isinstance(value, Mapping) or len(value) != 1:
        refuse(here, "one distribution such as { uniform = [0, 1] }", value)
    kind, bounds = next(iter(value.items()))
    known_keys(value, (*_DISTRIBUTIONS, "choice"), here)
    if kind == "choice":
        return distributions.choice(bounds)
    if not isinstance(bounds, list) or len(bounds) != 2:
        refuse(f"{here}.{kind}", "a list [low, high]", bounds)
    return _DISTRIBUTIONS[kind](*bounds)


_COLUMNS = {"axes": _axes, "columns": _plain_columns, "random": _random}
