"""polynomial: a power of the share of the length that is left, or gone."""

from __future__ import annotations

from decaylr.checks import Real, above, flag
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import Shares, between
from decaylr.traced.pieces import power as power_of
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node


def polynomial(
    init_value: Real, end_value: Real, steps: Real, power: Real, rise: bool = False, k: Real = 1
) -> Schedule:
    """A power of the share of the length that is left, or with `rise` of the share gone.

    v(p) = end + (init - end) * (1 - x)**power, or init + (end - init) * x**power with
    `rise`, where x = (p/steps)**k, for p < steps; end_value from there on. A cooldown
    "1-sqrt" is power 0.5 with `rise` (k-decay: 2004.05909).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values at p = 0 and from p = steps on.
    steps : float or array_like
        Length in positions, > 0.
    power : float or array_like
        Exponent, > 0.
    rise : bool
        Whether the power is of the share gone.
    k : float or array_like
        Exponent of the progress, > 0.

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
    >>> dl.polynomial(1.0, 0.0, 4, 2)(1), dl.polynomial(1.0, 0.0, 4, 0.5, rise=True)(1)
    (0.5625, 0.5)
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"power": above("power", power), "k": above("k", k)}
    return new_node(Schedule, "polynomial", parameters, {"rise": flag("rise", rise)})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """A power of the share left, or gone."""
    exponent = node.number("power", numbers)

    def weights(gone: Number, left: Number) -> Shares:
        if node.options["rise"]:
            return power_of(gone, left, exponent, numbers)
        raised, rest = power_of(left, gone, exponent, numbers)
        return rest, raised

    return between(node, p, numbers, weights)


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
