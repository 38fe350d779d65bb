"""piecewise_constant: a value for each stretch."""

from __future__ import annotations

from typing import Any

from decaylr.checks import ascending, finite, listed, refuse
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import reached
from decaylr.tree.length import last_position
from decaylr.tree.node import Kind, new_node


def piecewise_constant(boundaries: Any, values: Any) -> Schedule:
    """The value values[n], n the boundaries with b <= p: a new value holds from its boundary on.

    Parameters
    ----------
    boundaries : array_like
        Non-decreasing positions >= 0 along the last axis.
    values : array_like
        One value more than boundaries along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or lists that do not fit each other.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.piecewise_constant([10, 20], [1.0, 0.5, 0.1])([9, 10, 20])
    array([1. , 0.5, 0.1])
    """
    places = ascending("boundaries", boundaries, strictly=False)
    levels = listed("values", finite("values", values))
    if levels.shape[-1] != places.shape[-1] + 1:
        refuse("values", f"one more than the {places.shape[-1]} boundaries", levels.shape[-1])
    return new_node(Schedule, "piecewise_constant", {"boundaries": places, "values": levels})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value with the number of boundaries reached."""
    index = reached(node, "boundaries", p, numbers)
    return numbers.take(node.number("values", numbers), index)


PIECEWISE_CONSTANT = Kind(
    name="piecewise_constant",
    make=piecewise_constant,
    length=last_position("boundaries"),
    formula=formula,
    family="steps",
    parameters=("boundaries", "values"),
    lists=(
        "boundaries",
        "values",
    ),
    times=("boundaries",),
)
