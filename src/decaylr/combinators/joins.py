"""Sequences of schedules, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, FloatArray, at_least, broadcast_shape, refuse, shown
from decaylr.notation.text import array_text, expressed
from decaylr.traced.common import at_least_zero
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.breaks import breaks_of, together
from decaylr.tree.horizon import horizon_of
from decaylr.tree.length import as_float, compact, integers_if_whole, length_of
from decaylr.tree.node import Kind, N, Node, new_like
from decaylr.tree.periods import Periods, periods_of
from decaylr.tree.recursion import Calls, each


def join(schedules: Sequence[N], boundaries: Sequence[ArrayLike] | None = None) -> N:
    """Use schedules one after the other; each starts at its own position 0.

    Part i is used for boundaries[i-1] <= p < boundaries[i], at the position p - boundaries[i-1];
    the last part has no upper boundary. A part that ends before its boundary stays at its end
    value, a longer part is cut off. A part between two equal boundaries is skipped.

    Parameters
    ----------
    schedules : sequence of Schedule
        The parts, at least one; their shapes broadcast.
    boundaries : sequence of float or array_like, optional
        Positions at which the next part begins: one fewer than parts, non-decreasing in every
        run; each is a number or an array with one value per run. By default each part begins
        where the previous one ends; then only the last part may have infinite length.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        If a part is not a Schedule, the boundaries decrease or their number is wrong, or
        without boundaries if a part before the last has infinite length.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.join([dl.linear(0.0, 1.0, 10), dl.cosine(1.0, 0.0, 90)])
    >>> s(5), s(10), s(100)
    (0.5, 1.0, 0.0)
    """
    parts = schedules_of("schedules", schedules)
    checked = natural_boundaries(parts) if boundaries is None else _checked(parts, boundaries)
    if checked is None:
        endless = next(i for i, p in enumerate(parts) if not np.all(np.isfinite(length_of(p))))
        refuse(
            "boundaries",
            "given where a part before the last is infinite",
            f"none, and part {endless} is infinite",
        )
    if len(parts) == 1:
        return parts[0]
    parameters = {f"boundary{i}": boundary for i, boundary in enumerate(checked)}
    return new_like(parts[0], "join", parameters, None, tuple(parts))


def natural_boundaries(parts: Sequence[Node]) -> list[Array] | None:
    """Boundaries where the parts end; None if one before the last has infinite length."""
    boundaries: list[Array] = []
    end: FloatArray = np.zeros(())
    with np.errstate(over="ignore"):  # a sum beyond the range of float64 is infinite
        for part in parts[:-1]:
            length = compact(length_of(part))
            if not np.all(np.isfinite(length)):
                return None
            end = end + length
            boundaries.append(integers_if_whole(end))
    return boundaries


def _checked(parts: Sequence[Node], boundaries: Sequence[ArrayLike]) -> list[Array]:
    is_array = isinstance(boundaries, np.ndarray) and boundaries.ndim > 0
    if not is_array and (isinstance(boundaries, str) or not isinstance(boundaries, Sequence)):
        raise TypeError(f"boundaries must be a sequence, got {shown(boundaries)}")
    if len(boundaries) != len(parts) - 1:
        refuse("boundaries", f"one fewer than the {len(parts)} parts", len(boundaries))
    checked = [at_least(f"boundaries[{i}]", b) for i, b in enumerate(boundaries)]
    for i, (before, after) in enumerate(pairwise(checked)):
        if before.shape != after.shape:
            broadcast_shape({f"boundaries[{i}]": before.shape, f"boundaries[{i + 1}]": after.shape})
        if (after < before).any():
            refuse("boundaries", "non-decreasing", f"{after.min()} after {before.max()} at {i + 1}")
    return checked


def then(first: N, *parts: N) -> N:
    """Append schedules, each starting where the previous one ends.

    This is :func:`decaylr.join` without boundaries; parts that are joins are flattened.

    Parameters
    ----------
    *parts : Schedule
        The schedules to append.

    Returns
    -------
    Schedule
        Its length is the sum of the lengths.

    Raises
    ------
    TypeError, ValueError
        If a part is not a Schedule, or one before the last has infinite length.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.linear(0.0, 1.0, 10).then(dl.constant(1.0, 80), dl.linear(1.0, 0.0, 10))
    >>> s(5), s(50), s(95)
    (0.5, 1.0, 0.5)
    """
    schedules_of("parts", parts)
    flat: list[N] = []
    boundaries: list[ArrayLike] = []
    end: FloatArray = np.zeros(())
    for part in (first, *parts):
        if flat:
            boundaries.append(integers_if_whole(compact(end)))
        inner_parts, inner_boundaries = _flattened(part)
        boundaries += [integers_if_whole(compact(end + inner)) for inner in inner_boundaries]
        flat += inner_parts
        end = end + compact(length_of(part))
        if part is not (first, *parts)[-1] and not np.all(np.isfinite(end)):
            endless = "one of infinite length (join takes boundaries)"
            refuse("then", "called on a schedule of finite length", endless)
    return join(flat, boundaries)


def _flattened(part: N) -> tuple[list[N], list[Array]]:
    """The parts and boundaries of a join; another schedule is a single part."""
    if part.kind != "join":
        return [part], []
    return [child for child in part.children if isinstance(child, type(part))], _boundaries(part)


def schedules_of(name: str, values: Sequence[N]) -> list[N]:
    """Require a sequence of at least one schedule."""
    if isinstance(values, Node):
        raise TypeError(f"{name} must be a sequence of schedules, got a single Schedule")
    parts = list(values)
    for i, part in enumerate(parts):
        if not isinstance(part, Node):
            raise TypeError(f"{name}[{i}] must be a Schedule, got {type(part).__name__}")
    if not parts:
        refuse(name, "at least one schedule", "none")
    return parts


def _boundaries(node: Node) -> list[Array]:
    return [node.parameters[f"boundary{i}"] for i in range(len(node.children) - 1)]


def _arguments(node: Node) -> dict[str, Any]:
    return {"boundaries": _boundaries(node)}


def _length(node: Node) -> FloatArray:
    last = len(node.children) - 2
    return as_float(node, f"boundary{last}") + length_of(node.children[-1])


def _text(node: Node) -> Calls[str]:
    parts = ", ".join((yield each(map(expressed, node.children))))
    boundaries, natural = _boundaries(node), natural_boundaries(node.children)
    if natural is not None and all(
        a.shape == b.shape and np.array_equal(a, b)
        for a, b in zip(boundaries, natural, strict=True)
    ):
        return f"join([{parts}])"
    return f"join([{parts}], [{', '.join(array_text(b) for b in boundaries)}])"


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """The last part whose boundary is <= p, at p minus that boundary."""
    result = value(node.children[0], p, numbers)
    for i, part in enumerate(node.children[1:]):
        begin = node.number(f"boundary{i}", numbers)
        part_value = value(part, at_least_zero(p - begin, numbers), numbers)
        result = numbers.where(p >= begin, part_value, result)
    return result


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """The boundaries, and the breaks of each part before the next boundary."""
    begins = [np.zeros(()), *(boundary.astype(np.float64) for boundary in _boundaries(node))]
    parts = [begin[..., None] for begin in begins[1:]]
    for child, begin, end in zip(node.children, begins, [*begins[1:], until], strict=True):
        used = np.broadcast_to(np.minimum(end, until) - begin, until.shape)
        inner = breaks_of(child, np.maximum(used, 0.0))
        parts.append(np.where(inner < used[..., None], inner + begin[..., None], np.inf))
    return together(parts)


def _periods(node: Node) -> Periods:
    """Those of the last part."""
    begin, period = periods_of(node.children[-1])
    return begin + _boundaries(node)[-1].astype(np.float64), period


def _horizon(node: Node) -> FloatArray:
    """Where the last part begins, and its own horizon."""
    begin = node.parameters[f"boundary{len(node.children) - 2}"]
    horizon: FloatArray = begin + horizon_of(node.children[-1])
    return horizon


JOIN = Kind(
    name="join",
    make=join,
    length=_length,
    formula=formula,
    family="",
    times=("boundary",),
    breaks=_breaks,
    periods=_periods,
    children="many",
    arguments=_arguments,
    text=_text,
    horizon=_horizon,
)
