"""inverse: inverse-time decay and its powers."""

from __future__ import annotations

from decaylr.checks import Real, above, at_least, finite, flag
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import infinite_length
from decaylr.tree.node import Kind, new_node


def inverse(
    init_value: Real,
    decay_rate: Real,
    decay_steps: Real = 1,
    power: Real = 1,
    staircase: bool = False,
) -> Schedule:
    """Inverse-time decay and its powers: power 0.5 is the inverse square root.

    v(p) = init / (1 + decay_rate * p / decay_steps)**power, with p / decay_steps rounded
    down for a staircase.

    Parameters
    ----------
    init_value : float or array_like
        Value at p = 0.
    decay_rate : float or array_like
        Growth of the denominator in `decay_steps` positions, >= 0.
    decay_steps : float or array_like
        Unit of the positions, > 0.
    power : float or array_like
        Exponent, finite.
    staircase : bool
        Whether the value changes only every `decay_steps` positions.

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
    >>> dl.inverse(1.0, 1.0, 10)(30), dl.inverse(1.0, 1.0, 10, power=0.5)(30)
    (0.25, 0.5)
    """
    parameters = {
        "init_value": finite("init_value", init_value),
        "decay_rate": at_least("decay_rate", decay_rate),
        "decay_steps": above("decay_steps", decay_steps),
        "power": finite("power", power),
    }
    return new_node(Schedule, "inverse", parameters, {"staircase": flag("staircase", staircase)})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """init_value over a power of 1 + rate * p / steps."""
    size = node.number("decay_steps", numbers)
    q = numbers.whole_quotient(p, size) if node.options["staircase"] else p / size
    grown = node.number("decay_rate", numbers) * q
    y = node.number("power", numbers) * numbers.log2(grown + 1.0, grown)
    return numbers.times_power(node.number("init_value", numbers), -y)


INVERSE = Kind(
    name="inverse",
    make=inverse,
    length=infinite_length,
    formula=formula,
    family="inverse time, inverse square root",
    parameters=("init_value", "decay_rate", "decay_steps", "power"),
    options=("staircase",),
    times=("decay_steps",),
)
