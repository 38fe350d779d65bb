"""`OptimizerParamScheduler`: rates and weight decays by schedules, with Megatron's methods."""

from __future__ import annotations

from typing import Any

from decaylr.checks import refuse, whole_number
from decaylr.schedule import Schedule


class OptimizerParamScheduler:
    """Writes the values of schedules into the parameter groups of Megatron's optimizer.

    It has the methods that Megatron's training loop and its checkpoints call, and counts as they
    do: `step(increment)` adds the samples (or iterations) of a step to the position.

    Parameters
    ----------
    optimizer : object
        With `param_groups`. A group's `wd_mult` is a factor of its weight decay.
    lr : Schedule
        The learning rate, of shape (), or of shape (groups,) with a run for each group.
    weight_decay : Schedule, optional
        The weight decay, of such a shape; left as it is by default.
    override_opt_param_scheduler : bool
        Whether a checkpoint with other schedules is loaded, as in Megatron: its position counts,
        its schedules do not.

    Raises
    ------
    TypeError, ValueError
        If a schedule has the wrong type or shape, or groups have a `max_lr` or `min_lr` of their
        own and one schedule is to drive them all.

    Examples
    --------
    >>> import types
    >>> import decaylr as dl
    >>> from decaylr.megatron import OptimizerParamScheduler
    >>> optimizer = types.SimpleNamespace(param_groups=[{"lr": 0.0, "weight_decay": 0.1}])
    >>> scheduler = OptimizerParamScheduler(optimizer, dl.linear(1.0, 0.0, 1024))
    >>> scheduler.step(increment=256)
    >>> optimizer.param_groups[0]["lr"]
    0.75
    """

    def __init__(
        self,
        optimizer: Any,
        lr: Schedule,
        weight_decay: Schedule | None = None,
        *,
        override_opt_param_scheduler: bool = False,
    ) -> None:
        self.optimizer, self.num_steps = optimizer, 0
        self._override = override_opt_param_scheduler
        named = {"lr": lr, "weight_decay": weight_decay}
        self._schedules = {name: s for name, s in named.items() if s is not None}
        for name, schedule in self._schedules.items():
            self._expect_fitting(name, schedule)
        self.step(0)

    def _expect_fitting(self, name: str, schedule: Any) -> None:
        if not isinstance(schedule, Schedule):
            raise TypeError(f"{name} must be a Schedule, got {type(schedule).__name__}")
        groups = self.optimizer.param_groups
        if schedule.shape not in ((), (len(groups),)):
            refuse(name, f"of shape () or ({len(groups)},), a run per group", schedule.shape)
        keys = ("max_lr", "min_lr") if name == "lr" else ("start_wd", "end_wd")
        own = {tuple(group.get(key) for key in keys) for group in groups}
        if schedule.shape == () and len(own) > 1:
            refuse(name, f"of shape ({len(groups)},) where groups differ in {keys}", "shape ()")

    def get_lr(self, param_group: dict[str, Any]) -> float:
        """The learning rate of a group at the present position."""
        return self._value("lr", param_group)

    def get_wd(self, param_group: dict[str, Any] | None = None) -> float:
        """The weight decay of a group at the present position, without its `wd_mult`."""
        group = self.optimizer.param_groups[0] if param_group is None else param_group
        return self._value("weight_decay", group)

    def _value(self, name: str, group: dict[str, Any]) -> float:
        schedule = self._schedules.get(name)
        if schedule is None:
            return float(group[name])
        if schedule.shape == ():
            return float(schedule(self.num_steps))
        index = [id(one) for one in self.optimizer.param_groups].index(id(group))
        return float(schedule[index](self.num_steps))

    def step(self, increment: int) -> None:
        """Advance by so many samples or iterations, and write the values into the groups."""
        self.num_steps += whole_number("increment", increment)
        for group in self.optimizer.param_groups:
            group["lr"] = self.get_lr(group)
            if "weight_decay" in self._schedules:
                group["weight_decay"] = self.get_wd(group) * group.get("wd_mult", 1.0)

    def state_dict(self) -> dict[str, Any]:
        """The position, by Megatron's name, and the schedules as plain data."""
        schedules = {name: schedule.to_dict() for name, schedule in self._schedules.items()}
        return {"num_steps": self.num_steps, "schedules": schedules}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a state of this class, or from the position of one of Megatron's.

        Raises
        ------
        ValueError
            If the state has other schedules, or none, without `override_opt_param_scheduler`.
        """
        position = state_dict.get("num_steps", state_dict.get("num_iters"))
        steps = whole_number("state: num_steps", position)
        if not self._override and state_dict.get("schedules") != self.state_dict()["schedules"]:
            rule = "the constructor's unless override_opt_param_scheduler is set"
            refuse("state: schedules", rule, "others")
        self.num_steps = 0
        self.step(steps)
