"""Parsing TOML and JSON files, with errors that name the place."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from decaylr.checks import refuse
from decaylr.notation.reading import json_data
from decaylr.sweep.places import line_of

VERSION = 1
SUFFIXES = (".toml", ".json")


def parse_file(file: Path) -> Any:
    """Parse a file as TOML or JSON, depending on its suffix."""
    text = file.read_text(encoding="utf-8")
    check_suffix(file)
    return parse(text, file.suffix)


def check_suffix(file: Path) -> None:
    """Check that the suffix is .toml or .json."""
    if file.suffix not in SUFFIXES:
        refuse("path", "a .toml or .json file", file.name)


def parse(text: str, suffix: str) -> Any:
    """Parse the text of a .toml or .json file."""
    if suffix == ".json":
        return _json(text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"malformed TOML: {error}") from None


def _json(text: str) -> Any:
    try:
        return json_data(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"malformed JSON: {error}") from None


def error_at(error: Exception, path: str) -> Exception:
    """The same error with its place in the file, as a TypeError or a ValueError."""
    kind = TypeError if isinstance(error, TypeError) else ValueError
    return kind(f"{path}: {error}")


@contextmanager
def errors_in(file: Path) -> Iterator[None]:
    """Raise the errors of reading a file again, with its name and line in front of the message."""
    try:
        yield
    except RecursionError:
        raise ValueError(f"{file}: tables and lists are nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: must be UTF-8 text, got {error}") from None
    except (TypeError, ValueError) as error:
        is_text = file.suffix in SUFFIXES and file.is_file()
        line = line_of(file.read_text(encoding="utf-8"), str(error)) if is_text else None
        raise error_at(error, str(file) if line is None else f"{file}:{line}") from None
