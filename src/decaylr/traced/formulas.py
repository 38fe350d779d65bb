"""Schedules as formulas that a framework can trace, where compiled code cannot be called.

Each formula is written once, without branches on values, against a namespace of arithmetic
functions (`Numbers`). In JAX a number is a pair of floats (see `decaylr.jax.numbers`), in a
Keras trace it is a float64 tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.batch import broadcast_to
from decaylr.tree.node import KINDS, Node, broadcast_parameter

Number = Any  # the number type of a framework; it has the arithmetic operators
Numbers = Any  # the arithmetic functions of a framework, such as `decaylr.jax.numbers.JaxNumbers`

# Exponents and factors that are usually 1; then they are omitted to keep the traced code short.
NEUTRAL = frozenset({"k", "exponent", "period_scale", "value_scale"})


@dataclass(frozen=True)
class Outline:
    """A node prepared for tracing: every parameter is broadcast to the shape of the batch.

    Attributes
    ----------
    kind : str
        Name of the kind of node.
    options : mapping of str to str or bool
        Non-numeric settings.
    parameters : mapping of str to array
        Numeric parameters that the formula reads, without the neutral ones.
    neutral : frozenset of str
        Parameters left out because they are 1 in every run.
    children : tuple of Outline
    """

    kind: str
    options: Mapping[str, str | bool]
    parameters: Mapping[str, Any]
    neutral: frozenset[str]
    children: tuple[Outline, ...]

    def number(self, name: str, numbers: Numbers) -> Number:
        """A parameter as a number of the framework."""
        return numbers.parameter(self.parameters[name])

    def mapped(self, change: Callable[[Any], Any]) -> Outline:
        """A copy of the tree with `change` applied to every parameter."""
        parameters = {name: change(value) for name, value in self.parameters.items()}
        children = tuple(child.mapped(change) for child in self.children)
        return Outline(self.kind, self.options, parameters, self.neutral, children)


def outline(schedule: Node) -> Outline:
    """The outline of a schedule, every parameter broadcast to the shape of the batch.

    For a mixed batch, `part` holds the family of each run, and every family is evaluated for
    every run. A run of another family gets the parameters of the first run of this family.
    """
    return _outline(schedule, lambda array: array)


def _outline(schedule: Node, select_rows: Callable[[Array], Array]) -> Outline:
    kind = schedule.kind
    parameters = {
        name: select_rows(broadcast_parameter(kind, name, array, schedule.shape))
        for name, array in schedule.parameters.items()
        if name not in KINDS[kind].not_traced
    }
    neutral = frozenset(n for n in NEUTRAL & parameters.keys() if np.all(parameters[n] == 1))
    if kind == "select":
        row = select_rows(schedule.parameters["row"])
        children = tuple(
            _outline(child, _row_selector(np.where(parameters["part"] == i, row, 0)))
            for i, child in enumerate(schedule.children)
        )
    else:
        children = tuple(
            _outline(broadcast_to(child, schedule.shape), select_rows)
            for child in schedule.children
        )
    parameters = {name: value for name, value in parameters.items() if name not in neutral}
    return Outline(kind, schedule.options, parameters, neutral, children)


def _row_selector(rows: Any) -> Callable[[Array], Array]:
    def select_rows(array: Array) -> Array:
        selected: Array = array[rows]
        return selected

    return select_rows


def value(node: Outline, position: Number, numbers: Numbers) -> Number:
    """The value of an outlined schedule at positions >= 0."""
    return KINDS[node.kind].formula(node, position, numbers)
