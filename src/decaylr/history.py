"""What each member of a population has followed, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from decaylr.checks import refuse, whole_number
from decaylr.combinators.joins import join
from decaylr.schedule import Schedule

Segment = tuple[int, Schedule]


class History:
    """For each member a list of schedules and the positions from which they held.

    The log of population-based training, in any framework: what a member has followed is
    itself a schedule, which replays it.

    Parameters
    ----------
    schedule : Schedule
        One run for each member, of shape (members,).

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.history import History
    >>> population = dl.constant([0.1, 0.2])
    >>> log = History(population)
    >>> log.copy(0, source=1)                         # exploit at step 100
    >>> log.follow(0, dl.constant(0.3), 100)          # explore
    >>> replayed = log.of(0)
    >>> replayed(99), replayed(100)
    (0.2, 0.3)
    """

    def __init__(self, schedule: Schedule) -> None:
        self._segments: list[list[Segment]] = [[(0, row)] for row in schedule]

    def follow(self, member: int, schedule: Schedule, position: int) -> None:
        """From this position on the member follows another schedule."""
        kept = [segment for segment in self._segments[member] if segment[0] < position]
        self._segments[member] = [*kept, (position, schedule)]

    def copy(self, member: int, source: int) -> None:
        """The member becomes a copy of another one, past included."""
        self._segments[member] = [*self._segments[source]]

    def of(self, member: int) -> Schedule:
        """All that a member has followed as one schedule of the absolute position."""
        segments = self._segments[member]
        first = segments[0][1]
        if len(segments) == 1:
            return first
        parts = [schedule.advance(begin) if begin else schedule for begin, schedule in segments]
        return join(parts, boundaries=[begin for begin, _ in segments[1:]])

    def to_list(self) -> list[list[dict[str, Any]]]:
        """Plain data."""
        return [
            [{"from": begin, **schedule.to_dict()} for begin, schedule in segments]
            for segments in self._segments
        ]

    @staticmethod
    def from_list(data: Sequence[Sequence[dict[str, Any]]], members: int) -> History:
        """The history of `to_list`'s data."""
        if len(data) != members:
            refuse("state: history", f"of {members} members", len(data))
        made = History.__new__(History)
        made._segments = [[_segment(one) for one in segments] for segments in data]
        return made


def _segment(data: dict[str, Any]) -> Segment:
    plain = {key: value for key, value in data.items() if key != "from"}
    return whole_number("state: history: from", data.get("from")), Schedule.from_dict(plain)
