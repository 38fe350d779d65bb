"""interpolate: a curve through given points."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import ascending, finite, listed, one_of, refuse, require
from decaylr.curves._slopes import cubic_correction, pchip_slopes, spline_slopes
from decaylr.schedule import Schedule
from decaylr.traced.common import count_reached
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.tree.breaks import at_list
from decaylr.tree.length import last_position
from decaylr.tree.node import Kind, new_node

KINDS_OF_INTERPOLATION = ("previous", "linear", "pchip", "cubic")


def interpolate(positions: Any, values: Any, kind: str = "linear") -> Schedule:
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
        Strictly increasing positions >= 0 along the last axis, at least two.
    values : array_like
        One value for each position along the last axis.
    kind : {"linear", "previous", "pchip", "cubic"}
        Kind of interpolation, see above.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, or lists of lengths that do not match.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.interpolate([0, 10, 20], [0.0, 1.0, 0.2])([5, 15, 30])
    array([0.5, 0.6, 0.2])
    """
    interpolation = one_of("kind", kind, KINDS_OF_INTERPOLATION)
    knots = ascending("positions", positions, strictly=True)
    heights = listed("values", finite("values", values))
    require("values", heights, lambda x: np.abs(x) <= 2.0**900, "at most 2**900 in magnitude")
    if knots.shape[-1] < 2:
        refuse("positions", "at least two", knots.shape[-1])
    if heights.shape[-1] != knots.shape[-1]:
        refuse("values", f"one for each of the {knots.shape[-1]} positions", heights.shape[-1])
    return new_node(
        Schedule, "interpolate", {"positions": knots, "values": heights}, {"kind": interpolation}
    )


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
