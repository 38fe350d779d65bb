"""Which hyperparameter of an optimizer's groups follows which schedule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch.optim import Optimizer

from decaylr._groups import Column
from decaylr.checks import refuse
from decaylr.evaluation.program import compiled
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.training.sources import Source

SLOT = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)\])?")


class Slot(NamedTuple):
    """Where a hyperparameter stands in a group; part is -1 unless it is one of a tuple."""

    key: str
    part: int


def slot(name: str) -> Slot:
    """`"lr"` is group["lr"], `"betas[0]"` is group["betas"][0]."""
    match = SLOT.fullmatch(name)
    if match is None:
        refuse("schedule", 'a mapping with keys such as "lr" and "betas[0]"', f"{name!r:.80}")
    return Slot(match[1], -1 if match[2] is None else int(match[2]))


def sources(schedule: Any) -> dict[str, Source]:
    """The schedule of each hyperparameter; one schedule alone is that of the rate."""
    named = dict(schedule) if isinstance(schedule, Mapping) else {"lr": schedule}
    if not named:
        refuse("schedule", "of at least one hyperparameter", "an empty mapping")
    for name, source in named.items():
        if not isinstance(name, str):
            raise TypeError(f"schedule must have words as keys, got {name!r:.80}")
        slot(name)
        if not isinstance(source, Schedule | Plateau):
            what = "a Schedule, a Plateau or a mapping of them"
            raise TypeError(f"schedule must be {what}, got {type(source).__name__} for {name!r}")
    return named


def columns(named: Mapping[str, Source], optimizer: Optimizer) -> list[Column]:
    """What writes the hyperparameters, after a look at the groups as they are."""
    groups = optimizer.param_groups
    for name, source in named.items():
        if source.shape not in ((), (len(groups),)):
            rule = f"of shape () or ({len(groups)},), a run for each parameter group"
            refuse("schedule", rule, f"{source.shape} for {name!r}")
        for i, group in enumerate(groups):
            _present(name, i, group)
    return [_column(name, source) for name, source in named.items()]


def _present(name: str, i: int, group: Mapping[str, Any]) -> None:
    key, part = slot(name)
    if key not in group:
        known = ", ".join(sorted(k for k in group if k != "params"))
        refuse("schedule", f"of hyperparameters of param_groups[{i}] ({known})", repr(name))
    if part >= 0 and not (isinstance(group[key], tuple | list) and part < len(group[key])):
        refuse("schedule", f"of parts of param_groups[{i}] ({key}={group[key]})", repr(name))


def _column(name: str, source: Source) -> Column:
    key, part = slot(name)
    if isinstance(source, Plateau):
        each = None if source.shape == () else range(source.size)
        return Column(name, key, part, source.value, each)
    if source.shape == ():
        return Column(name, key, part, compiled(source), None)
    distinct, rows = _distinct(source)
    return Column(name, key, part, compiled(distinct), rows)


def _distinct(batch: Schedule) -> tuple[Schedule, list[int]]:
    """The distinct runs of a batch, and the one each group follows."""
    seen: dict[Schedule, int] = {}
    rows = [seen.setdefault(run, len(seen)) for run in batch]
    first = [rows.index(row) for row in range(len(seen))]
    return (batch[first] if len(first) < len(rows) else batch), rows


def described(named: Mapping[str, Source]) -> dict[str, Any]:
    """The schedules as plain data."""
    return {name: source.to_dict() for name, source in named.items()}


def restored(data: Any) -> dict[str, Source]:
    """The schedules of `described`'s data."""
    if not isinstance(data, Mapping):
        raise TypeError(f"state: schedule must be a mapping, got {type(data).__name__}")
    return {
        name: Plateau.from_dict(one) if "plateau" in one else Schedule.from_dict(one)
        for name, one in data.items()
    }
