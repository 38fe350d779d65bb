"""From a schedule to a program of the core: every parameter becomes a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr import _engine
from decaylr.kinds import MEASURES, is_list
from decaylr.parameters import Array
from decaylr.structure import Shape, lead_shape, spread

if TYPE_CHECKING:
    from decaylr.schedule import Schedule


def program(schedule: Schedule) -> _engine.Program:
    """Compile a schedule."""
    return _engine.Program(_node(schedule, schedule.shape))


def _node(schedule: Schedule, shape: Shape) -> tuple[Any, ...]:
    kind = schedule._kind
    columns = {
        name: _column(kind, name, array, shape)
        for name, array in schedule._parameters.items()
        if name not in MEASURES.get(kind, ())
    }
    options = {name: _option(value) for name, value in schedule._options.items()}
    children = [
        _node(child, child.shape if kind == "select" else shape if child.size > 1 else ())
        for child in schedule._children
    ]
    return kind, int(np.prod(shape, dtype=np.int64)), columns, options, children


def _option(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _column(kind: str, name: str, array: Array, shape: Shape) -> Array:
    """Shape (1, list length) for one value shared by all runs, else (runs, list length)."""
    length = array.shape[-1] if is_list(kind, name) else 1
    if np.prod(lead_shape(kind, name, array), dtype=np.int64) == 1:
        return np.ascontiguousarray(array).reshape(1, length)
    return np.ascontiguousarray(spread(kind, name, array, shape)).reshape(-1, length)
