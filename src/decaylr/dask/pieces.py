"""Entries of a sweep in pieces that are small enough to travel to workers."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from decaylr.evaluation.lazy import MOST_PAYLOAD
from decaylr.sweep.entry import Entry

_TRIED = 256  # runs of which the size of a run is estimated
_TOGETHER = 32  # pieces


@dataclass(frozen=True)
class Piece:
    """Some consecutive runs of an entry.

    Attributes
    ----------
    number : int
        Which entry it is.
    first : int
        The first of its runs, counted in the entry.
    runs : int
        How many there are.
    data : bytes
        These runs as an `Entry`, pickled.
    """

    number: int
    first: int
    runs: int
    data: bytes

    def entry(self) -> Entry:
        """The runs as an entry."""
        entry: Entry = pickle.loads(self.data)  # of this program's own tasks
        return entry


def pieces_of(entries: Iterable[Entry], most_runs: int | None = None) -> list[Piece]:
    """All runs of the entries, in order, in pieces of at most 48 kB and `most_runs` runs."""
    return [
        piece
        for number, entry in enumerate(entries)
        for piece in _pieces(number, _flat(entry), most_runs)
    ]


def _flat(entry: Entry) -> Entry:
    size = entry.schedule.size
    columns = {name: column.reshape(size) for name, column in entry.columns.items()}
    return replace(entry, schedule=entry.schedule.reshape(-1), columns=columns, about={})


def _pieces(number: int, entry: Entry, most_runs: int | None) -> Iterator[Piece]:
    size = entry.schedule.size
    tried = min(size, _TRIED)
    each = len(pickle.dumps(_part(entry, 0, tried))) / tried
    runs = min(max(int(MOST_PAYLOAD / each), 1), most_runs or size)
    for begin in range(0, size, _TOGETHER * runs):  # to cut a small batch costs less
        part = _part(entry, begin, min(_TOGETHER * runs, size - begin))
        for first in range(0, part.schedule.size, runs):
            own = _part(part, first, min(runs, part.schedule.size - first))
            yield from _small(number, own, begin + first)


def _small(number: int, entry: Entry, first: int) -> Iterator[Piece]:
    """The runs as a piece, or as the pieces of their halves where it is too large."""
    runs, data = entry.schedule.size, pickle.dumps(entry)
    if len(data) <= MOST_PAYLOAD or runs == 1:
        yield Piece(number, first, runs, data)
        return
    half = runs // 2
    yield from _small(number, _part(entry, 0, half), first)
    yield from _small(number, _part(entry, half, runs - half), first + half)


def _part(entry: Entry, first: int, runs: int) -> Entry:
    rows = slice(first, first + runs)
    columns = {name: column[rows] for name, column in entry.columns.items()}
    return replace(entry, schedule=entry.schedule[rows], columns=columns)
