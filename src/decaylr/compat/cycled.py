"""A schedule that carries the momentum cycled against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self, cast

from decaylr.schedule import Schedule
from decaylr.tree.batch import broadcast_to


class CycledSchedule(Schedule):
    """A learning-rate schedule whose `momentum` is a schedule of its own, or None.

    Made by the one-cycle and cyclic functions of :mod:`decaylr.compat`. Indexing and pickling
    keep both; what is computed from it (sums, joins, edits) is a plain schedule.
    """

    momentum: Schedule | None

    def __getitem__(self, key: Any) -> Self:
        """The runs of both."""
        momentum = None if self.momentum is None else broadcast_to(self.momentum, self.shape)[key]
        return cast("Self", with_momentum(super().__getitem__(key), momentum))

    def __reduce__(self) -> tuple[Callable[..., Schedule], tuple[Any, ...]]:
        restore, parts = super().__reduce__()
        return _restore, (restore, parts, self.momentum)


def with_momentum(schedule: Schedule, momentum: Schedule | None) -> CycledSchedule:
    """The same schedule, with a momentum beside it."""
    made = CycledSchedule._make(
        schedule.kind,
        schedule.parameters,
        schedule.options,
        schedule.children,
        shape=schedule.shape,
    )
    assert isinstance(made, CycledSchedule)
    made.momentum = momentum
    return made


def _restore(
    restore: Callable[..., Schedule], parts: tuple[Any, ...], momentum: Schedule | None
) -> Schedule:
    return with_momentum(restore(*parts), momentum)
