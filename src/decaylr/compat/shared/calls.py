"""Calling functions with arguments read from a file; errors name the place in the file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from decaylr.checks import known_keys, shown

Result = TypeVar("Result")
Element = TypeVar("Element")
Entry = TypeVar("Entry")


def call(
    function: Callable[..., Result], arguments: Mapping[str, Any], path: str, **given: Any
) -> Result:
    """Call a function with the arguments in a mapping.

    Parameters
    ----------
    function : callable
    arguments : mapping
        Arguments by name, as read from a file.
    path : str
        Where the arguments stand in the file; errors begin with it.
    **given
        Further arguments from the caller, which the mapping must not contain.

    Raises
    ------
    ValueError
        If the function does not have an argument, or a required argument is missing.
    """
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return function(**given, **arguments)  # the function checks its keywords itself
    known_keys(arguments, tuple(name for name in parameters if name not in given), path)
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in arguments and name not in given:
            raise ValueError(f"{path}: {name} is missing")
    return function(**given, **arguments)


def as_list(name: str, value: Iterable[Element]) -> list[Element]:
    """Return an iterable as a list; raise TypeError for a string or a mapping."""
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list, got {shown(value)}")
    return list(value)


def as_dict(name: str, value: Mapping[str, Entry] | None) -> dict[str, Entry]:
    """Return a mapping as a dict, empty for None; raise TypeError for anything else."""
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, got {shown(value)}")
    return dict(value or {})
