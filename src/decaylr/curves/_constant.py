"""constant: the same value at every position."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import finite, length_above_zero
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, Node, new_node
from decaylr.tree.periods import Periods


def constant(value: ArrayLike, steps: ArrayLike = np.inf) -> Schedule:
    """The same value at every position: v(p) = value.

    Parameters
    ----------
    value : float or array_like
        The value.
    steps : float or array_like
        Length in positions, > 0. The value does not change after it; the length only
        determines where the next schedule of a join begins.

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
    >>> dl.constant(0.1)(1000)
    0.1
    """
    parameters = {"value": finite("value", value), "steps": length_above_zero("steps", steps)}
    return new_node(Schedule, "constant", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """value, at every position."""
    return node.number("value", numbers) + p * 0.0


def _periods(node: Node) -> Periods:
    return np.zeros(node.shape), np.zeros(node.shape)


CONSTANT = Kind(
    name="constant",
    make=constant,
    length=steps_length,
    formula=formula,
    family="constant",
    parameters=("value", "steps"),
    times=("steps",),
    not_compiled=("steps",),
    not_traced=("steps",),
    periods=_periods,
)
