"""What nodes there are: the parameters, lists, options and children of every kind.

Curves and combinators are checked against the core's own table by a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """The layout of one kind of node."""

    parameters: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()
    children: str = "none"  # "none", "one" or "many"
    written: str = ""  # the name of the method or operator that makes it, for combinators


def _curve(*parameters: str, lists: str = "", options: str = "") -> Kind:
    return Kind(parameters, frozenset(lists.split()), tuple(options.split()))


def _moved(*parameters: str, options: str = "", written: str = "") -> Kind:
    return Kind(parameters, frozenset(), tuple(options.split()), "one", written)


CURVES: dict[str, Kind] = {
    "constant": _curve("value", "steps"),
    "linear": _curve("init_value", "end_value", "steps"),
    "polynomial": _curve("init_value", "end_value", "steps", "power", "k", options="rise"),
    "cosine": _curve("init_value", "end_value", "steps", "exponent", "k"),
    "exponential": _curve(
        "init_value",
        "decay_rate",
        "decay_steps",
        "end_value",
        "time_constant",
        "half_life",
        "final_value",
        "final_steps",
        options="staircase",
    ),
    "inverse": _curve("init_value", "decay_rate", "decay_steps", "power", options="staircase"),
    "rex": _curve("init_value", "end_value", "steps", "beta"),
    "tanh": _curve("init_value", "end_value", "steps", "lower", "upper"),
    "step": _curve("init_value", "step_size", "gamma"),
    "multi_step": _curve("init_value", "milestones", "gamma", lists="milestones"),
    "piecewise_constant": _curve("boundaries", "values", lists="boundaries values"),
    "interpolate": _curve("positions", "values", lists="positions values", options="kind"),
    "samples": _curve("values", lists="values"),
}

COMBINATORS: dict[str, Kind] = {
    "join": Kind(children="many"),  # with parameters boundary0, boundary1, ...
    "sum": Kind(children="many", written=" + "),
    "product": Kind(children="many", written=" * "),
    "difference": Kind(children="many", written=" - "),
    "quotient": _moved("divisor", written=" / "),
    "negative": _moved(written="-"),
    "clip": _moved("lo", "hi"),
    "repeat": _moved("period", "count", "period_scale", "value_scale", "floor", options="lengths"),
    "staircase": _moved("every"),
    "advance": _moved("by"),
    "stretch": _moved("ratio"),
    "ending": _moved("length", options="mode"),
    "select": Kind(("part", "row"), children="many"),
}

KINDS: dict[str, Kind] = CURVES | COMBINATORS

# Parameters that only measure a node's length: the core has no use for them.
MEASURES = {"constant": ("steps",)}


def is_list(kind: str, parameter: str) -> bool:
    """Whether the last axis of a parameter is a list."""
    return parameter in KINDS[kind].lists
