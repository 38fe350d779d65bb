"""The schedules or plateaus of a set of hyperparameters, and their differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

Source = Schedule | Plateau  # where the value of a hyperparameter comes from


def distinct_plateaus(sources: Mapping[str, Source]) -> list[Plateau]:
    """The plateaus; one that several hyperparameters follow occurs once."""
    return list({id(s): s for s in sources.values() if isinstance(s, Plateau)}.values())


@contextmanager
def unchanged_if_refused(plateaus: Iterable[Plateau]) -> Iterator[None]:
    """Give the plateaus the states they had before the block if it raises."""
    states = [(plateau, plateau.state_dict()) for plateau in plateaus]
    try:
        yield
    except BaseException:
        for plateau, state in states:
            plateau.load_state_dict(state)
        raise


def differences(old: Mapping[str, Source], new: Mapping[str, Source]) -> list[str]:
    """The differences between two sets of schedules by hyperparameter, one line each."""
    lines = []
    for name in [*old, *(n for n in new if n not in old)]:
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            lines.append(f"{name}: {_kind(a)} against {_kind(b)}")
        else:
            lines += [f"{name}: {line}" for line in _source_differences(a, b)]
    return lines


def _kind(source: Source | None) -> str:
    return "none" if source is None else type(source).__name__


def _source_differences(a: Source, b: Source) -> list[str]:
    if isinstance(a, Schedule) and isinstance(b, Schedule):
        return a.diff(b)
    if not (isinstance(a, Plateau) and isinstance(b, Plateau)):
        return [f"{_kind(a)} against {_kind(b)}"]
    old, new = (plateau.to_dict()["plateau"] for plateau in (a, b))
    names = [name for name in {**old, **new} if name != "of"]
    parameters = [
        f"{name}: {old.get(name, 'none')} against {new.get(name, 'none')}"
        for name in names
        if old.get(name) != new.get(name)
    ]
    return a.schedule.diff(b.schedule) + parameters
