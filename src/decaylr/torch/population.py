"""`Population`: stacked models on one PyTorch optimizer, each with its own learning rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from decaylr.checks import (
    FloatArray,
    known_keys,
    refuse,
    shown,
    whole_number,
)
from decaylr.history import History
from decaylr.schedule import Schedule
from decaylr.torch.groups import Groups, checked_choice
from decaylr.torch.linear_rate import expect_linear

VERSION = 1
HALF = (torch.float16, torch.bfloat16)


class Population:
    """Trains several models at once, each at its own learning rate, with one PyTorch optimizer.

    The models (members) are stacked along the first axis of every parameter. At each step the
    optimizer runs at the largest of the members' rates, ``R``, and the change of member ``m``
    is then scaled to its own rate ``r[m]``::

        w[m] = old[m] + (new[m] - old[m]) * r[m] / R

    Each member is trained as it would be alone, since the step of the supported optimizers is
    elementwise and proportional to the rate: SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta,
    Adamax, NAdam and RAdam, with any of their options. A copy of the parameters is kept.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        An object of exactly one of these classes. Its own rates are overwritten.
    schedule : Schedule
        The learning rates, of shape (members,), with values >= 0.
    start : int
        Position of the first step, >= 0.
    groups : {"same", "scaled"}, optional
        Needed where the optimizer's parameter groups hold different rates: give all groups the
        members' rates, or give each group its share of them (the group's rate over the largest
        rate of the groups), as in :class:`Scheduler`.

    Raises
    ------
    TypeError, ValueError
        If the optimizer is not supported (the message has the reason), the first axis of a
        parameter is not the members, or the schedule has another shape.

    Examples
    --------
    >>> import torch
    >>> import decaylr as dl
    >>> from decaylr.torch import Population
    >>> weights = torch.ones(3, 2, requires_grad=True)
    >>> optimizer = torch.optim.SGD([weights], lr=1.0)
    >>> population = Population(optimizer, dl.linear([0.1, 0.2, 0.4], 0.0, 100))
    >>> weights.sum().backward()
    >>> population.step()
    >>> weights[:, 0].tolist() == torch.tensor([0.9, 0.8, 0.6]).tolist()
    True
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedule: Schedule,
        *,
        start: int = 0,
        groups: str | None = None,
    ) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {type(optimizer).__name__}")
        expect_linear(optimizer)
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
        if schedule.ndim != 1:
            refuse("schedule", "of shape (members,)", schedule.shape)
        self.optimizer = optimizer
        self._schedule = schedule
        self._position = whole_number("start", start)
        self._parameters()
        self._groups = self._fitting(Groups(checked_choice(groups), {}))
        self._groups.mark(optimizer)
        self._history = History(schedule)
        self._old: dict[Tensor, Tensor] = {}

    def _parameters(self) -> list[Tensor]:
        """All parameters, after checking that their first axis is the members."""
        parameters = []
        for g, group in enumerate(self.optimizer.param_groups):
            for i, parameter in enumerate(group["params"]):
                if parameter.ndim == 0 or parameter.shape[0] != len(self._schedule):
                    rule = f"of shape ({len(self._schedule)}, ...), a row for each member"
                    name = f"param_groups[{g}]['params'][{i}]"
                    refuse(name, rule, tuple(parameter.shape))
                parameters.append(parameter)
        return parameters

    def _fitting(self, groups: Groups) -> Groups:
        """The groups as they are now, after checking that a choice is made where they differ."""
        return groups.updated({"lr": self._schedule[0]}, self.optimizer)

    # -- position and rates -----------------------------------------------------------

    @property
    def position(self) -> int:
        """The position of the next step: `start` plus the number of steps taken."""
        return self._position

    @property
    def schedule(self) -> Schedule:
        """The members' schedules from now on, of shape (members,)."""
        return self._schedule

    @property
    def rates(self) -> FloatArray:
        """The learning rate of each member at the next step, float64 of shape (members,)."""
        rates = np.asarray(self._schedule(self._position))
        if np.any(rates < 0):
            member = int(np.argmax(rates < 0))
            refuse("schedule", f">= 0 at position {self._position}", f"{rates[member]} at {member}")
        return rates

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The optimizer's parameter groups, for tools such as `GradScaler`."""
        return self.optimizer.param_groups

    # -- steps ------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Reset the gradients, as `Optimizer.zero_grad` does."""
        self.optimizer.zero_grad(set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one optimizer step with every member at its own rate.

        Parameters
        ----------
        closure : callable, optional
            Passed to the optimizer's `step`.

        Returns
        -------
        object
            The result of `closure`, or None.

        Raises
        ------
        ValueError
            If a rate is negative, or a group that was added since holds another rate and no
            choice was made; nothing is changed then.
        """
        rates = self.rates
        parameters = self._parameters()
        largest = float(rates.max())
        self._groups = self._fitting(self._groups)
        groups = self.optimizer.param_groups
        for group, share in zip(groups, self._groups.shares("lr") or cycle([1.0]), strict=False):
            _set_rate(group, share * largest)
        with torch.no_grad():
            self._save(parameters)
        loss = self.optimizer.step() if closure is None else self.optimizer.step(closure)
        if largest > 0 and np.any(rates != largest):
            self._scale_changes(rates / largest)
        self._position += 1
        return loss

    def _save(self, parameters: list[Tensor]) -> None:
        """Copy the parameters into buffers, which are allocated once."""
        if [*map(id, self._old)] != [*map(id, parameters)]:
            self._old = {p: torch.empty_like(p) for p in parameters}
        torch._foreach_copy_([*self._old.values()], parameters)

    @torch.no_grad()
    def _scale_changes(self, factors: FloatArray) -> None:
        """Scale each member's change in this step by its factor."""
        tensors: dict[tuple[torch.device, torch.dtype], Tensor] = {}
        for parameter, old in self._old.items():
            new, old = (torch.view_as_real(p) if p.is_complex() else p for p in (parameter, old))
            # Half precision would round the factors too much.
            dtype = torch.float32 if new.dtype in HALF else new.dtype
            key = (new.device, dtype)
            if key not in tensors:
                tensors[key] = torch.from_numpy(factors).to(dtype).to(new.device)
            factor = tensors[key].view(-1, *[1] * (new.ndim - 1))
            new.copy_(torch.lerp(old.to(dtype), new.to(dtype), factor))

    # -- edits ------------------------------------------------------------------------

    def replace(self, schedule: Schedule) -> list[str]:
        """Let all members follow other schedules from the next step on.

        Parameters
        ----------
        schedule : Schedule
            Of shape (members,).

        Returns
        -------
        list of str
            The differences between the old and the new schedules.

        Raises
        ------
        TypeError, ValueError
            If it is not a Schedule of this shape.
        """
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
        if schedule.shape != self._schedule.shape:
            refuse("schedule", f"of shape {self._schedule.shape}", schedule.shape)
        lines = self._schedule.diff(schedule)
        for member, row in enumerate(schedule):
            self._history.follow(member, row, self._position)
        self._schedule = schedule
        return lines

    def replace_run(self, member: int, schedule: Schedule, *, source: int | None = None) -> None:
        """Let one member follow another schedule from the next step on.

        With `source`, the member becomes a copy of another member first. This is a step of
        population-based training: exploit (`source`), then explore (`schedule`).

        Parameters
        ----------
        member : int
            The index of the member to change.
        schedule : Schedule
            Of shape (), over the same positions as the population's. To let a schedule `tail`
            start at the next step, pass
            ``population.schedule[i].branch(population.position, tail)``.
        source : int, optional
            The index of the member whose parameters and optimizer state are copied to `member`.

        Raises
        ------
        TypeError, ValueError
            If a member or the schedule has the wrong type or value.
        """
        target = self._member("member", member)
        changed = self._schedule.replace_run(target, schedule)
        if source is not None:
            origin = self._member("source", source)
            for tensor in self._tensors():
                tensor[target] = tensor[origin]
            self._history.copy(target, origin)
        self._history.follow(target, schedule, self._position)
        self._schedule = changed

    def _member(self, name: str, value: Any) -> int:
        number = whole_number(name, value)
        if number >= len(self._schedule):
            refuse(name, f"below {len(self._schedule)}, the number of members", number)
        return number

    def _tensors(self) -> Iterator[Tensor]:
        """All tensors whose first axis is the members: parameters and optimizer state."""
        for parameter in self._parameters():
            yield parameter.detach()
            for value in self.optimizer.state.get(parameter, {}).values():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    yield value

    def history(self, member: int) -> Schedule:
        """The learning rates that led to a member's parameters, as one schedule.

        Training a single model with it repeats the training of the member. If the member was
        copied from another one, the rates before the copy are those of the other member.

        Parameters
        ----------
        member : int
            The index of the member.

        Returns
        -------
        Schedule
            Of shape ().
        """
        return self._history.of(self._member("member", member))

    # -- state ------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to continue: position, schedules, history, optimizer state."""
        return {
            "version": VERSION,
            "position": self._position,
            "schedule": self._schedule.to_dict(),
            "history": self._history.to_list(),
            "shares": self._groups.to_data(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict`, with the schedules stored in it.

        Raises
        ------
        TypeError, ValueError
            If the state has another format, version or number of members.
        """
        keys = ("version", "position", "schedule", "history", "optimizer")
        known_keys(state_dict, (*keys, "shares"), "state")
        if state_dict.get("version") != VERSION:
            refuse("state: version", str(VERSION), shown(state_dict.get("version")))
        schedule = Schedule.from_dict(state_dict["schedule"])
        if schedule.shape != self._schedule.shape:
            refuse("state: schedule", f"of shape {self._schedule.shape}", schedule.shape)
        position = whole_number("state: position", state_dict["position"])
        history = History.from_list(state_dict["history"], len(schedule))
        groups = self._groups
        if "shares" in state_dict:
            groups = groups.loaded(state_dict["shares"], "checkpoint")
        self.optimizer.load_state_dict(state_dict["optimizer"])
        self._groups = groups
        self._schedule, self._position, self._history = schedule, position, history


def _set_rate(group: dict[str, Any], rate: float) -> None:
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
