"""The JSON schema of the data of `to_dict`, from the table of kinds.

python -m tests.reports.schema           print it
python -m tests.reports.schema --write   write docs/examples/schedule.schema.json
"""

import inspect
import json
import sys
from typing import Any

import decaylr as dl  # noqa: F401 (the table of kinds is complete after it)
from decaylr.notation.writing import VERSION, defaults
from decaylr.tree.node import KINDS, Kind
from tests.paths import ROOT

FILE = ROOT / "docs/examples/schedule.schema.json"
NUMBERS = {
    "description": "a number, or nested lists of numbers; infinities are strings",
    "anyOf": [
        {"type": "number"},
        {"enum": ["inf", "-inf"]},
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/numbers"}},
    ],
}


NOT_WRITTEN = ("outside",)  # interpolate makes another schedule of it


def node(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of node."""
    properties: dict[str, Any] = {}
    for name, default in defaults(kind.name).items():
        if name in NOT_WRITTEN:
            continue
        word = {"type": "boolean" if isinstance(default, bool) else "string"}
        properties[name] = word if name in kind.options else {"$ref": "#/$defs/numbers"}
    if kind.children == "one":
        properties["of"] = {"$ref": "#/$defs/node"}
    if kind.children == "many":
        properties["parts"] = {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1}
    required = [n for n in ("of", "parts") if n in properties]
    empty = inspect.Parameter.empty
    required += [name for name, default in defaults(kind.name).items() if default is empty]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def schema() -> dict[str, Any]:
    """The schema of all schedules."""
    kinds = {name: {"$ref": f"#/$defs/{name}"} for name in KINDS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A decaylr schedule, as to_dict writes it",
        "type": "object",
        "properties": {"version": {"const": VERSION}, "schedule": {"$ref": "#/$defs/node"}},
        "required": ["version", "schedule"],
        "additionalProperties": False,
        "$defs": {
            "numbers": NUMBERS,
            "node": {
                "type": "object",
                "properties": kinds,
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
            **{name: node(kind) for name, kind in KINDS.items()},
        },
    }


def text() -> str:
    return json.dumps(schema(), indent=2) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        FILE.write_text(text(), encoding="utf-8")
    else:
        print(text(), end="")
