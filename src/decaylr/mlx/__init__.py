"""MLX: schedules as functions of a step that is an array of MLX."""

from __future__ import annotations

from typing import Any

import mlx.core as mx

from decaylr.checks import refuse
from decaylr.evaluation.values import values_of_runs
from decaylr.schedule import Schedule
from decaylr.traced.fitting import MOST_ROWS
from decaylr.traced.layout import LAST
from decaylr.traced.listed import listed_blocks
from decaylr.traced.pieces import pieces_of
from decaylr.training.single import single_schedule

__all__ = ["Steps", "schedule"]


def schedule(s: Schedule) -> Steps:
    """Make a function ``step -> value`` for the optimizers of MLX, also inside `mx.compile`.

    The values are float32, looked up in a table made of the core's values, within 4 units in the
    last place of them. Steps are clipped to [0, 2**31 - 1], and a schedule with the ending
    "raise" holds its last value.

    Parameters
    ----------
    s : Schedule
        A single schedule, of shape ().

    Returns
    -------
    Steps
        For example, the `learning_rate` of `mlx.optimizers.AdamW`.

    Raises
    ------
    TypeError, ValueError
        If `s` is no single schedule, or needs more than 32768 polynomials.

    Examples
    --------
    >>> import mlx.core as mx
    >>> import decaylr as dl
    >>> from decaylr.mlx import schedule
    >>> rate = schedule(dl.warmup_cosine(0.0, 1.0, 10, 110))
    >>> rate(mx.array(5)).item(), mx.compile(rate)(mx.array(110)).item()
    (0.5, 0.0)
    """
    return Steps(s)


class Steps:
    """A schedule as a function of an array of steps, made by `schedule`."""

    def __init__(self, s: Schedule) -> None:
        pieces = pieces_of(single_schedule("s", s), values_of_runs)
        if pieces is None:
            refuse("s", f"made of at most {MOST_ROWS} polynomials", "more")
        blocks = listed_blocks(pieces)
        self._begins, self._origins = mx.array(blocks.begins), mx.array(blocks.origins)
        columns = (*blocks.coefficients.T, blocks.scales, blocks.factors)
        self._columns = [mx.array(column) for column in columns]
        self._cycle = int(pieces.cycle_begins[0]), int(pieces.periods[0])

    def __call__(self, step: Any) -> mx.array:
        """The value at each step, of the step's shape."""
        given = step if isinstance(step, mx.array) else mx.array(step)
        at = mx.clip(given.astype(mx.int64), 0, LAST)
        begin, period = self._cycle
        at = mx.where(at < begin, at, begin + (at - begin) % period)
        index = mx.sum(self._begins <= at[..., None], axis=-1) - 1
        first, *lower, value, scale, factor = (column[index] for column in self._columns)
        t = (at - self._origins[index]).astype(mx.float32) * scale
        for coefficient in reversed(lower):
            value = value * t + coefficient
        return (value + first) * factor
