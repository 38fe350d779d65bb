"""Copies of a curve with some constructor arguments replaced."""

from __future__ import annotations

from typing import Any

from decaylr.checks import known_keys
from decaylr.tree.node import KINDS, N

# The mutually exclusive ways to specify an exponential decay.
EXPONENTIAL_FORMS = ("decay_rate", "time_constant", "half_life", "final")


def replace(schedule: N, **parameters: Any) -> N:
    """Return a copy of a curve with some of its parameters replaced.

    Parameters
    ----------
    **parameters
        Constructor arguments of the curve.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If the schedule is a combinator (such as a join) rather than a curve, or for a parameter
        that the curve does not have or accept.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.cosine(1.0, 0.0, 100).replace(steps=200)
    cosine(1.0, 0.0, 200)
    """
    kind = KINDS[schedule.kind]
    if kind.children != "none":
        raise TypeError(
            f"replace needs a curve, got a schedule of kind {schedule.kind}: "
            "call its recipe again, or replace in one of its children"
        )
    known_keys(parameters, tuple(kind.make.__annotations__)[:-1], f"{kind.name}.replace")
    arguments = kind.arguments(schedule)
    if any(name in parameters for name in EXPONENTIAL_FORMS):  # drop the old form
        dropped = {*EXPONENTIAL_FORMS}
        if "decay_rate" not in parameters:
            dropped.add("decay_steps")
        arguments = {name: value for name, value in arguments.items() if name not in dropped}
    curve = kind.make(**{**arguments, **parameters})
    assert isinstance(curve, type(schedule))
    return curve
