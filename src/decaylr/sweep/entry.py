"""`Entry`: one named schedule of a sweep file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.combinators.batches import concatenate
from decaylr.schedule import Schedule


@dataclass(frozen=True)
class Entry:
    """One named schedule of a sweep file.

    Attributes
    ----------
    name : str
    schedule : Schedule
        A single schedule, or a batch with one run per element of the columns.
    unit : {"step", "sample", "token", "epoch", "fraction"}
        The unit of positions.
    length : float
        The horizon in this unit; infinite if the schedule has no end.
    own_lengths : bool
        Whether each run ends with its own schedule; `length` is then that of the longest.
    rejected : int
        How many runs the constraints of the file have left out.
    columns : mapping of str to ndarray
        The parameters of the runs, each of the shape of `schedule`.
    about : mapping
        Metadata from the file: "name", "year", "source", "note".

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.sweep import Entry, Sweep
    >>> Sweep.of((Entry("short", dl.linear(1.0, 0.0, 10), length=10.0),))["short"](5)
    0.5
    """

    name: str
    schedule: Schedule
    unit: str = "step"
    length: float = np.inf
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    own_lengths: bool = False
    rejected: int = 0


def all_runs(entries: Iterable[Entry]) -> Schedule:
    """The runs of all entries in order, along one axis."""
    return concatenate([entry.schedule.reshape(-1) for entry in entries])
