"""Numbers as people write them: 1.1, 2.25, 7 / 3, 0.03 * 4999, 1 / 7, and any others."""

from __future__ import annotations

import math

from hypothesis import strategies as st

LARGEST_WRITTEN = 5000.0


def _multiples(least: float, most: float, divisor: int):
    """k / divisor."""
    return st.integers(math.ceil(least * divisor), math.floor(most * divisor)).map(
        lambda k: k / divisor
    )


def _percent(least: float, most: float):
    """0.03 * n, the usual length of a warmup."""
    return st.integers(math.ceil(least / 0.03), math.floor(most / 0.03)).map(lambda n: 0.03 * n)


def written(least: float, most: float):
    """Numbers between the bounds as people write them, whole or not, and any float."""
    few = min(most, LARGEST_WRITTEN)
    choices = [_multiples(least, few, divisor) for divisor in (1, 3, 4, 10)]
    choices += [_percent(least, few), st.floats(least, most)]
    if least <= 1.0:
        choices.append(st.integers(1, 1000).map(lambda n: 1 / n))
    whole = st.integers(math.ceil(least), math.floor(few))
    return st.one_of(whole, *choices).filter(lambda number: least <= number <= most)
