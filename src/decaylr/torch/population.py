"""`Population`: stacked models on one stock optimizer, each with a rate of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from decaylr.checks import FloatArray, known_keys, refuse, whole_number
from decaylr.history import History
from decaylr.schedule import Schedule
from decaylr.torch.linear_rate import expect_linear

VERSION = 1
HALF = (torch.float16, torch.bfloat16)


class Population:
    """Trains stacked models, each at the rate of its own schedule, on one stock optimizer.

    The first axis of every parameter counts the members. With rates r[m] at a step, the
    optimizer steps at the largest of them, R, and each member keeps its share of its change::

        w[m] = old[m] + (new[m] - old[m]) * r[m] / R

    which is what it would have done alone, since the step of these optimizers is linear in
    the rate and goes element by element: SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta,
    Adamax, NAdam and RAdam, with any of their options. It costs a copy of the parameters.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Of exactly one of these classes. Its own rates are overwritten.
    schedule : Schedule
        Of shape (members,), with values >= 0.
    start : int
        Position of the first step, >= 0.

    Raises
    ------
    TypeError, ValueError
        For another optimizer, with the reason; for parameters whose first axis is not the
        members; for a schedule of another shape.

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

    def __init__(self, optimizer: Optimizer, schedule: Schedule, *, start: int = 0) -> None:
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
        self._members()
        self._history = History(schedule)
        self._old: dict[Tensor, Tensor] = {}

    def _members(self) -> list[Tensor]:
        """All parameters, each with a row for every member."""
        found = []
        for g, group in enumerate(self.optimizer.param_groups):
            for i, parameter in enumerate(group["params"]):
                if parameter.ndim == 0 or parameter.shape[0] != len(self._schedule):
                    rule = f"of shape ({len(self._schedule)}, ...), a row for each member"
                    name = f"param_groups[{g}]['params'][{i}]"
                    refuse(name, rule, tuple(parameter.shape))
                found.append(parameter)
        return found

    # -- where it stands --------------------------------------------------------------

    @property
    def position(self) -> int:
        """Steps so far, counted from position 0 of the schedule."""
        return self._position

    @property
    def schedule(self) -> Schedule:
        """What the members follow from here on."""
        return self._schedule

    @property
    def rates(self) -> FloatArray:
        """The rate of each member at the next step."""
        rates = np.asarray(self._schedule(self._position))
        if np.any(rates < 0):
            member = int(np.argmax(rates < 0))
            refuse("schedule", f">= 0 at position {self._position}", f"{rates[member]} at {member}")
        return rates

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The optimizer's groups, for what looks after gradients, such as `GradScaler`."""
        return self.optimizer.param_groups

    # -- steps ------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        self.optimizer.zero_grad(set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step with every member at its own rate; returns what `closure` returns."""
        rates = self.rates
        parameters = self._members()
        largest = float(rates.max())
        for group in self.optimizer.param_groups:
            _set_rate(group, largest)
        with torch.no_grad():
            self._remember(parameters)
        loss = self.optimizer.step() if closure is None else self.optimizer.step(closure)
        if largest > 0 and np.any(rates != largest):
            self._share(rates / largest)
        self._position += 1
        return loss

    def _remember(self, parameters: list[Tensor]) -> None:
        """Copy the parameters into buffers that are made once."""
        if [*map(id, self._old)] != [*map(id, parameters)]:
            self._old = {p: torch.empty_like(p) for p in parameters}
        torch._foreach_copy_([*self._old.values()], parameters)

    @torch.no_grad()
    def _share(self, shares: FloatArray) -> None:
        """Leave each member its share of its change."""
        made: dict[tuple[torch.device, torch.dtype], Tensor] = {}
        for parameter, old in self._old.items():
            new, old = (torch.view_as_real(p) if p.is_complex() else p for p in (parameter, old))
            # a share has more digits than half precision
            dtype = torch.float32 if new.dtype in HALF else new.dtype
            kind = (new.device, dtype)
            if kind not in made:
                made[kind] = torch.from_numpy(shares).to(dtype).to(new.device)
            share = made[kind].view(-1, *[1] * (new.ndim - 1))
            new.copy_(torch.lerp(old.to(dtype), new.to(dtype), share))

    # -- edits ------------------------------------------------------------------------

    def replace(self, schedule: Schedule) -> list[str]:
        """Let all members follow another schedule from here on; returns the differences."""
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
        """Let one member follow another schedule from here on, perhaps as another's copy.

        This is a step of population-based training: exploit (`source`), then explore.

        Parameters
        ----------
        member : int
            Who changes.
        schedule : Schedule
            Of shape (). Its positions are the population's: to start `tail` here, give
            ``population.schedule[i].branch(population.position, tail)``.
        source : int, optional
            The member whose parameters and optimizer state `member` takes over.

        Raises
        ------
        TypeError, ValueError
            For members or a schedule of the wrong kind or value.
        """
        who = self._member("member", member)
        changed = self._schedule.replace_run(who, schedule)
        if source is not None:
            whom = self._member("source", source)
            for row in self._rows():
                row[who] = row[whom]
            self._history.copy(who, whom)
        self._history.follow(who, schedule, self._position)
        self._schedule = changed

    def _member(self, name: str, value: Any) -> int:
        number = whole_number(name, value)
        if number >= len(self._schedule):
            refuse(name, f"below {len(self._schedule)}, the number of members", number)
        return number

    def _rows(self) -> Iterator[Tensor]:
        """Every tensor with a row for each member: parameters and their state."""
        for parameter in self._members():
            yield parameter.detach()
            for value in self.optimizer.state.get(parameter, {}).values():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    yield value

    def history(self, member: int) -> Schedule:
        """The rates that led to a member's parameters, as one schedule to train with again.

        Where it was made from another member, the rates before that are the other's.
        """
        return self._history.of(self._member("member", member))

    # -- state ------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Plain data and the optimizer's state: all that training goes on from."""
        return {
            "version": VERSION,
            "position": self._position,
            "schedule": self._schedule.to_dict(),
            "history": self._history.to_list(),
            "optimizer": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where a `state_dict` was taken, with its schedules.

        Raises
        ------
        TypeError, ValueError
            For a state of another form, version or number of members.
        """
        keys = ("version", "position", "schedule", "history", "optimizer")
        known_keys(state_dict, keys, "state")
        if state_dict.get("version") != VERSION:
            refuse("state: version", str(VERSION), repr(state_dict.get("version")))
        schedule = Schedule.from_dict(state_dict["schedule"])
        if schedule.shape != self._schedule.shape:
            refuse("state: schedule", f"of shape {self._schedule.shape}", schedule.shape)
        position = whole_number("state: position", state_dict["position"])
        history = History.from_list(state_dict["history"], len(schedule))
        self.optimizer.load_state_dict(state_dict["optimizer"])
        self._schedule, self._position, self._history = schedule, position, history


def _set_rate(group: dict[str, Any], rate: float) -> None:
    if isinstance(group["lr"], Tensor):
        group["lr"].fill_(rate)
    else:
        group["lr"] = rate
