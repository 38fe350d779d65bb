"""Sweeps: many schedules at once from axes, columns or random samples, and from files.

`grid`, `zip` and `sample` call a function that makes a schedule once, with arrays for its
arguments: nothing is done run by run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from decaylr.combinators.batches import concatenate
from decaylr.parameters import broadcast_shape, count, finite, numbers, refuse, require
from decaylr.schedule import Schedule

Maker = Callable[..., Schedule]
Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Entry:
    """One named schedule of a sweep file."""

    name: str
    schedule: Schedule
    unit: str = "step"
    length: float = np.inf
    columns: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)


class Sweep:
    """A schedule plus the named columns of parameters it was made from.

    Attributes
    ----------
    schedule : Schedule
        The whole batch. Of a file, the runs of all entries in order, along one axis.
    columns : dict of str to ndarray
        The parameters, each of the schedule's shape. Of a file's entry: `entries`.
    names, units, lengths : tuple
        Of a file: one name, unit and length (the horizon in that unit) per entry.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.sweep.grid(lambda lr, n: dl.linear(lr, 0.0, n), lr=[0.1, 0.2], n=[10, 20, 30])
    >>> found.schedule.shape, found.columns["n"][0].tolist()
    ((2, 3), [10, 20, 30])
    """

    def __init__(
        self,
        schedule: Schedule,
        columns: Mapping[str, npt.NDArray[Any]] | None = None,
        entries: tuple[Entry, ...] = (),
    ) -> None:
        self.schedule = schedule
        self.columns: Columns = dict(columns or {})
        self.entries = {entry.name: entry for entry in entries}

    @classmethod
    def of(cls, entries: tuple[Entry, ...]) -> Sweep:
        """The sweep of a file's entries."""
        if not entries:
            refuse("schedules", "at least one entry", "none")
        whole = concatenate([entry.schedule.reshape(-1) for entry in entries])
        return cls(whole, None, entries)

    @property
    def names(self) -> tuple[str, ...]:
        """The entries' names."""
        return tuple(self.entries)

    @property
    def units(self) -> tuple[str, ...]:
        """The entries' units of position."""
        return tuple(entry.unit for entry in self.entries.values())

    @property
    def lengths(self) -> tuple[float, ...]:
        """The entries' horizons in their units."""
        return tuple(entry.length for entry in self.entries.values())

    def __getitem__(self, name: str) -> Schedule:
        return self.entries[name].schedule

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries) if self.entries else self.schedule.size

    def __repr__(self) -> str:
        what = f"{len(self.entries)} entries" if self.entries else f"columns {list(self.columns)}"
        return f"<Sweep of {self.schedule.size} runs, {what}>"

    def save(self, path: str | PathLike[str]) -> None:
        """Write a TOML or JSON file that `load` reads back: see `decaylr.files`."""
        from decaylr.files import save

        save(path, self)


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
    known = numbers("values", values)
    if known.ndim != 1 or known.size == 0:
        refuse("values", "a list of at least one number", f"shape {known.shape}")
    return _Drawn(lambda rng, n: rng.choice(known, n))


def _made(make: Maker, arguments: Columns) -> Sweep:
    schedule = make(**arguments)
    if not isinstance(schedule, Schedule):
        raise TypeError(f"the function must return a Schedule, got {type(schedule).__name__}")
    shape = np.broadcast_shapes(*(array.shape for array in arguments.values()))
    return Sweep(schedule, {key: np.broadcast_to(a, shape) for key, a in arguments.items()})


def crossed(axes: Mapping[str, npt.ArrayLike]) -> Columns:
    """Axes as arrays that broadcast to every combination, the first axis first."""
    if not axes:
        refuse("axes", "at least one", "none")
    lists = {name: _axis(name, values) for name, values in axes.items()}
    return {
        name: axis.reshape([-1 if i == place else 1 for i in range(len(lists))])
        for place, (name, axis) in enumerate(lists.items())
    }


def _axis(name: str, values: Any) -> npt.NDArray[Any]:
    axis = numbers(name, values)
    if axis.ndim != 1 or axis.size == 0:
        refuse(name, "a list of at least one number", f"shape {axis.shape}")
    return axis


def together(columns: Mapping[str, npt.ArrayLike]) -> Columns:
    """Columns as arrays that broadcast together."""
    if not columns:
        refuse("columns", "at least one", "none")
    arrays: Columns = {name: numbers(name, values) for name, values in columns.items()}
    broadcast_shape({name: array.shape for name, array in arrays.items()})
    return arrays


def drawn(n: int, seed: int, distributions: Mapping[str, Distribution]) -> Columns:
    """One array of n random values per distribution, drawn in their order."""
    if not distributions:
        refuse("distributions", "at least one", "none")
    runs, rng = count("n", n, 1), np.random.default_rng(count("seed", seed))
    columns: Columns = {}
    for name, distribution in distributions.items():
        if not hasattr(distribution, "rvs"):
            raise TypeError(f"{name} must be a distribution with rvs, got {distribution!r:.60}")
        columns[name] = numbers(name, distribution.rvs(size=runs, random_state=rng))
    return columns


def grid(make: Maker, /, **axes: npt.ArrayLike) -> Sweep:
    """Every combination of the axes: one axis of the batch per keyword, in their order.

    Parameters
    ----------
    make : callable
        Called once, with arrays that broadcast against each other; returns a schedule.
    **axes : array_like
        The values of each parameter, lists of numbers.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        For axes that are no lists of numbers, or a function that returns no schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.grid(dl.linear, init_value=[0.1, 0.2], end_value=[0.0], steps=[5, 6, 7])
    <Sweep of 6 runs, columns ['init_value', 'end_value', 'steps']>
    """
    return _made(make, crossed(axes))


def zip(make: Maker, /, **columns: npt.ArrayLike) -> Sweep:
    """One run per row of the columns, which broadcast together.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.zip(dl.linear, init_value=[0.1, 0.2], end_value=0.0, steps=[5, 6])
    <Sweep of 2 runs, columns ['init_value', 'end_value', 'steps']>
    """
    return _made(make, together(columns))


def sample(make: Maker, /, n: int, seed: int, **distributions: Distribution) -> Sweep:
    """n runs with parameters drawn at random.

    Parameters
    ----------
    make : callable
        Called once with one array of n values per distribution; returns a schedule.
    n : int
        Number of runs, >= 1.
    seed : int
        Seed of NumPy's generator: the same seed gives the same runs.
    **distributions : distribution
        `uniform`, `loguniform`, `integers`, `choice`, or anything with SciPy's `rvs`.

    Returns
    -------
    Sweep

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.sweep import loguniform, choice
    >>> dl.sweep.sample(lambda lr, steps: dl.cosine(lr, 0.0, steps), 100, seed=0,
    ...                 lr=loguniform(1e-4, 1e-1), steps=choice([500, 1000]))
    <Sweep of 100 runs, columns ['lr', 'steps']>
    """
    return _made(make, drawn(n, seed, distributions))
