"""The figures of entries of a sweep, folded by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

import numpy as np
from distributed import as_completed

from decaylr.dask.pieces import Piece, pieces_of
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import FIGURES, EntryFigures, ReportProgress, figures_of


def figures(
    client: Any,
    entries: Sequence[Entry],
    steps: int | None = None,
    progress: ReportProgress | None = None,
) -> list[EntryFigures]:
    """The figures of every entry, with the bits of `figures_of`; the workers are the client's."""
    start = perf_counter()
    pieces = pieces_of(entries)
    futures = client.map(_figures, pieces, steps=steps, pure=False)
    for future in as_completed(futures):
        values = future.result().values
        if progress is not None:
            progress(values)
    found: list[EntryFigures] = client.gather(futures)
    seconds = perf_counter() - start
    return [_joined(entry, i, pieces, found, seconds) for i, entry in enumerate(entries)]


def _figures(piece: Piece, steps: int | None) -> EntryFigures:
    return figures_of(piece.entry(), steps=steps)


def _joined(
    entry: Entry, number: int, pieces: list[Piece], found: list[EntryFigures], seconds: float
) -> EntryFigures:
    """The figures of an entry, from those of its pieces."""
    own = [each for piece, each in zip(pieces, found, strict=True) if piece.number == number]
    return EntryFigures(
        entry.name,
        entry.unit,
        entry.length,
        {name: np.concatenate([each.figures[name] for each in own]) for name in FIGURES},
        np.concatenate([each.lengths for each in own]),
        np.concatenate([each.positions for each in own]),
        all(each.exact for each in own),
        seconds,
    )
