"""The schedules that each member of a population has used, and from which positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from decaylr.checks import refuse, whole_number
from decaylr.combinators.joins import join
from decaylr.schedule import Schedule

Segment = tuple[int, Schedule]


class History:
    """For each member, its schedules and the positions from which they were used.

    A log for population-based training in any framework. The history of a member is itself a
    schedule (see `of`), so it can be replayed.

    Parameters
    ----------
    schedule : Schedule
        One run per member, of shape (members,).

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
        """Record that the member uses `schedule` from `position` on.

        Parameters
        ----------
        member : int
            Index of the member.
        schedule : Schedule
            A single schedule, evaluated at absolute positions.
        position : int
            First position of the new schedule. Entries from there on are replaced.
        """
        earlier = [segment for segment in self._segments[member] if segment[0] < position]
        self._segments[member] = [*earlier, (position, schedule)]

    def copy(self, member: int, source: int) -> None:
        """Replace the history of `member` by that of `source`."""
        self._segments[member] = [*self._segments[source]]

    def of(self, member: int) -> Schedule:
        """Return the whole history of a member as one schedule of the absolute position."""
        segments = self._segments[member]
        first = segments[0][1]
        if len(segments) == 1:
            return first
        parts = [schedule.advance(begin) if begin else schedule for begin, schedule in segments]
        return join(parts, boundaries=[begin for begin, _ in segments[1:]])

    def to_list(self) -> list[list[dict[str, Any]]]:
        """Return plain data: for each member a list of `{"from": position, ...}`."""
        return [
            [{"from": begin, **schedule.to_dict()} for begin, schedule in segments]
            for segments in self._segments
        ]

    @staticmethod
    def from_list(data: Sequence[Sequence[dict[str, Any]]], members: int) -> History:
        """Rebuild a history from the output of `to_list`.

        Raises
        ------
        ValueError
            If `data` is not for `members` members.
        """
        if len(data) != members:
            refuse("state: history", f"of {members} members", len(data))
        history = History.__new__(History)
        history._segments = [[_segment(item) for item in segments] for segments in data]
        return history


def _segment(data: dict[str, Any]) -> Segment:
    plain = {key: value for key, value in data.items() if key != "from"}
    return whole_number("state: history: from", data.get("from")), Schedule.from_dict(plain)
