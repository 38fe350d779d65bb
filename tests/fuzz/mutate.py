"""Small changes of documents: trees of mappings, lists and values, and text."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from tests.fuzz.odd import WORDS, leaf, number


def changed(document: Any, random: Random, others: list[Any]) -> Any:
    """A copy of a document with a few random changes; `others` lend parts of themselves."""
    holder = [copy.deepcopy(document)]
    for _ in range(random.choice([1, 1, 1, 2, 3, 6])):
        container, key = random.choice(_places(holder))
        random.choice(_CHANGES)(container, key, random, others)
    return holder[0] if holder else None


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document, outer ones first."""
    found, waiting = [], [document]
    while waiting:
        container = waiting.pop()
        keys = container if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], (dict, list)) and len(found) < 5000:
                waiting.append(container[key])
    return found or [([None], 0)]


def _replace(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    container[key] = leaf(random)


def _renumber(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    value = container[key]
    if type(value) in (int, float) and random.random() < 0.5:
        half = value // 2 if isinstance(value, int) else value / 2
        container[key] = random.choice([-value, value + 1, value - 1, half, value * 10**9])
    elif type(value) in (int, float):
        container[key] = number(random)


def _remove(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    del container[key]


def _graft(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    giver, place = random.choice(_places([random.choice(others)]))
    container[key] = copy.deepcopy(giver[place])


def _rename(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    _, name = random.choice(_places([random.choice(others)]))
    if isinstance(container, dict):
        new = name if isinstance(name, str) and random.random() < 0.8 else random.choice(WORDS)
        container[new] = container.pop(key)


def _list(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    value = container[key]
    most = 2 if isinstance(value, (dict, list)) else 300  # doubled again and again it would grow
    container[key] = [value] * random.choice([0, 1, 2, most])  # may be too deep to copy


def _nest(container: Any, key: Any, random: Random, others: list[Any]) -> None:
    wrap = random.choice(_WRAPS)
    for _ in range(random.choice([1, 1, 2, 5, 255, 257, 3000])):
        container[key] = wrap(container[key])


_WRAPS: tuple[Callable[[Any], Any], ...] = (
    lambda value: [value],
    lambda value: {"of": value},
    lambda value: {"advance": {"of": value, "by": 1}},
    lambda value: {"add": {"parts": [value, value] if isinstance(value, float) else [value]}},
    lambda value: {"phases": [value]},
)
_CHANGES = (_replace, _replace, _renumber, _renumber, _renumber, _remove, _graft, _graft, _rename,
            _list, _nest)  # fmt: skip


def changed_text(text: str, random: Random) -> str:
    """A copy of a text with a few random insertions, deletions and doublings."""
    for _ in range(random.choice([1, 1, 2, 4])):
        a = random.randrange(len(text) + 1)
        b = min(len(text), a + random.choice([0, 1, 1, 2, 8, 40]))
        piece = random.choice(
            ["", random.choice(WORDS), str(number(random)), *'[]{}"=,.#\n0e-\x00']
        )
        text = text[:a] + random.choice([piece, text[a:b] * 2, ""]) + text[b:]
    return text
