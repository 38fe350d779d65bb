"""Schedules as schedulers of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from decaylr.convert.targets.nodes import arguments, parts_of, ratio, without_ending
from decaylr.schedule import Schedule

LIBRARY = "torch"
ENDLESS = 10**9  # steps of a factor that stays

Configuration = dict[str, dict[str, Any]]


def configurations(schedule: Schedule) -> Iterator[Any]:
    """A scheduler, or a SequentialLR of them."""
    parts, boundaries = parts_of(schedule)
    base = max(_peak(part) for part in parts)
    for choice in range(2):
        written = [list(_scheduler(part, base)) for part in parts]
        if not all(written):
            return
        schedulers = [options[min(choice, len(options) - 1)] for options in written]
        if len(schedulers) == 1:
            yield schedulers[0]
        else:
            sequence = {"base_lr": base, "schedulers": schedulers, "milestones": boundaries}
            yield {"SequentialLR": sequence}


def _peak(part: Schedule) -> float:
    """The largest value that a scheduler's base rate can be."""
    curve = without_ending(part)
    end = curve.length.item()
    return max(float(curve(0)), float(curve(end)) if end < ENDLESS else 0.0)


def _scheduler(part: Schedule, base: float) -> Iterator[Configuration]:
    """The schedulers that may be this part, with one base rate for all parts."""
    curve = without_ending(part)
    write = _WRITERS.get(curve.kind)
    return iter(()) if write is None else write(curve, arguments(curve), base)


def _constant(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    factor = ratio(a["value"], base)
    yield {"ConstantLR": {"base_lr": base, "factor": factor, "total_iters": ENDLESS}}


def _cosine(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    length = {"T_max": a["steps"], "eta_min": a["end_value"]}
    yield {"CosineAnnealingLR": {"base_lr": base, **length}}


def _step(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    yield {"StepLR": {"base_lr": base, "step_size": a["step_size"], "gamma": a["gamma"]}}


def _multi_step(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    steps = {"milestones": a["milestones"], "gamma": a["gamma"]}
    yield {"MultiStepLR": {"base_lr": base, **steps}}


def _straight(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    if a["init_value"] == base and a["end_value"] == 0:
        power = a.get("power", 1.0)
        yield {"PolynomialLR": {"base_lr": base, "total_iters": a["steps"], "power": power}}
    elif a["init_value"] > 0 and a.get("power", 1.0) == 1:
        start, end = ratio(a["init_value"], base), ratio(a["end_value"], base)
        yield {
            "LinearLR": {
                "base_lr": base,
                "start_factor": start,
                "end_factor": end,
                "total_iters": a["steps"],
            }
        }


def _exponential(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    rate, steps = a.get("decay_rate", 0.5), a.get("half_life", a.get("decay_steps", 1))
    if "end_value" in a or not {"decay_rate", "half_life"} & a.keys():
        return
    if a.get("staircase", False):
        yield {"StepLR": {"base_lr": base, "step_size": steps, "gamma": rate}}
    else:
        yield {"ExponentialLR": {"base_lr": base, "gamma": rate ** (1 / steps)}}


def _stairs(_: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    values, boundaries = a["values"], a["boundaries"]
    if len(values) == 2 and values[1] == base:
        factor = ratio(values[0], base)
        yield {"ConstantLR": {"base_lr": base, "factor": factor, "total_iters": boundaries[0]}}
    elif values[0] == base != 0:
        gamma = ratio(values[1], base)
        yield {"MultiStepLR": {"base_lr": base, "milestones": boundaries, "gamma": gamma}}


def _restarts(schedule: Schedule, a: dict[str, Any], base: float) -> Iterator[Configuration]:
    cycle = schedule.children[0]
    if cycle.kind == "cosine":
        yield {
            "CosineAnnealingWarmRestarts": {
                "base_lr": base,
                "T_0": a.get("period", arguments(cycle)["steps"]),
                "T_mult": a.get("period_scale", 1),
                "eta_min": arguments(cycle)["end_value"],
            }
        }


_WRITERS: dict[str, Callable[[Schedule, dict[str, Any], float], Iterator[Configuration]]] = {
    "constant": _constant,
    "linear": _straight,
    "polynomial": _straight,
    "cosine": _cosine,
    "exponential": _exponential,
    "step": _step,
    "multi_step": _multi_step,
    "piecewise_constant": _stairs,
    "repeat": _restarts,
}
