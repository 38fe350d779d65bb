"""Distributions for the random parameters of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from decaylr.checks import finite, real_array, refuse, require


class Distribution(Protocol):
    """Any object with SciPy's method `rvs`, such as ``scipy.stats.norm()``.

    Examples
    --------
    >>> import numpy as np
    >>> from decaylr.sweep import uniform
    >>> uniform(0, 1).rvs(size=3, random_state=np.random.default_rng(0)).shape
    (3,)
    """

    def rvs(self, *, size: int, random_state: np.random.Generator) -> npt.NDArray[Any]:
        """Draw `size` random values with a NumPy generator."""


@dataclass(frozen=True)
class _GeneratorDistribution:
    """A distribution from a function that draws, and one of shares of the probability.

    Attributes
    ----------
    draw : callable
        Of a NumPy generator and a size.
    quantile : callable
        The inverse of the cumulative distribution, of numbers in (0, 1).
    """

    draw: Callable[[np.random.Generator, int], npt.NDArray[Any]]
    quantile: Callable[[npt.NDArray[np.float64]], npt.NDArray[Any]]

    def rvs(self, *, size: int, random_state: np.random.Generator) -> npt.NDArray[Any]:
        return self.draw(random_state, size)

    def ppf(self, q: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
        return self.quantile(q)


def _bounds(low: float, high: float, least: float) -> tuple[Any, Any]:
    lower, upper = finite("low", low), finite("high", high)
    if lower.ndim or upper.ndim:
        raise TypeError("low and high must be single numbers, got arrays")
    require("low", lower, lambda x: x > least, f"> {least:g}")
    if not lower < upper:
        refuse("high", f"> low {lower}", upper)
    return lower.item(), upper.item()


def uniform(low: float, high: float) -> Distribution:
    """A uniform distribution between `low` and `high`.

    Parameters
    ----------
    low, high : float
        Finite, `low` < `high`.

    Returns
    -------
    Distribution

    Raises
    ------
    TypeError, ValueError
        If a bound has the wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.sample(dl.constant, 3, seed=0, value=dl.sweep.uniform(0.1, 0.2))
    <Sweep of 3 runs, columns ['value']>
    """
    low, high = _bounds(low, high, -np.inf)
    return _GeneratorDistribution(
        lambda rng, n: rng.uniform(low, high, n),
        lambda q: np.clip((1.0 - q) * low + q * high, low, high),
    )


def loguniform(low: float, high: float) -> Distribution:
    """A log-uniform distribution: the logarithm is uniform between those of `low` and `high`.

    Parameters
    ----------
    low, high : float
        Finite, 0 < `low` < `high`.

    Returns
    -------
    Distribution

    Raises
    ------
    TypeError, ValueError
        If a bound has the wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.sample(dl.constant, 3, seed=0, value=dl.sweep.loguniform(1e-4, 1e-2))
    <Sweep of 3 runs, columns ['value']>
    """
    low, high = _bounds(low, high, 0.0)
    begin, end = np.log(low), np.log(high)
    return _GeneratorDistribution(
        lambda rng, n: np.exp(rng.uniform(begin, end, n)),
        lambda q: np.clip(np.exp((1.0 - q) * begin + q * end), low, high),
    )


def integers(low: int, high: int) -> Distribution:
    """A uniform distribution of the integers from `low` to ``high - 1``.

    Parameters
    ----------
    low, high : int
        `low` < `high`.

    Returns
    -------
    Distribution

    Raises
    ------
    TypeError, ValueError
        If a bound has the wrong type or value.

    Examples
    --------
    >>> import numpy as np
    >>> from decaylr.sweep import integers
    >>> integers(1, 2).rvs(size=3, random_state=np.random.default_rng(0)).tolist()
    [1, 1, 1]
    """
    low, high = _bounds(low, high, -np.inf)
    if low != int(low) or high != int(high):
        refuse("low and high", "whole numbers", f"{low} and {high}")
    first, count = int(low), int(high) - int(low)
    return _GeneratorDistribution(
        lambda rng, n: rng.integers(first, first + count, n),
        lambda q: first + np.minimum(np.floor(q * count).astype(np.int64), count - 1),
    )


def choice(values: npt.ArrayLike) -> Distribution:
    """A distribution over a list of values, all equally likely.

    Parameters
    ----------
    values : array_like
        A list of at least one number.

    Returns
    -------
    Distribution

    Raises
    ------
    TypeError, ValueError
        If `values` is not such a list.

    Examples
    --------
    >>> import numpy as np
    >>> from decaylr.sweep import choice
    >>> choice([0.5]).rvs(size=2, random_state=np.random.default_rng(0)).tolist()
    [0.5, 0.5]
    """
    array = real_array("values", values)
    if array.ndim != 1 or array.size == 0:
        refuse("values", "a list of at least one number", f"shape {array.shape}")
    return _GeneratorDistribution(
        lambda rng, n: rng.choice(array, n),
        lambda q: array[np.minimum((q * array.size).astype(np.int64), array.size - 1)],
    )
