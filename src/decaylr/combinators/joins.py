"""Schedules one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from decaylr.checks import Array, FloatArray, Real, at_least, broadcast_shape, refuse
from decaylr.notation.text import array_text, expression
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.traced.pieces import at_least_zero
from decaylr.tree.length import as_float, compact, integers_if_whole, length_of
from decaylr.tree.node import Kind, N, Node, new_like


def join(schedules: Sequence[N], boundaries: Sequence[Real] | None = None) -> N:
    """Ns one after the other, each at positions counted from its own begin.

    Part i holds on [boundaries[i-1], boundaries[i]), the last one for ever. A part shorter
    than its place holds its end, a longer one is cut; a place of no length contributes
    nothing.

    Parameters
    ----------
    schedules : sequence of Schedule
        At least one part; their shapes broadcast.
    boundaries : sequence of float or array_like, optional
        One fewer than parts, non-decreasing in every run, counted from the join's own 0;
        each a number or an array with one value per run. By default the parts' lengths
        place them, and only the last may be infinite.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For parts that are no schedules, boundaries that decrease or do not fit the parts,
        or infinite parts before the last.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.join([dl.linear(0.0, 1.0, 10), dl.cosine(1.0, 0.0, 90)])
    >>> s(5), s(10), s(100)
    (0.5, 1.0, 0.0)
    """
    parts = schedules_of("schedules", schedules)
    places = natural_boundaries(parts) if boundaries is None else _given(parts, boundaries)
    if places is None:
        endless = next(i for i, p in enumerate(parts) if not np.all(np.isfinite(length_of(p))))
        refuse(
            "boundaries",
            "given where a part before the last is infinite",
            f"none, and part {endless} is infinite",
        )
    if len(parts) == 1:
        return parts[0]
    named = {f"boundary{i}": place for i, place in enumerate(places)}
    return new_like(parts[0], "join", named, None, tuple(parts))


def natural_boundaries(parts: Sequence[Node]) -> list[Array] | None:
    """Where the parts' lengths place them; None if one before the last is infinite."""
    places: list[Array] = []
    end: FloatArray = np.zeros(())
    for part in parts[:-1]:
        length = compact(length_of(part))
        if not np.all(np.isfinite(length)):
            return None
        end = end + length
        places.append(integers_if_whole(end))
    return places


def _given(parts: Sequence[Node], boundaries: Sequence[Real]) -> list[Array]:
    listed = isinstance(boundaries, np.ndarray) and boundaries.ndim > 0
    if not listed and (isinstance(boundaries, str) or not isinstance(boundaries, Sequence)):
        raise TypeError(f"boundaries must be a sequence, got {boundaries!r:.80}")
    if len(boundaries) != len(parts) - 1:
        refuse("boundaries", f"one fewer than the {len(parts)} parts", len(boundaries))
    places = [at_least(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
    for i, (before, after) in enumerate(pairwise(places)):
        broadcast_shape({f"boundaries[{i}]": before.shape, f"boundaries[{i + 1}]": after.shape})
        if np.any(after < before):
            refuse("boundaries", "non-decreasing", f"{after.min()} after {before.max()} at {i + 1}")
    return places


def then(first: N, *parts: N) -> N:
    """`join` of a schedule and others by their lengths; joins of joins become one."""
    schedules_of("parts", parts)
    flat: list[N] = []
    boundaries: list[Real] = []
    end: FloatArray = np.zeros(())
    for part in (first, *parts):
        if flat:
            boundaries.append(integers_if_whole(compact(end)))
        inner, places = _unjoined(part)
        boundaries += [integers_if_whole(compact(end + place)) for place in places]
        flat += inner
        end = end + compact(length_of(part))
        if part is not (first, *parts)[-1] and not np.all(np.isfinite(end)):
            refuse("then", "called on a schedule of finite length", "one of infinite length")
    return join(flat, boundaries)


def _unjoined(part: N) -> tuple[list[N], list[Array]]:
    if part.kind != "join":
        return [part], []
    places = [part.parameters[f"boundary{i}"] for i in range(len(part.children) - 1)]
    return [child for child in part.children if isinstance(child, type(part))], places


def schedules_of(name: str, values: Sequence[N]) -> list[N]:
    """A list of schedules, of at least one."""
    if isinstance(values, Node):
        raise TypeError(f"{name} must be a sequence of schedules, got a single Schedule")
    parts = list(values)
    for i, part in enumerate(parts):
        if not isinstance(part, Node):
            raise TypeError(f"{name} must be schedules, got {type(part).__name__} at index {i}")
    if not parts:
        refuse(name, "at least one schedule", "none")
    return parts


def _places(node: Node) -> list[Array]:
    return [node.parameters[f"boundary{i}"] for i in range(len(node.children) - 1)]


def _arguments(node: Node) -> dict[str, Any]:
    return {"boundaries": _places(node)}


def _length(node: Node) -> FloatArray:
    last = len(node.children) - 2
    return as_float(node, f"boundary{last}") + length_of(node.children[-1])


def _text(node: Node) -> str:
    parts = ", ".join(expression(c) for c in node.children)
    boundaries, natural = _places(node), natural_boundaries(node.children)
    if natural is not None and all(
        a.shape == b.shape and np.array_equal(a, b)
        for a, b in zip(boundaries, natural, strict=True)
    ):
        return f"join([{parts}])"
    return f"join([{parts}], [{', '.join(array_text(b) for b in boundaries)}])"


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The last part whose boundary is reached, at the position counted from there."""
    found = value(node.children[0], p, numbers)
    for i, part in enumerate(node.children[1:]):
        begin = node.number(f"boundary{i}", numbers)
        here = value(part, at_least_zero(p - begin, numbers), numbers)
        found = numbers.where(p >= begin, here, found)
    return found


JOIN = Kind(
    name="join",
    make=join,
    length=_length,
    formula=formula,
    family="",
    times=("boundary",),
    children="many",
    arguments=_arguments,
    text=_text,
)
