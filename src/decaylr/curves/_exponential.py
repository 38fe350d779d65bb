"""exponential: decay (or growth) by a factor, time constant, half-life or target value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    FloatArray,
    above,
    broadcast_shape,
    finite,
    flag,
    real_array,
    refuse,
    require,
    shown,
)
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import changes, multiples
from decaylr.tree.length import as_float, infinite_length
from decaylr.tree.node import Kind, Node, new_node, settings


def exponential(
    init_value: ArrayLike,
    decay_rate: ArrayLike | None = None,
    decay_steps: ArrayLike = 1,
    staircase: bool = False,
    end_value: ArrayLike | None = None,
    *,
    time_constant: ArrayLike | None = None,
    half_life: ArrayLike | None = None,
    final: tuple[ArrayLike, ArrayLike] | None = None,
) -> Schedule:
    """Exponential decay (or growth), specified in one of four ways.

    ======================  ==========================================================
    argument                v(p)
    ======================  ==========================================================
    ``decay_rate``          ``init * decay_rate**(p / decay_steps)``; with `staircase`
                            the exponent is rounded down
    ``time_constant``       ``init * exp(-p / time_constant)``
    ``half_life``           ``init * 2**(-p / half_life)``
    ``final=(value, n)``    ``init * (value / init)**(p / n)``, also after ``p = n``
    ======================  ==========================================================

    Parameters
    ----------
    init_value : float or array_like
        Value at p = 0.
    decay_rate : float or array_like
        Factor per `decay_steps` positions, > 0.
    decay_steps : float or array_like
        Positions per factor `decay_rate`, > 0; only with `decay_rate`.
    staircase : bool
        If true, the value changes only every `decay_steps` positions; only with
        `decay_rate`.
    end_value : float or array_like, optional
        Lower bound of a decreasing curve, upper bound of an increasing one.
    time_constant, half_life : float or array_like
        Positions in which the value falls to 1/e, or to 1/2, > 0.
    final : tuple of float or array_like
        A value of the same sign as `init_value`, and the position > 0 at which the curve
        has that value. The curve continues after it.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or not exactly one of the four forms.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.exponential(0.1, 0.5, 10)(20)
    0.025
    >>> dl.exponential(0.1, half_life=10)(20)
    0.025
    """
    forms = {
        "decay_rate": decay_rate,
        "time_constant": time_constant,
        "half_life": half_life,
        "final": final,
    }
    given = [name for name, value in forms.items() if value is not None]
    if len(given) != 1:
        refuse("exponential", f"given exactly one of {', '.join(forms)}", given or "none")
    stepwise = flag("staircase", staircase)
    parameters = {"init_value": finite("init_value", init_value)}
    if decay_rate is not None:
        parameters["decay_rate"] = above("decay_rate", decay_rate)
        parameters["decay_steps"] = above("decay_steps", decay_steps)
    elif stepwise or not np.array_equal(real_array("decay_steps", decay_steps), 1):
        refuse("decay_steps and staircase", "left out without decay_rate", f"with {given[0]}")
    elif final is not None:
        parameters |= _final(parameters["init_value"], final)
    else:
        parameters[given[0]] = above(given[0], forms[given[0]])
    if end_value is not None:
        parameters["end_value"] = finite("end_value", end_value)
    return new_node(Schedule, "exponential", parameters, {"staircase": stepwise})


def _final(init: Array, final: Any) -> dict[str, Array]:
    if not isinstance(final, (tuple, list)) or len(final) != 2:
        raise TypeError(f"final must be a pair (value, position), got {shown(final)}")
    value = finite("final[0]", final[0])
    broadcast_shape({"init_value": init.shape, "final[0]": value.shape})
    sign = np.sign(init) * np.sign(value)
    require("final[0] / init_value", sign, lambda x: x > 0, "> 0")
    return {"final_value": value, "final_steps": above("final[1]", final[1])}


def _arguments(node: Node) -> dict[str, Any]:
    arguments = settings(node)
    if "final_value" in arguments:
        arguments["final"] = (arguments.pop("final_value"), arguments.pop("final_steps"))
    return arguments


def _log2_rate(node: Outline, numbers: Numbers) -> tuple[Number, Number]:
    """log2 of the decay factor, and the number of positions to which that factor applies."""
    if "decay_rate" in node.parameters:
        rate = numbers.log2_parameter(node.parameters["decay_rate"])
        return rate, node.number("decay_steps", numbers)
    if "half_life" in node.parameters:
        time = node.number("half_life", numbers)
        return time * 0.0 - 1.0, time
    if "time_constant" in node.parameters:
        time = node.number("time_constant", numbers)
        return -numbers.log2_e(time), time
    init, final = node.number("init_value", numbers), node.number("final_value", numbers)
    return numbers.log2(final / init, (final - init) / init), node.number("final_steps", numbers)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """init_value * 2**(log2(factor) * p / steps), bounded by end_value."""
    init = node.number("init_value", numbers)
    log2_rate, steps = _log2_rate(node, numbers)
    stepwise = node.options["staircase"]
    exponent = numbers.whole_quotient(p, steps) if stepwise else p / steps
    value = numbers.times_power(init, log2_rate * exponent)
    if "end_value" not in node.parameters:
        return value
    end = node.number("end_value", numbers)
    falls = ((init > 0.0) & (log2_rate < 0.0)) | ((init < 0.0) & (log2_rate > 0.0))
    rises = ((init > 0.0) & (log2_rate > 0.0)) | ((init < 0.0) & (log2_rate < 0.0))
    return numbers.where((falls & (value < end)) | (rises & (value > end)), end, value)


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """The stairs; else where end_value is reached, and where the range of float32 is left."""
    if node.options["staircase"]:
        rate = as_float(node, "decay_rate")
        return multiples(as_float(node, "decay_steps"), until, changes(rate))
    init = as_float(node, "init_value")
    rate = _log2_per_position(node, init)
    reached = [np.where(rate > 0.0, np.finfo(np.float32).max, np.finfo(np.float32).tiny)]
    if "end_value" in node.parameters:
        reached.append(as_float(node, "end_value") * np.sign(init))
    found = [(np.log2(value) - np.log2(np.abs(init))) / rate for value in reached]
    shape = np.broadcast_shapes(*(position.shape for position in found))
    breaks = np.stack([np.broadcast_to(position, shape) for position in found], axis=-1)
    return np.where(breaks > 0.0, breaks, np.inf)  # NaN too where it is never reached


def _log2_per_position(node: Node, init: FloatArray) -> FloatArray:
    """The binary logarithm of the factor per position."""
    if "half_life" in node.parameters:
        return -1.0 / as_float(node, "half_life")
    if "time_constant" in node.parameters:
        slope: FloatArray = -1.0 / (np.log(2.0) * as_float(node, "time_constant"))
        return slope
    if "decay_rate" in node.parameters:
        rate, steps = as_float(node, "decay_rate"), as_float(node, "decay_steps")
    else:
        rate, steps = as_float(node, "final_value") / init, as_float(node, "final_steps")
    exponent: FloatArray = np.log2(rate) / steps
    return exponent


EXPONENTIAL = Kind(
    name="exponential",
    make=exponential,
    length=infinite_length,
    formula=formula,
    family="exponential decay",
    parameters=(
        "init_value",
        "decay_rate",
        "decay_steps",
        "end_value",
        "time_constant",
        "half_life",
        "final_value",
        "final_steps",
    ),
    options=("staircase",),
    times=("decay_steps", "time_constant", "half_life", "final_steps"),
    breaks=_breaks,
    arguments=_arguments,
)
