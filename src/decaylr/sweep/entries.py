"""The entries of a sweep file: each a schedule with a unit, a length, columns and metadata.

An entry describes its schedule in the language of `decaylr.sweep.language`. It may also have a
`unit`, a `length` (the horizon in that unit), a `clock` to convert durations from other units,
parameters (`axes`, `columns`, `random` and `constraints`), metadata (`name`, `year`, `source`,
`note`), and `families`, each of which makes an entry of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.checks import (
    known_keys,
    one_of,
    refuse,
    shown,
)
from decaylr.clock import Clock
from decaylr.schedule import Schedule
from decaylr.sweep.durations import UNITS, DurationUnits
from decaylr.sweep.entry import Entry
from decaylr.sweep.families import described
from decaylr.sweep.file_columns import read_columns, subtable
from decaylr.sweep.language import Context, resolve, schedule_of
from decaylr.sweep.syntax import VERSION, error_at

METADATA = ("name", "year", "source", "note")
SETTINGS = ("unit", "length", "clock", "axes", "columns", "random", "constraints")
LARGEST_FLOAT = float(np.finfo(np.float64).max)
ENDLESS = "inf"  # the length of an entry without a horizon


def read_entries(data: Any) -> tuple[Entry, ...]:
    """The entries in the content of a file."""
    if not isinstance(data, Mapping):
        raise TypeError(f"the file must hold a table, got {type(data).__name__}")
    known_keys(data, ("version", "title", "schedules"), "top level")
    if data.get("version") != VERSION or isinstance(data.get("version"), bool):
        refuse("version", str(VERSION), data.get("version", "none"))
    entries = data.get("schedules")
    if not isinstance(entries, Mapping):
        raise TypeError(f"schedules must be a table of entries, got {shown(entries)}")
    for name, body in entries.items():
        if not isinstance(body, Mapping):
            raise TypeError(f"schedules.{name} must be a table, got {shown(body)}")
    return tuple(_entry(*each) for name, body in entries.items() for each in described(name, body))


def _entry(name: str, body: Mapping[str, Any], path: str, stream: int | None) -> Entry:
    settings = {key: value for key, value in body.items() if key in SETTINGS}
    about = {key: _metadata(value, key, path) for key, value in body.items() if key in METADATA}
    node = {key: value for key, value in body.items() if key not in (*SETTINGS, *METADATA)}
    unit = one_of(f"{path}.unit", settings.get("unit", "step"), UNITS)
    horizon = _length(settings, path)
    finite = None if horizon == np.inf else horizon
    units = DurationUnits(unit, _clock(settings, path), finite)
    columns, rejected = read_columns(settings, path, stream)
    schedule = schedule_of(node, Context(units, columns, path=path))
    length = float(np.max(schedule.length)) if horizon is None else horizon
    columns = _broadcast(columns, schedule, path)
    return Entry(name, schedule, unit, length, columns, about, horizon is None, rejected)


def _metadata(value: Any, key: str, path: str) -> Any:
    kind = int if key == "year" else str
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{path}.{key} must be of type {kind.__name__}, got {shown(value)}")
    return value


def _clock(settings: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    rates = subtable(settings, "clock", path)
    known_keys(rates, tuple(inspect.signature(Clock).parameters), f"{path}.clock")
    try:
        Clock(**rates)
    except (TypeError, ValueError) as error:
        raise error_at(error, f"{path}.clock") from None
    return rates


def _broadcast(columns: dict[str, Any], schedule: Schedule, path: str) -> dict[str, Any]:
    """Broadcast the columns to one element per run; fails if a column is not used."""
    try:
        return {key: np.broadcast_to(array, schedule.shape) for key, array in columns.items()}
    except ValueError:
        names = ", ".join(f"${key}" for key in columns)
        raise ValueError(
            f"{path} must refer to each of its columns {names}, "
            f"got a schedule of shape {schedule.shape}"
        ) from None


def _length(settings: Mapping[str, Any], path: str) -> float | None:
    length = settings.get("length")
    if length is None:
        return None
    if length == ENDLESS:
        return np.inf
    if isinstance(length, str):
        units = DurationUnits(settings.get("unit", "step"), _clock(settings, path))
        length = resolve(length, Context(units, {}, path=f"{path}.length"))
    if isinstance(length, bool) or not isinstance(length, (int, float)):
        raise TypeError(f"{path}.length must be a number, got {shown(length)}")
    if not 0 < length <= LARGEST_FLOAT:
        refuse(f"{path}.length", "finite and > 0", length)
    return float(length)
