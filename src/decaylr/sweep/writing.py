"""Writing sweeps as files that `load` reads back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from decaylr.checks import refuse
from decaylr.files import written_whole
from decaylr.notation.writing import plain, to_dict
from decaylr.sweep.entry import Entry
from decaylr.sweep.syntax import VERSION


def save(path: str | PathLike[str], entries: Iterable[Entry]) -> None:
    """Write entries as a TOML or JSON file, depending on the suffix, with all digits."""
    file = Path(path)
    if file.suffix not in (".toml", ".json"):
        refuse("path", "a .toml or .json file", file.name)
    data = {"version": VERSION, "schedules": {entry.name: _table(entry) for entry in entries}}
    text = json.dumps(data, indent=1) if file.suffix == ".json" else _toml(data)
    with written_whole(file) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _table(entry: Entry) -> dict[str, Any]:
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
    """A TOML value; strings, numbers and lists are written as in JSON."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(value)
