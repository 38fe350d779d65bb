"""The parameters of a single schedule as plain numbers."""

from __future__ import annotations

from typing import Any

from decaylr.schedule import Schedule


def arguments(schedule: Schedule) -> dict[str, Any]:
    """The arguments of a schedule's own function, as in `Schedule.to_dict`."""
    body: dict[str, Any] = next(iter(schedule.to_dict()["schedule"].values()))
    return body


def without_ending(schedule: Schedule) -> Schedule:
    """The curve of a schedule that goes back and forth past its end, else the schedule."""
    mirrored = schedule.kind == "ending" and schedule.options["mode"] == "mirror"
    return schedule.children[0] if mirrored else schedule


def parts_of(schedule: Schedule) -> tuple[list[Schedule], list[Any]]:
    """The parts of a join, nested joins at its end opened, and where each but the first begins."""
    if schedule.kind != "join":
        return [schedule], []
    *first, last = schedule.children
    boundaries: list[Any] = arguments(schedule).get("boundaries") or _natural(schedule)
    inner, begins = parts_of(last)
    return [*first, *inner], [*boundaries, *(boundaries[-1] + begin for begin in begins)]


def _natural(schedule: Schedule) -> list[Any]:
    count = len(schedule.children) - 1
    return [schedule.parameters[f"boundary{i}"].item() for i in range(count)]


def ratio(value: float, base: float) -> float:
    """`value / base`, 0 where both are 0."""
    return value / base if base else 0.0
