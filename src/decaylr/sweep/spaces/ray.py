"""Search spaces of Ray Tune: `tune.uniform(...)` and its relatives, and `grid_search`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.checks import refuse
from decaylr.sweep.spaces import variable
from decaylr.sweep.spaces.variable import Variable

_CLOSE = 1e-9  # of a multiple, within rounding
DOMAINS = ("Float", "Integer", "Categorical", "Function")


def is_domain(value: Any) -> bool:
    """Whether a value is a domain of Ray Tune, or its dict for a grid search."""
    is_grid = isinstance(value, Mapping) and set(value) == {"grid_search"}
    return is_grid or (type(value).__name__ in DOMAINS and hasattr(value, "get_sampler"))


def read(name: str, value: Any) -> Variable:
    """A domain of Ray Tune, drawn as its sampler does."""
    if isinstance(value, Mapping):
        return variable.choice(name, value["grid_search"])
    kind = type(value).__name__
    if kind == "Function":
        refuse(name, "a distribution", "tune.sample_from, a function of Python")
    if kind == "Categorical":
        return variable.choice(name, list(value.categories))
    sampler, q = value.get_sampler(), None
    if type(sampler).__name__ == "Quantized":
        sampler, q = sampler.sampler, sampler.q
    if q is None:
        return _unrounded(name, kind, sampler, (value.lower, value.upper))
    # Ray moves the bounds to multiples of q before it draws; integers are drawn as multiples.
    low, high = value.lower, value.upper
    if np.isfinite(low):
        low, high = np.ceil(low / q - _CLOSE), np.floor(high / q + _CLOSE)
    if kind == "Integer":
        return _multiples(_unrounded(name, kind, sampler, (low, high + (q != 1))), q, kind)
    return _multiples(_unrounded(name, kind, sampler, (low * q, high * q)), q, kind)


def _unrounded(name: str, kind: str, sampler: Any, bounds: tuple[Any, Any]) -> Variable:
    drawn = type(sampler).__name__.lstrip("_")
    if drawn == "Normal":
        return variable.of_scipy("normal", {"mu": sampler.mean, "sigma": sampler.sd}, name)
    log = drawn == "LogUniform"
    if not log and drawn != "Uniform":
        refuse(name, "uniform, loguniform or normal", drawn)
    low, high = bounds
    if kind == "Float":
        return variable.uniform(name, low, high, log=log)
    if not log:
        return variable.integers(name, low, high - 1)  # Ray's upper bound is not included
    whole = variable.uniform(name, low, high, log=True)
    top = int(high) - 1
    return variable.Variable(
        "log_integers",
        {"low": int(low), "high": top},
        lambda q: np.minimum(np.floor(whole.quantile(q)), top).astype(np.int64),
    )


def _multiples(found: Variable, q: float, kind: str) -> Variable:
    def quantile(share: Any) -> Any:
        values = found.quantile(share)
        return values * int(q) if kind == "Integer" else np.rint(values / q) * q

    return variable.Variable("rounded", {"of": found.kind, **found.settings, "q": q}, quantile)
