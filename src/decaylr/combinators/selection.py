"""Mixed batches: each run is a run of one of several parts (see `decaylr.tree.mixed`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from decaylr.checks import Array, FloatArray, IntArray, real_array, refuse
from decaylr.notation.text import LONGEST, expressed
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.batch import indexed, reshape
from decaylr.tree.breaks import breaks_of
from decaylr.tree.horizon import horizon_of
from decaylr.tree.length import length_of
from decaylr.tree.mixed import select
from decaylr.tree.node import Kind, Node
from decaylr.tree.periods import Periods, periods_of
from decaylr.tree.recursion import Calls, each


def _make(children: Sequence[Node], part: Any = None, row: Any = None) -> Node:
    indices = [_indices(name, value) for name, value in (("part", part), ("row", row))]
    part, row = indices
    if part.shape != row.shape or part.size == 0:
        refuse("row", f"of the shape of part {part.shape}", f"shape {row.shape}")
    if part.min() < 0 or part.max() >= len(children):
        refuse("part", f"within the {len(children)} parts", f"{part.min()} to {part.max()}")
    sizes = np.array([child.size for child in children])
    if row.min() < 0 or np.any(row >= sizes[part]):
        refuse("row", "within the runs of its part", f"{row.min()} to {row.max()}")
    return select(children[0], [reshape(child, -1) for child in children], part, row)


def _indices(name: str, value: Any) -> IntArray:
    array: Array = real_array(name, value)
    if array.dtype != np.int64:
        raise TypeError(f"{name} must be integers, got {array.dtype}")
    return array.astype(np.int64)


def _length(node: Node) -> FloatArray:
    return _of_parts(node, length_of)


def _horizon(node: Node) -> FloatArray:
    return _of_parts(node, horizon_of)


def _of_parts(node: Node, measure: Callable[[Node], FloatArray]) -> FloatArray:
    """A measure of each run, from the part that it belongs to."""
    measured = np.empty(node.shape)
    part, row = node.parameters["part"], node.parameters["row"]
    for number, child in enumerate(node.children):
        chosen = part == number
        measured[chosen] = measure(child)[row[chosen]]
    return measured


def _text(node: Node) -> Calls[str]:
    """`concatenate` of the consecutive runs that belong to the same part."""
    part = node.parameters["part"].ravel()
    row = node.parameters["row"].ravel()
    cuts = [0, *(np.flatnonzero(np.diff(part)) + 1).tolist(), part.size]
    if len(cuts) > LONGEST:
        return f"<batch of shape {node.shape}, {len(node.children)} families mixed>"
    pieces = yield each(
        expressed(indexed(node.children[part[a]], row[a:b])) for a, b in pairwise(cuts)
    )
    text = f"concatenate([{', '.join(pieces)}])"
    return text if len(node.shape) == 1 else f"{text}.reshape({node.shape})"


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Every part is evaluated for every run, and the part of the run is selected."""
    part = node.number("part", numbers)
    result = value(node.children[0], p, numbers)
    for i, child in enumerate(node.children[1:], 1):
        result = numbers.where(part >= float(i), value(child, p, numbers), result)
    return result


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """The breaks of the part and row that each run has."""
    part, row = node.parameters["part"], node.parameters["row"]
    chosen = [part == number for number in range(len(node.children))]
    found = [
        breaks_of(indexed(child, row[used]), until[used])
        for child, used in zip(node.children, chosen, strict=True)
    ]
    breaks = np.full((*node.shape, max(inner.shape[-1] for inner in found)), np.inf)
    for used, inner in zip(chosen, found, strict=True):
        breaks[used, : inner.shape[-1]] = inner
    return breaks


def _periods(node: Node) -> Periods:
    """Those of the part and row that each run has."""
    part, row = node.parameters["part"], node.parameters["row"]
    begins, periods = np.empty(node.shape), np.empty(node.shape)
    for number, child in enumerate(node.children):
        used = part == number
        begin, period = (np.broadcast_to(x, child.shape) for x in periods_of(child))
        begins[used], periods[used] = begin[row[used]], period[row[used]]
    return begins, periods


SELECT = Kind(
    name="select",
    make=_make,
    length=_length,
    formula=formula,
    family="",
    parameters=("part", "row"),
    children="many",
    text=_text,
    not_traced=("row",),
    breaks=_breaks,
    periods=_periods,
    horizon=_horizon,
)
