"""`grid`, `zip` and `sample`: sweeps made by a function of parameter arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from decaylr.checks import real_array, refuse
from decaylr.schedule import Schedule
from decaylr.sweep.columns import Columns, grid_columns, zipped_columns
from decaylr.sweep.distributions import Distribution
from decaylr.sweep.drawing import sampled_columns
from decaylr.sweep.sweep import Sweep

Maker = Callable[..., Schedule]


def _sweep(make: Maker, arguments: Columns) -> Sweep:
    schedule = make(**arguments)
    if not isinstance(schedule, Schedule):
        raise TypeError(f"the function must return a Schedule, got {type(schedule).__name__}")
    shape = np.broadcast_shapes(*(array.shape for array in arguments.values()))
    return Sweep(schedule, {key: np.broadcast_to(a, shape) for key, a in arguments.items()})


def grid(make: Maker, /, **axes: npt.ArrayLike) -> Sweep:
    """A sweep over every combination of parameter values.

    Parameters
    ----------
    make : callable
        Called once, with arrays that broadcast against each other; returns a Schedule.
    **axes : array_like
        A list of numbers for each parameter, or a number that is the same in every run.

    Returns
    -------
    Sweep
        Its schedule has one axis per list, in the order given.

    Raises
    ------
    TypeError, ValueError
        If an axis is not a number or a list of numbers, or `make` does not return a Schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.grid(dl.linear, init_value=[0.1, 0.2], end_value=0.0, steps=[5, 6, 7])
    <Sweep of 6 runs, columns ['init_value', 'end_value', 'steps']>
    """
    return _sweep(make, grid_columns(axes))


def zip(make: Maker, /, **columns: npt.ArrayLike) -> Sweep:
    """A sweep with one run per row of the parameter columns.

    Parameters
    ----------
    make : callable
        Called once with all columns; returns a Schedule.
    **columns : array_like
        The values of each parameter, one per run. They broadcast against each other, so that a
        number is the same in every run.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        If the columns do not broadcast, or `make` does not return a Schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.sweep.zip(dl.linear, init_value=[0.1, 0.2], end_value=0.0, steps=[5, 6])
    <Sweep of 2 runs, columns ['init_value', 'end_value', 'steps']>
    """
    return _sweep(make, zipped_columns(columns))


def sample(
    make: Maker,
    /,
    n: int,
    seed: int,
    method: str | None = None,
    **distributions: Distribution | npt.ArrayLike,
) -> Sweep:
    """A sweep of `n` runs with random parameters.

    Parameters
    ----------
    make : callable
        Called once with one array of n values per distribution; returns a Schedule.
    n : int
        Number of runs, >= 1.
    seed : int
        The same seed gives the same runs.
    method : {"random", "sobol", "lhs"}, optional
        Independent random numbers, a scrambled Sobol sequence (extra `search`; the default for
        more than one distribution) or a Latin hypercube (extra `search`). The first runs of
        "sobol" stay the same, bit for bit, if `n` grows.
    **distributions : distribution or number
        `uniform`, `loguniform`, `integers`, `choice`, any object with SciPy's `ppf` and `rvs`
        ("random" needs only the latter), or a number that is the same in every run.

    Returns
    -------
    Sweep

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value, or `make` does not return a Schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.sweep import loguniform, choice
    >>> dl.sweep.sample(lambda lr, steps: dl.cosine(lr, 0.0, steps), 100, seed=0,
    ...                 lr=loguniform(1e-4, 1e-1), steps=choice([500, 1000]))
    <Sweep of 100 runs, columns ['lr', 'steps']>
    """
    drawn = {k: d for k, d in distributions.items() if hasattr(d, "rvs") or hasattr(d, "ppf")}
    numbers = {k: real_array(k, d) for k, d in distributions.items() if k not in drawn}
    for name, array in numbers.items():
        if array.ndim:
            refuse(name, "a distribution or a number", f"shape {array.shape}")
    columns = sampled_columns(n, seed, drawn, method)  # type: ignore[arg-type]
    return _sweep(make, {name: (columns | numbers)[name] for name in distributions})
