"""rex: reflected exponential decay."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import at_least
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.common import Weights, transition
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def rex(
    init_value: ArrayLike, end_value: ArrayLike, steps: ArrayLike, beta: ArrayLike = 0.5
) -> Schedule:
    """Reflected exponential (REX) decay: slow at first, steep at the end, then constant.

    v(p) = end + (init - end) * (1 - x) / (1 - (1 - beta) * x), x = p / steps, for p < steps;
    v(p) = end for p >= steps (arXiv:2107.04197, where beta is 1/2).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0, and for p >= steps.
    steps : float or array_like
        Length in positions, > 0.
    beta : float or array_like
        Curvature, >= 0: 1 gives a straight line; smaller values stay near `init_value` longer,
        0 until the end.

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
    >>> dl.rex(1.0, 0.0, 4)(2)
    0.6666666666666666
    """
    parameters = ends(init_value, end_value, steps) | {"beta": at_least("beta", beta)}
    return new_node(Schedule, "rex", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Weights in the ratio (1 - x) : beta * x of init_value and end_value."""
    beta = node.number("beta", numbers)

    def weights(progress: Number, remaining: Number) -> Weights:
        end_part = beta * progress
        total = remaining + end_part
        return end_part / total, remaining / total

    return transition(node, p, numbers, weights)


REX = Kind(
    name="rex",
    make=rex,
    length=steps_length,
    formula=formula,
    family="REX",
    parameters=("init_value", "end_value", "steps", "beta"),
    times=("steps",),
)
