"""Calls with arguments from files: wrong names are refused in the words of the file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from decaylr.spec import known_keys

Made = TypeVar("Made")


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
    known_keys(arguments, tuple(name for name in parameters if name not in given), path)
    for name, parameter in parameters.items():
        if parameter.default is parameter.empty and name not in arguments and name not in given:
            raise ValueError(f"{path}: {name} is missing")
    return function(**given, **arguments)
