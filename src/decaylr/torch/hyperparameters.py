"""The hyperparameters of an optimizer's parameter groups and their schedules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from torch.optim import Optimizer

from decaylr._engine import Program
from decaylr._groups import Column
from decaylr.checks import FloatArray, refuse, shown
from decaylr.evaluation.program import compiled
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.torch.groups import Groups, Shares
from decaylr.torch.location import parse_name
from decaylr.training.sources import Source


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


def columns(named: Mapping[str, Source], groups: Groups) -> list[Column]:
    """The writers of the hyperparameters."""
    return [_column(name, source, groups.shares(name)) for name, source in named.items()]


def expect_groups(named: Mapping[str, Source], optimizer: Optimizer) -> None:
    """Require that there is a run for each group and that every group has what is scheduled."""
    groups = optimizer.param_groups
    for name, source in named.items():
        if source.shape not in ((), (len(groups),)):
            rule = f"of shape () or ({len(groups)},), one run per parameter group"
            refuse("schedule", rule, f"{source.shape} for {name!r}")
        for i, group in enumerate(groups):
            _check_present(name, i, group)


def fit(named: Mapping[str, Source], optimizer: Optimizer) -> bool:
    """Whether there is a run for each group and every group has what is scheduled."""
    groups = optimizer.param_groups
    return all(
        source.shape in ((), (len(groups),)) and all(parse_name(name).key in g for g in groups)
        for name, source in named.items()
    )


def _check_present(name: str, i: int, group: Mapping[str, Any]) -> None:
    key, index = parse_name(name)
    if key not in group:
        known = ", ".join(sorted(k for k in group if k != "params"))
        refuse("schedule", f"of hyperparameters of param_groups[{i}] ({known})", shown(name))
    if index >= 0 and not (isinstance(group[key], tuple | list) and index < len(group[key])):
        refuse("schedule", f"of elements of param_groups[{i}] ({key}={group[key]})", shown(name))


def _column(name: str, source: Source, shares: Shares | None) -> Column:
    key, index = parse_name(name)
    if isinstance(source, Plateau):
        rows = range(source.size) if shares is None else range(len(shares))
        shared = source.shape == () and shares is None
        return Column(name, key, index, scaled_value(source, shares), None if shared else rows)
    if shares is not None:
        return Column(name, key, index, *_scaled_runs(source, shares))
    if source.shape == ():
        return Column(name, key, index, compiled(source), None)
    distinct, row_of_group = _distinct(source)
    return Column(name, key, index, compiled(distinct), row_of_group)


def scaled_value(source: Source, shares: Shares | None) -> Callable[[Any], float | FloatArray]:
    """The values of a schedule or plateau as a function of the position, with shares if any."""
    value = source.value if isinstance(source, Plateau) else source
    if shares is None:
        return value
    factors = np.array(shares)
    return lambda position: factors * value(position)


def _scaled_runs(schedule: Schedule, shares: Shares) -> tuple[Program, list[int]]:
    """One run for each distinct share, and the index of each group's."""
    distinct = [*dict.fromkeys(shares)]
    return compiled(schedule * np.array(distinct)), [distinct.index(share) for share in shares]


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
