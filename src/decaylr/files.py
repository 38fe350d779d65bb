"""Sweep files: TOML or JSON tables of named schedules.

A file has `version = 1` and a table `schedules` of entries. An entry describes its schedule
in the language of `decaylr.language` and may state its `unit`, its `length` (the horizon in
that unit), a `clock` for durations in other units, and where its numbers come from.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from decaylr import sweep
from decaylr.clock import Clock
from decaylr.durations import UNITS, Measure
from decaylr.language import Context, placed, resolved, schedule_of
from decaylr.notation.writing import plain, to_dict
from decaylr.parameters import above, choice, count, finite, known_keys, refuse
from decaylr.schedule import Schedule
from decaylr.sweep import Entry, Sweep

VERSION = 1
ABOUT = ("name", "year", "source", "note")
SETTINGS = ("unit", "length", "clock", "axes", "columns", "random")


def load(path: str | PathLike[str]) -> Sweep:
    """Read a sweep file.

    Parameters
    ----------
    path : str or path-like
        A file that ends in .toml or .json.

    Returns
    -------
    Sweep
        `sweep[name]` is a named schedule; `names`, `units`, `lengths` and `schedule` (all
        runs) describe the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    TypeError, ValueError
        For a malformed file (with its line), unknown keys (with the known ones) and wrong
        parameters (with their place in the file).

    Examples
    --------
    >>> import decaylr as dl, pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.toml"
    >>> _ = path.write_text('''
    ... version = 1
    ... [schedules.gpt]
    ... phases = [{ linear = [0, 6e-4], steps = 2000 }, { cosine = [6e-4, 0], steps = 8000 }]
    ... [schedules.resnet]
    ... unit = "epoch"
    ... length = 90
    ... multi_step = [0.1, [30, 60], 0.1]
    ... ''')
    >>> found = dl.load(path)
    >>> found.names, found.lengths, found["gpt"](2000)
    (('gpt', 'resnet'), (10000.0, 90.0), 0.0006)
    """
    file = Path(path)
    try:
        return _sweep(parsed(file))
    except RecursionError:
        raise ValueError(f"{file}: tables and lists are nested too deep") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: must be UTF-8 text, got {error}") from None
    except (TypeError, ValueError) as error:
        raise placed(error, str(file)) from None


def parsed(file: Path) -> Any:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return _json(text)
    if file.suffix != ".toml":
        refuse("path", "a .toml or .json file", file.name)
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"malformed TOML: {error}") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        raise ValueError(f"malformed JSON: {error}") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return data


def _sweep(data: Any) -> Sweep:
    if not isinstance(data, Mapping):
        raise TypeError(f"the file must hold a table, got {type(data).__name__}")
    known_keys(data, ("version", "title", "schedules"), "top level")
    if data.get("version") != VERSION or isinstance(data.get("version"), bool):
        refuse("version", str(VERSION), data.get("version", "none"))
    entries = data.get("schedules")
    if not isinstance(entries, Mapping):
        raise TypeError(f"schedules must be a table of entries, got {entries!r:.60}")
    return Sweep.of(tuple(_entry(name, body) for name, body in entries.items()))


def _entry(name: str, body: Any) -> Entry:
    path = f"schedules.{name}"
    if not isinstance(body, Mapping):
        raise TypeError(f"{path} must be a table, got {body!r:.60}")
    settings = {key: value for key, value in body.items() if key in SETTINGS}
    about = {key: _told(value, key, path) for key, value in body.items() if key in ABOUT}
    node = {key: value for key, value in body.items() if key not in (*SETTINGS, *ABOUT)}
    unit = choice(f"{path}.unit", settings.get("unit", "step"), UNITS)
    measure = Measure(unit, _clock(settings, path), _length(settings, path))
    columns = dict(_columns(settings, path))
    schedule = schedule_of(node, Context(measure, columns, path=path))
    length = float(np.max(schedule.length)) if measure.length is None else measure.length
    return Entry(name, schedule, unit, length, _shaped(columns, schedule, path), about)


def _told(value: Any, key: str, path: str) -> Any:
    kind = int if key == "year" else str
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{path}.{key} must be of type {kind.__name__}, got {value!r:.60}")
    return value


def _clock(settings: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    rates = _table(settings, "clock", path)
    known_keys(rates, tuple(inspect.signature(Clock).parameters), f"{path}.clock")
    try:
        Clock(**rates)
    except (TypeError, ValueError) as error:
        raise placed(error, f"{path}.clock") from None
    return rates


def _shaped(columns: dict[str, Any], schedule: Schedule, path: str) -> dict[str, Any]:
    """The columns, one element per run; one that no parameter refers to has no runs."""
    try:
        return {key: np.broadcast_to(array, schedule.shape) for key, array in columns.items()}
    except ValueError:
        names = ", ".join(f"${key}" for key in columns)
        raise ValueError(
            f"{path} must refer to each of its columns {names}, "
            f"got a schedule of shape {schedule.shape}"
        ) from None


def _table(settings: Mapping[str, Any], key: str, path: str) -> Mapping[str, Any]:
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise TypeError(f"{path}.{key} must be a table, got {table!r:.60}")
    return table


def _length(settings: Mapping[str, Any], path: str) -> float | None:
    length = settings.get("length")
    if length is None:
        return None
    if isinstance(length, str):
        measure = Measure(settings.get("unit", "step"), _clock(settings, path))
        length = resolved(length, Context(measure, {}, path=f"{path}.length"))
    if isinstance(length, bool) or not isinstance(length, (int, float)):
        raise TypeError(f"{path}.length must be a number, got {length!r:.60}")
    if not 0 < length < np.inf:
        refuse(f"{path}.length", "finite and > 0", length)
    return float(length)


def _columns(settings: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """The named columns of an entry: a grid of axes, plain columns, or random samples."""
    given = [key for key in ("axes", "columns", "random") if key in settings]
    if len(given) > 1:
        raise ValueError(f"{path} must have one of axes, columns and random, got {given}")
    if not given:
        return iter(())
    table = dict(_table(settings, given[0], path))
    here = f"{path}.{given[0]}"
    try:
        return iter(_COLUMNS[given[0]](table).items())
    except (TypeError, ValueError) as error:
        raise placed(error, here) from None


def _axes(table: dict[str, Any]) -> dict[str, Any]:
    axes = {name: _spaced(value, name) for name, value in table.items()}
    return sweep.crossed(axes)


def _spaced(value: Any, here: str) -> Any:
    """A list, or `num` values evenly spaced between two, or between their logarithms."""
    if not isinstance(value, Mapping):
        return value
    known_keys(value, ("linear", "log", "num"), here)
    between = [key for key in ("linear", "log") if key in value]
    if len(between) != 1 or "num" not in value or np.shape(value[between[0]]) != (2,):
        refuse(here, "a list, or linear or log = [low, high] with num", dict(value))
    num = count(f"{here}.num", value["num"], 1)
    if between == ["log"]:
        low, high = above(f"{here}.log", value["log"]).tolist()
        return np.geomspace(low, high, num)
    low, high = finite(f"{here}.linear", value["linear"]).tolist()
    return np.linspace(low, high, num)


def _plain_columns(table: dict[str, Any]) -> dict[str, Any]:
    return sweep.together(table)


def _random(table: dict[str, Any]) -> dict[str, Any]:
    for key in ("n", "seed"):
        if key not in table:
            refuse("random", "given n and seed", f"no {key}")
    n, seed = table.pop("n"), table.pop("seed")
    distributions = {name: _distribution(value, name) for name, value in table.items()}
    return sweep.drawn(n, seed, distributions)


_DISTRIBUTIONS = {
    "uniform": sweep.uniform,
    "loguniform": sweep.loguniform,
    "integers": sweep.integers,
}


def _distribution(value: Any, here: str) -> sweep.Distribution:
    if not isinstance(value, Mapping) or len(value) != 1:
        refuse(here, "one distribution such as { uniform = [0, 1] }", value)
    kind, bounds = next(iter(value.items()))
    known_keys(value, (*_DISTRIBUTIONS, "choice"), here)
    if kind == "choice":
        return sweep.choice(bounds)
    if not isinstance(bounds, list) or len(bounds) != 2:
        refuse(f"{here}.{kind}", "a list [low, high]", bounds)
    return _DISTRIBUTIONS[kind](*bounds)


_COLUMNS = {"axes": _axes, "columns": _plain_columns, "random": _random}


def save(path: str | PathLike[str], found: Sweep) -> None:
    """Write a sweep as a file that `load` reads back.

    The entries of a file, or else the whole schedule as one entry named "sweep", are
    written as their nodes, every number in full.
    """
    file = Path(path)
    if file.suffix not in (".toml", ".json"):
        refuse("path", "a .toml or .json file", file.name)
    entries = tuple(found.entries.values()) or (
        Entry("sweep", found.schedule, length=_horizon(found.schedule), columns=found.columns),
    )
    data = {"version": VERSION, "schedules": {e.name: _written(e) for e in entries}}
    text = json.dumps(data, indent=1) if file.suffix == ".json" else _toml(data)
    file.write_text(text, encoding="utf-8")


def _horizon(schedule: Schedule) -> float:
    return float(np.max(schedule.length))


def _written(entry: Entry) -> dict[str, Any]:
    body: dict[str, Any] = {**entry.about, "unit": entry.unit}
    if np.isfinite(entry.length):
        body["length"] = entry.length
    if entry.columns:
        body["columns"] = {key: plain(np.asarray(value)) for key, value in entry.columns.items()}
    node: dict[str, Any] = to_dict(entry.schedule)["schedule"]
    return body | node


def _toml(data: Mapping[str, Any]) -> str:
    lines = [f"version = {data['version']}"]
    for name, body in data["schedules"].items():
        lines += ["", f"[schedules.{json.dumps(name)}]"]
        lines += [f"{key} = {_value(value)}" for key, value in body.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    """One TOML value; JSON's strings, numbers and lists are TOML's too."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(value)
