"""Calls with arguments from files: wrong names are refused in the words of the file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from decaylr.checks import known_keys

Made = TypeVar("Made")
Element = TypeVar("Element")
Entry = TypeVar("Entry")


def call(
    function: Callable[..., Made], arguments: Mapping[str, Any], path: str, **given: Any
) -> Made:
    """Call a function with a mapping of its arguments; those `given` are not for the mapping.

    Raises
    ------
    ValueError
        For an argument that the function does not have, or one that is missing.
    """
    parameters = inspect.signature(function).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return function(**given, **arguments)  # which knows what it takes
    known_keys(arguments, tuple(name for name in parameters if name not in given), path)
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in arguments and name not in given:
            raise ValueError(f"{path}: {name} is missing")
    return function(**given, **arguments)


def elements(name: str, value: Iterable[Element]) -> list[Element]:
    """A list's elements; a word or a mapping is no list."""
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list, got {value!r:.80}")
    return list(value)


def entries(name: str, value: Mapping[str, Entry] | None) -> dict[str, Entry]:
    """A mapping's entries, none for None."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {value!r:.80}")
    return dict(value or {})
