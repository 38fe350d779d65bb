"""Exact positions for schedulers whose steps have any length, such as 1 / 49 epoch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from decaylr.checks import LARGEST_POSITION, above, at_least, refuse

LARGEST_DENOMINATOR = 10**6  # of the fractions that floats are read as


def exact(name: str, value: Any, *, positive: bool = False) -> Fraction:
    """One number >= 0 (or > 0) as an exact fraction.

    A float is read as the fraction with a denominator up to 10**6 that rounds to it, if there is
    one: 49 steps of ``1 / 49`` are exactly 1, not 0.9999999999999999.
    """
    if isinstance(value, Fraction):
        (above if positive else at_least)(name, float(value))
        return value
    array = (above if positive else at_least)(name, value)
    if array.ndim:
        raise TypeError(f"{name} must be one number, got shape {array.shape}")
    number: int | float = array.item()
    simple = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    return simple if float(simple) == number else Fraction(number)


def on_grid(position: float, denominator: int) -> Fraction:
    """A stored position as the fraction with this denominator that rounds to it, if any."""
    nearest = Fraction(round(Fraction(position) * denominator), denominator)
    return nearest if float(nearest) == position else Fraction(position)


def position_at(start: Fraction, units_per_step: Fraction, step: int) -> int | float:
    """The position of a schedule at a step; an int if it is whole."""
    position = start + units_per_step * step
    if position > LARGEST_POSITION:
        refuse("position", f"at most {LARGEST_POSITION}", position)
    return int(position) if position.denominator == 1 else float(position)
