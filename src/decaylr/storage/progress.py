"""How far a store is, and how long the rest will take."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple


class Progress(NamedTuple):
    """What `decaylr.store` reports after every block.

    Attributes
    ----------
    finished, blocks : int
        Blocks in the store, those of earlier calls included, and blocks in all.
    seconds : float
        Time since the first block of this call was begun.
    seconds_left : float
        Time that the other blocks will take at the rate of this call.

    Examples
    --------
    >>> from decaylr.storage import Progress
    >>> print(Progress(3, 12, 1.5, 4.5))
    3 of 12 blocks, 4.5 s left
    """

    finished: int
    blocks: int
    seconds: float
    seconds_left: float

    def __str__(self) -> str:
        return f"{self.finished:,} of {self.blocks:,} blocks, {self.seconds_left:,.1f} s left"


class Report:
    """Counts finished blocks and hands a `Progress` to the user's function."""

    def __init__(
        self, missing: int, blocks: int, progress: Callable[[Progress], object] | None
    ) -> None:
        self._finished = self._before = blocks - missing
        self._blocks = blocks
        self._progress = progress
        self._begun = perf_counter()

    def block(self) -> None:
        """One block more is finished."""
        self._finished += 1
        if self._progress is None:
            return
        seconds = perf_counter() - self._begun
        left = (self._blocks - self._finished) * seconds / (self._finished - self._before)
        self._progress(Progress(self._finished, self._blocks, seconds, left))
