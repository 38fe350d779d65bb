"""The behaviour of a schedule after its end."""

from __future__ import annotations

from typing import Any

from decaylr.checks import one_of, require
from decaylr.notation.text import operand
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.traced.pieces import at_least_zero
from decaylr.tree.length import finite_length, infinite_length
from decaylr.tree.node import Kind, N, Node, new_like
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


ENDING = Kind(
    name="ending",
    make=ending,
    length=infinite_length,
    formula=formula,
    family="",
    parameters=("length",),
    options=("mode",),
    children="one",
    arguments=_arguments,
    text=_text,
)
