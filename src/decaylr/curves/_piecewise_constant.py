"""piecewise_constant: a constant value between boundaries."""

from __future__ import annotations

from typing import Any

from decaylr.checks import ascending, finite, listed, refuse
from decaylr.schedule import Schedule
from decaylr.traced.common import count_reached
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import at_list
from decaylr.tree.length import last_position
from decaylr.tree.node import Kind, new_node


def piecewise_constant(boundaries: Any, values: Any) -> Schedule:
    """A constant value between boundaries.

    v(p) = values[n], where n is the number of boundaries b with b <= p: the value changes at
    the boundary itself.

    Parameters
    ----------
    boundaries : array_like
        Non-decreasing positions >= 0 along the last axis.
    values : array_like
        One more value than boundaries, along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, or lists of lengths that do not match.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.piecewise_constant([10, 20], [1.0, 0.5, 0.1])([9, 10, 20])
    array([1. , 0.5, 0.1])
    """
    edges = ascending("boundaries", boundaries, strictly=False)
    levels = listed("values", finite("values", values))
    if levels.shape[-1] != edges.shape[-1] + 1:
        refuse("values", f"one more than the {edges.shape[-1]} boundaries", levels.shape[-1])
    return new_node(Schedule, "piecewise_constant", {"boundaries": edges, "values": levels})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """values[number of boundaries reached]."""
    index = count_reached(node, "boundaries", p, numbers)
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
    breaks=at_list("boundaries"),
)
