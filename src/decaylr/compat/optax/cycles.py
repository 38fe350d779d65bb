"""optax's schedules that pass through several values: interpolation and one-cycles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    FloatArray,
    above,
    at_least,
    broadcastable,
    expect,
    finite,
    finite_quotient,
    one_of,
)
from decaylr.compat.shared.calls import as_dict
from decaylr.curves import constant
from decaylr.recipes.phases import Shape, fall, sequence
from decaylr.schedule import Schedule

Scales = Mapping[Any, ArrayLike]


def boundaries_and_values(
    init_value: ArrayLike, scales: Scales | None
) -> tuple[Array, list[Array], FloatArray]:
    """The first value, the sorted boundaries, and the values between them on the last axis."""
    first = finite("init_value", init_value)
    pairs = sorted(as_dict("boundaries_and_scales", scales).items())
    boundaries = [finite(f"boundaries_and_scales key {key!r}", key) for key, _ in pairs]
    factors = [at_least(f"boundaries_and_scales[{key}]", scale) for key, scale in pairs]
    columns = np.broadcast_arrays(first, *factors)
    # In long double, so that the rounding errors of many scales do not add up.
    product = np.cumprod(np.stack([c.astype(np.longdouble) for c in columns], axis=-1), axis=-1)
    return first, boundaries, product.astype(np.float64)


def piecewise_interpolate_schedule(
    interpolate_type: str, init_value: ArrayLike, boundaries_and_scales: Scales | None = None
) -> Schedule:
    """Interpolation between `init_value` and its products with the scales so far.

    Parameters
    ----------
    interpolate_type : {"linear", "cosine"}
    init_value : array_like
    boundaries_and_scales : mapping, optional
        From boundaries >= 0 to scales >= 0. At a boundary the value is `init_value` times the
        scales of all boundaries up to it.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import piecewise_interpolate_schedule
    >>> s = piecewise_interpolate_schedule("linear", 1.0, {10: 3.0, 20: 0.0})
    >>> s(5), s(10), s(15), s(20)
    (2.0, 3.0, 1.5, 0.0)
    """
    kind = one_of("interpolate_type", interpolate_type, ("linear", "cosine"))
    first, steps, values = boundaries_and_values(init_value, boundaries_and_scales)
    boundaries = [at_least("boundaries_and_scales key", boundary) for boundary in steps]
    return _interpolated(kind, boundaries, [values[..., i] for i in range(values.shape[-1])], first)


def _interpolated(
    kind: Shape, boundaries: list[Array], values: list[Array], first: Array
) -> Schedule:
    """Interpolate between the values; `first` is the constant where there are no boundaries."""
    if not boundaries:
        return constant(first)
    lengths = [b - a for a, b in zip([np.asarray(0), *boundaries], boundaries, strict=False)]
    parts = [
        fall("interpolate_type", kind, a, b, length)
        for a, b, length in zip(values, values[1:], lengths, strict=False)
    ]
    return sequence(parts, lengths[:-1])


def _onecycle(kind: Shape, first: Array, boundaries: list[Array], scales: list[Array]) -> Schedule:
    """Interpolate between scaled values; of equal boundaries only the last scale counts."""
    for i in reversed(range(len(boundaries) - 1)):
        # optax keeps boundaries as keys of a dict, so that equal ones overwrite each other
        is_equal = boundaries[i] == boundaries[i + 1]
        scales[i] = np.where(is_equal, scales[i + 1], scales[i])
        scales[i + 1] = np.where(is_equal, 1.0, scales[i + 1])
    values = [first]
    for scale in scales:
        values.append(values[-1] * scale)
    return _interpolated(kind, boundaries, values, first)


def linear_onecycle_schedule(
    transition_steps: ArrayLike,
    peak_value: ArrayLike,
    pct_start: ArrayLike = 0.3,
    pct_final: ArrayLike = 0.85,
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 1e4,
) -> Schedule:
    """Linear one-cycle: up to `peak_value`, back down, and further down to the final value.

    The value is ``peak_value / div_factor`` at step 0, `peak_value` at
    ``int(pct_start * transition_steps)``, ``peak_value / div_factor`` again at
    ``int(pct_final * transition_steps)`` and ``peak_value / (div_factor * final_div_factor)``
    from `transition_steps` on.

    Parameters
    ----------
    transition_steps : array_like
        Total number of steps, > 0.
    peak_value : array_like
    pct_start, pct_final : array_like
        Fractions of the steps, ``0 <= pct_start <= pct_final <= 1``.
    div_factor, final_div_factor : array_like
        > 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import linear_onecycle_schedule
    >>> s = linear_onecycle_schedule(100, 25.0)
    >>> s(0), s(15), s(30), s(85)
    (1.0, 13.0, 25.0, 1.0)
    """
    total, peak, up = _checked_cycle(transition_steps, peak_value, pct_start)
    final = at_least("pct_final", pct_final)
    expect("pct_final", final, "in [pct_start, 1]", (pct_start <= final) & (final <= 1))
    down, last = above("div_factor", div_factor), above("final_div_factor", final_div_factor)
    broadcastable(transition_steps=total, peak_value=peak, pct_final=final, div=down, final=last)
    boundaries = [up, np.floor(final * total), np.floor(total)]
    scales = [down, _inverse("div_factor", down), _inverse("final_div_factor", last)]
    return _onecycle(
        "linear", finite_quotient("peak_value", peak, "div_factor", down), boundaries, scales
    )


def cosine_onecycle_schedule(
    transition_steps: ArrayLike,
    peak_value: ArrayLike,
    pct_start: ArrayLike = 0.3,
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 1e4,
) -> Schedule:
    """Cosine one-cycle: up to `peak_value` and down to the final value.

    The value is ``peak_value / div_factor`` at step 0, `peak_value` at
    ``int(pct_start * transition_steps)`` and ``peak_value / (div_factor * final_div_factor)``
    from `transition_steps` on.

    Parameters
    ----------
    transition_steps : array_like
        Total number of steps, > 0.
    peak_value : array_like
    pct_start : array_like
        Fraction of the steps in which the value rises, in [0, 1].
    div_factor, final_div_factor : array_like
        > 0.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import cosine_onecycle_schedule
    >>> s = cosine_onecycle_schedule(100, 25.0)
    >>> s(0), s(15), s(30)
    (1.0, 13.0, 25.0)
    """
    total, peak, up = _checked_cycle(transition_steps, peak_value, pct_start)
    down, last = above("div_factor", div_factor), above("final_div_factor", final_div_factor)
    broadcastable(transition_steps=total, peak_value=peak, div_factor=down, final_div_factor=last)
    first = finite_quotient("peak_value", peak, "div_factor", down)
    with np.errstate(over="ignore"):
        product = np.asarray(down * last)
    scales = [down, _inverse("div_factor * final_div_factor", product)]
    return _onecycle("cosine", first, [up, np.floor(total)], scales)


def _inverse(name: str, divisor: Array) -> Array:
    return finite_quotient("1", np.ones(()), name, divisor)


def _checked_cycle(
    transition_steps: ArrayLike, peak_value: ArrayLike, pct_start: ArrayLike
) -> tuple[Array, Array, Array]:
    """Total steps, peak value and the step of the peak."""
    total, fraction = above("transition_steps", transition_steps), at_least("pct_start", pct_start)
    expect("pct_start", fraction, "in [0, 1]", fraction <= 1)
    return total, finite("peak_value", peak_value), np.floor(fraction * total)
