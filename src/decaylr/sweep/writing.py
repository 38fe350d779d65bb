"""Writing sweeps as files that `load` reads back equal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from decaylr.checks import (
    known_keys,
    one_of,
    real_array,
    refuse,
    shown,
)
from decaylr.files import check_writable, written_whole
from decaylr.notation.writing import plain, to_dict
from decaylr.schedule import Schedule
from decaylr.sweep.durations import UNITS
from decaylr.sweep.entries import ENDLESS, METADATA, read_entries
from decaylr.sweep.entry import Entry, all_runs
from decaylr.sweep.syntax import VERSION, check_suffix, parse

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def save(path: str | PathLike[str], entries: Iterable[Entry]) -> None:
    """Write entries as a TOML or JSON file, depending on the suffix, with all digits.

    The text is read back before it is written: what would not come back equal is refused.
    """
    file, known = Path(path), tuple(entries)
    check_suffix(file)
    check_writable("path", file)
    try:
        text = _text(known, file.suffix)
        again = read_entries(parse(text, file.suffix))
        all_runs(again)  # as `load` does
        equal = _text(again, file.suffix) == text
    except RecursionError:
        raise ValueError(
            f"entries must be nested less deeply to be written as {file.suffix}, got schedules "
            "that no reader can follow"
        ) from None
    for entry, other in zip(known, again, strict=True):
        if not (equal and _same(entry, other)):
            kind = f"a schedule of the kind {entry.schedule.kind}"
            refuse(f"schedules.{entry.name}", "an entry that comes back equal from a file", kind)
    with written_whole(file) as temporary:
        temporary.write_text(text, encoding="utf-8")


def compact(entries: Iterable[Entry]) -> str:
    """Entries as JSON on one line, which `read_compact` reads back equal.

    Raises
    ------
    TypeError, ValueError
        For what a file cannot hold, as `save` does.
    """
    known = tuple(entries)
    text = _json(_data(known))
    for entry, other in zip(known, read_compact(text), strict=True):
        if not _same(entry, other):
            refuse(f"schedules.{entry.name}", "an entry that comes back equal", entry.schedule.kind)
    return text


def read_compact(text: str) -> tuple[Entry, ...]:
    """The entries of a text that `compact` wrote."""
    return read_entries(parse(text, ".json"))


def _same(entry: Entry, other: Entry) -> bool:
    """Whether what the text of two equal entries does not show is equal as well."""
    columns = ((np.asarray(array), other.columns[key]) for key, array in entry.columns.items())
    return (
        entry.schedule == other.schedule
        and entry.length == other.length
        and (entry.own_lengths == other.own_lengths or not 0 < entry.length < np.inf)
        and all(a.shape == b.shape and np.array_equal(a, b, equal_nan=True) for a, b in columns)
    )


def _text(entries: tuple[Entry, ...], suffix: str) -> str:
    data = _data(entries)
    return _json(data, 1) if suffix == ".json" else _toml(data)


def _data(entries: tuple[Entry, ...]) -> dict[str, Any]:
    schedules: dict[str, Any] = {}
    for entry in entries:
        name = _string("name", entry.name)
        if name in schedules:
            refuse("names", "different", f"{name!r} twice")
        schedules[name] = _table(entry, f"schedules.{name}")
    return {"version": VERSION, "schedules": schedules}


def entry_text(entry: Entry) -> str:
    """An entry as a member of the table `schedules` of a JSON file."""
    return f"{_json(entry.name)}: {_json(_table(entry, f'schedules.{entry.name}'))}"


def _table(entry: Entry, path: str) -> dict[str, Any]:
    if not isinstance(entry.schedule, Schedule):
        raise TypeError(f"{path} must be a Schedule, got {type(entry.schedule).__name__}")
    body: dict[str, Any] = {}
    known_keys(entry.about, METADATA, path)
    for key, value in entry.about.items():
        if key == "year":
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{path}.year must be of type int, got {shown(value)}")
            body[key] = int(value)
        else:
            body[key] = _string(f"{path}.{key}", value)
    body["unit"] = one_of(f"{path}.unit", entry.unit, UNITS)
    length, own = float(entry.length), float(np.max(entry.schedule.length))
    if entry.own_lengths:
        if length != own:
            refuse(f"{path}.length", f"{own}, that of its longest run", length)
    elif length != own or 0 < length < np.inf:  # 0 and infinity may only be a schedule's own length
        if not length > 0:
            refuse(f"{path}.length", "finite and > 0", length)
        body["length"] = ENDLESS if length == np.inf else length
    columns = {
        _string(f"{path}: a key of columns", key): _column(
            f"{path}.columns.{key}", column, entry.schedule.shape
        )
        for key, column in entry.columns.items()
    }
    if columns:
        body["columns"] = columns
    node: dict[str, Any] = to_dict(entry.schedule)["schedule"]
    return body | node


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be of type str, got {shown(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        refuse(name, "text without lone surrogates", ascii(value))
    return str(value)


def _column(name: str, column: Any, shape: tuple[int, ...]) -> Any:
    array = real_array(name, column)
    if array.shape != shape:
        refuse(name, f"of the shape {shape} of the schedule", f"shape {array.shape}")
    return plain(array)


def _json(value: Any, indent: int | None = None) -> str:
    # DEL needs no escape in JSON, but TOML has no other way to write it.
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return text.replace("\x7f", "\\u007f")


def _toml(data: Mapping[str, Any]) -> str:
    lines = [f"version = {data['version']}"]
    for name, body in data["schedules"].items():
        lines += ["", f"[schedules.{_key(name)}]"]
        lines += [f"{_key(key)} = {_value(value)}" for key, value in body.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _json(key)


def _value(value: Any) -> str:
    """A TOML value; strings, numbers and lists are written as in JSON."""
    if isinstance(value, Mapping):
        items = (f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return "{ " + ", ".join(items) + " }"
    if isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        return f"[{', '.join(_value(item) for item in value)}]"
    return _json(value)
