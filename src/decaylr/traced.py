"""Schedules as formulas over another library's numbers, for use where C cannot be called.

A formula is written once, without branches on values, over `Numbers`: inside JAX these are
pairs of floats, inside Keras's traces float64 tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from decaylr.kinds import MEASURES
from decaylr.parameters import Array
from decaylr.structure import broadcast_to, spread

if TYPE_CHECKING:
    from decaylr.schedule import Schedule

Number = Any  # what a library calculates with; has the operators of a number
Numbers = Any  # the library's functions: `decaylr.jax_numbers.JaxNumbers` and its likes
Formula = Callable[["Node", Number, Numbers], Number]

# Exponents and scales that most schedules leave at 1: their formulas are shorter without.
NEUTRAL = frozenset({"k", "exponent", "period_scale", "value_scale"})
UNUSED = MEASURES | {"select": ("row",)}


@dataclass(frozen=True)
class Node:
    """One node of a tree with a value for every run in each parameter."""

    kind: str
    options: Mapping[str, str | bool]
    parameters: Mapping[str, Any]
    neutral: frozenset[str]
    children: tuple[Node, ...]

    def number(self, name: str, numbers: Numbers) -> Number:
        """A parameter as a number."""
        return numbers.parameter(self.parameters[name])

    def mapped(self, change: Callable[[Any], Any]) -> Node:
        """The same tree with other parameters."""
        parameters = {name: change(value) for name, value in self.parameters.items()}
        children = tuple(child.mapped(change) for child in self.children)
        return Node(self.kind, self.options, parameters, self.neutral, children)


def outline(schedule: Schedule) -> Node:
    """The tree of a schedule, every parameter broadcast to the shape of the batch.

    A batch of mixed families has each run's family in `part`, and the parameters of all
    families for every run: those of another family's first run where it has none.
    """
    return _outlined(schedule, lambda array: array)


def _outlined(schedule: Schedule, move: Callable[[Array], Array]) -> Node:
    kind = schedule._kind
    parameters = {
        name: move(spread(kind, name, array, schedule.shape))
        for name, array in schedule._parameters.items()
        if name not in UNUSED.get(kind, ())
    }
    neutral = frozenset(n for n in NEUTRAL & parameters.keys() if np.all(parameters[n] == 1))
    if kind == "select":
        row = move(schedule._parameters["row"])
        children = tuple(
            _outlined(child, _rows(np.where(parameters["part"] == i, row, 0)))
            for i, child in enumerate(schedule._children)
        )
    else:
        children = tuple(
            _outlined(broadcast_to(child, schedule.shape), move) for child in schedule._children
        )
    kept = {name: value for name, value in parameters.items() if name not in neutral}
    return Node(kind, schedule._options, kept, neutral, children)


def _rows(rows: Any) -> Callable[[Array], Array]:
    def move(array: Array) -> Array:
        moved: Array = array[rows]
        return moved

    return move


@cache
def formulas() -> dict[str, Formula]:
    """The formula of every kind of node."""
    from decaylr import traced_combinators, traced_curves, traced_points

    return traced_curves.FORMULAS | traced_points.FORMULAS | traced_combinators.FORMULAS


def value(node: Node, position: Number, numbers: Numbers) -> Number:
    """The value of a tree at a position >= 0."""
    return formulas()[node.kind](node, position, numbers)
