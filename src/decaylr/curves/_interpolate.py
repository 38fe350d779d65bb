"""interpolate: a curve through points."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import ascending, finite, listed, one_of, refuse, require
from decaylr.curves._slopes import bend, pchip_slopes, spline_slopes
from decaylr.schedule import Schedule
from decaylr.traced.formulas import Number, Numbers, Outline
from decaylr.traced.pieces import reached
from decaylr.tree.length import last_position
from decaylr.tree.node import Kind, new_node

KINDS_OF_INTERPOLATION = ("previous", "linear", "pchip", "cubic")


def interpolate(positions: Any, values: Any, kind: str = "linear") -> Schedule:
    """A curve through points, flat outside them.

    Kinds: "previous" holds each value; "linear" joins them by lines; "pchip" by cubics that
    keep the data's monotony (Fritsch and Butland 1984, as SciPy's PchipInterpolator);
    "cubic" by the not-a-knot spline (as SciPy's CubicSpline).

    Parameters
    ----------
    positions : array_like
        Strictly increasing positions >= 0 along the last axis, at least two.
    values : array_like
        One value for each position along the last axis.
    kind : {"linear", "previous", "pchip", "cubic"}
        How to join the points.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, or lists that do not fit each other.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.interpolate([0, 10, 20], [0.0, 1.0, 0.2])([5, 15, 30])
    array([0.5, 0.6, 0.2])
    """
    how = one_of("kind", kind, KINDS_OF_INTERPOLATION)
    knots = ascending("positions", positions, strictly=True)
    heights = listed("values", finite("values", values))
    require("values", heights, lambda x: np.abs(x) <= 2.0**900, "at most 2**900 in magnitude")
    if knots.shape[-1] < 2:
        refuse("positions", "at least two", knots.shape[-1])
    if heights.shape[-1] != knots.shape[-1]:
        refuse("values", f"one for each of the {knots.shape[-1]} positions", heights.shape[-1])
    return new_node(Schedule, "interpolate", {"positions": knots, "values": heights}, {"kind": how})


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Through the knots, flat outside."""
    knots, values = node.number("positions", numbers), node.number("values", numbers)
    last = values.length - 1
    passed = reached(node, "positions", p, numbers)
    first = numbers.clipped_index(passed - 1, 0, last)
    before = numbers.take(values, first)
    if node.options["kind"] == "previous":
        return before
    i = numbers.clipped_index(passed - 1, 0, last - 1)
    start, stop = numbers.take(knots, i), numbers.take(knots, i + 1)
    left, right = numbers.take(values, i), numbers.take(values, i + 1)
    width = stop - start
    inside = numbers.where((p > start) & (p < stop), p, start)
    gone, ahead = (inside - start) / width, (stop - inside) / width
    found = ahead * left + gone * right
    if node.options["kind"] != "linear":
        slopes = pchip_slopes if node.options["kind"] == "pchip" else spline_slopes
        found = found + bend(slopes(knots, values, numbers), i, width, right - left, gone, numbers)
    outside = (passed == 0) | (passed == last + 1)
    return numbers.where(outside, before, found)


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
)
