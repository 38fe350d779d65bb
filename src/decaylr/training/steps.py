"""Exact positions for schedulers that count whole steps of any size."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from decaylr.checks import above, at_least

SIMPLEST = 10**6  # the largest denominator that a written ratio is taken to have


def exact(name: str, value: Any, *, positive: bool = False) -> Fraction:
    """One number >= 0 (or > 0) as the fraction it stands for.

    A float stands for the fraction with a denominator up to 10**6 that rounds to it, if there
    is one: ``1 / 49`` is a 49th, so that 49 of them are 1 and not 0.9999999999999999.
    """
    if isinstance(value, Fraction):
        (above if positive else at_least)(name, float(value))
        return value
    array = (above if positive else at_least)(name, value)
    if array.ndim:
        raise TypeError(f"{name} must be one number, got shape {array.shape}")
    number: int | float = array.item()
    simple = Fraction(number).limit_denominator(SIMPLEST)
    return simple if float(simple) == number else Fraction(number)


def on_grid(position: float, denominator: int) -> Fraction:
    """A stored position as the fraction with that denominator that rounds to it, if any."""
    there = Fraction(round(Fraction(position) * denominator), denominator)
    return there if float(there) == position else Fraction(position)
