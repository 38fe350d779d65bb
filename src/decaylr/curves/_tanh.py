"""tanh: hyperbolic-tangent decay."""

from __future__ import annotations

from decaylr.checks import Real, finite
from decaylr.curves._ends import ends
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import blend
from decaylr.tree.length import steps_length
from decaylr.tree.node import Kind, new_node

STEEPEST = 120.0  # powers of two of tanh's exponential: one more is nothing beside 1


def tanh(init_value: Real, end_value: Real, steps: Real, lower: Real, upper: Real) -> Schedule:
    """Hyperbolic-tangent decay, which comes near its ends but does not meet them.

    v(p) = end + (init - end) * (1 - tanh(lower * (1 - x) + upper * x)) / 2 with
    x = min(p / steps, 1) (1806.01593; timm uses lower -7 and upper 3).

    Parameters
    ----------
    init_value, end_value : float or array_like
        Values far to the left and far to the right.
    steps : float or array_like
        Length in positions, > 0.
    lower, upper : float or array_like
        Arguments of the tangent at p = 0 and from p = steps on.

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
    >>> dl.tanh(1.0, 0.0, 10, -3.0, 3.0)(5)
    0.5
    """
    parameters = ends(init_value, end_value, steps)
    parameters |= {"lower": finite("lower", lower), "upper": finite("upper", upper)}
    return new_node(Schedule, "tanh", parameters)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """1 / (1 + exp(2 a)) of init_value, a from lower to upper."""
    init, end, steps = (node.number(n, numbers) for n in ("init_value", "end_value", "steps"))
    inside = numbers.where(p < steps, p, steps)
    lower, upper = node.number("lower", numbers), node.number("upper", numbers)
    argument = lower * ((steps - inside) / steps) + upper * (inside / steps)
    y = argument * numbers.log2_e(argument) * 2.0
    y = numbers.where(y > STEEPEST, STEEPEST, numbers.where(y < -STEEPEST, -STEEPEST, y))
    left, gone = 1.0 / (numbers.exp2(y) + 1.0), 1.0 / (numbers.exp2(-y) + 1.0)
    return blend(init, end, left, gone, numbers)


TANH = Kind(
    name="tanh",
    make=tanh,
    length=steps_length,
    formula=formula,
    family="tanh",
    parameters=("init_value", "end_value", "steps", "lower", "upper"),
    times=("steps",),
)
