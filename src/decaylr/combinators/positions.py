"""A schedule at other positions."""

from __future__ import annotations

import numpy as np

from decaylr.checks import FloatArray, Real, above, at_least
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.length import as_float, child_length, length_of
from decaylr.tree.node import Kind, N, Node, new_like


def staircase(schedule: N, every: Real) -> N:
    """The value at `every * floor(p / every)`: one update every so many positions."""
    return new_like(schedule, "staircase", {"every": above("every", every)}, None, (schedule,))


def advance(schedule: N, by: Real) -> N:
    """The value at p + by: the schedule without its first `by` positions."""
    return new_like(schedule, "advance", {"by": at_least("by", by)}, None, (schedule,))


def stretch(schedule: N, ratio: Real) -> N:
    """The value at p / ratio: ratio 2 takes twice as long."""
    return new_like(schedule, "stretch", {"ratio": above("ratio", ratio)}, None, (schedule,))


def _advance(node: Node) -> FloatArray:
    return np.maximum(length_of(node.children[0]) - as_float(node, "by"), 0.0)


def _stretch(node: Node) -> FloatArray:
    return length_of(node.children[0]) * as_float(node, "ratio")


def _staircase_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value at the last multiple of `every`."""
    every = node.number("every", numbers)
    return value(node.children[0], every * numbers.whole_quotient(p, every), numbers)


def _advance_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value at p + by."""
    return value(node.children[0], p + node.number("by", numbers), numbers)


def _stretch_formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The value at p / ratio."""
    return value(node.children[0], p / node.number("ratio", numbers), numbers)


STAIRCASE = Kind(
    name="staircase",
    make=staircase,
    length=child_length,
    formula=_staircase_formula,
    family="",
    parameters=("every",),
    times=("every",),
    children="one",
    positional=True,
)
ADVANCE = Kind(
    name="advance",
    make=advance,
    length=_advance,
    formula=_advance_formula,
    family="",
    parameters=("by",),
    children="one",
    positional=True,
)
STRETCH = Kind(
    name="stretch",
    make=stretch,
    length=_stretch,
    formula=_stretch_formula,
    family="",
    parameters=("ratio",),
    children="one",
    positional=True,
)
