"""How long a schedule is: where its last curve ends, run by run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from decaylr import _engine
from decaylr.parameters import FloatArray

if TYPE_CHECKING:
    from decaylr.schedule import Schedule


def length_of(schedule: Schedule) -> FloatArray:
    """The length of every run, float64 of the schedule's shape."""
    rule = _RULES.get(schedule._kind, _endless)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.broadcast_to(np.asarray(rule(schedule), np.float64), schedule.shape)


def _parameter(schedule: Schedule, name: str) -> FloatArray:
    return schedule._parameters[name].astype(np.float64)


def _endless(schedule: Schedule) -> FloatArray:
    return np.full(schedule.shape, np.inf)


def _steps(schedule: Schedule) -> FloatArray:
    return _parameter(schedule, "steps")


def _last(name: str) -> Callable[[Schedule], FloatArray]:
    return lambda schedule: _parameter(schedule, name)[..., -1]


def _samples(schedule: Schedule) -> FloatArray:
    return np.asarray(schedule._parameters["values"].shape[-1], np.float64)


def _join(schedule: Schedule) -> FloatArray:
    last = len(schedule._children) - 2
    return _parameter(schedule, f"boundary{last}") + length_of(schedule._children[-1])


def _longest(schedule: Schedule) -> FloatArray:
    """The longest part; a number for ever among others adds no length."""
    longest = np.full(schedule.shape, -np.inf)
    for child in schedule._children:
        longest = np.maximum(longest, np.where(_is_number(child), -np.inf, length_of(child)))
    return np.where(np.isneginf(longest), np.inf, longest)


def _is_number(schedule: Schedule) -> npt.NDArray[np.bool_]:
    """Which runs are one number for ever."""
    if schedule._kind == "select":
        part, row = schedule._parameters["part"], schedule._parameters["row"]
        numbers = np.zeros(schedule.shape, np.bool_)
        for i, child in enumerate(schedule._children):
            numbers[part == i] = _is_number(child)[row[part == i]]
        return numbers
    endless = schedule._kind == "constant" and np.isinf(schedule._parameters["steps"])
    return np.broadcast_to(np.asarray(endless), schedule.shape)


def _advance(schedule: Schedule) -> FloatArray:
    return np.maximum(length_of(schedule._children[0]) - _parameter(schedule, "by"), 0.0)


def _stretch(schedule: Schedule) -> FloatArray:
    return length_of(schedule._children[0]) * _parameter(schedule, "ratio")


def _repeat(schedule: Schedule) -> FloatArray:
    """The total of `count` cycles; infinite without a count."""
    if "count" not in schedule._parameters:
        return _endless(schedule)
    period, growth = _parameter(schedule, "period"), _parameter(schedule, "period_scale")
    whole = schedule._options["lengths"] == "floor"
    total = _engine.cycles_total(period, growth, _parameter(schedule, "count"), whole)
    return np.asarray(total, np.float64)


def _child(schedule: Schedule) -> FloatArray:
    return length_of(schedule._children[0])


def _select(schedule: Schedule) -> FloatArray:
    lengths = np.empty(schedule.shape)
    part, row = schedule._parameters["part"], schedule._parameters["row"]
    for number, child in enumerate(schedule._children):
        chosen = part == number
        lengths[chosen] = length_of(child)[row[chosen]]
    return lengths


_RULES: dict[str, Callable[[Schedule], FloatArray]] = {
    "constant": _steps,
    "linear": _steps,
    "polynomial": _steps,
    "cosine": _steps,
    "rex": _steps,
    "tanh": _steps,
    "piecewise_constant": _last("boundaries"),
    "interpolate": _last("positions"),
    "samples": _samples,
    "join": _join,
    "sum": _longest,
    "product": _longest,
    "difference": _longest,
    "quotient": _child,
    "negative": _child,
    "clip": _child,
    "repeat": _repeat,
    "staircase": _child,
    "advance": _advance,
    "stretch": _stretch,
    "select": _select,
}
