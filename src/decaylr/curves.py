"""The curves: constructors of single-leaf schedules.

Positions p count from 0 where the curve begins. Every numeric parameter is a number or an
array; arrays broadcast by NumPy's rules and give the batch its shape. In parameters that
are lists the last axis is the list. Values are float64.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from decaylr.curves_between import constant, cosine, linear, polynomial, rex, tanh
from decaylr.curves_decay import exponential, inverse, multi_step, step
from decaylr.curves_points import interpolate, piecewise_constant, samples
from decaylr.schedule import Schedule

__all__ = [
    "MAKERS",
    "constant",
    "cosine",
    "exponential",
    "interpolate",
    "inverse",
    "linear",
    "multi_step",
    "piecewise_constant",
    "polynomial",
    "replace",
    "rex",
    "samples",
    "step",
    "tanh",
]

MAKERS: dict[str, Callable[..., Schedule]] = {
    maker.__name__: maker
    for maker in (
        constant,
        linear,
        polynomial,
        cosine,
        exponential,
        inverse,
        rex,
        tanh,
        step,
        multi_step,
        piecewise_constant,
        interpolate,
        samples,
    )
}


def replace(schedule: Schedule, parameters: Mapping[str, Any]) -> Schedule:
    """A curve with some of its constructor's parameters replaced."""
    from decaylr.spec import constructor_arguments, known_keys

    if schedule._kind not in MAKERS:
        raise TypeError(f"replace needs a curve, got a schedule of kind {schedule._kind}")
    maker = MAKERS[schedule._kind]
    known_keys(parameters, tuple(maker.__annotations__)[:-1], f"{schedule._kind}.replace")
    forms = ("decay_rate", "time_constant", "half_life", "final")
    arguments = constructor_arguments(schedule)
    if any(name in parameters for name in forms):  # a new form takes the place of the old one
        arguments = {n: v for n, v in arguments.items() if n not in (*forms, "decay_steps")} | {
            n: v for n, v in arguments.items() if n == "decay_steps" and "decay_rate" in parameters
        }
    return maker(**{**arguments, **parameters})
