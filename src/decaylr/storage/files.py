"""`Files`: what the formats of stores have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from decaylr.evaluation.grid import Grid
from decaylr.storage.job import Job

State = Literal["nothing", "store", "other"]  # at the path of a store


class Files(Protocol):
    """The files of one store.

    Attributes
    ----------
    path : Path
        The path that the user has given.
    lock : Path
        What is locked while the store is written; it exists once the store is created.
    """

    path: Path
    lock: Path

    def state(self) -> State:
        """What there is at the path; an unfinished store is a store."""

    def create(self, job: Job) -> None:
        """Make a store with everything but its values."""

    def remove(self) -> None:
        """Remove whatever there is at the path."""

    def clean(self) -> None:
        """Remove what a killed process has left."""

    def job(self) -> Job:
        """The job that the store was made for."""

    def size(self, grid: Grid) -> int:
        """Bytes of the values on the disk."""

    def missing_bytes(self, grid: Grid) -> int:
        """Bytes that the disk must still have room for."""

    def reserve(self, grid: Grid) -> None:
        """Reserve room for the values, where the format can."""

    def finished(self, grid: Grid) -> npt.NDArray[np.bool_]:
        """Whether each block is stored."""

    def write(self, grid: Grid, number: int, values: npt.NDArray[Any]) -> None:
        """Store a block, whole or not at all."""

    def finish(self) -> None:
        """Mark the store as complete."""

    def complete(self) -> bool:
        """Whether it is marked as complete."""

    def values(self) -> Any:
        """The values, runs by steps."""
