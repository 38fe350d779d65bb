"""cosine: half a cosine wave, then a constant end value."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import above, at_least
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.common import Weights, power, transition
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def cosine(
    init_value: ArrayLike,
    end_value: ArrayLike,
    steps: ArrayLike,
    exponent: ArrayLike = 1,
    k: ArrayLike = 1,
) -> Schedule:
    """Half a cosine wave from one value to another, then constant.

    v(p) = end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent for p < steps,
    v(p) = end for p >= steps (SGDR without restarts, arXiv:1608.03983; k-decay,
    arXiv:2004.05909).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0, and for p >= steps.
    steps : float or array_like
        Length in positions, > 0.
    exponent, k : float or array_like
        Exponents of the wave, >= 0, and of the progress p/steps, > 0. An exponent of 0 means
        its limit, a jump at the end.

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
    >>> dl.cosine(1.0, 0.0, 4).table(5).round(6)
    array([1.      , 0.853553, 0.5     , 0.146447, 0.      ])
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"exponent": at_least("exponent", exponent), "k": above("k", k)}
    return new_node(Schedule, "cosine", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Weights cos(pi/2 * progress)**2 and sin(pi/2 * progress)**2, as (1 + cos(pi x)) / 2 is."""

    def weights(progress: Number, remaining: Number) -> Weights:
        sine, cosine = numbers.sine_of_quarter(progress), numbers.sine_of_quarter(remaining)
        end_weight, init_weight = sine * sine, cosine * cosine
        if "exponent" in node.parameters:
            exponent = node.number("exponent", numbers)
            init_weight, end_weight = power(init_weight, end_weight, exponent, numbers)
        return end_weight, init_weight

    return transition(node, p, numbers, weights)


COSINE = Kind(
    name="cosine",
    make=cosine,
    length=steps_length,
    formula=formula,
    family="cosine",
    parameters=("init_value", "end_value", "steps", "exponent", "k"),
    times=("steps",),
)
