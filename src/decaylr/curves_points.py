"""Curves through given values: piecewise_constant, interpolate, samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.parameters import ascending, choice, finite, listed, refuse, require
from decaylr.schedule import Schedule

KINDS_OF_INTERPOLATION = ("previous", "linear", "pchip", "cubic")


def piecewise_constant(boundaries: Any, values: Any) -> Schedule:
    """The value values[n], n the boundaries with b <= p: a new value holds from its boundary on.

    Parameters
    ----------
    boundaries : array_like
        Non-decreasing positions >= 0 along the last axis.
    values : array_like
        One value more than boundaries along the last axis.

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
    >>> dl.piecewise_constant([10, 20], [1.0, 0.5, 0.1])([9, 10, 20])
    array([1. , 0.5, 0.1])
    """
    places = ascending("boundaries", boundaries, strictly=False)
    levels = listed("values", finite("values", values))
    if levels.shape[-1] != places.shape[-1] + 1:
        refuse("values", f"one more than the {places.shape[-1]} boundaries", levels.shape[-1])
    return Schedule._make("piecewise_constant", {"boundaries": places, "values": levels})


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
    how = choice("kind", kind, KINDS_OF_INTERPOLATION)
    knots = ascending("positions", positions, strictly=True)
    heights = listed("values", finite("values", values))
    require("values", heights, lambda x: np.abs(x) <= 2.0**900, "at most 2**900 in magnitude")
    if knots.shape[-1] < 2:
        refuse("positions", "at least two", knots.shape[-1])
    if heights.shape[-1] != knots.shape[-1]:
        refuse("values", f"one for each of the {knots.shape[-1]} positions", heights.shape[-1])
    return Schedule._make("interpolate", {"positions": knots, "values": heights}, {"kind": how})


def samples(values: Any) -> Schedule:
    """One value per position, the last one held for ever.

    Parameters
    ----------
    values : array_like
        Values at p = 0, 1, 2, ... along the last axis.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For values of the wrong kind.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.samples([0.1, 0.3, 0.2])([0, 1, 2, 3])
    array([0.1, 0.3, 0.2, 0.2])
    """
    return Schedule._make("samples", {"values": listed("values", finite("values", values))})
