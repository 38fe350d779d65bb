"""thinc and spaCy: schedules for their optimizers, in code and in configuration files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import thinc.schedules

from decaylr.schedule import Schedule
from decaylr.training.single import single_schedule

__all__ = ["from_config", "schedule"]

# Since thinc 9 a schedule is an object of this class, before it was an iterator of values.
KIND = getattr(thinc.schedules, "Schedule", None)


def schedule(s: Schedule) -> Any:
    """Make a schedule of thinc, for `learn_rate` and the other hyperparameters of its optimizers.

    Parameters
    ----------
    s : Schedule
        A single schedule, of shape ().

    Returns
    -------
    thinc.api.Schedule
        With thinc 8, which spaCy 3 uses, an iterator of the values.

    Raises
    ------
    TypeError, ValueError
        If `s` is no single schedule.

    Examples
    --------
    With thinc 9:

    >>> import decaylr as dl
    >>> import decaylr.thinc
    >>> decaylr.thinc.schedule(dl.linear(1.0, 0.0, 4))(1)
    0.75
    """
    return _checked(s)


def from_config(schedule: dict[str, Any]) -> Any:
    """The schedule of a configuration, ``@schedules = "decaylr.v1"``.

    Parameters
    ----------
    schedule : dict
        The result of `Schedule.to_dict`.

    Raises
    ------
    TypeError, ValueError
        If it is no single schedule as data.
    """
    return _checked(Schedule.from_dict(schedule))


def _checked(s: Any) -> Any:
    single_schedule("s", s)
    return _values(s) if KIND is None else KIND("decaylr", _value, attrs={"schedule": s})


def _values(s: Schedule) -> Iterator[float]:
    yield from s.cursor()


def _value(self: Any, step: int, **extra: Any) -> float:
    return float(self.attrs["schedule"](step))
