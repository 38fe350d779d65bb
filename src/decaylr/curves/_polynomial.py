"""polynomial: a power of the remaining, or of the elapsed, share of the length."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import above, at_least, flag
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.common import Weights, transition
from decaylr.traced.common import power as power_of
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def polynomial(
    init_value: ArrayLike,
    end_value: ArrayLike,
    steps: ArrayLike,
    power: ArrayLike,
    rise: bool = False,
    k: ArrayLike = 1,
) -> Schedule:
    """Polynomial decay from one value to another, then constant.

    With x = (p/steps)**k, for p < steps::

        v(p) = end + (init - end) * (1 - x)**power      rise=False
        v(p) = init + (end - init) * x**power           rise=True

    and v(p) = end for p >= steps. The "1-sqrt" cooldown is power=0.5, rise=True; k-decay is
    arXiv:2004.05909.

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0, and for p >= steps.
    steps : float or array_like
        Length in positions, > 0.
    power : float or array_like
        Exponent, >= 0; 0 means its limit, a jump at the end (at position 0 where `rise`).
    rise : bool
        Whether the power applies to the elapsed share x rather than to 1 - x.
    k : float or array_like
        Exponent of the progress p/steps, > 0.

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
    >>> dl.polynomial(1.0, 0.0, 4, 2)(1), dl.polynomial(1.0, 0.0, 4, 0.5, rise=True)(1)
    (0.5625, 0.5)
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"power": at_least("power", power), "k": above("k", k)}
    return new_node(Schedule, "polynomial", parameters, {"rise": flag("rise", rise)})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Weight progress**power of end_value, or remaining**power of init_value."""
    exponent = node.number("power", numbers)

    def weights(progress: Number, remaining: Number) -> Weights:
        if node.options["rise"]:
            return power_of(progress, remaining, exponent, numbers)
        init_weight, end_weight = power_of(remaining, progress, exponent, numbers)
        return end_weight, init_weight

    return transition(node, p, numbers, weights)


POLYNOMIAL = Kind(
    name="polynomial",
    make=polynomial,
    length=steps_length,
    formula=formula,
    family="polynomial, square root",
    parameters=("init_value", "end_value", "steps", "power", "k"),
    options=("rise",),
    times=("steps",),
)
