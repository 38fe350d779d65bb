"""`Scheduler`: decaylr's schedules as a PyTorch `LRScheduler`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from math import lcm
from typing import Any
from weakref import ref

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from decaylr._groups import Writer
from decaylr.checks import (
    Array,
    known_keys,
    one_of,
    real_array,
    refuse,
    shown,
    whole_number,
)
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.torch import hyperparameters as hyper
from decaylr.torch.groups import Groups, checked_choice
from decaylr.torch.tensors import fill
from decaylr.training.sources import (
    Source,
    differences,
    distinct_plateaus,
    unchanged_if_refused,
)
from decaylr.training.steps import exact, on_grid

VERSION = 1
KEYS = ("version", "position", "schedule", "plateau")
# States of earlier releases have none of these: the groups' shares, and what trainers read from
# the state of a PyTorch scheduler.
LATER_KEYS = ("shares", "last_epoch", "_step_count", "_last_lr")


class Scheduler(LRScheduler):
    """Sets hyperparameters of an optimizer's parameter groups to the values of schedules.

    The optimizer's own learning rates are ignored and overwritten. After n steps every group
    has the value of its schedule at::

        position = start + n * units_per_step

    The state is only the step count, so optimizer and scheduler can be created and loaded in any
    order. Values are written by the constructor, `step`, `seek`, `update`, `replace` and
    `load_state_dict`, and after the optimizer's own `load_state_dict`. Groups that are added or
    changed later are included in the next write. A learning rate that is a tensor is filled in
    place; if several groups hold the same tensor, all but the first get a copy of it.

    Groups may hold different values of a hyperparameter when one schedule begins to drive it,
    such as 1e-5 for a backbone and 1e-3 for its head. `groups` then says what is meant; without
    it such groups are refused.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        The optimizer, whose groups may change at any time.
    schedule : Schedule, Plateau or mapping of them
        The learning rate itself, not a factor on the optimizer's rate. Shape () is for all
        groups, shape (number of groups,) has one run per group. A mapping such as ``{"lr": a,
        "weight_decay": b, "betas[0]": c}`` schedules several hyperparameters.
    units_per_step : int, float or Fraction
        Distance of two steps in the schedule's unit, > 0. A float is read as the simple
        fraction it was rounded from: after 49 steps of ``1 / 49`` the position is exactly 1.
    start : int, float or Fraction
        Position of the first step, >= 0. To resume after k steps without a checkpoint, pass
        ``start=k * units_per_step``.
    clock : {"calls", "applied"}
        What counts as a step: every call of `step`, or only those for which the optimizer took
        a step. With "applied", calls during gradient accumulation, or after a step that
        `GradScaler` skipped, do not advance the schedule.
    on_change : {"raise", "keep", "checkpoint"}
        What `load_state_dict` does if the stored schedule differs from the constructor's: raise
        ValueError with the differences, keep the constructor's, or use the stored one.
    groups : {"same", "scaled"} or mapping of hyperparameters to them, optional
        What a schedule of shape () does with groups that hold different values: give all groups
        the schedule's value, or give each group its share of it::

            value of the group / largest value of the groups at construction

        Where a group has a key such as "initial_lr", as PyTorch's schedulers leave it, that is
        its value. A share of 0 stays 0. Groups that are added later are treated alike.
    last_epoch : int, optional
        Instead of `start`: the number of the last step before, as in PyTorch's schedulers. The
        first position is ``(last_epoch + 1) * units_per_step``.

    Raises
    ------
    TypeError, ValueError
        If a parameter has the wrong type or value, or a group does not have a hyperparameter.

    References
    ----------
    `torch.optim.lr_scheduler.LRScheduler` of PyTorch 2.13.

    Examples
    --------
    >>> import torch
    >>> import decaylr as dl
    >>> from decaylr.torch import Scheduler
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> scheduler = Scheduler(optimizer, dl.linear(1.0, 0.0, 4))
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    >>> optimizer.param_groups[0]["lr"], scheduler.position
    (0.25, 3)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        schedule: Schedule | Plateau | Mapping[str, Source],
        *,
        units_per_step: float | Fraction = 1.0,
        start: float | Fraction = 0,
        clock: str = "calls",
        on_change: str = "raise",
        groups: str | Mapping[str, str] | None = None,
        last_epoch: int | None = None,
    ) -> None:
        # LRScheduler.__init__ is not called: it patches optimizer.step to warn about the order
        # of calls, which does not matter here.
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {type(optimizer).__name__}")
        units = exact("units_per_step", units_per_step, positive=True)
        self._set_up(
            optimizer,
            schedule,
            units,
            one_of("clock", clock, ("calls", "applied")),
            one_of("on_change", on_change, ("raise", "keep", "checkpoint")),
            Groups(checked_choice(groups), {}),
            _first_position(start, last_epoch, units),
        )

    def _set_up(
        self,
        optimizer: Optimizer,
        schedule: Any,
        units: Fraction,
        clock: str,
        on_change: str,
        groups: Groups,
        position: Fraction,
    ) -> None:
        self.optimizer = optimizer
        self._units, self._clock, self._on_change = units, clock, on_change
        self._sources = hyper.sources(schedule)
        self._single = not isinstance(schedule, Mapping)
        self._applied = 0
        self._step_count = 1  # as in PyTorch's schedulers; trainers read it and change it
        groups = self._fitting(self._sources, groups)
        writer = self._make_writer(self._sources, groups, position)
        writer.seek(writer.numerator)
        self._keep(writer, groups)
        self._register_hooks()

    def _fitting(self, sources: Mapping[str, Source], groups: Groups) -> Groups:
        """The groups as they are now, after checking that these schedules fit them."""
        hyper.expect_groups(sources, self.optimizer)
        return groups.updated(sources, self.optimizer)

    def _make_writer(
        self, sources: Mapping[str, Source], groups: Groups, position: Fraction
    ) -> Writer:
        denominator = lcm(position.denominator, self._units.denominator)
        return Writer(
            self.optimizer,
            hyper.columns(sources, groups),
            int(position * denominator),
            denominator,
            int(self._units * denominator),
            torch.Tensor,
            fill,
        )

    def _continued(
        self, sources: Mapping[str, Source], groups: Groups, position: Fraction
    ) -> Writer:
        """A writer that fills the same tensors as the one of now."""
        writer = self._make_writer(sources, groups, position)
        writer.adopt(self._writer)
        return writer

    def _with_late_groups(self) -> tuple[Writer, Groups]:
        """The writer and the groups of now; others where groups were added since."""
        if len(self.optimizer.param_groups) == self._count:
            return self._writer, self._groups
        if not hyper.fit(self._sources, self.optimizer):
            return self._writer, self._groups  # which refuses to write
        groups = self._groups.updated(self._sources, self.optimizer)
        return self._continued(self._sources, groups, self._exact_position()), groups

    def _move(
        self, sources: Mapping[str, Source], position: Fraction, groups: Groups | None = None
    ) -> None:
        """Write the values of these schedules, and keep the schedules only if that succeeds."""
        fitting = self._fitting(sources, self._groups if groups is None else groups)
        writer = self._continued(sources, fitting, position)
        writer.seek(writer.numerator)
        self._keep(writer, fitting)
        self._sources = dict(sources)

    def _keep(self, writer: Writer, groups: Groups) -> None:
        """Keep a writer that has written, and the groups that it has written into."""
        groups.mark(self.optimizer)
        self._writer, self._groups = writer, groups
        self._count = len(self.optimizer.param_groups)
        self._shown: list[float] | None = None  # the rates where the writer does not know them

    def _register_hooks(self) -> None:
        """Hook into the optimizer's steps and loads; the hooks do not keep the scheduler alive."""
        weak_self = ref(self)

        def after_load(_: Optimizer) -> None:
            if (scheduler := weak_self()) is not None:
                writer, groups = scheduler._with_late_groups()
                writer.restore()
                scheduler._keep(writer, groups)

        def after_step(*_: Any) -> None:
            if (scheduler := weak_self()) is not None:
                scheduler._applied += 1

        inner = _innermost(self.optimizer)
        inner.register_load_state_dict_post_hook(after_load)
        if self._clock == "applied":
            inner.register_step_post_hook(after_step)

    # -- position and rates -----------------------------------------------------------

    @property
    def position(self) -> float:
        """The current position of the schedules; an int if it is whole."""
        return self._writer.position

    @property
    def schedule(self) -> Source | dict[str, Source]:
        """The current schedule, or a dict of them if a mapping was given."""
        return self._sources["lr"] if self._single else dict(self._sources)

    @property
    def last_epoch(self) -> int:
        """Number of steps from position 0 to the current one, rounded down.

        Setting it moves the schedules; as in PyTorch, the values are written by the next step.
        """
        return int(Fraction(self._writer.numerator, self._writer.denominator) / self._units)

    @last_epoch.setter
    def last_epoch(self, steps: int) -> None:
        if steps < 0:
            # SequentialLR does this to its schedulers
            refuse("last_epoch", ">= 0 (to follow another schedule, join them: a.then(b))", steps)
        shown = self._rates()
        position = exact("last_epoch", steps) * self._units
        self._writer = self._continued(self._sources, self._groups, position)
        self._shown = shown

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The learning rate of each group at position 0."""
        return self._rates_at(0, before_metrics=True)

    def get_lr(self) -> list[float | torch.Tensor]:
        """The learning rate of each group at the current position."""
        return [*self._rates_at(self.position)]

    def _rates_at(self, position: float, *, before_metrics: bool = False) -> list[float]:
        source = self._sources.get("lr")
        if source is None:
            return self._rates()
        if before_metrics and isinstance(source, Plateau):
            source = source.schedule
        value = hyper.scaled_value(source, self._groups.shares("lr"))(position)
        return [value] * self._count if isinstance(value, float) else value.tolist()

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """The learning rate of each group as last written, as floats even if it is a tensor."""
        return [*self._rates()]

    @property
    def _last_lr(self) -> list[float | torch.Tensor]:
        return self.get_last_lr()

    @_last_lr.setter
    def _last_lr(self, rates: list[float | torch.Tensor]) -> None:
        self._shown = [float(rate) for rate in rates]

    def _rates(self) -> list[float]:
        if self._shown is not None:
            return self._shown
        groups = self.optimizer.param_groups
        for column in self._writer.columns:
            if column.name == "lr":
                return column.of_groups(len(groups))
        return [float(group["lr"]) for group in groups]

    # -- steps ------------------------------------------------------------------------

    def step(self, epoch: Any = None, *, metrics: Any = None) -> None:
        """Advance by one step and write the values of the schedules into the groups.

        Parameters
        ----------
        epoch : number, optional
            With a `Plateau`: its metric, as in `ReduceLROnPlateau.step`. Otherwise: the number
            of steps from position 0 to go to, as in `LRScheduler.step`.
        metrics : float, array_like or Tensor, optional
            The metric of a `Plateau`, as a keyword.

        Raises
        ------
        TypeError, ValueError
            If the position is past the end of a schedule with the ending "raise", the number of
            groups does not match the runs, or a metric is given without a `Plateau`. The
            scheduler does not advance then, and a `Plateau` does not learn.
        """
        if epoch is None and metrics is None:
            self._advance(None)
        elif epoch is None or (metrics is None and distinct_plateaus(self._sources)):
            self._advance(self._checked(epoch if metrics is None else metrics))
        else:
            self.seek(exact("epoch", epoch) * self._units)

    def _advance(self, metrics: Array | None) -> None:
        self._write(1 if self._clock == "calls" else self._applied, metrics)
        self._applied = 0
        self._step_count += 1

    def update(self, metrics: Any) -> None:
        """Update the `Plateau` with a metric and write the new values, without a step.

        Parameters
        ----------
        metrics : float, array_like or Tensor
            The metric: one number, or one per run of the plateau.

        Raises
        ------
        TypeError, ValueError
            As for `step`; the `Plateau` does not learn then.
        """
        self._write(0, self._checked(metrics))

    def _checked(self, metrics: Any) -> Array:
        """The metric of the plateaus, once it and the groups fit."""
        if not distinct_plateaus(self._sources):
            raise TypeError("metrics must be left out, since no schedule is a Plateau")
        if isinstance(metrics, torch.Tensor):
            metrics = metrics.detach().cpu()
            metrics = (metrics.double() if metrics.is_floating_point() else metrics).numpy()
        array = real_array("metrics", metrics)
        hyper.expect_groups(self._sources, self.optimizer)
        return array

    def _write(self, steps: int, metrics: Array | None) -> None:
        """Teach the plateaus these metrics, go on and write; if refused, nothing changes."""
        writer, groups = self._with_late_groups()
        before = writer.numerator
        try:
            if metrics is None:
                writer.seek(before + steps * writer.stride)
            else:
                plateaus = distinct_plateaus(self._sources)
                with unchanged_if_refused(plateaus):
                    for plateau in plateaus:
                        plateau.update(metrics, self.position)
                    writer.seek(before + steps * writer.stride)
        except BaseException:
            if writer.numerator != before:  # refused while the groups were written
                with suppress(KeyError, RuntimeError, TypeError, ValueError):  # the same refusal
                    writer.seek(before)
            raise
        if groups is not self._groups:
            self._keep(writer, groups)
        self._shown = None

    def seek(self, position: float | Fraction) -> None:
        """Go to a position of the schedules, >= 0, and write the values there."""
        self._move(self._sources, exact("position", position))

    def replace(self, schedule: Schedule | Plateau | Mapping[str, Source]) -> list[str]:
        """Replace the schedules and write their values at the current position.

        To train longer, for example: ``scheduler.replace(
        scheduler.schedule.extend(20_000, at=scheduler.position))``.

        Parameters
        ----------
        schedule : Schedule, Plateau or mapping of them
            As in the constructor.

        Returns
        -------
        list of str
            The differences between the old and the new schedules.
        """
        sources = hyper.sources(schedule)
        lines = differences(self._sources, sources)
        self._move(sources, self._exact_position())
        self._single = not isinstance(schedule, Mapping)
        return lines

    def _exact_position(self) -> Fraction:
        return Fraction(self._writer.numerator, self._writer.denominator)

    # -- state ------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Plain data with the position, the schedules, their plateaus' state and the shares.

        "last_epoch", "_step_count" and "_last_lr" are those of PyTorch's schedulers, for trainers
        that read them.
        """
        return {
            "version": VERSION,
            "position": self.position,
            "schedule": hyper.to_data(self._sources),
            "plateau": {
                name: {key: _as_list(value) for key, value in source.state_dict().items()}
                for name, source in self._sources.items()
                if isinstance(source, Plateau)
            },
            "shares": self._groups.to_data(),
            "last_epoch": self.last_epoch,
            "_step_count": self._step_count,
            "_last_lr": self.get_last_lr(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict` and write the values at its position.

        Raises
        ------
        TypeError, ValueError
            If the state has another format or version, or, with ``on_change="raise"``, another
            schedule or other shares. The scheduler is not changed then.
        """
        known_keys(state_dict, (*KEYS, *LATER_KEYS), "state")
        if state_dict.get("version") != VERSION:
            refuse("state: version", str(VERSION), shown(state_dict.get("version")))
        plateaus = state_dict.get("plateau")
        if not isinstance(plateaus, Mapping):
            raise TypeError(f"state: plateau must be a mapping, got {shown(plateaus)}")
        sources = self._resolve_change(hyper.from_data(state_dict.get("schedule")))
        position = exact("state: position", state_dict.get("position"))
        if not isinstance(state_dict["position"], int):
            position = on_grid(state_dict["position"], self._units.denominator)
        groups, count = self._groups, state_dict.get("_step_count", self._step_count)
        if "shares" in state_dict:
            groups = groups.loaded(state_dict["shares"], self._on_change)
        self._fitting(sources, groups)
        whole_number("state: _step_count", count)
        with unchanged_if_refused(distinct_plateaus(sources)):
            for name, state in plateaus.items():
                plateau = sources.get(name)
                if isinstance(plateau, Plateau):
                    plateau.load_state_dict(state)
            self._move(sources, position, groups)
        self._applied, self._step_count = 0, count

    def _resolve_change(self, stored: dict[str, Source]) -> dict[str, Source]:
        """The constructor's schedules or the stored ones, depending on `on_change`."""
        if stored == self._sources or self._on_change == "keep":
            return self._sources
        if self._on_change == "checkpoint":
            return stored
        lines = "\n".join(differences(stored, self._sources))
        raise ValueError(
            'state: schedule must be the constructor\'s unless on_change is "keep" or '
            f'"checkpoint", got (stored against constructed)\n{lines}'
        )

    def __reduce__(self) -> tuple[Callable[..., Scheduler], tuple[Any, ...]]:
        options = self._units, self._clock, self._on_change, self._groups
        return _rebuilt, (self.optimizer, self.schedule, *options, self._exact_position())


def _rebuilt(*arguments: Any) -> Scheduler:
    scheduler = Scheduler.__new__(Scheduler)
    scheduler._set_up(*arguments)
    return scheduler


def _first_position(start: Any, last_epoch: Any, units: Fraction) -> Fraction:
    position = exact("start", start)
    if last_epoch is None:
        return position
    if position:
        raise ValueError(f"start must be left out where last_epoch is given, got {start}")
    return (whole_number("last_epoch", last_epoch, -1) + 1) * units


def _innermost(optimizer: Optimizer) -> Optimizer:
    """The optimizer inside wrappers such as accelerate's."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer


def _as_list(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
