"""What happens past the end of a schedule."""

from __future__ import annotations

from typing import Any

from decaylr.checks import one_of, require
from decaylr.notation.text import operand
from decaylr.traced.formulas import Number, Numbers, Outline, value
from decaylr.traced.pieces import at_least_zero
from decaylr.tree.length import finite_length, infinite_length
from decaylr.tree.node import Kind, N, Node, new_like

ENDINGS = ("hold", "repeat", "mirror", "raise")


def ending(schedule: N, mode: str) -> N:
    """What happens past `.length` L: "hold", "repeat", "mirror" (to and fro) or "raise".

    "repeat" is `self(p mod L)`; "raise" refuses p > L before anything is written.
    """
    word = one_of("mode", mode, ENDINGS)
    if word == "hold":
        return schedule
    length = finite_length(schedule, "mode", f"hold for a schedule of infinite length, not {word}")
    require("length", length, lambda x: x > 0, "> 0 for an ending")
    return new_like(schedule, "ending", {"length": length}, {"mode": word}, (schedule,))


def _arguments(node: Node) -> dict[str, Any]:
    return dict(node.options)


def _text(node: Node) -> str:
    return f"{operand(node.children[0])}.ending({node.options['mode']!r})"


def formula(node: Outline, p: Number, numbers: Numbers) -> Number:
    """Past the length: anew, to and fro, or held, since nothing can be refused here."""
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
