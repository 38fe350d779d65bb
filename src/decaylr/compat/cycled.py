"""A schedule that carries the momentum cycled against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decaylr.schedule import Schedule


class CycledSchedule(Schedule):
    """A learning-rate schedule whose `momentum` is a schedule of its own, or None.

    Made by the one-cycle and cyclic functions of :mod:`decaylr.compat`. Indexing and pickling
    keep both; what is computed from it (sums, joins, edits) is a plain schedule.
    """

    momentum: Schedule | None

    def __getitem__(self, key: Any) -> Schedule:
        """The runs of both."""
        momentum = None if self.momentum is None else self.momentum[key]
        return with_momentum(super().__getitem__(key), momentum)

    def __reduce__(self) -> tuple[Callable[..., Schedule], tuple[Any, ...]]:
        restore, parts = super().__reduce__()
        return _restore, (restore, parts, self.momentum)


def with_momentum(schedule: Schedule, momentum: Schedule | None) -> CycledSchedule:
    """The same schedule, with a momentum beside it."""
    made = CycledSchedule._make(
        schedule._kind,
        schedule._parameters,
        schedule._options,
        schedule._children,
        shape=schedule._shape,
    )
    assert isinstance(made, CycledSchedule)
    made.momentum = momentum
    return made


def _restore(
    restore: Callable[..., Schedule], parts: tuple[Any, ...], momentum: Schedule | None
) -> Schedule:
    return with_momentum(restore(*parts), momentum)
