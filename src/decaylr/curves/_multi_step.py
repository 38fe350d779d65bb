"""multi_step: a factor at every milestone."""

from __future__ import annotations

from typing import Any

from decaylr.checks import Real, ascending, at_least, finite
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import decayed, reached
from decaylr.tree.length import infinite_length
from decaylr.tree.node import Kind, new_node


def multi_step(init_value: Real, milestones: Any, gamma: Real) -> Schedule:
    """A factor gamma at every milestone: init * gamma**n, n the milestones with m <= p.

    Parameters
    ----------
    init_value : float or array_like
        Value before the first milestone.
    milestones : array_like
        Non-decreasing positions >= 0 along the last axis; one that stands twice counts twice.
    gamma : float or array_like
        Factor at a milestone, >= 0.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.multi_step(1.0, [30, 60], 0.5)([29, 30, 60])
    array([1.  , 0.5 , 0.25])
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "milestones": ascending("milestones", milestones, strictly=False),
        "gamma": at_least("gamma", gamma),
    }
    return new_node(Schedule, "multi_step", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """init_value * gamma**(milestones reached)."""
    times = numbers.as_number(reached(node, "milestones", p, numbers), p)
    return decayed(node.number("init_value", numbers), node, "gamma", times, numbers)


MULTI_STEP = Kind(
    name="multi_step",
    make=multi_step,
    length=infinite_length,
    formula=formula,
    family="steps",
    parameters=("init_value", "milestones", "gamma"),
    lists=("milestones",),
    times=("milestones",),
)
