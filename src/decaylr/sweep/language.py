"""The language of sweep files: nodes of plain data become schedules.

A node is a table with one function (a curve or a recipe) or one of `phases`, `product`,
`sum`; its other keys are arguments of the function and, in the order written, modifiers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from decaylr import curves, recipes
from decaylr.checks import at_least, known_keys
from decaylr.combinators import COMBINATORS
from decaylr.combinators.arithmetic import reduce
from decaylr.combinators.joins import join
from decaylr.notation.reading import from_node
from decaylr.schedule import Schedule
from decaylr.sweep.durations import DurationUnits
from decaylr.sweep.syntax import placed
from decaylr.tree.node import DEEPEST

FUNCTIONS: dict[str, Callable[..., Schedule]] = {
    name: getattr(curves, name) for name in curves.CURVES
} | {
    name: getattr(recipes, name) for name in recipes.__all__ if name not in ("warmup", "layerwise")
}


GROUPS = ("phases", "product", "sum")


PLACES = ("length", "until")


_RATIO = re.compile(r"^\s*([0-9.]+)\s*/\s*([0-9.]*[1-9][0-9.]*)\s*$")


@dataclass(frozen=True)
class Context:
    """What the words of a node refer to."""

    units: DurationUnits
    columns: Mapping[str, Any]
    previous: Any = None
    span: Any = None
    path: str = ""
    depth: int = 0

    def inside(self, key: str) -> Context:
        """The context of a part of this node."""
        if self.depth >= DEEPEST:
            raise ValueError(f"{self.path:.80}: nested deeper than {DEEPEST}")
        dot = "" if key.startswith("[") else "."
        return replace(self, path=f"{self.path}{dot}{key}", depth=self.depth + 1)


def schedule_of(node: Any, context: Context) -> Schedule:
    """The schedule that a node describes."""
    if not isinstance(node, Mapping):
        raise TypeError(f"{context.path} must be a table, got {node!r:.60}")
    kind = _kind(node, context)
    if (kind in COMBINATORS and kind not in GROUPS) or _is_canonical(node[kind]):
        known_keys(node, (kind,), context.path)
        return from_node(Schedule, dict(node), context.path)
    inner = context.inside(kind)
    if kind in GROUPS:
        made = _group(kind, node[kind], replace(inner, span=None))
        rest = {key: value for key, value in node.items() if key != kind}
    else:
        made, rest = _called(kind, node, inner)
    for key, value in rest.items():
        made = _modified(made, key, value, inner)
    return made


def _kind(node: Mapping[str, Any], context: Context) -> str:
    words = (*FUNCTIONS, *GROUPS, *COMBINATORS)
    modifiers = MODIFIERS if any(k in FUNCTIONS or k in GROUPS for k in node) else {}
    found = [key for key in node if key in words and key not in modifiers]
    if len(found) != 1:
        got = f"{', '.join(found)}" if found else f"the keys {', '.join(map(str, node))}"
        raise ValueError(
            f"{context.path} must name exactly one of {', '.join((*FUNCTIONS, *GROUPS))}, "
            f"got {got or 'none'}"
        )
    return found[0]


def _is_canonical(body: Any) -> bool:
    return isinstance(body, Mapping) and ("of" in body or "parts" in body)


def _called(
    kind: str, node: Mapping[str, Any], context: Context
) -> tuple[Schedule, dict[str, Any]]:
    """Call a curve or recipe; what is no argument of it is left for the modifiers."""
    maker = FUNCTIONS[kind]
    signature = inspect.signature(maker)
    body = node[kind]
    positional, named = ([], dict(body)) if isinstance(body, Mapping) else (_listed(body), {})
    known_keys(named, tuple(signature.parameters), context.path)
    rest = {}
    for key, value in node.items():
        if key in signature.parameters:
            named[key] = value
        elif key != kind:
            known_keys({key: value}, (*signature.parameters, *MODIFIERS), context.path)
            rest[key] = value
    arguments = [resolved(value, context) for value in positional]
    by_name = {key: resolved(value, context.inside(key)) for key, value in named.items()}
    try:
        bound = _bound(signature, arguments, by_name, context.span)
        return maker(*bound.args, **bound.kwargs), rest
    except (TypeError, ValueError) as error:
        raise placed(error, context.path) from None


def _bound(
    signature: inspect.Signature, arguments: list[Any], by_name: dict[str, Any], span: Any
) -> inspect.BoundArguments:
    """The call's arguments; a phase placed by length or until lasts its `steps`, if none say."""
    steps = signature.parameters.get("steps")
    if span is not None and steps is not None and steps.default is steps.empty:
        given = signature.bind_partial(*arguments, **by_name).arguments
        by_name = {"steps": span} | by_name if "steps" not in given else by_name
    return signature.bind(*arguments, **by_name)


def _listed(body: Any) -> list[Any]:
    return list(body) if isinstance(body, list) else [body]


def resolved(value: Any, context: Context) -> Any:
    """A value with its words replaced: durations, columns, the previous phase's end."""
    if isinstance(value, list):
        items = [resolved(item, context) for item in value]
        mixed = any(isinstance(item, np.ndarray) for item in items)
        return tuple(items) if mixed else items
    if not isinstance(value, str):
        return value
    if value == "previous":
        if context.previous is None:
            raise ValueError(f'{context.path}: "previous" needs a phase before this one')
        return context.previous
    if value.startswith("$"):
        known_keys({value[1:]: None}, tuple(context.columns), context.path)
        return context.columns[value[1:]]
    if value in ("inf", "-inf"):
        return float(value)
    if ratio := _RATIO.match(value):
        return _quotient(ratio, context)
    if context.units.reads(value):
        try:
            return context.units.positions(value)
        except (TypeError, ValueError) as error:
            raise placed(error, context.path) from None
    return value


def _quotient(ratio: re.Match[str], context: Context) -> float:
    try:
        return float(ratio[1]) / float(ratio[2])
    except ValueError as error:
        raise placed(error, context.path) from None


def _group(kind: str, body: Any, context: Context) -> Schedule:
    if not isinstance(body, list) or not body:
        raise TypeError(f"{context.path} must be a list of tables, got {body!r:.60}")
    if kind == "phases":
        return _phases(body, context)
    parts = [schedule_of(part, context.inside(f"[{i}]")) for i, part in enumerate(body)]
    try:
        return parts[0] if len(parts) == 1 else reduce(kind, parts)
    except ValueError as error:
        raise placed(error, context.path) from None


def _phases(body: list[Any], context: Context) -> Schedule:
    """A join: each phase begins where the one before ends."""
    parts, boundaries = [], []
    begin: Any = 0
    for i, phase in enumerate(body):
        here = context.inside(f"[{i}]")
        if not isinstance(phase, Mapping):
            raise TypeError(f"{here.path} must be a table, got {phase!r:.60}")
        node = {key: value for key, value in phase.items() if key not in PLACES}
        end = _stated_end(phase, begin, here)
        span = None if end is None else end - begin
        part = schedule_of(node, replace(here, span=span))
        end = _own_end(part, begin) if end is None else end
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
        raise placed(error, context.path) from None


def _stated_end(phase: Mapping[str, Any], begin: Any, context: Context) -> Any:
    """Where a phase says that it ends; None if it does not."""
    stated = [key for key in PLACES if key in phase]
    if len(stated) == 2:
        raise ValueError(f"{context.path} must have length or until, not both")
    if not stated:
        return None
    here = context.inside(stated[0])
    place = at_least(here.path, resolved(phase[stated[0]], here))
    if stated == ["length"]:
        return begin + place
    if np.any(place < begin):
        raise ValueError(f"{here.path} must be at or after {begin}, got {place}")
    return place


def _own_end(part: Schedule, begin: Any) -> Any:
    length = part.length
    whole = np.all(length == np.floor(length)) and np.all(length < 2.0**53)
    return begin + (length.astype(np.int64) if whole else length)


def _modified(schedule: Schedule, key: str, value: Any, context: Context) -> Schedule:
    known_keys({key: value}, tuple(MODIFIERS), context.path)
    here = context.inside(key)
    argument = (
        {name: resolved(item, here) for name, item in value.items()}
        if isinstance(value, Mapping)
        else resolved(value, here)
    )
    try:
        return MODIFIERS[key](schedule, argument)
    except (TypeError, ValueError) as error:
        raise placed(error, here.path) from None


def _method(name: str) -> Callable[[Schedule, Any], Schedule]:
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
    "repeat": lambda s, how: (
        _method("repeat")(s, how) if isinstance(how, Mapping) else s.repeat(count=how)
    ),
    "warmup": lambda s, how: (
        recipes.warmup(s, **how) if isinstance(how, Mapping) else recipes.warmup(s, how)
    ),
} | {name: _method(name) for name in ("clip", "staircase", "advance", "stretch", "ending")}
