"""cosine: half a wave, then its end value for ever."""

from __future__ import annotations

from decaylr.checks import Real, above
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import Shares, between, power
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def cosine(
    init_value: Real, end_value: Real, steps: Real, exponent: Real = 1, k: Real = 1
) -> Schedule:
    """Half a wave of a cosine, then its end value for ever.

    v(p) = end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent for p < steps,
    end_value from there on (SGDR without restarts, 1608.03983; k-decay, 2004.05909).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    exponent, k : float or array_like
        Exponents of the wave and of the progress, > 0.

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
    >>> dl.cosine(1.0, 0.0, 4).table(5).round(6)
    array([1.      , 0.853553, 0.5     , 0.146447, 0.      ])
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"exponent": above("exponent", exponent), "k": above("k", k)}
    return new_node(Schedule, "cosine", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Squared sines of the quarter turns behind and ahead."""

    def weights(gone: Number, left: Number) -> Shares:
        behind, ahead = numbers.sine_of_quarter(gone), numbers.sine_of_quarter(left)
        of_end, of_init = behind * behind, ahead * ahead
        if "exponent" in node.parameters:
            exponent = node.number("exponent", numbers)
            of_init, of_end = power(of_init, of_end, exponent, numbers)
        return of_end, of_init

    return between(node, p, numbers, weights)


COSINE = Kind(
    name="cosine",
    make=cosine,
    length=steps_length,
    formula=formula,
    family="cosine",
    parameters=("init_value", "end_value", "steps", "exponent", "k"),
    times=("steps",),
)
