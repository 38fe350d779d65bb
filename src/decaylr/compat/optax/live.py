"""Schedules read from the functions that optax returns, by the parameters in their closures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from decaylr.compat.optax.cycles import piecewise_interpolate_schedule
from decaylr.compat.optax.joined import join_schedules
from decaylr.compat.optax.schedules import (
    constant_schedule,
    cosine_decay_schedule,
    exponential_decay,
    piecewise_constant_schedule,
    polynomial_schedule,
)
from decaylr.schedule import Schedule


def from_schedule(schedule: Callable[[Any], Any]) -> Schedule:
    """Read a schedule that optax has made.

    optax returns closures, which contain the parameters. Schedules that optax builds from others
    (warmups, one-cycles, SGDR) are read as the joins and interpolations that they consist of.

    Parameters
    ----------
    schedule : callable
        The result of a function of `optax.schedules` (0.2.8).

    Returns
    -------
    Schedule

    Raises
    ------
    TypeError
        If the callable was not made by optax; the message names it.

    Examples
    --------
    >>> from decaylr.compat.optax import from_schedule
    >>> from_schedule(abs)
    Traceback (most recent call last):
    ...
    TypeError: schedule must be one that optax has made, got builtins.abs
    """
    name = getattr(schedule, "__qualname__", type(schedule).__qualname__)
    module = getattr(schedule, "__module__", None) or type(schedule).__module__
    if not module.startswith("optax.") or name not in _READERS:
        raise TypeError(f"schedule must be one that optax has made, got {module}.{name}")
    return _READERS[name](_cells(schedule))


def _cells(schedule: Any) -> dict[str, Any]:
    """The variables in a closure by name, without those that were never assigned."""
    cells = {}
    for name, cell in zip(schedule.__code__.co_freevars, schedule.__closure__ or (), strict=True):
        try:
            cells[name] = cell.cell_contents
        except ValueError:  # an empty cell: the variable belongs to a branch not taken
            continue
    return cells


def _by_name(
    function: Callable[..., Schedule], *names: str
) -> Callable[[dict[str, Any]], Schedule]:
    """Reader for a closure whose variables are the arguments of `function`."""
    return lambda cells: function(**{name: cells[name] for name in names})


def _constant(cells: dict[str, Any]) -> Schedule:
    return constant_schedule(cells["value"] if "value" in cells else cells["init_value"])


def _interpolate(cells: dict[str, Any]) -> Schedule:
    kind = "linear" if cells["interpolate_fn"].__name__ == "_linear_interpolate" else "cosine"
    scales = dict(zip(cells["boundaries"], cells["scales"], strict=True))
    return piecewise_interpolate_schedule(kind, cells["init_value"], scales)


def _join(cells: dict[str, Any]) -> Schedule:
    parts = [from_schedule(part) for part in cells["schedules"]]
    return join_schedules(parts[: len(cells["boundaries"]) + 1], cells["boundaries"])


_POLYNOMIAL = ("init_value", "end_value", "power", "transition_steps", "transition_begin")
_EXPONENTIAL = (
    "init_value",
    "transition_steps",
    "decay_rate",
    "transition_begin",
    "staircase",
    "end_value",
)
_READERS: dict[str, Callable[[dict[str, Any]], Schedule]] = {
    "constant_schedule.<locals>.<lambda>": _constant,
    "polynomial_schedule.<locals>.<lambda>": _constant,
    "exponential_decay.<locals>.<lambda>": _constant,
    "polynomial_schedule.<locals>.schedule": _by_name(polynomial_schedule, *_POLYNOMIAL),
    "exponential_decay.<locals>.schedule": _by_name(exponential_decay, *_EXPONENTIAL),
    "cosine_decay_schedule.<locals>.schedule": _by_name(
        cosine_decay_schedule, "init_value", "decay_steps", "alpha", "exponent"
    ),
    "piecewise_constant_schedule.<locals>.schedule": _by_name(
        piecewise_constant_schedule, "init_value", "boundaries_and_scales"
    ),
    "piecewise_interpolate_schedule.<locals>.schedule": _interpolate,
    "join_schedules.<locals>.schedule": _join,
}
