"""The text of a TOML or JSON file as data."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from decaylr.checks import refuse

VERSION = 1


def parsed(file: Path) -> Any:
    """The data of a .toml or .json file, as its suffix says."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        return _json(text)
    if file.suffix != ".toml":
        refuse("path", "a .toml or .json file", file.name)
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


def placed(error: Exception, path: str) -> Exception:
    """The error with its place in the file, as a plain TypeError or ValueError."""
    kind = TypeError if isinstance(error, TypeError) else ValueError
    return kind(f"{path}: {error}")


@contextmanager
def errors_of(file: Path) -> Iterator[None]:
    """Errors of reading a file as one sentence that begins with its name."""
    try:
        yield
    except RecursionError:
        raise ValueError(f"{file}: tables and lists are nested too deep") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: must be UTF-8 text, got {error}") from None
    except (TypeError, ValueError) as error:
        raise placed(error, str(file)) from None
