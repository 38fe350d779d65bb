"""The behaviour of a schedule after its end."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import FloatArray, one_of, require
from decaylr.notation.text import operand
from decaylr.traced.common import at_least_zero
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.tree.breaks import breaks_of, multiples, together
from decaylr.tree.horizon import longest_of_children
from decaylr.tree.length import as_float, finite_length, infinite_length
from decaylr.tree.node import Kind, N, Node, new_like
from decaylr.tree.periods import Periods
from decaylr.tree.recursion import Calls

ENDINGS = ("hold", "repeat", "mirror", "raise")


def ending(schedule: N, mode: str) -> N:
    """Choose the behaviour after the end of the schedule, with L = ``schedule.length``.

    ============  ==============================================================
    mode          value at p > L
    ============  ==============================================================
    ``"hold"``    the schedule itself, which most often stays at its end value
    ``"repeat"``  ``schedule(p mod L)``
    ``"mirror"``  alternately backwards and forwards through the schedule
    ``"raise"``   ValueError; nothing is written to `out`
    ============  ==============================================================

    Parameters
    ----------
    mode : {"hold", "repeat", "mirror", "raise"}
        See the table.

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError, ValueError
        For another mode, or a schedule of infinite length or length 0.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.linear(1.0, 0.0, 4)
    >>> s.ending("repeat")(5), s.ending("mirror")(5)
    (0.75, 0.25)
    """
    checked = one_of("mode", mode, ENDINGS)
    if checked == "hold":
        return schedule
    rule = "'hold' for a schedule of infinite length"
    length = finite_length(schedule, "mode", rule, repr(checked))
    require("length", length, lambda x: x > 0, "> 0 for an ending")
    return new_like(schedule, "ending", {"length": length}, {"mode": checked}, (schedule,))


def _arguments(node: Node) -> dict[str, Any]:
    return dict(node.options)


def _text(node: Node) -> Calls[str]:
    return f"{yield operand(node.children[0])}.ending({node.options['mode']!r})"


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """child(p mod L), or mirrored; for "raise" child(min(p, L)), as a trace cannot raise."""
    length = node.number("length", numbers)
    if node.options["mode"] == "raise":
        return value(node.children[0], numbers.where(p > length, length, p), numbers)
    cycle = numbers.whole_quotient(p, length)
    local = at_least_zero(p - cycle * length, numbers)
    if node.options["mode"] == "mirror":
        odd = cycle - numbers.floor(cycle * 0.5) * 2.0 > 0.0
        local = at_least_zero(numbers.where(odd, length - local, local), numbers)
    return value(node.children[0], local, numbers)


def _breaks(node: Node, until: FloatArray) -> FloatArray:
    """Every multiple of the length, and the breaks of the child between two of them."""
    length = as_float(node, "length")
    inner = breaks_of(node.children[0], np.minimum(length, until))
    if node.options["mode"] == "raise":
        return together([length[..., None], inner])
    ends = multiples(length, until)
    inner = np.where(inner < length[..., None], inner, np.inf)
    forward = (ends - length[..., None])[..., None] + inner[..., None, :]
    backward = ends[..., None] - np.where(np.isfinite(inner), inner, -np.inf)[..., None, :]
    found = [ends, forward.reshape(*ends.shape[:-1], -1)]
    if node.options["mode"] == "mirror":
        found.append(np.maximum(backward, 0.0).reshape(*ends.shape[:-1], -1))
    return together(found)


def _periods(node: Node) -> Periods:
    length, mode = as_float(node, "length"), node.options["mode"]
    if mode == "raise":  # where it does not raise, it holds its last value
        return length, np.zeros_like(length)
    return np.zeros_like(length), length * (2.0 if mode == "mirror" else 1.0)


ENDING = Kind(
    name="ending",
    make=ending,
    length=infinite_length,
    formula=formula,
    family="",
    parameters=("length",),
    options=("mode",),
    breaks=_breaks,
    periods=_periods,
    children="one",
    arguments=_arguments,
    text=_text,
    horizon=longest_of_children,
)
