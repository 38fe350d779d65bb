"""PaddlePaddle: a schedule as the learning rate of its optimizers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from paddle.optimizer.lr import LRScheduler

from decaylr.schedule import Schedule
from decaylr.training.single import single_schedule
from decaylr.training.steps import exact, position_at

__all__ = ["Scheduler"]


class Scheduler(LRScheduler):  # type: ignore[misc]
    """An `LRScheduler` of Paddle with the values of a schedule.

    Step n has the value at ``start + n * units_per_step``. The state is Paddle's, whose
    `last_epoch` is n; the rate is always that of the schedule at n.

    Parameters
    ----------
    schedule : Schedule
        A single schedule, of shape ().
    units_per_step, start : int, float or Fraction
        As for :class:`decaylr.torch.Scheduler`.
    last_epoch : int
        The number of the step before the first, as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value.
    """

    def __init__(
        self,
        schedule: Schedule,
        *,
        units_per_step: float | Fraction = 1.0,
        start: float | Fraction = 0,
        last_epoch: int = -1,
    ) -> None:
        self._schedule = single_schedule("schedule", schedule)
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._start = exact("start", start)
        super().__init__(float(schedule(0)), last_epoch)

    def get_lr(self) -> float:
        """The value at the current step."""
        return float(self._schedule(position_at(self._start, self._units, self.last_epoch)))

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue after the step of a state."""
        super().set_state_dict(state_dict)
        self.last_lr = self.get_lr()

    set_dict = set_state_dict
