"""A curve with some of its constructor's arguments replaced."""

from __future__ import annotations

from typing import Any

from decaylr.checks import known_keys
from decaylr.tree.node import KINDS, N

FORMS = ("decay_rate", "time_constant", "half_life", "final")  # of an exponential, one of them


def replace(schedule: N, **parameters: Any) -> N:
    """A curve with some of its parameters replaced."""
    kind = KINDS[schedule.kind]
    if kind.children != "none":
        raise TypeError(f"replace needs a curve, got a schedule of kind {schedule.kind}")
    known_keys(parameters, tuple(kind.make.__annotations__)[:-1], f"{kind.name}.replace")
    arguments = kind.arguments(schedule)
    if any(name in parameters for name in FORMS):  # a new form takes the place of the old one
        arguments = {n: v for n, v in arguments.items() if n not in (*FORMS, "decay_steps")} | {
            n: v for n, v in arguments.items() if n == "decay_steps" and "decay_rate" in parameters
        }
    made = kind.make(**{**arguments, **parameters})
    assert isinstance(made, type(schedule))
    return made
