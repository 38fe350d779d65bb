"""Changes to the positions at which a schedule is evaluated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import FloatArray, above, at_least
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.breaks import breaks_of, multiples
from decaylr.tree.horizon import horizon_of, longest_of_children
from decaylr.tree.length import as_float, child_length, length_of
from decaylr.tree.node import Kind, N, Node, new_like
from decaylr.tree.periods import Periods, common_period, exact_product, periods_of


def staircase(schedule: N, every: ArrayLike) -> N:
    """Change the value only every `every` positions: v(p) = s(every * floor(p / every)).

    Parameters
    ----------
    every : float or array_like
        Positions between two changes, > 0.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10).staircase(5)([4, 5, 9, 10])
    array([1. , 0.5, 0.5, 0. ])
    """
    return new_like(schedule, "staircase", {"every": above("every", every)}, None, (schedule,))


def advance(schedule: N, by: ArrayLike) -> N:
    """Skip the first `by` positions: v(p) = s(p + by).

    Parameters
    ----------
    by : float or array_like
        Number of positions, >= 0.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10).advance(5)(0)
    0.5
    """
    return new_like(schedule, "advance", {"by": at_least("by", by)}, None, (schedule,))


def stretch(schedule: N, ratio: ArrayLike) -> N:
    """Stretch the schedule in time: v(p) = s(p / ratio); ratio=2 makes it twice as long.

    Parameters
    ----------
    ratio : float or array_like
        Factor of the length, > 0.

    Returns
    -------
    Schedule

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10).stretch(2)(10)
    0.5
    """
    return new_like(schedule, "stretch", {"ratio": above("ratio", ratio)}, None, (schedule,))


def _advanced_length(node: Node) -> FloatArray:
    return np.maximum(length_of(node.children[0]) - as_float(node, "by"), 0.0)


def _stretched_length(node: Node) -> FloatArray:
    return length_of(node.children[0]) * as_float(node, "ratio")


def _staircase_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """child(every * floor(p / every))."""
    every = node.number("every", numbers)
    return value(node.children[0], every * numbers.whole_quotient(p, every), numbers)


def _advance_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """child(p + by)."""
    return value(node.children[0], p + node.number("by", numbers), numbers)


def _stretch_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """child(p / ratio)."""
    return value(node.children[0], p / node.number("ratio", numbers), numbers)


def _stairs(node: Node, until: FloatArray) -> FloatArray:
    """The multiples of `every`, up to the end of the child."""
    every = as_float(node, "every")
    return multiples(every, np.minimum(until, length_of(node.children[0]) + 2.0 * every))


def _advanced_breaks(node: Node, until: FloatArray) -> FloatArray:
    by = as_float(node, "by")
    return breaks_of(node.children[0], until + by) - by[..., None]


def _stretched_breaks(node: Node, until: FloatArray) -> FloatArray:
    ratio = as_float(node, "ratio")
    return breaks_of(node.children[0], until / ratio) * ratio[..., None]


def _staircase_periods(node: Node) -> Periods:
    begin, period = periods_of(node.children[0])
    every = as_float(node, "every")
    return begin + every, np.where(period > 0.0, common_period(period, every), 0.0)


def _advanced_periods(node: Node) -> Periods:
    begin, period = periods_of(node.children[0])
    return np.maximum(begin - as_float(node, "by"), 0.0), period


def _stretched_periods(node: Node) -> Periods:
    begin, period = periods_of(node.children[0])
    ratio = as_float(node, "ratio")
    return begin * ratio, exact_product(period, ratio)


def _advanced_horizon(node: Node) -> FloatArray:
    left = horizon_of(node.children[0]) - node.parameters["by"]
    return np.where(left > 0, left, np.inf)


def _stretched_horizon(node: Node) -> FloatArray:
    horizon: FloatArray = horizon_of(node.children[0]) * node.parameters["ratio"]
    return horizon


STAIRCASE = Kind(
    name="staircase",
    make=staircase,
    length=child_length,
    formula=_staircase_formula,
    family="",
    parameters=("every",),
    times=("every",),
    breaks=_stairs,
    periods=_staircase_periods,
    horizon=longest_of_children,
    children="one",
    positional=True,
)
ADVANCE = Kind(
    name="advance",
    make=advance,
    length=_advanced_length,
    formula=_advance_formula,
    family="",
    parameters=("by",),
    breaks=_advanced_breaks,
    periods=_advanced_periods,
    horizon=_advanced_horizon,
    children="one",
    positional=True,
)
STRETCH = Kind(
    name="stretch",
    make=stretch,
    length=_stretched_length,
    formula=_stretch_formula,
    family="",
    parameters=("ratio",),
    breaks=_stretched_breaks,
    periods=_stretched_periods,
    horizon=_stretched_horizon,
    children="one",
    positional=True,
)
