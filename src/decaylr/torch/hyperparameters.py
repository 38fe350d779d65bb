"""The hyperparameters of an optimizer's parameter groups and their schedules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch.optim import Optimizer

from decaylr._groups import Column
from decaylr.checks import (
    refuse,
    shown,
)
from decaylr.evaluation.program import compiled
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.training.sources import Source

NAME = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)\])?")


class Location(NamedTuple):
    """The key of a hyperparameter in a group, and its index in a tuple (-1 for a number)."""

    key: str
    element: int


def parse_name(name: str) -> Location:
    """`"lr"` is group["lr"], `"betas[0]"` is group["betas"][0]."""
    match = NAME.fullmatch(name)
    if match is None:
        refuse("schedule", 'a mapping with keys such as "lr" and "betas[0]"', shown(name))
    return Location(match[1], -1 if match[2] is None else int(match[2]))


def sources(schedule: Any) -> dict[str, Source]:
    """The schedule of each hyperparameter by name; a single schedule is for "lr"."""
    named = dict(schedule) if isinstance(schedule, Mapping) else {"lr": schedule}
    if not named:
        refuse("schedule", "of at least one hyperparameter", "an empty mapping")
    for name, source in named.items():
        if not isinstance(name, str):
            raise TypeError(f"schedule must have strings as keys, got {shown(name)}")
        parse_name(name)
        if not isinstance(source, Schedule | Plateau):
            rule = "a Schedule, a Plateau or a mapping of them"
            raise TypeError(f"schedule must be {rule}, got {type(source).__name__} for {name!r}")
    return named


def columns(named: Mapping[str, Source], optimizer: Optimizer) -> list[Column]:
    """The writers of the hyperparameters, after checking that every group has them."""
    expect_groups(named, optimizer)
    return [_column(name, source) for name, source in named.items()]


def expect_groups(named: Mapping[str, Source], optimizer: Optimizer) -> None:
    """Require that there is a run for each group and that every group has what is scheduled."""
    groups = optimizer.param_groups
    for name, source in named.items():
        if source.shape not in ((), (len(groups),)):
            rule = f"of shape () or ({len(groups)},), one run per parameter group"
            refuse("schedule", rule, f"{source.shape} for {name!r}")
        for i, group in enumerate(groups):
            _check_present(name, i, group)


def _check_present(name: str, i: int, group: Mapping[str, Any]) -> None:
    key, index = parse_name(name)
    if key not in group:
        known = ", ".join(sorted(k for k in group if k != "params"))
        refuse("schedule", f"of hyperparameters of param_groups[{i}] ({known})", shown(name))
    if index >= 0 and not (isinstance(group[key], tuple | list) and index < len(group[key])):
        refuse("schedule", f"of elements of param_groups[{i}] ({key}={group[key]})", shown(name))


def _column(name: str, source: Source) -> Column:
    key, index = parse_name(name)
    if isinstance(source, Plateau):
        rows = None if source.shape == () else range(source.size)
        return Column(name, key, index, source.value, rows)
    if source.shape == ():
        return Column(name, key, index, compiled(source), None)
    distinct, row_of_group = _distinct(source)
    return Column(name, key, index, compiled(distinct), row_of_group)


def _distinct(batch: Schedule) -> tuple[Schedule, list[int]]:
    """The distinct runs of a batch, and the index of each group's run among them."""
    indices: dict[Schedule, int] = {}
    rows = [indices.setdefault(run, len(indices)) for run in batch]
    first = [rows.index(row) for row in range(len(indices))]
    return (batch[first] if len(first) < len(rows) else batch), rows


def to_data(named: Mapping[str, Source]) -> dict[str, Any]:
    """The schedules as plain data."""
    return {name: source.to_dict() for name, source in named.items()}


def from_data(data: Any) -> dict[str, Source]:
    """The schedules from the result of `to_data`."""
    if not isinstance(data, Mapping):
        raise TypeError(f"state: schedule must be a mapping, got {type(data).__name__}")
    return {
        name: Plateau.from_dict(item) if "plateau" in item else Schedule.from_dict(item)
        for name, item in data.items()
    }
