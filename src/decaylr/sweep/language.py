"""The language of sweep files: tables that describe schedules.

A table ("node") has one key that names a curve, a recipe or a group (`phases`, `product`,
`sum`). Its other keys are arguments of the function, and modifiers such as `times` or `repeat`,
which are applied in the order written.
"""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from decaylr import curves, recipes
from decaylr.checks import (
    at_least,
    known_keys,
    shown,
)
from decaylr.combinators import COMBINATORS
from decaylr.combinators.arithmetic import reduce
from decaylr.combinators.joins import join
from decaylr.notation.reading import from_node
from decaylr.schedule import Schedule
from decaylr.sweep import expressions
from decaylr.sweep.durations import DurationUnits
from decaylr.sweep.syntax import error_at
from decaylr.tree.node import DEEPEST, KINDS

FUNCTIONS: dict[str, Callable[..., Schedule]] = {
    name: getattr(curves, name) for name in curves.CURVES
} | {
    name: getattr(recipes, name) for name in recipes.__all__ if name not in ("warmup", "layerwise")
}


GROUPS = ("phases", "product", "sum")
PHASE_ENDS = ("length", "until")  # how a phase may state where it ends

_RATIO = re.compile(r"^\s*([0-9.]+)\s*/\s*([0-9.]*[1-9][0-9.]*)\s*$")


@dataclass(frozen=True)
class Context:
    """The information needed to read a node.

    Attributes
    ----------
    units : DurationUnits
        Converts durations such as "2000 steps".
    columns : mapping of str to ndarray
        The values of "$name".
    previous : array, optional
        The value of "previous": the last value of the phase before.
    span : array, optional
        The length of this phase, if the file states it.
    path : str
        Where the node stands in the file, for error messages.
    depth : int
        Depth of nesting.
    """

    units: DurationUnits
    columns: Mapping[str, Any]
    previous: Any = None
    span: Any = None
    path: str = ""
    depth: int = 0

    def inside(self, key: str) -> Context:
        """The context of a node under a key of this node."""
        if self.depth >= DEEPEST:
            raise ValueError(f"{self.path:.80}: nested deeper than {DEEPEST}")
        dot = "" if key.startswith("[") else "."
        return replace(self, path=f"{self.path}{dot}{key}", depth=self.depth + 1)


def schedule_of(node: Any, context: Context) -> Schedule:
    """Make the schedule that a node describes."""
    if not isinstance(node, Mapping):
        raise TypeError(f"{context.path} must be a table, got {shown(node)}")
    kind = _kind(node, context)
    if (kind in COMBINATORS and kind not in GROUPS) or _is_canonical(node[kind]):
        known_keys(node, (kind,), context.path)
        return from_node(Schedule, dict(node), context.path)
    inner = context.inside(kind)
    if kind in GROUPS:
        schedule = _group(kind, node[kind], replace(inner, span=None))
        modifiers = {key: value for key, value in node.items() if key != kind}
    else:
        schedule, modifiers = _call_function(kind, node, inner)
    for key, value in modifiers.items():
        schedule = _modify(schedule, key, value, inner)
    return schedule


def _kind(node: Mapping[str, Any], context: Context) -> str:
    """The key of a node that names its function, group or combinator."""
    known = (*FUNCTIONS, *GROUPS, *COMBINATORS)
    # Some combinators, such as `repeat`, are also modifiers of a function or group.
    modifiers = MODIFIERS if any(k in FUNCTIONS or k in GROUPS for k in node) else {}
    kinds = [key for key in node if key in known and key not in modifiers]
    if len(kinds) != 1:
        got = f"{', '.join(kinds)}" if kinds else f"the keys {', '.join(map(str, node))}"
        raise ValueError(
            f"{context.path} must name exactly one of {', '.join((*FUNCTIONS, *GROUPS))}, "
            f"got {got or 'none'}"
        )
    return kinds[0]


def _is_canonical(body: Any) -> bool:
    """Whether a node has the form of `Schedule.to_dict`."""
    return isinstance(body, Mapping) and ("of" in body or "parts" in body)


def _call_function(
    kind: str, node: Mapping[str, Any], context: Context
) -> tuple[Schedule, dict[str, Any]]:
    """Call a curve or recipe; also return the node's modifiers."""
    function = FUNCTIONS[kind]
    signature = inspect.signature(function)
    body = node[kind]
    positional, named = ([], dict(body)) if isinstance(body, Mapping) else (_as_list(body), {})
    known_keys(named, tuple(signature.parameters), context.path)
    modifiers = {}
    for key, value in node.items():
        if key in signature.parameters:
            named[key] = value
        elif key != kind:
            known_keys({key: value}, (*signature.parameters, *MODIFIERS), context.path)
            modifiers[key] = value
    # An option is a word of its function: "previous" of `interpolate` is no value of a phase.
    options = KINDS[kind].options if kind in KINDS else ()
    names = itertools.chain(signature.parameters, itertools.repeat(""))
    arguments = [
        value if name in options else resolve(value, context)
        for name, value in zip(names, positional, strict=False)
    ]
    by_name = {
        key: value if key in options else resolve(value, context.inside(key))
        for key, value in named.items()
    }
    try:
        bound = _bind(signature, arguments, by_name, context.span)
        return function(*bound.args, **bound.kwargs), modifiers
    except (TypeError, ValueError) as error:
        raise error_at(error, context.path) from None


def _bind(
    signature: inspect.Signature, arguments: list[Any], by_name: dict[str, Any], span: Any
) -> inspect.BoundArguments:
    """Bind the arguments; a missing `steps` is the length of the phase, if the file states it."""
    steps = signature.parameters.get("steps")
    if span is not None and steps is not None and steps.default is steps.empty:
        bound = signature.bind_partial(*arguments, **by_name).arguments
        by_name = {"steps": span} | by_name if "steps" not in bound else by_name
    return signature.bind(*arguments, **by_name)


def _as_list(body: Any) -> list[Any]:
    return list(body) if isinstance(body, list) else [body]


def resolve(value: Any, context: Context) -> Any:
    """Replace strings in a value: durations, expressions of columns, "previous" and so on."""
    if isinstance(value, list):
        items = [resolve(item, context) for item in value]
        has_columns = any(isinstance(item, np.ndarray) for item in items)
        return tuple(items) if has_columns else items
    if not isinstance(value, str):
        return value
    if value == "previous":
        if context.previous is None:
            raise ValueError(f'{context.path}: "previous" needs a phase before this one')
        return context.previous
    if "$" in value:
        return _of_columns(value, context)
    if value in ("inf", "-inf"):
        return float(value)
    if ratio := _RATIO.match(value):
        return _quotient(ratio, context)
    if context.units.reads(value):
        try:
            return context.units.positions(value)
        except (TypeError, ValueError) as error:
            raise error_at(error, context.path) from None
    return value


def _of_columns(text: str, context: Context) -> Any:
    """The value of "$column", or of an expression of columns."""
    name = text.removeprefix("$")
    if name in context.columns:
        return context.columns[name]
    if not expressions.COLUMN.sub("", text).strip():  # a lone name
        known_keys({name: None}, tuple(context.columns), context.path)
    try:
        return expressions.number(text, context.columns)
    except (TypeError, ValueError) as error:
        raise error_at(error, context.path) from None


def _quotient(ratio: re.Match[str], context: Context) -> float:
    try:
        return float(ratio[1]) / float(ratio[2])
    except ValueError as error:
        raise error_at(error, context.path) from None


def _group(kind: str, body: Any, context: Context) -> Schedule:
    if not isinstance(body, list) or not body:
        raise TypeError(f"{context.path} must be a list of tables, got {shown(body)}")
    if kind == "phases":
        return _phases(body, context)
    parts = [schedule_of(part, context.inside(f"[{i}]")) for i, part in enumerate(body)]
    try:
        return parts[0] if len(parts) == 1 else reduce(kind, parts)
    except ValueError as error:
        raise error_at(error, context.path) from None


def _phases(body: list[Any], context: Context) -> Schedule:
    """Join the phases; each begins where the one before ends."""
    parts, boundaries = [], []
    begin: Any = 0
    for i, phase in enumerate(body):
        phase_context = context.inside(f"[{i}]")
        if not isinstance(phase, Mapping):
            raise TypeError(f"{phase_context.path} must be a table, got {shown(phase)}")
        node = {key: value for key, value in phase.items() if key not in PHASE_ENDS}
        end = _stated_end(phase, begin, phase_context)
        span = None if end is None else end - begin
        part = schedule_of(node, replace(phase_context, span=span))
        end = _natural_end(part, begin) if end is None else end
        parts.append(part)
        boundaries.append(end)
        with np.errstate(invalid="ignore"):
            span = np.asarray(end) - begin
        if np.all(np.isfinite(span)):
            context = replace(context, previous=part(span))
        begin = end
    try:
        return join(parts, boundaries[:-1])
    except ValueError as error:
        raise error_at(error, context.path) from None


def _stated_end(phase: Mapping[str, Any], begin: Any, context: Context) -> Any:
    """The end of a phase from its `length` or `until`; None if it has neither."""
    stated = [key for key in PHASE_ENDS if key in phase]
    if len(stated) == 2:
        raise ValueError(f"{context.path} must have length or until, not both")
    if not stated:
        return None
    inner = context.inside(stated[0])
    position = at_least(inner.path, resolve(phase[stated[0]], inner))
    if stated == ["length"]:
        return begin + position
    if np.any(position < begin):
        raise ValueError(f"{inner.path} must be at or after {begin}, got {position}")
    return position


def _natural_end(part: Schedule, begin: Any) -> Any:
    """The end of a phase from the length of its schedule."""
    length = part.length
    whole = np.all(length == np.floor(length)) and np.all(length < 2.0**53)
    return begin + (length.astype(np.int64) if whole else length)


def _modify(schedule: Schedule, key: str, value: Any, context: Context) -> Schedule:
    known_keys({key: value}, tuple(MODIFIERS), context.path)
    inner = context.inside(key)
    argument = (
        {name: resolve(item, inner) for name, item in value.items()}
        if isinstance(value, Mapping)
        else resolve(value, inner)
    )
    try:
        return MODIFIERS[key](schedule, argument)
    except (TypeError, ValueError) as error:
        raise error_at(error, inner.path) from None


def _method(name: str) -> Callable[[Schedule, Any], Schedule]:
    """A modifier that calls a method of Schedule, with named arguments from a table."""

    def apply(schedule: Schedule, argument: Any) -> Schedule:
        method: Callable[..., Schedule] = getattr(schedule, name)
        if isinstance(argument, Mapping):
            inspect.signature(method).bind(**argument)
            return method(**argument)
        return method(argument)

    return apply


MODIFIERS: dict[str, Callable[[Schedule, Any], Schedule]] = {
    "times": lambda s, factor: s * np.asarray(factor),
    "plus": lambda s, offset: s + np.asarray(offset),
    "floor": lambda s, lo: s.clip(lo=lo),
    "cap": lambda s, hi: s.clip(hi=hi),
    "repeat": lambda s, value: (
        _method("repeat")(s, value) if isinstance(value, Mapping) else s.repeat(count=value)
    ),
    "warmup": lambda s, value: (
        recipes.warmup(s, **value) if isinstance(value, Mapping) else recipes.warmup(s, value)
    ),
} | {name: _method(name) for name in ("clip", "staircase", "advance", "stretch", "ending")}
