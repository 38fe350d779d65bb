"""interpolate: a curve through given points."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import (
    Array,
    ascending,
    broadcast_shape,
    finite,
    listed,
    one_of,
    real_array,
    refuse,
    require,
    shown,
)
from decaylr.combinators.joins import join
from decaylr.curves._linear import linear
from decaylr.curves._slopes import cubic_correction, pchip_slopes, spline_slopes
from decaylr.schedule import Schedule
from decaylr.traced.common import count_reached
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import at_list
from decaylr.tree.horizon import with_horizon
from decaylr.tree.length import NEGLIGIBLE_STEPS, last_position
from decaylr.tree.node import Kind, new_node

KINDS_OF_INTERPOLATION = ("previous", "linear", "pchip", "cubic")


OUTSIDE = ("hold", "extend")
ENDLESS = 2.0**62  # positions of a line that does not end


def interpolate(
    positions: Any, values: Any, kind: str = "linear", outside: str = "hold"
) -> Schedule:
    """A curve through given points; constant before the first and after the last one.

    ============  ==================================================================
    kind          between two points
    ============  ==================================================================
    "previous"    the value of the earlier point
    "linear"      a straight line
    "pchip"       a cubic that preserves monotonicity (Fritsch and Butland, 1984; the
                  same as `scipy.interpolate.PchipInterpolator`)
    "cubic"       the not-a-knot cubic spline (the same as
                  `scipy.interpolate.CubicSpline`)
    ============  ==================================================================

    Parameters
    ----------
    positions : array_like
        Increasing positions >= 0 along the last axis, at least two. With "previous" and
        "linear" a position may stand twice: the curve jumps there to the second value.
    values : array_like
        One value for each position along the last axis.
    kind : {"linear", "previous", "pchip", "cubic"}
        Kind of interpolation, see above.
    outside : {"hold", "extend"}
        Before the first and after the last point: their values, or for "linear" the first and
        the last line, continued.

    Returns
    -------
    Schedule
        With "extend" its length is infinite, its horizon the last position.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, or lists of lengths that do not match.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.interpolate([0, 10, 20], [0.0, 1.0, 0.2])([5, 15, 30])
    array([0.5, 0.6, 0.2])
    >>> dl.interpolate([0, 10, 10, 20], [0.0, 1.0, 3.0, 3.0])([5, 9.5, 10])
    array([0.5 , 0.95, 3.  ])
    >>> dl.interpolate([0, 10], [0.0, 1.0], outside="extend")(30)
    3.0
    """
    interpolation = one_of("kind", kind, KINDS_OF_INTERPOLATION)
    strictly = interpolation in ("pchip", "cubic")
    extended = one_of("outside", outside, OUTSIDE) == "extend"
    if extended and interpolation != "linear":
        refuse("outside", f"'hold' for {interpolation}", shown(outside))
    knots = ascending("positions", positions, strictly=strictly)
    heights = listed("values", finite("values", values))
    require("values", heights, lambda x: np.abs(x) <= 2.0**900, "at most 2**900 in magnitude")
    if knots.shape[-1] < 2:
        refuse("positions", "at least two", knots.shape[-1])
    if heights.shape[-1] != knots.shape[-1]:
        refuse("values", f"one for each of the {knots.shape[-1]} positions", heights.shape[-1])
    if extended:
        return _extended(knots, heights)
    knots, heights = _with_jumps(knots, heights)
    return new_node(
        Schedule, "interpolate", {"positions": knots, "values": heights}, {"kind": interpolation}
    )


def _with_jumps(knots: Array, heights: Array) -> tuple[Array, Array]:
    """Strictly increasing positions; of two equal ones the first is the float just before.

    At position 0 there is none: both have the second value.
    """
    twice = knots[..., 1:] == knots[..., :-1]
    if not np.any(twice):
        return knots, heights
    if np.any(twice[..., 1:] & twice[..., :-1]):
        refuse("positions", "strictly increasing, or at most two times the same", "three times")
    knots, heights = _together(knots, heights)
    twice = knots[..., 1:] == knots[..., :-1]
    zero = twice & (knots[..., :-1] == 0)
    earlier = np.where(twice & ~zero, np.nextafter(knots[..., :-1], 0.0), knots[..., :-1])
    later = np.where(zero, NEGLIGIBLE_STEPS, 0.0) + knots[..., 1:]
    first = np.where(zero, heights[..., 1:], heights[..., :-1])
    moved = np.concatenate([earlier, knots[..., -1:]], axis=-1)
    moved[..., 1:] = np.where(zero, later, moved[..., 1:])
    raised = np.concatenate([first, heights[..., -1:]], axis=-1)
    return real_array("positions", moved), real_array("values", raised)


def _together(knots: Array, heights: Array) -> tuple[Array, Array]:
    """Both as float64, broadcast to the same runs."""
    broadcast_shape({"positions": knots.shape[:-1], "values": heights.shape[:-1]})
    both = np.broadcast_arrays(knots, heights)
    return both[0].astype(np.float64), both[1].astype(np.float64)


def _extended(knots: Array, heights: Array) -> Schedule:
    """The first line from position 0 on, the points, and the last line without end."""
    knots, heights = _together(knots, heights)
    widths = knots[..., [1, -1]] - knots[..., [0, -2]]
    require("positions", widths, lambda x: x > 0, "different at both ends to be extended")
    slopes = (heights[..., [1, -1]] - heights[..., [0, -2]]) / widths
    begin = heights[..., :1] - slopes[..., :1] * knots[..., :1]
    if np.any(knots[..., 0] > 0):
        knots = np.concatenate([np.zeros_like(begin), knots], axis=-1)
        heights = np.concatenate([begin, heights], axis=-1)
    last, end = knots[..., -1], heights[..., -1]
    line = linear(end, end + slopes[..., -1] * ENDLESS, ENDLESS).ending("repeat")
    joined = join([interpolate(knots, heights), line], boundaries=[last])
    return with_horizon(joined, last)


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Cubic Hermite (or linear) interpolation between knots, constant outside."""
    knots, values = node.number("positions", numbers), node.number("values", numbers)
    last = values.length - 1
    count = count_reached(node, "positions", p, numbers)
    previous = numbers.take(values, numbers.clipped_index(count - 1, 0, last))
    if node.options["kind"] == "previous":
        return previous
    i = numbers.clipped_index(count - 1, 0, last - 1)
    start, stop = numbers.take(knots, i), numbers.take(knots, i + 1)
    left, right = numbers.take(values, i), numbers.take(values, i + 1)
    width = stop - start
    inside = numbers.where((p > start) & (p < stop), p, start)
    progress, remaining = (inside - start) / width, (stop - inside) / width
    result = remaining * left + progress * right
    if node.options["kind"] != "linear":
        slopes_of = pchip_slopes if node.options["kind"] == "pchip" else spline_slopes
        slopes, rise = slopes_of(knots, values, numbers), right - left
        result = result + cubic_correction(slopes, i, width, rise, progress, numbers)
    outside = (count == 0) | (count == last + 1)
    return numbers.where(outside, previous, result)


INTERPOLATE = Kind(
    name="interpolate",
    make=interpolate,
    length=last_position("positions"),
    formula=formula,
    family="points",
    parameters=("positions", "values"),
    lists=(
        "positions",
        "values",
    ),
    options=("kind",),
    breaks=at_list("positions"),
)
