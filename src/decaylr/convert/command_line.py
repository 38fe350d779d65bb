"""The options of a command line, in a text or a shell file; nothing is executed.

`LR=1e-4` in the same file is put in place of `$LR` and `${LR}`; any other `$` stays, and is
answered where a value with it is needed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

MOST_CHARACTERS = 2**20
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_NUMBER = re.compile(r"[+-]?\.?\d.*")


def arguments_of(text: str) -> dict[str, Any]:
    """Options by name without their dashes; an option without a value is "", several are a list."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a command line must have at most {MOST_CHARACTERS} characters")
    options: dict[str, Any] = {}
    name = None
    for token in _tokens(text):
        if token.startswith("--") and len(token) > 2:
            key, equals, value = token[2:].partition("=")
            name = key.replace("-", "_")
            options[name] = value if equals else ""
            name = None if equals else name
        elif token.startswith("-") and not _NUMBER.match(token):
            name = None
        elif name is not None:
            if options[name] != "" and not _NUMBER.match(token):
                name = None  # the next command: only numbers come in lists
                continue
            options[name] = _with(options[name], token)
    return options


def _with(values: Any, value: str) -> Any:
    """The values of an option and one more."""
    if values == "":
        return value
    return [*values, value] if isinstance(values, list) else [values, value]


def _tokens(text: str) -> Iterator[str]:
    """The words of all commands; quoted options are taken apart, variables are replaced."""
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True, posix=True)
    except ValueError as error:
        raise ValueError(f"malformed command line: {error}") from None
    variables: dict[str, str] = {}
    for word in words:
        assignment = _ASSIGNMENT.fullmatch(word)
        if assignment and not word.startswith("-"):
            name, value = assignment[1], _replaced(assignment[2], variables).strip()
            variables[name] = value
            word = value if value.lstrip("(").lstrip().startswith("--") else ""
            word = word.lstrip("(")
        word = _replaced(word, variables)
        yield from word.replace("\n", " ").split() if "--" in word or " " in word else _bare(word)


def _bare(word: str) -> Iterator[str]:
    stripped = word.strip("()")
    if stripped:
        yield stripped


def _replaced(word: str, variables: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        return variables.get(match[1] or match[2], match[0])

    return _VARIABLE.sub(value, word)
