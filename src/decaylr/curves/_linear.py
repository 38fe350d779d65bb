"""linear: a straight line, then a constant end value."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.common import transition
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def linear(init_value: ArrayLike, end_value: ArrayLike, steps: ArrayLike) -> Schedule:
    """A straight line from one value to another, then constant.

    v(p) = init_value + (end_value - init_value) * p / steps for p < steps,
    v(p) = end_value for p >= steps.

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0, and for p >= steps.
    steps : float or array_like
        Length in positions, > 0.

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
    >>> dl.linear(0.0, 1.0, 10).table(5, stride=5)
    array([0. , 0.5, 1. , 1. , 1. ])
    """
    return new_node(Schedule, "linear", ends(init_value, end_value, steps))


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Weights progress and 1 - progress."""
    return transition(node, p, numbers, lambda progress, remaining: (progress, remaining))


LINEAR = Kind(
    name="linear",
    make=linear,
    length=steps_length,
    formula=formula,
    family="linear",
    parameters=("init_value", "end_value", "steps"),
    times=("steps",),
)
