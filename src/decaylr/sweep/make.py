"""Sweeps made by a function of parameter columns: a grid, rows, or random samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from decaylr.schedule import Schedule
from decaylr.sweep.columns import (
    Columns,
    grid_columns,
    sampled_columns,
    zipped_columns,
)
from decaylr.sweep.distributions import Distribution
from decaylr.sweep.sweep import Sweep

Maker = Callable[..., Schedule]


def _made(make: Maker, arguments: Columns) -> Sweep:
    schedule = make(**arguments)
    if not isinstance(schedule, Schedule):
        raise TypeError(f"the function must return a Schedule, got {type(schedule).__name__}")
    shape = np.broadcast_shapes(*(array.shape for array in arguments.values()))
    return Sweep(schedule, {key: np.broadcast_to(a, shape) for key, a in arguments.items()})


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
    return _made(make, grid_columns(axes))


def zip(make: Maker, /, **columns: npt.ArrayLike) -> Sweep:
    """One run per row of the columns, which broadcast together.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.zip(dl.linear, init_value=[0.1, 0.2], end_value=0.0, steps=[5, 6])
    <Sweep of 2 runs, columns ['init_value', 'end_value', 'steps']>
    """
    return _made(make, zipped_columns(columns))


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
    return _made(make, sampled_columns(n, seed, distributions))
