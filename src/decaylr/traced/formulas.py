"""Schedules as formulas over another library's numbers, for use where C cannot be called.

A formula is written once, without branches on values, over `Numbers`: inside JAX these are
pairs of floats, inside Keras's traces float64 tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.batch import broadcast_to
from decaylr.tree.node import KINDS, Node, broadcast_parameter

Number = Any  # what a library calculates with; has the operators of a number
Numbers = Any  # the library's functions: `decaylr.jax.numbers.JaxNumbers` and its likes

# Exponents and scales that most schedules leave at 1: their formulas are shorter without.
NEUTRAL = frozenset({"k", "exponent", "period_scale", "value_scale"})


@dataclass(frozen=True)
class Outline:
    """One node of a tree with a value for every run in each parameter."""

    kind: str
    options: Mapping[str, str | bool]
    parameters: Mapping[str, Any]
    neutral: frozenset[str]
    children: tuple[Outline, ...]

    def number(self, name: str, numbers: Numbers) -> Number:
        """A parameter as a number."""
        return numbers.parameter(self.parameters[name])

    def mapped(self, change: Callable[[Any], Any]) -> Outline:
        """The same tree with other parameters."""
        parameters = {name: change(value) for name, value in self.parameters.items()}
        children = tuple(child.mapped(change) for child in self.children)
        return Outline(self.kind, self.options, parameters, self.neutral, children)


def outline(schedule: Node) -> Outline:
    """The tree of a schedule, every parameter broadcast to the shape of the batch.

    A batch of mixed families has each run's family in `part`, and the parameters of all
    families for every run: those of another family's first run where it has none.
    """
    return _outlined(schedule, lambda array: array)


def _outlined(schedule: Node, move: Callable[[Array], Array]) -> Outline:
    kind = schedule.kind
    parameters = {
        name: move(broadcast_parameter(kind, name, array, schedule.shape))
        for name, array in schedule.parameters.items()
        if name not in KINDS[kind].not_traced
    }
    neutral = frozenset(n for n in NEUTRAL & parameters.keys() if np.all(parameters[n] == 1))
    if kind == "select":
        row = move(schedule.parameters["row"])
        children = tuple(
            _outlined(child, _rows(np.where(parameters["part"] == i, row, 0)))
            for i, child in enumerate(schedule.children)
        )
    else:
        children = tuple(
            _outlined(broadcast_to(child, schedule.shape), move) for child in schedule.children
        )
    kept = {name: value for name, value in parameters.items() if name not in neutral}
    return Outline(kind, schedule.options, kept, neutral, children)


def _rows(rows: Any) -> Callable[[Array], Array]:
    def move(array: Array) -> Array:
        moved: Array = array[rows]
        return moved

    return move


def value(node: Outline, position: Number, numbers: Numbers) -> Number:
    """The value of a tree at a position >= 0."""
    return KINDS[node.kind].formula(node, position, numbers)
