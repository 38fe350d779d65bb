"""Choosing entries of a sweep by their names."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

import numpy as np

from decaylr.checks import refuse, shown
from decaylr.sweep.entry import Entry
from decaylr.sweep.sweep import Sweep


def selected(sweep: Sweep, pattern: str | None, length: float | None = None) -> list[Entry]:
    """The entries whose names match a glob pattern, with `length` in place of their own if given.

    Raises
    ------
    ValueError
        If no name matches, or an entry has no finite length.
    """
    entries = [e for e in sweep.entries.values() if fnmatchcase(e.name, pattern or "*")]
    if not entries:
        refuse("select", "a pattern that matches an entry", shown(pattern))
    if length is not None:
        entries = [replace(entry, length=float(length), own_lengths=False) for entry in entries]
    for entry in entries:
        if not 0 < entry.length < np.inf:
            raise ValueError(
                f"schedules.{entry.name} never ends: it needs a `length` in the file, or --steps"
            )
    return entries
