"""multi_step: multiplication by a factor at every milestone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import ascending, at_least, finite
from decaylr.schedule import Schedule
from decaylr.traced.common import count_reached, times_parameter_power
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import at_list
from decaylr.tree.length import as_float, infinite_length
from decaylr.tree.node import Kind, Node, new_node
from decaylr.tree.periods import Periods


def multi_step(init_value: ArrayLike, milestones: Any, gamma: ArrayLike) -> Schedule:
    """Multiply the value by `gamma` at every milestone.

    v(p) = init * gamma**n, where n is the number of milestones m with m <= p.

    Parameters
    ----------
    init_value : float or array_like
        Value before the first milestone.
    milestones : array_like
        Non-decreasing positions >= 0 along the last axis. A milestone that is
        listed twice counts twice.
    gamma : float or array_like
        Factor at every milestone, >= 0.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value.

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
    """init_value * gamma**(number of milestones reached)."""
    exponent = numbers.as_number(count_reached(node, "milestones", p, numbers), p)
    return times_parameter_power(
        node.number("init_value", numbers), node, "gamma", exponent, numbers
    )


def _periods(node: Node) -> Periods:
    last = as_float(node, "milestones")[..., -1]
    return last, np.zeros_like(last)


MULTI_STEP = Kind(
    name="multi_step",
    make=multi_step,
    length=infinite_length,
    formula=formula,
    family="steps",
    parameters=("init_value", "milestones", "gamma"),
    lists=("milestones",),
    times=("milestones",),
    breaks=at_list("milestones"),
    periods=_periods,
)
