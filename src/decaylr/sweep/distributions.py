"""Distributions that random columns of a sweep are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from decaylr.checks import finite, real_array, refuse, require


class Distribution(Protocol):
    """Anything with SciPy's `rvs`: what `sample` draws from."""

    def rvs(self, *, size: int, random_state: np.random.Generator) -> npt.NDArray[Any]:
        """`size` random values."""


@dataclass(frozen=True)
class _Drawn:
    """A distribution by NumPy's generator."""

    draw: Callable[[np.random.Generator, int], npt.NDArray[Any]]

    def rvs(self, *, size: int, random_state: np.random.Generator) -> npt.NDArray[Any]:
        return self.draw(random_state, size)


def _bounds(low: float, high: float, least: float) -> tuple[Any, Any]:
    bottom, top = finite("low", low), finite("high", high)
    if bottom.ndim or top.ndim:
        raise TypeError("low and high must be single numbers, got arrays")
    require("low", bottom, lambda x: x > least, f"> {least:g}")
    if not bottom < top:
        refuse("high", f"> low {bottom}", top)
    return bottom.item(), top.item()


def uniform(low: float, high: float) -> Distribution:
    """Evenly between low and high."""
    low, high = _bounds(low, high, -np.inf)
    return _Drawn(lambda rng, n: rng.uniform(low, high, n))


def loguniform(low: float, high: float) -> Distribution:
    """Evenly between the logarithms of low > 0 and high."""
    low, high = _bounds(low, high, 0.0)
    return _Drawn(lambda rng, n: np.exp(rng.uniform(np.log(low), np.log(high), n)))


def integers(low: int, high: int) -> Distribution:
    """Whole numbers from low up to, not including, high."""
    low, high = _bounds(low, high, -np.inf)
    if low != int(low) or high != int(high):
        refuse("low and high", "whole numbers", f"{low} and {high}")
    return _Drawn(lambda rng, n: rng.integers(int(low), int(high), n))


def choice(values: npt.ArrayLike) -> Distribution:
    """One of the values, all equally likely."""
    known = real_array("values", values)
    if known.ndim != 1 or known.size == 0:
        refuse("values", "a list of at least one number", f"shape {known.shape}")
    return _Drawn(lambda rng, n: rng.choice(known, n))
