"""Classes by import path: Hydra's `_target_`, and `class_path` with `init_args` of LightningCLI."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from decaylr.checks import refuse, shown
from decaylr.convert.calls import Calls
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, Given
from decaylr.convert.names import function_of_path
from decaylr.convert.settings import is_open, number

DEEPEST = 20  # tables within tables that are searched
# What stands in a table of Hydra beside the arguments.
HYDRA_KEYS = ("_target_", "_partial_", "_convert_", "_recursive_", "_args_")


def _hydra(table: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    return table["_target_"], {k: v for k, v in table.items() if k not in HYDRA_KEYS}


def _lightning(table: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    arguments = table.get("init_args") or {}
    return table["class_path"], arguments if isinstance(arguments, Mapping) else {}


Split = Callable[[Mapping[str, Any]], tuple[Any, Mapping[str, Any]]]


def _tables(data: Any, key: str, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every table with the key and its place, outer ones first; not those within them."""
    if depth > DEEPEST or not isinstance(data, Mapping):
        return
    if key in data:
        yield path, data
        inner = data.get("init_args", data)
    else:
        inner = data
    if not isinstance(inner, Mapping):
        return
    for name, item in inner.items():
        if isinstance(item, Mapping):
            prefix = f"{path}.init_args" if inner is not data else path
            yield from _tables(item, key, f"{prefix}.{name}" if prefix else str(name), depth + 1)


def _schedules(data: Any, key: str, split: Split) -> list[tuple[str, Any]]:
    """The outermost tables that name a scheduler, with their places."""
    found: list[tuple[str, Any]] = []
    for place, table in _tables(data, key):
        inside = any(not outer or place.startswith(f"{outer}.") for outer, _ in found)
        if not inside and function_of_path(split(table)[0]) is not None:
            found.append((place, table))
    return found


def _recognises(key: str, split: Split) -> Callable[[Any], bool]:
    return lambda data: bool(_schedules(data, key, split))


def _reader(key: str, split: Split) -> Callable[[Any, Given, bool], Found]:
    def read(data: Any, given: Given, texts: bool) -> Found:
        found = _schedules(data, key, split)
        if len(found) > 1:
            refuse("the file", "of one scheduler", " and ".join(place for place, _ in found))
        place, table = found[0]

        def nested(item: Mapping[str, Any], path: str) -> Any:
            if key not in item:
                return ABSENT
            return made(item, path)

        def made(item: Mapping[str, Any], path: str) -> Any:
            name, arguments = split(item)
            function = function_of_path(name)
            if function is None:
                refuse(f"{path}.{key}", "the path of a scheduler that is known", shown(name))
            inner = path if key == "_target_" else f"{path}.init_args"
            return calls.call(function, arguments, inner.removeprefix("."))

        calls = Calls(given, texts, nested, _rate(data, key, split, given, texts))
        length = _length(data)
        unit = "epoch" if length is not None or key == "class_path" else "step"
        return Found(made(table, place), length, unit)

    return read


def _rate(data: Any, key: str, split: Split, given: Given, texts: bool) -> Any:
    """The rate of the optimizer: the one table of a class, no scheduler, that has an `lr`."""
    rates = []
    for place, table in _tables(data, key):
        name, arguments = split(table)
        stated = given.replacement(f"{place}.lr") if "lr" in arguments else ABSENT
        rate = arguments.get("lr", ABSENT) if stated is ABSENT else stated
        if function_of_path(name) is None and not is_open(rate):
            rates.append(number(f"{place}.lr", rate, texts=texts))
    if len(set(map(str, rates))) > 1:
        refuse("the file", f"of one optimizer; give {BASE_LR}", f"the rates {rates}")
    return rates[0] if rates else given.fill(BASE_LR)


def _length(data: Any) -> float | None:
    """The epochs of a Lightning training, whose trainer steps a scheduler once an epoch."""
    trainer = data.get("trainer")
    epochs = trainer.get("max_epochs") if isinstance(trainer, Mapping) else None
    known = isinstance(epochs, int) and not isinstance(epochs, bool) and epochs > 0
    return float(epochs) if known else None  # type: ignore[arg-type]


HYDRA = Dialect(
    "hydra",
    "a Hydra configuration",
    _recognises("_target_", _hydra),
    _reader("_target_", _hydra),
)
LIGHTNING = Dialect(
    "lightning",
    "a LightningCLI configuration",
    _recognises("class_path", _lightning),
    _reader("class_path", _lightning),
)
