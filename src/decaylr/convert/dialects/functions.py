"""`{function: {argument: value}}` with the names of `decaylr.compat`.

An argument may itself be such a mapping, or a list of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from decaylr.checks import one_of, refuse, shown
from decaylr.convert.calls import Calls
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, Given
from decaylr.convert.names import functions

LIBRARIES = ("torch", "optax", "timm", "transformers")


def _matches(data: Any) -> list[str]:
    if not isinstance(data, Mapping) or len(data) != 1:
        return []
    return [library for library in LIBRARIES if set(data) <= set(functions(library))]


def _recognises(library: str) -> Callable[[Any], bool]:
    return lambda data: _matches(data) == [library]


def _reader(library: str) -> Callable[[Any, Given, bool], Found]:
    def read(data: Any, given: Given, texts: bool) -> Found:
        known = functions(library)

        def nested(table: Mapping[str, Any], place: str) -> Any:
            named = len(table) == 1 and set(table) <= set(known)
            return made(table, place) if named else ABSENT

        def made(table: Mapping[str, Any], place: str) -> Any:
            if len(table) != 1:
                refuse(place, "one function's name with its arguments", f"{len(table)} names")
            name, body = next(iter(table.items()))
            one_of(place, name, tuple(known))
            if not isinstance(body, Mapping):
                raise TypeError(f"{place}.{name} must be a mapping of arguments, got {shown(body)}")
            result = calls.call(known[name], body, f"{place}.{name}")
            # timm's factory returns (schedule, number of epochs)
            return result[0] if isinstance(result, tuple) else result

        calls = Calls(given, texts, nested)
        return Found(made(data, library))

    return read


TITLES = {
    "torch": "a scheduler of PyTorch",
    "optax": "a schedule of optax",
    "timm": "a scheduler of timm",
    "transformers": "a schedule of transformers",
}
DIALECTS = tuple(
    Dialect(library, TITLES[library], _recognises(library), _reader(library))
    for library in LIBRARIES
)
