"""step: multiplication by a factor at regular intervals."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import FloatArray, above, at_least, finite
from decaylr.schedule import Schedule
from decaylr.traced.common import times_parameter_power
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import changes, multiples
from decaylr.tree.length import as_float, infinite_length
from decaylr.tree.node import Kind, Node, new_node


def step(init_value: ArrayLike, step_size: ArrayLike, gamma: ArrayLike) -> Schedule:
    """Multiply the value by `gamma` every `step_size` positions.

    v(p) = init * gamma**floor(p / step_size).

    Parameters
    ----------
    init_value : float or array_like
        Value for p < step_size.
    step_size : float or array_like
        Positions between two changes, > 0.
    gamma : float or array_like
        Factor at every change, >= 0.

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
    >>> dl.step(1.0, 30, 0.5).table(3, stride=30)
    array([1.  , 0.5 , 0.25])
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "step_size": above("step_size", step_size),
        "gamma": at_least("gamma", gamma),
    }
    return new_node(Schedule, "step", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """init_value * gamma**floor(p / step_size)."""
    exponent = numbers.whole_quotient(p, node.number("step_size", numbers))
    return times_parameter_power(
        node.number("init_value", numbers), node, "gamma", exponent, numbers
    )


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    return multiples(as_float(node, "step_size"), until, changes(as_float(node, "gamma")) + 1.0)


STEP = Kind(
    name="step",
    make=step,
    length=infinite_length,
    formula=formula,
    family="steps",
    parameters=("init_value", "step_size", "gamma"),
    times=("step_size",),
    breaks=_breaks,
)
