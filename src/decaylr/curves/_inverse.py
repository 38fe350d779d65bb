"""inverse: inverse-time decay, inverse square root and other powers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import FloatArray, above, at_least, finite, flag
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import multiples
from decaylr.tree.length import as_float, infinite_length
from decaylr.tree.node import Kind, Node, new_node


def inverse(
    init_value: ArrayLike,
    decay_rate: ArrayLike,
    decay_steps: ArrayLike = 1,
    power: ArrayLike = 1,
    staircase: bool = False,
) -> Schedule:
    """Inverse-time decay; with power=0.5, inverse-square-root decay.

    v(p) = init / (1 + decay_rate * p / decay_steps)**power; with `staircase`,
    p / decay_steps is rounded down.

    Parameters
    ----------
    init_value : float or array_like
        Value at p = 0.
    decay_rate : float or array_like
        Growth of the base of the denominator per `decay_steps` positions, >= 0.
    decay_steps : float or array_like
        Time scale in positions, > 0.
    power : float or array_like
        Exponent of the denominator, finite.
    staircase : bool
        If true, the value changes only every `decay_steps` positions.

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
    """init_value / (1 + decay_rate * p / decay_steps)**power."""
    steps = node.number("decay_steps", numbers)
    time = numbers.whole_quotient(p, steps) if node.options["staircase"] else p / steps
    growth = node.number("decay_rate", numbers) * time
    log2_divisor = node.number("power", numbers) * numbers.log2(growth + 1.0, growth)
    return numbers.times_power(node.number("init_value", numbers), -log2_divisor)


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """The stairs; a smooth curve has none."""
    if not node.options["staircase"]:
        return np.empty(0)
    return multiples(as_float(node, "decay_steps"), until)


INVERSE = Kind(
    name="inverse",
    make=inverse,
    length=infinite_length,
    formula=formula,
    family="inverse time, inverse square root",
    parameters=("init_value", "decay_rate", "decay_steps", "power"),
    options=("staircase",),
    times=("decay_steps",),
    breaks=_breaks,
)
