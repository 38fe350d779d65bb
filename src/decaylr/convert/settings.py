"""Reading the values of a configuration: numbers as its library takes them, or a message.

A value that a file leaves open ("auto", "${lr}", null, nothing at all) is filled by what the user
states; where that is missing, the message says what the key means and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from decaylr.checks import one_of, shown
from decaylr.convert.given import ABSENT, Given

# Texts that stand for a value which something else fills in.
PLACEHOLDER = re.compile(r"auto|none|null|\?\?\?|.*[$`].*|.*\{\{.*|<.*>", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?", re.IGNORECASE)
LONGEST_NUMBER = 400  # characters


class Settings:
    """One table of a configuration.

    Parameters
    ----------
    data : mapping
    given : Given
        What the user states in addition.
    path : str
        Where the table stands in the file.
    texts : bool
        Whether the library takes numbers that are written as text, such as "2e-4".
    """

    def __init__(
        self, data: Mapping[str, Any], given: Given, path: str = "", *, texts: bool = False
    ) -> None:
        self.data, self.given, self.path, self.texts = data, given, path, texts

    def place(self, key: str) -> str:
        """Where a key stands in the file."""
        return f"{self.path}.{key}" if self.path else key

    def raw(self, key: str, default: Any = None) -> Any:
        """The value of a key as it stands in the file, or as the user replaces it."""
        value = self.given.replacement(self.place(key))
        return self.data.get(key, default) if value is ABSENT else value

    def section(self, key: str) -> Settings:
        """The table under a key; an empty one if the file has none."""
        table = self.data.get(key)
        if table is None:
            table = {}
        if not isinstance(table, Mapping):
            raise TypeError(f"{self.place(key)} must be a table, got {shown(table)}")
        return Settings(table, self.given, self.place(key), texts=self.texts)

    def number(self, key: str, meaning: str, default: Any = ABSENT, fill: str | None = None) -> Any:
        """The number of a key, or a list of numbers.

        Parameters
        ----------
        key, meaning : str
            The key, and what it means, for the message.
        default : float, optional
            The library's value where the file has none; the key is required without one.
        fill : str, optional
            `BASE_LR` or `STEPS`: what fills the key where the file leaves it open.
        """
        value = self.raw(key, ABSENT)
        if is_open(value):
            filled = self.given.fill(fill) if fill else ABSENT
            if filled is not ABSENT:
                return filled
            if value in (ABSENT, None) and default is not ABSENT:
                return default
            raise ValueError(self._left_open(key, value, meaning, fill))
        return number(self.place(key), value, texts=self.texts)

    def _left_open(self, key: str, value: Any, meaning: str, fill: str | None) -> str:
        return left_open(self.place(key), value, meaning, fill)

    def choice(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """One of the known texts."""
        value = self.raw(key, default)
        if is_open(ABSENT if value is None else value) and value not in known:
            listed = f"one of {', '.join(known)}"
            raise ValueError(left_open(self.place(key), value, listed, None))
        return one_of(self.place(key), value, known)


def left_open(place: str, value: Any, meaning: str, fill: str | None) -> str:
    """The message about a value that a file leaves open: what it is and what to write."""
    got = "is missing" if value in (ABSENT, None) else f"is {shown(value)}"
    key = place.rsplit(".", 1)[-1]
    write = fill or f"set={{{key!r}: ...}} (--set {key}=...)"
    return f"{place} {got}, which leaves open {meaning}: give {write}"


def is_open(value: Any) -> bool:
    """Whether a value is missing, null, or a placeholder that something else fills in."""
    if value is ABSENT or value is None:
        return True
    return isinstance(value, str) and PLACEHOLDER.fullmatch(value.strip()) is not None


def is_number(text: str) -> bool:
    """Whether a text has the form of a number, such as "2e-4"."""
    return len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text.strip()) is not None


def number(place: str, value: Any, *, texts: bool) -> Any:
    """A number, or a list of numbers; text is read where the library reads it."""
    if isinstance(value, list):
        return [number(f"{place}[{i}]", item, texts=texts) for i, item in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"{place} must be a number, got {shown(value)}")
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not is_number(text):
        raise TypeError(f"{place} must be a number, got the text {shown(value)}")
    read = float(text)
    if not texts:
        raise TypeError(
            f"{place} must be a number, got the text {shown(value)}: write {read!r} without quotes "
            "(YAML reads a number without a point, such as 1e-5, as text: write 1.0e-5)"
        )
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else read
