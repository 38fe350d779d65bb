"""The losses that a law predicts for the runs of a sweep."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from decaylr.checks import FloatArray, IntArray
from decaylr.laws.law import Law
from decaylr.sweep.entry import Entry
from decaylr.sweep.summary import SweepSummary

LOSS = "loss"


def require_law(law: object) -> Law:
    """Require a law of `decaylr.laws`."""
    if not isinstance(law, Law):
        raise TypeError(f"law must be a law of decaylr.laws, got {type(law).__name__}")
    return law


def with_losses(
    summary: SweepSummary, entries: Iterable[Entry], law: Law, steps: int | None = None
) -> SweepSummary:
    """The summary with a column `loss`: what the law predicts after the steps of each run.

    These are `steps`, or else the length of the run.

    Raises
    ------
    ValueError
        If the positions of an entry are not steps, or the law refuses its rates.
    """
    losses, first = [], 0
    for entry in entries:
        size = entry.schedule.size
        lengths = np.ceil(summary["length"][first : first + size].astype(np.float64))
        ends = lengths.astype(np.int64) if steps is None else np.int64(steps)
        losses.append(_predicted(law, entry, ends))
        first += size
    # As for other columns, a parameter of that name gives way.
    kept = {f"param_{n}" if n.lower() == LOSS else n: column for n, column in summary.items()}
    names = [f"param_{n}" if n.lower() == LOSS else n for n in summary.parameters]
    return SweepSummary(kept | {LOSS: np.concatenate(losses)}, names)


def _predicted(law: Law, entry: Entry, steps: IntArray | np.int64) -> FloatArray:
    if entry.unit != "step":
        raise ValueError(
            f"schedules.{entry.name} must be in steps for the loss of a law, got {entry.unit}"
        )
    try:
        found = law.predict(entry.schedule.reshape(-1), steps)
    except ValueError as error:
        raise ValueError(f"schedules.{entry.name}: {error}") from None
    return np.asarray(found)
