"""`Variable`: a random parameter of a search space, of any library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import above, finite, real_array, refuse, shown

Quantile = Callable[[npt.NDArray[np.float64]], npt.NDArray[Any]]


@dataclass(frozen=True)
class Variable:
    """A distribution given by its quantiles.

    Attributes
    ----------
    kind : str
        "uniform", "integers", "choice" or another.
    settings : mapping
        The numbers that describe it.
    quantile : callable
        The inverse of its cumulative distribution.
    """

    kind: str
    settings: Mapping[str, Any]
    quantile: Quantile

    def ppf(self, q: npt.ArrayLike) -> npt.NDArray[Any]:
        """The quantiles of shares of the probability."""
        return np.asarray(self.quantile(np.asarray(q, np.float64)))

    def rvs(self, *, size: int, random_state: np.random.Generator) -> npt.NDArray[Any]:
        """Draw random values."""
        return self.ppf(random_state.uniform(size=size))


def uniform(name: str, low: Any, high: Any, *, log: bool = False) -> Variable:
    """Between two numbers, evenly or by their logarithms."""
    below, over = _bounds(name, low, high, log=log)
    settings = {"low": below, "high": over, "log": log}
    if log:
        begin, end = np.log(below), np.log(over)
        return Variable(
            "uniform", settings, lambda q: np.clip(np.exp((1 - q) * begin + q * end), below, over)
        )
    return Variable("uniform", settings, lambda q: np.clip((1 - q) * below + q * over, below, over))


def integers(name: str, low: Any, high: Any, *, log: bool = False, step: int = 1) -> Variable:
    """Whole numbers from `low` to `high`, both included; by logarithms as Optuna draws them."""
    first, last = _whole(name, low), _whole(name, high)
    _bounds(name, first, last, log=log, equal=True)
    settings = {"low": first, "high": last, "log": log, "step": step}
    if log:
        begin, end = np.log(first - 0.5), np.log(last + 0.5)
        return Variable(
            "integers",
            settings,
            lambda q: np.clip(np.rint(np.exp((1 - q) * begin + q * end)), first, last).astype(int),
        )
    count = (last - first) // step + 1
    return Variable(
        "integers",
        settings,
        lambda q: first + step * np.minimum((q * count).astype(np.int64), count - 1),
    )


def grid(name: str, low: Any, high: Any, step: Any) -> Variable:
    """low, low + step, ... up to `high`, all equally likely."""
    below, over = _bounds(name, low, high, equal=True)
    width = above(f"{name}.step", step).item()
    count = int(np.floor((over - below) / width + 1e-9)) + 1
    return Variable(
        "grid",
        {"low": below, "high": over, "step": width},
        lambda q: np.minimum(below + width * np.minimum((q * count).astype(int), count - 1), over),
    )


def choice(name: str, values: Any, weights: Any = None) -> Variable:
    """Some numbers, with weights."""
    if isinstance(values, list | tuple) and any(isinstance(v, str | bool | None) for v in values):
        raise TypeError(
            f"{name} must be a choice of numbers, got {shown(values)}: "
            "schedules to choose from are `families` of a sweep file"
        )
    array = real_array(name, list(values))
    if array.ndim != 1 or array.size == 0:
        refuse(name, "a choice of at least one number", shown(values))
    shares = np.ones(array.size) if weights is None else np.asarray(weights, np.float64)
    if shares.shape != array.shape or not np.all(shares >= 0) or not shares.sum() > 0:
        refuse(f"{name}: probabilities", "one >= 0 for each value", shown(weights))
    bounds = np.cumsum(shares) / shares.sum()
    return Variable(
        "choice",
        {"values": array.tolist(), "weights": None if weights is None else shares.tolist()},
        lambda q: array[np.minimum(np.searchsorted(bounds, q, side="right"), array.size - 1)],
    )


def rounded(variable: Variable, q: Any, name: str) -> Variable:
    """The nearest multiples of `q`, whole numbers if `q` is one."""
    width = above(f"{name}.q", q).item()
    whole = isinstance(q, int)

    def quantile(share: npt.NDArray[np.float64]) -> npt.NDArray[Any]:
        values = np.asarray(np.rint(variable.quantile(share) / width) * width)
        return values.astype(np.int64) if whole else values

    settings = {"of": variable.kind, **variable.settings, "q": q}
    return Variable("rounded", settings, quantile)


def of_scipy(kind: str, settings: Mapping[str, float], name: str) -> Variable:
    """A normal, lognormal or beta distribution (extra `search`)."""
    from scipy import stats

    numbers = {key: finite(f"{name}.{key}", value).item() for key, value in settings.items()}
    if kind == "beta":
        law = stats.beta(*(above(f"{name}.{key}", numbers[key]).item() for key in ("a", "b")))
    else:
        sigma = above(f"{name}.sigma", numbers["sigma"]).item()
        law = (
            stats.norm(numbers["mu"], sigma)
            if kind == "normal"
            else stats.lognorm(s=sigma, scale=np.exp(numbers["mu"]))
        )
    return Variable(kind, numbers, law.ppf)


def _bounds(
    name: str, low: Any, high: Any, *, log: bool = False, equal: bool = False
) -> tuple[float, float]:
    below = (above if log else finite)(f"{name}: the lower bound", low).item()
    over = finite(f"{name}: the upper bound", high).item()
    if over < below or (over == below and not equal):
        refuse(f"{name}: the upper bound", f"> {below}", over)
    return below, over


def _whole(name: str, value: Any) -> int:
    number = finite(name, value).item()
    if number != int(number):
        refuse(name, "between whole numbers", value)
    return int(number)
