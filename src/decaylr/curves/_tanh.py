"""tanh: hyperbolic-tangent decay."""

from __future__ import annotations

from numpy.typing import ArrayLike

from decaylr.checks import finite
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.common import blend
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node

MAX_EXPONENT = 120.0  # 2**120 + 1 rounds to 2**120, so larger exponents change nothing


def tanh(
    init_value: ArrayLike,
    end_value: ArrayLike,
    steps: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
) -> Schedule:
    """Hyperbolic-tangent decay; it approaches both values without reaching them exactly.

    v(p) = end + (init - end) * (1 - tanh(lower * (1 - x) + upper * x)) / 2 with
    x = min(p / steps, 1) (arXiv:1806.01593; timm uses lower -7 and upper 3).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Limits for tanh arguments of -infinity and +infinity.
    steps : float or array_like
        Length in positions, > 0.
    lower, upper : float or array_like
        Arguments of tanh at p = 0, and for p >= steps.

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
    >>> dl.tanh(1.0, 0.0, 10, -3.0, 3.0)(5)
    0.5
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"lower": finite("lower", lower), "upper": finite("upper", upper)}
    return new_node(Schedule, "tanh", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Weight (1 - tanh(a)) / 2 = 1 / (1 + exp(2 a)) of init_value, a from lower to upper."""
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    inside = numbers.where(p < steps, p, steps)
    lower, upper = node.number("lower", numbers), node.number("upper", numbers)
    argument = lower * ((steps - inside) / steps) + upper * (inside / steps)
    exponent = argument * numbers.log2_e(argument) * 2.0
    exponent = numbers.where(exponent > MAX_EXPONENT, MAX_EXPONENT, exponent)
    exponent = numbers.where(exponent < -MAX_EXPONENT, -MAX_EXPONENT, exponent)
    init_weight = 1.0 / (numbers.exp2(exponent) + 1.0)
    end_weight = 1.0 / (numbers.exp2(-exponent) + 1.0)
    return blend(init, end, init_weight, end_weight, numbers)


TANH = Kind(
    name="tanh",
    make=tanh,
    length=steps_length,
    formula=formula,
    family="tanh",
    parameters=("init_value", "end_value", "steps", "lower", "upper"),
    times=("steps",),
)
