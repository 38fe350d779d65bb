"""Durations with units, such as "2000 steps", "1.5T tokens" or "80%"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from decaylr.checks import (
    LARGEST_POSITION,
    refuse,
    shown,
)
from decaylr.clock import Clock

UNITS = ("step", "sample", "token", "epoch", "fraction")
MULTIPLES = {"": 1, "k": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
MOST_DIGITS = 30  # of an integer that is read exactly; no position has as many
_DURATION = re.compile(r"^\s*([0-9][0-9_]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*([kMBGT]?)\s*(%|[a-z]+)\s*$")


@dataclass(frozen=True)
class DurationUnits:
    """Converts durations to positions of an entry, given its unit, clock and length."""

    unit: str = "step"
    clock: Mapping[str, Any] = field(default_factory=dict)
    length: float | None = None

    @staticmethod
    def reads(text: str) -> bool:
        """Whether the text has the form of a duration: a number and a unit."""
        return _DURATION.match(text) is not None

    def positions(self, text: str) -> float:
        """Convert a duration to the entry's unit; the result is an int if it is whole."""
        match = _DURATION.match(text)
        if match is None:
            raise ValueError(
                f'a duration must be a number and a unit such as "2000 steps", got {shown(text)}'
            )
        digits, multiple, unit = match.groups()
        amount = _number(digits) * MULTIPLES[multiple]
        if amount > LARGEST_POSITION:
            refuse("a duration", f"at most {LARGEST_POSITION}", shown(text))
        if unit == "%":
            return self._percentage(amount)
        unit = unit.removesuffix("s")
        if unit not in UNITS:
            raise ValueError(f"a unit must be one of {', '.join(UNITS)} or %, got {unit!r}")
        return amount if unit == self.unit else self._converted(amount, unit)

    def _percentage(self, percent: float) -> float:
        if self.length is None:
            raise ValueError("a percentage needs the entry's length, got none")
        return _int_if_whole(self.length * percent / 100)

    def _converted(self, amount: float, unit: str) -> float:
        if "fraction" in (unit, self.unit):
            raise ValueError(f"a fraction must not be mixed with other units, got {unit}")
        convert = getattr(Clock(**self.clock), f"{self.unit}s")
        return _int_if_whole(float(convert(**{f"{unit}s": amount})))


def _number(text: str) -> float:
    digits = text.replace("_", "").lstrip("0") or "0"
    exact = digits.isdigit() and len(digits) <= MOST_DIGITS
    return int(digits) if exact else _int_if_whole(float(digits))


def _int_if_whole(value: float) -> float:
    return int(value) if value.is_integer() else value
