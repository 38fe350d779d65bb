"""Schedules as schedules of optax."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from decaylr.convert.targets.nodes import arguments, parts_of, ratio, without_ending
from decaylr.schedule import Schedule

LIBRARY = "optax"

Configuration = dict[str, dict[str, Any]]


def configurations(schedule: Schedule) -> Iterator[Any]:
    """A schedule, or a `join_schedules` of them."""
    parts, boundaries = parts_of(schedule)
    written = [_schedule(part) for part in parts]
    if any(each is None for each in written):
        return
    if len(written) == 1:
        yield written[0]
    else:
        yield {"join_schedules": {"schedules": written, "boundaries": boundaries}}


def _schedule(part: Schedule) -> Configuration | None:
    curve = without_ending(part)
    write = _WRITERS.get(curve.kind)
    return None if write is None else write(arguments(curve))


def _constant(a: dict[str, Any]) -> Configuration:
    return {"constant_schedule": {"value": a["value"]}}


def _cosine(a: dict[str, Any]) -> Configuration:
    alpha = ratio(a["end_value"], a["init_value"])
    shape = {"alpha": alpha, "exponent": a.get("exponent", 1.0)}
    first = {"init_value": a["init_value"], "decay_steps": a["steps"]}
    return {"cosine_decay_schedule": {**first, **shape}}


def _step(a: dict[str, Any]) -> Configuration:
    stairs = {"transition_steps": a["step_size"], "decay_rate": a["gamma"], "staircase": True}
    return {"exponential_decay": {"init_value": a["init_value"], **stairs}}


def _multi_step(a: dict[str, Any]) -> Configuration | None:
    values = [a["init_value"] * a["gamma"] ** i for i in range(len(a["milestones"]) + 1)]
    return _stairs(values, a["milestones"])


def _piecewise_constant(a: dict[str, Any]) -> Configuration | None:
    return _stairs(a["values"], a["boundaries"])


def _straight(a: dict[str, Any]) -> Configuration:
    ends = {key: a[key] for key in ("init_value", "end_value")}
    power = a.get("power", 1.0)
    if power == 1:
        return {"linear_schedule": {**ends, "transition_steps": a["steps"]}}
    return {"polynomial_schedule": {**ends, "power": power, "transition_steps": a["steps"]}}


def _exponential(a: dict[str, Any]) -> Configuration | None:
    if not {"decay_rate", "half_life"} & a.keys():
        return None
    written = {
        "init_value": a["init_value"],
        "transition_steps": a.get("half_life", a.get("decay_steps", 1)),
        "decay_rate": a.get("decay_rate", 0.5),
        "staircase": a.get("staircase", False),
    }
    if "end_value" in a:
        written["end_value"] = a["end_value"]
    return {"exponential_decay": written}


def _stairs(values: list[float], boundaries: list[Any]) -> Configuration | None:
    if any(value == 0 for value in values[:-1]) or len(set(boundaries)) < len(boundaries):
        return None
    # Files have only texts as keys.
    scales = {
        str(math.ceil(boundary)): values[i + 1] / values[i] for i, boundary in enumerate(boundaries)
    }
    return {
        "piecewise_constant_schedule": {"init_value": values[0], "boundaries_and_scales": scales}
    }


_WRITERS: dict[str, Callable[[dict[str, Any]], Configuration | None]] = {
    "constant": _constant,
    "linear": _straight,
    "polynomial": _straight,
    "cosine": _cosine,
    "exponential": _exponential,
    "step": _step,
    "multi_step": _multi_step,
    "piecewise_constant": _piecewise_constant,
}
