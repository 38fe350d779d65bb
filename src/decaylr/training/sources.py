"""What a hyperparameter follows inside a framework: a schedule, or one that answers to a metric."""

from __future__ import annotations

from collections.abc import Mapping

from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

Source = Schedule | Plateau


def differences(old: Mapping[str, Source], new: Mapping[str, Source]) -> list[str]:
    """What differs between two sets of schedules, a line each."""
    lines = []
    for name in [*old, *(n for n in new if n not in old)]:
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            lines.append(f"{name}: {_kind(a)} against {_kind(b)}")
        else:
            lines += [f"{name}: {line}" for line in _compared(a, b)]
    return lines


def _kind(source: Source | None) -> str:
    return "none" if source is None else type(source).__name__


def _compared(a: Source, b: Source) -> list[str]:
    if isinstance(a, Schedule) and isinstance(b, Schedule):
        return a.diff(b)
    if not (isinstance(a, Plateau) and isinstance(b, Plateau)):
        return [f"{_kind(a)} against {_kind(b)}"]
    ours, theirs = (p.to_dict()["plateau"] for p in (a, b))
    names = [n for n in {**ours, **theirs} if n != "of"]
    own = [
        f"{n}: {ours.get(n, 'none')} against {theirs.get(n, 'none')}"
        for n in names
        if ours.get(n) != theirs.get(n)
    ]
    return a.schedule.diff(b.schedule) + own
