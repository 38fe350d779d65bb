"""The line of a place in a sweep file, such as `schedules.a.phases[1].cosine`."""

from __future__ import annotations

import re

_PLACE = re.compile(r"schedules(?:\.[^\s.:\[\]]+|\[\d+\])+")
_PART = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


def line_of(text: str, message: str) -> int | None:
    """The line of the place with which an error begins, or of the nearest key around it."""
    found = _PLACE.match(message)
    if found is None:
        return None
    parts = [key or int(index) for key, index in _PART.findall(found[0])]
    at, rest = _header(text, parts)
    for part in rest:
        after = _item(text, at, part) if isinstance(part, int) else _key(text, at, part)
        if after is None:
            break
        at = after
    return text.count("\n", 0, at) + 1 if at else None


def _header(text: str, parts: list[str | int]) -> tuple[int, list[str | int]]:
    """Where the TOML table with most of the keys begins, and the keys that are left."""
    for count in range(len(parts), 0, -1):
        if all(isinstance(part, str) for part in parts[:count]):
            keys = r"\s*\.\s*".join(rf"[\"']?{re.escape(str(p))}[\"']?" for p in parts[:count])
            header = re.search(rf"^\s*\[\s*schedules\s*\.\s*{keys}\s*\]", text, re.MULTILINE)
            if header is not None:
                return header.end(), parts[count:]
    return 0, ["schedules", *parts]


def _key(text: str, begin: int, key: str) -> int | None:
    """Where a key stands, from a position on."""
    found = re.compile(rf"(?<![\w$-]){re.escape(key)}[\"']?\s*[=:.]").search(text, begin)
    return None if found is None else found.start()


def _item(text: str, begin: int, index: int) -> int | None:
    """Where an item of the list begins that follows a position."""
    start = text.find("[", begin)
    depth, item = 0, 0
    for at in range(start, len(text)) if start >= 0 else ():
        depth += (text[at] in "[{") - (text[at] in "]}")
        if depth == 0:
            return None
        item += depth == 1 and text[at] == ","
        if (item == index and text[at] not in "[, \n\t") or (item == index and depth == 2):
            return at
    return None
