"""The rows of a report's table: the selected runs, the extreme ones, and a sample of the others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from decaylr.sweep.summary import SweepSummary

MOST_ROWS = 10_000
SEED = 0
_NUMBERS = "iuf"


def table_rows(summary: SweepSummary, selected: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The numbers of at most `MOST_ROWS` runs: the selected, then the others in order."""
    kept = dict.fromkeys(selected.tolist()[:MOST_ROWS])
    if summary.runs <= MOST_ROWS:
        kept |= dict.fromkeys(range(summary.runs))
        return np.array([*kept], np.intp)
    others = dict.fromkeys([*_extremes(summary), *_sample(summary.runs)])
    room = MOST_ROWS - len(kept)
    added = [row for row in others if row not in kept][:room]  # the extreme before the sample
    return np.array([*kept, *sorted(added)], np.intp)


def _extremes(summary: SweepSummary) -> list[int]:
    """For every entry, the runs with the least and the largest value of each column."""
    found: list[int] = []
    names, first = np.unique(summary["name"].astype(str), return_index=True)
    for name in names[np.argsort(first)]:
        rows = np.flatnonzero(summary["name"] == name)
        for column in summary.values():
            values = column[rows]
            if values.dtype.kind in _NUMBERS and not np.ma.getmaskarray(values).any():
                found += [int(rows[np.argmin(values)]), int(rows[np.argmax(values)])]
    return found


def _sample(runs: int) -> list[int]:
    rng = np.random.default_rng(SEED)
    return rng.choice(runs, MOST_ROWS, replace=False).tolist()  # type: ignore[no-any-return]
