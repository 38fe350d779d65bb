"""optax's schedules through several values: interpolation and one-cycles."""

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
    one_of,
)
from decaylr.compat.shared.calls import entries
from decaylr.curves import constant
from decaylr.recipes.phases import Shape, fall, sequence
from decaylr.schedule import Schedule

Scales = Mapping[Any, ArrayLike]


def _scales(init_value: ArrayLike, scales: Scales | None) -> tuple[Array, list[Array], FloatArray]:
    """Boundaries in order, and the values before, between and after them as the last axis."""
    first = finite("init_value", init_value)
    pairs = sorted(entries("boundaries_and_scales", scales).items())
    edges = [finite(f"boundaries_and_scales key {edge!r}", edge) for edge, _ in pairs]
    steps = [at_least(f"boundaries_and_scales[{edge}]", scale) for edge, scale in pairs]
    columns = np.broadcast_arrays(first, *steps)
    # In the longest precision there is: the roundings of many scales would add up.
    product = np.cumprod(np.stack([c.astype(np.longdouble) for c in columns], axis=-1), axis=-1)
    return first, edges, product.astype(np.float64)


def piecewise_interpolate_schedule(
    interpolate_type: str, init_value: ArrayLike, boundaries_and_scales: Scales | None = None
) -> Schedule:
    """Lines or cosines between the products of `init_value` with the scales so far.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value (boundaries and scales >= 0), which the
        message names.

    Examples
    --------
    >>> from decaylr.compat.optax import piecewise_interpolate_schedule
    >>> s = piecewise_interpolate_schedule("linear", 1.0, {10: 3.0, 20: 0.0})
    >>> s(5), s(10), s(15), s(20)
    (2.0, 3.0, 1.5, 0.0)
    """
    kind = one_of("interpolate_type", interpolate_type, ("linear", "cosine"))
    first, edges, values = _scales(init_value, boundaries_and_scales)
    edges = [at_least("boundaries_and_scales key", edge) for edge in edges]
    return _interpolated(kind, edges, [values[..., i] for i in range(values.shape[-1])], first)


def _interpolated(kind: Shape, edges: list[Array], values: list[Array], first: Array) -> Schedule:
    if not edges:
        return constant(first)
    lengths = [b - a for a, b in zip([np.asarray(0), *edges], edges, strict=False)]
    parts = [
        fall("interpolate_type", kind, a, b, length)
        for a, b, length in zip(values, values[1:], lengths, strict=False)
    ]
    return sequence(parts, lengths[:-1])


def _onecycle(kind: Shape, peak: Array, edges: list[Array], scales: list[Array]) -> Schedule:
    """Through the scaled values; of boundaries that fall together the last scale counts."""
    for i in reversed(range(len(edges) - 1)):
        collapsed = edges[i] == edges[i + 1]
        scales[i] = np.where(collapsed, scales[i + 1], scales[i])
        scales[i + 1] = np.where(collapsed, 1.0, scales[i + 1])
    values = [peak]
    for scale in scales:
        values.append(values[-1] * scale)
    return _interpolated(kind, edges, values, peak)


def linear_onecycle_schedule(
    transition_steps: ArrayLike,
    peak_value: ArrayLike,
    pct_start: ArrayLike = 0.3,
    pct_final: ArrayLike = 0.85,
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 1e4,
) -> Schedule:
    """Lines from ``peak_value / div_factor`` to `peak_value`, back, and down to the end.

    The corners are at ``int(pct_start * transition_steps)``,
    ``int(pct_final * transition_steps)`` and `transition_steps`; the end value is
    ``peak_value / (div_factor * final_div_factor)``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.optax import linear_onecycle_schedule
    >>> s = linear_onecycle_schedule(100, 25.0)
    >>> s(0), s(15), s(30), s(85)
    (1.0, 13.0, 25.0, 1.0)
    """
    total, peak, up = _cycle(transition_steps, peak_value, pct_start)
    final = at_least("pct_final", pct_final)
    expect("pct_final", final, "in [pct_start, 1]", (pct_start <= final) & (final <= 1))
    down, last = above("div_factor", div_factor), above("final_div_factor", final_div_factor)
    broadcastable(transition_steps=total, peak_value=peak, pct_final=final, div=down, final=last)
    edges = [up, np.floor(final * total), np.floor(total)]
    return _onecycle("linear", peak / down, edges, [down, 1 / down, 1 / last])


def cosine_onecycle_schedule(
    transition_steps: ArrayLike,
    peak_value: ArrayLike,
    pct_start: ArrayLike = 0.3,
    div_factor: ArrayLike = 25.0,
    final_div_factor: ArrayLike = 1e4,
) -> Schedule:
    """Cosines from ``peak_value / div_factor`` to `peak_value` and down to the end.

    The corners are at ``int(pct_start * transition_steps)`` and `transition_steps`; the end
    value is ``peak_value / (div_factor * final_div_factor)``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.optax import cosine_onecycle_schedule
    >>> s = cosine_onecycle_schedule(100, 25.0)
    >>> s(0), s(15), s(30)
    (1.0, 13.0, 25.0)
    """
    total, peak, up = _cycle(transition_steps, peak_value, pct_start)
    down, last = above("div_factor", div_factor), above("final_div_factor", final_div_factor)
    broadcastable(transition_steps=total, peak_value=peak, div_factor=down, final_div_factor=last)
    return _onecycle("cosine", peak / down, [up, np.floor(total)], [down, 1 / (down * last)])


def _cycle(
    transition_steps: ArrayLike, peak_value: ArrayLike, pct_start: ArrayLike
) -> tuple[Array, Array, Array]:
    total, share = above("transition_steps", transition_steps), at_least("pct_start", pct_start)
    expect("pct_start", share, "in [0, 1]", share <= 1)
    return total, finite("peak_value", peak_value), np.floor(share * total)
