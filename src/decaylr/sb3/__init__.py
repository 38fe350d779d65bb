"""Stable-Baselines3: schedules of its remaining progress."""

from __future__ import annotations

import math

from decaylr.checks import above, refuse
from decaylr.schedule import Schedule
from decaylr.training.single import single_schedule

__all__ = ["Progress", "progress"]

ROUNDING = 2.0**-52  # of a share near 1, and of its product with the steps


def progress(schedule: Schedule, *, steps: float | None = None) -> Progress:
    """Make a function of the remaining progress, for `learning_rate` or `clip_range`.

    Stable-Baselines3 passes the share of `total_timesteps` that remains, from 1 down to 0; the
    last update of a training may pass a share below 0, where the schedule has its last value::

        position = (1 - max(remaining, 0)) * steps

    A position that differs from a whole number by the rounding of that share only is that number,
    so that steps and restarts begin where they should.

    Parameters
    ----------
    schedule : Schedule
        A single schedule, of shape ().
    steps : float, optional
        The position at the end of the training, > 0; by default the length of the schedule.

    Returns
    -------
    Progress
        It can be pickled, and is saved with the model.

    Raises
    ------
    TypeError, ValueError
        If it is no single schedule, or has no finite length and `steps` is not given.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.sb3 import progress
    >>> rate = progress(dl.linear(3e-4, 0.0, 1))
    >>> rate(1.0), rate(0.5), rate(-0.28)
    (0.0003, 0.00015, 0.0)
    """
    return Progress(schedule, steps)


class Progress:
    """A schedule as a function of the remaining progress, made by `progress`."""

    def __init__(self, schedule: Schedule, steps: float | None) -> None:
        single_schedule("schedule", schedule)
        end = float(schedule.length) if steps is None else float(above("steps", steps))
        if not math.isfinite(end):
            refuse("steps", "given for a schedule without an end", "none")
        self.schedule, self.steps = schedule, end

    def __call__(self, remaining: float) -> float:
        """The value at a share of the training that remains."""
        position = (1.0 - max(float(remaining), 0.0)) * self.steps
        whole = round(position)
        is_whole = abs(position - whole) <= ROUNDING * self.steps
        return float(self.schedule(whole if is_whole else position))

    def __repr__(self) -> str:
        return f"progress({self.schedule!r}, steps={self.steps!r})"
