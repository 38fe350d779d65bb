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
)
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.torch import hyperparameters as hyper
from decaylr.torch.tensors import fill
from decaylr.training.sources import (
    Source,
    differences,
    distinct_plateaus,
    unchanged_if_refused,
)
from decaylr.training.steps import exact, on_grid

VERSION = 1


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
    ) -> None:
        # LRScheduler.__init__ is not called: it patches optimizer.step to warn about the order
        # of calls, which does not matter here.
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {type(optimizer).__name__}")
        self.optimizer = optimizer
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._clock = one_of("clock", clock, ("calls", "applied"))
        self._on_change = one_of("on_change", on_change, ("raise", "keep", "checkpoint"))
        self._sources = hyper.sources(schedule)
        self._single = not isinstance(schedule, Mapping)
        self._applied = 0
        self._step_count = 1  # accelerate increments it; it is not used here
        self._writer = self._make_writer(self._sources, exact("start", start))
        self._writer.seek(self._writer.numerator)
        self._register_hooks()

    def _make_writer(self, sources: Mapping[str, Source], position: Fraction) -> Writer:
        denominator = lcm(position.denominator, self._units.denominator)
        return Writer(
            self.optimizer,
            hyper.columns(sources, self.optimizer),
            int(position * denominator),
            denominator,
            int(self._units * denominator),
            torch.Tensor,
            fill,
        )

    def _move(self, sources: Mapping[str, Source], position: Fraction) -> None:
        """Write the values of these schedules, and keep the schedules only if that succeeds."""
        writer = self._make_writer(sources, position)
        writer.adopt(self._writer)
        writer.seek(writer.numerator)
        self._writer, self._sources = writer, dict(sources)

    def _register_hooks(self) -> None:
        """Hook into the optimizer's steps and loads; the hooks do not keep the scheduler alive."""
        weak_self = ref(self)

        def after_load(_: Optimizer) -> None:
            if (scheduler := weak_self()) is not None:
                scheduler._writer.restore()

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
        """Number of steps from position 0 to the current one, rounded down."""
        return int(Fraction(self._writer.numerator, self._writer.denominator) / self._units)

    @last_epoch.setter
    def last_epoch(self, steps: int) -> None:
        if steps < 0:
            # SequentialLR does this to its schedulers
            refuse("last_epoch", ">= 0 (to follow another schedule, join them: a.then(b))", steps)
        self._move(self._sources, steps * self._units)

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The learning rate of each group at position 0."""
        source = self._sources.get("lr")
        if source is None:
            return self._rates()
        first = (source.schedule if isinstance(source, Plateau) else source)(0)
        return [first] * len(self.optimizer.param_groups) if isinstance(first, float) else [*first]

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """The current learning rate of each group, as floats even if a group has a tensor."""
        return [*self._rates()]

    get_lr = get_last_lr

    @property
    def _last_lr(self) -> list[float | torch.Tensor]:  # type: ignore[override]
        return self.get_last_lr()

    def _rates(self) -> list[float]:
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
        count = 1 if self._clock == "calls" else self._applied
        self._write(self._writer.numerator + count * self._writer.stride, metrics)
        self._applied = 0

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
        self._write(self._writer.numerator, self._checked(metrics))

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

    def _write(self, numerator: int, metrics: Array | None) -> None:
        """Teach the plateaus these metrics and write; if that is refused, nothing changes."""
        before = self._writer.numerator
        try:
            if metrics is None:
                self._writer.seek(numerator)
                return
            plateaus = distinct_plateaus(self._sources)
            with unchanged_if_refused(plateaus):
                for plateau in plateaus:
                    plateau.update(metrics, self.position)
                self._writer.seek(numerator)
        except BaseException:
            if self._writer.numerator != before:  # refused while the groups were written
                with suppress(KeyError, RuntimeError, TypeError, ValueError):  # the same refusal
                    self._writer.seek(before)
            raise

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
        """Plain data with the version, the position, the schedules and the plateaus' state."""
        return {
            "version": VERSION,
            "position": self.position,
            "schedule": hyper.to_data(self._sources),
            "plateau": {
                name: {key: _as_list(value) for key, value in source.state_dict().items()}
                for name, source in self._sources.items()
                if isinstance(source, Plateau)
            },
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue from a `state_dict` and write the values at its position.

        Raises
        ------
        TypeError, ValueError
            If the state has another format or version, or, with ``on_change="raise"``, another
            schedule. The scheduler is not changed then.
        """
        known_keys(state_dict, ("version", "position", "schedule", "plateau"), "state")
        if state_dict.get("version") != VERSION:
            refuse("state: version", str(VERSION), shown(state_dict.get("version")))
        plateaus = state_dict.get("plateau")
        if not isinstance(plateaus, Mapping):
            raise TypeError(f"state: plateau must be a mapping, got {shown(plateaus)}")
        sources = self._resolve_change(hyper.from_data(state_dict.get("schedule")))
        position = exact("state: position", state_dict.get("position"))
        if not isinstance(state_dict["position"], int):
            position = on_grid(state_dict["position"], self._units.denominator)
        hyper.columns(sources, self.optimizer)
        with unchanged_if_refused(distinct_plateaus(sources)):
            for name, state in plateaus.items():
                plateau = sources.get(name)
                if isinstance(plateau, Plateau):
                    plateau.load_state_dict(state)
            self._move(sources, position)
        self._applied = 0

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
        options = {
            "units_per_step": self._units,
            "start": self._exact_position(),
            "clock": self._clock,
            "on_change": self._on_change,
        }
        return _rebuild, (self.optimizer, self.schedule, options)


def _rebuild(optimizer: Optimizer, schedule: Any, options: dict[str, Any]) -> Scheduler:
    return Scheduler(optimizer, schedule, **options)


def _innermost(optimizer: Optimizer) -> Optimizer:
    """The optimizer inside wrappers such as accelerate's."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer


def _as_list(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
