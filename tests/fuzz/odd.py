"""Values that programs seldom expect, as files and callers may hold them."""

from __future__ import annotations

from random import Random
from typing import Any

WORDS = (
    "", "inf", "-inf", "nan", "previous", "$lr", "$", "50%", "2 epochs", "1/3", "1/0", "hold",
    "mirror", "raise", "floor", "real", "cubic", "linear", "schedule", "parts", "of", "steps",
    "__class__", "{0}", "\x00", "\ud800", "é", "9" * 40, "1e999 steps", "0x10",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 7, 63, 64, 65, 128, 1000, -1, -2, 2**31, 2**53 - 1, 2**53, 2**53 + 1, 2**62,
    2**63 - 1, 2**63, 2**64, -(2**63), -(2**63) - 1, 10**30, 10**400, True, False,
    0.0, -0.0, 0.1, 0.5, 1.0, 1.5, 2.5, 10.0, 99.99999999999999, 1 - 2**-53, 1 + 2**-52, 1e-9,
    5e-324, 2.2250738585072014e-308, 1e-300, 1e300, 1.7976931348623157e308, 2.0**53, 2.0**63,
    float("inf"), float("-inf"), float("nan"), -0.1, -1e308,
)  # fmt: skip


def number(random: Random) -> Any:
    """A plain number mostly; else one at an edge of a type or of a rule."""
    chance = random.random()
    if chance < 0.3:
        return random.randrange(1, 300)
    if chance < 0.6:
        return random.uniform(0.0, 1.0) * 10.0 ** random.randrange(-6, 4)
    return random.choice(NUMBERS)


def leaf(random: Random) -> Any:
    """A number, word, None, or a short or empty list or mapping."""
    chance = random.random()
    if chance < 0.6:
        return number(random)
    if chance < 0.8:
        return random.choice(WORDS)
    if chance < 0.9:
        return [number(random) for _ in range(random.randrange(4))]
    return random.choice([None, [], {}, [[]], [[1.0, 2.0], [3.0]], {"a": 1}])
