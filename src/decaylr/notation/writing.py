"""Schedules as plain data: a versioned dict of numbers, lists and strings, and JSON.

A node is `{kind: {parameters}}`. The child of a combinator has the key "of", a list of children
the key "parts". Arrays are nested lists, infinities are the strings "inf" and "-inf".
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np

from decaylr.checks import refuse, whole_number
from decaylr.tree.batch import with_explicit_shape
from decaylr.tree.horizon import stated_horizon
from decaylr.tree.node import KINDS, Node
from decaylr.tree.recursion import Calls, each, run

VERSION = 1
LARGEST_INDENT = 100


@cache
def defaults(kind: str) -> dict[str, Any]:
    """Constructor arguments of a kind of node, without children, with their defaults."""
    parameters = list(inspect.signature(KINDS[kind].make).parameters.items())
    own = parameters if KINDS[kind].children == "none" else parameters[1:]  # without children
    return {name: parameter.default for name, parameter in own}


def is_default(kind: str, name: str, value: Any) -> bool:
    """Whether the value of an argument is its default."""
    default = defaults(kind).get(name, inspect.Parameter.empty)
    if default is inspect.Parameter.empty or default is None:
        return False
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and bool(value == default)
    return bool(value == default)


def to_dict(schedule: Node) -> dict[str, Any]:
    """Return the schedule as plain, versioned data.

    Returns
    -------
    dict
        `{"version": 1, "schedule": {kind: {...}}}` of numbers, lists, strings and bools, with
        a `"horizon"` if the schedule was made with one; `decaylr.from_dict` restores an equal
        schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 4).to_dict()['schedule']
    {'linear': {'init_value': 1.0, 'end_value': 0.0, 'steps': 4}}
    """
    data = {"version": VERSION, "schedule": run(_node(schedule))}
    horizon = stated_horizon(schedule)
    return data if horizon is None else data | {"horizon": plain(horizon)}


def _node(schedule: Node) -> Calls[dict[str, Any]]:
    if schedule.kind != "select":
        schedule = with_explicit_shape(schedule)
    kind, children = schedule.kind, schedule.children
    body: dict[str, Any] = {}
    if KINDS[kind].children == "one":
        body["of"] = yield _node(children[0])
    elif KINDS[kind].children == "many":
        body["parts"] = yield each(map(_node, children))
    arguments = KINDS[kind].arguments(schedule)
    return {kind: body | {name: plain(value) for name, value in arguments.items()}}


def plain(value: Any) -> Any:
    """Convert arrays to numbers and nested lists, and infinities to strings."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def to_json(schedule: Node, indent: int | None = None) -> str:
    """Return `to_dict` as JSON text.

    Parameters
    ----------
    indent : int, optional
        Indentation of nested levels, from 0 to 100; by default the text has a single line.

    Returns
    -------
    str

    Raises
    ------
    TypeError, ValueError
        If `indent` is not such an integer.
    """
    import json

    if indent is not None and whole_number("indent", indent) > LARGEST_INDENT:
        refuse("indent", f"at most {LARGEST_INDENT}", indent)
    return json.dumps(to_dict(schedule), indent=indent, allow_nan=False)
