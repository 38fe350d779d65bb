"""Compile a schedule to a program of the core; every parameter becomes a column."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from decaylr import _engine
from decaylr._stepper import Cursor
from decaylr.checks import Array, position_index
from decaylr.tree.node import (
    KINDS,
    Node,
    Shape,
    batch_shape,
    broadcast_parameter,
    is_list,
    program_of,
)
from decaylr.tree.recursion import Calls, each, run


def compiled(schedule: Node) -> _engine.Program:
    """The program of a schedule; it is compiled at the first evaluation and cached."""
    return program_of(schedule, _build)


def cursor(schedule: Node, start: int = 0) -> Cursor:
    """Return a cursor: it yields the values at `start`, `start + 1`, ... one by one.

    Parameters
    ----------
    start : int
        First position, >= 0.

    Returns
    -------
    Cursor
        An iterator of values: floats for a single schedule, arrays for a batch.
    """
    return Cursor(compiled(schedule), schedule.shape, position_index("start", start))


def _build(schedule: Node) -> _engine.Program:
    return _engine.Program(run(_node(schedule, schedule.shape)))


def _node(schedule: Node, shape: Shape) -> Calls[tuple[Any, ...]]:
    kind = schedule.kind
    columns = {
        name: _column(kind, name, array, shape)
        for name, array in schedule.parameters.items()
        if name not in KINDS[kind].not_compiled
    }
    options = {name: _option(value) for name, value in schedule.options.items()}
    children = yield each(
        _node(child, child.shape if kind == "select" else shape if child.size > 1 else ())
        for child in schedule.children
    )
    return kind, math.prod(shape), columns, options, children


def _option(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _column(kind: str, name: str, array: Array, shape: Shape) -> Array:
    """A parameter of shape (1, list length) if all runs share it, else (runs, list length)."""
    length = array.shape[-1] if is_list(kind, name) else 1
    if math.prod(batch_shape(kind, name, array)) == 1:
        return np.ascontiguousarray(array).reshape(1, length)
    return np.ascontiguousarray(broadcast_parameter(kind, name, array, shape)).reshape(-1, length)
