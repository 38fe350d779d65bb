"""Batches built from schedules of any families."""

from __future__ import annotations

from collections.abc import Sequence

from decaylr.checks import refuse
from decaylr.combinators.joins import schedules_of
from decaylr.tree.batch import indexed, reshape
from decaylr.tree.mixed import gather
from decaylr.tree.node import N, Node


def stack(schedules: Sequence[N]) -> N:
    """Stack schedules of equal shape along a new first axis; families may be mixed.

    Parameters
    ----------
    schedules : sequence of Schedule
        At least one; all of the same shape.

    Returns
    -------
    Schedule
        Of shape ``(len(schedules), *shape)``.

    Raises
    ------
    TypeError, ValueError
        If an item is not a Schedule, shapes differ, or the sequence is empty.

    Examples
    --------
    >>> import decaylr as dl
    >>> mixed = dl.stack([dl.linear(1.0, 0.0, 10), dl.cosine(1.0, 0.0, 10)])
    >>> mixed.shape
    (2,)
    """
    parts = schedules_of("schedules", schedules)
    for i, part in enumerate(parts):
        if part.shape != parts[0].shape:
            refuse("schedules", f"of one shape {parts[0].shape}", f"{part.shape} at index {i}")
    return gather(parts, (len(parts), *parts[0].shape))


def concatenate(schedules: Sequence[N]) -> N:
    """Concatenate batches along their first axis; families may be mixed.

    Parameters
    ----------
    schedules : sequence of Schedule
        At least one, each with at least one axis; all axes but the first must be equal.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If an item is not a Schedule or is a single schedule (use `stack`), shapes do not
        match, or the sequence is empty.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.concatenate([dl.linear([1.0, 2.0], 0.0, 10), dl.step([1.0], 5, 0.5)]).shape
    (3,)
    """
    parts = schedules_of("schedules", schedules)
    for i, part in enumerate(parts):
        if not part.shape or part.shape[1:] != parts[0].shape[1:]:
            refuse(
                "schedules",
                f"batches of trailing shape {parts[0].shape[1:]} (stack takes single schedules)",
                f"{part.shape} at index {i}",
            )
    total = sum(part.shape[0] for part in parts)
    return gather(parts, (total, *parts[0].shape[1:]))


def replace_run(batch: N, i: int, schedule: N) -> N:
    """Return a copy of a batch with one axis in which one run is replaced.

    Parameters
    ----------
    i : int
        Index of the run; negative indices count from the end.
    schedule : Schedule
        A single schedule, of any family.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError, IndexError
        For a batch that has not one axis, a schedule that is not a single one, or an index out
        of range.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear([1.0, 2.0], 0.0, 10).replace_run(1, dl.constant(0.5))(0)
    array([1. , 0.5])
    """
    if batch.ndim != 1:
        refuse("the batch", "of one axis for replace_run", f"shape {batch.shape}")
    if not isinstance(schedule, Node):
        raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
    if schedule.shape != ():
        refuse("schedule", "a single schedule", f"shape {schedule.shape}")
    index = range(batch.shape[0])[i]
    pieces = [indexed(batch, slice(index))] if index else []
    pieces.append(reshape(schedule, 1))
    if index + 1 < batch.shape[0]:
        pieces.append(indexed(batch, slice(index + 1, None)))
    return concatenate(pieces)
