"""Reading the parameters of an entry in a sweep file: `axes`, `columns`, `random`, `constraints`.

An entry may have all of them: its runs are every combination of the axes, the rows of the columns
and the random rows. A string with a "$" is an expression of other parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from decaylr.checks import above, broadcast_shape, finite, known_keys, one_of, refuse, shown
from decaylr.sweep import distributions, expressions
from decaylr.sweep.columns import Columns, grid_columns, number_of_values, zipped_columns
from decaylr.sweep.drawing import METHODS, RANDOM_SETTINGS, sampled_columns
from decaylr.sweep.syntax import error_at

PARTS = ("axes", "columns", "random")


def subtable(settings: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    """The table under a key of an entry, empty if there is none."""
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise TypeError(f"{path}.{key} must be a table, got {shown(table)}")
    return table


def read_columns(
    settings: Mapping[str, Any], path: str, stream: int | None = None
) -> tuple[Columns, int]:
    """The parameters of an entry by name, and how many runs its constraints have rejected."""
    parts: list[Columns] = []
    derived: dict[str, tuple[str, str]] = {}
    for part in PARTS:
        if part in settings:
            place = f"{path}.{part}"
            table = {k: _numbers(v) for k, v in subtable(settings, part, path).items()}
            derived |= {k: (v, f"{place}.{k}") for k, v in table.items() if _is_expression(v)}
            given = {k: v for k, v in table.items() if not _is_expression(v)}
            if table and not given:
                continue
            try:
                parts.append(_READERS[part](given, stream))
            except (TypeError, ValueError) as error:
                raise error_at(error, place) from None
    names = [*derived, *(name for part in parts for name in part)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        refuse(f"{path}: parameters", "in one of axes, columns and random", f"{twice} twice")
    columns = _combined(parts)
    _derive(columns, derived)
    return _constrained(columns, settings.get("constraints", []), f"{path}.constraints")


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and "$" in value


def _numbers(value: Any) -> Any:
    """Convert the strings "inf", "-inf" and "nan" to floats, also inside lists and tables."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _numbers(item) for key, item in value.items()}
    return float(value) if value in ("inf", "-inf", "nan") else value


def _combined(parts: list[Columns]) -> Columns:
    """Every combination of the rows of all parts: each has axes of its own."""
    shapes = [
        broadcast_shape({name: array.shape for name, array in part.items()}) for part in parts
    ]
    columns: Columns = {}
    for i, part in enumerate(parts):
        after = sum(len(shape) for shape in shapes[i + 1 :])
        for name, array in part.items():
            columns[name] = array.reshape(array.shape + (1,) * after) if array.ndim else array
    return columns


def _derive(columns: Columns, derived: dict[str, tuple[str, str]]) -> None:
    """Add the parameters that are expressions of others, each after those it needs."""
    waiting = dict(derived)
    while waiting:
        ready = [
            n for n, (text, _) in waiting.items() if not expressions.columns_in(text) & {*waiting}
        ]
        if not ready:
            place = next(iter(waiting.values()))[1]
            refuse(place, "an expression of other parameters", f"a circle of {', '.join(waiting)}")
        for name in ready:
            text, place = waiting.pop(name)
            try:
                columns[name] = expressions.number(text, columns)
            except (TypeError, ValueError) as error:
                raise error_at(error, place) from None


def _constrained(columns: Columns, constraints: Any, path: str) -> tuple[Columns, int]:
    """The rows for which all constraints hold, along one axis, and the number of others."""
    if not isinstance(constraints, list) or not all(isinstance(c, str) for c in constraints):
        raise TypeError(
            f'{path} must be a list of conditions such as "$a < $b", got {shown(constraints)}'
        )
    if not constraints:
        return columns, 0
    shape = broadcast_shape({name: array.shape for name, array in columns.items()})
    kept = np.ones(shape, np.bool_)
    for i, text in enumerate(constraints):
        try:
            kept &= expressions.condition(text, columns)
        except (TypeError, ValueError) as error:
            raise error_at(error, f"{path}[{i}]") from None
    if not kept.any():
        refuse(path, "true in at least one run", f"none of {kept.size}")
    rows = {name: np.broadcast_to(array, shape)[kept] for name, array in columns.items()}
    return rows, int(kept.size - kept.sum())


def _axes(table: dict[str, Any], stream: int | None) -> Columns:
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


def _columns(table: dict[str, Any], stream: int | None) -> Columns:
    return zipped_columns(table)


def _random(table: dict[str, Any], stream: int | None) -> Columns:
    for key in ("n", "seed"):
        if key not in table:
            refuse("random", "given n and seed", f"no {key}")
    n, seed, method = (table.pop(key, None) for key in RANDOM_SETTINGS)
    if method is not None:
        one_of("method", method, METHODS)
    plain = {key: value for key, value in table.items() if isinstance(value, (int, float))}
    numbers = zipped_columns(plain) if plain else {}
    samplers = {k: _distribution(v, k) for k, v in table.items() if k not in numbers}
    return sampled_columns(n, seed, samplers, method, stream) | numbers


_DISTRIBUTIONS = {
    "uniform": distributions.uniform,
    "loguniform": distributions.loguniform,
    "integers": distributions.integers,
}


def _distribution(value: Any, name: str) -> distributions.Distribution:
    if not isinstance(value, Mapping) or len(value) != 1:
        refuse(name, "a number or one distribution such as { uniform = [0, 1] }", value)
    kind, bounds = next(iter(value.items()))
    known_keys(value, (*_DISTRIBUTIONS, "choice"), name)
    if kind == "choice":
        return distributions.choice(bounds)
    if not isinstance(bounds, list) or len(bounds) != 2:
        refuse(f"{name}.{kind}", "a list [low, high]", bounds)
    return _DISTRIBUTIONS[kind](*bounds)


_READERS: dict[str, Callable[[dict[str, Any], int | None], Columns]] = {
    "axes": _axes,
    "columns": _columns,
    "random": _random,
}
