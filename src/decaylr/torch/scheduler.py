"""`Scheduler`: decaylr's schedules as an `LRScheduler` of PyTorch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any
from weakref import ref

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from decaylr._groups import Writer
from decaylr.checks import known_keys, one_of, real_array, refuse
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.torch import hyperparameters as hyper
from decaylr.torch.tensors import fill
from decaylr.training.sources import Source, differences
from decaylr.training.steps import exact, on_grid

VERSION = 1


class Scheduler(LRScheduler):
    """Writes schedules into the parameter groups of an optimizer.

    After n steps every group has the value of its schedule at::

        position = start + n * units_per_step

    Nothing else is remembered, so no order of building and loading optimizer and scheduler
    changes the next rate. Values are written by the constructor, `step`, `seek`, `update`,
    `replace` and `load_state_dict`, and after the optimizer's own `load_state_dict`. The
    groups are read anew each time. A rate in a tensor keeps its identity and is filled in
    place; where several groups hold the same one, all but the first get a copy.

    Parameters
    ----------
    optimizer : torch.optim.Optimizer
        Its groups may change at any time.
    schedule : Schedule, Plateau or mapping of them
        The rate itself (nothing is multiplied by the optimizer's rate). Shape () for all
        groups, or (number of groups,) for a run each. A mapping such as ``{"lr": a,
        "weight_decay": b, "betas[0]": c}`` names hyperparameters of the groups.
    units_per_step : int, float or Fraction
        How far one step goes in the schedule's own unit, > 0. A float stands for the
        fraction that it was rounded from: ``1 / 49`` moves 1 in 49 steps.
    start : int, float or Fraction
        Position of the first step, >= 0. A training that has done k steps continues with
        ``start=k * units_per_step`` and no checkpoint.
    clock : {"calls", "applied"}
        What a step is: a call of `step`, or an optimizer step that happened. With "applied",
        calls of `step` without an optimizer step, skipped or accumulated, move nothing.
    on_change : {"raise", "keep", "checkpoint"}
        What `load_state_dict` does where the stored schedule differs: refuse it with the
        differences, keep the constructor's, or take the stored one.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, or hyperparameters that a group lacks.

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
        # LRScheduler.__init__ is left out: it patches optimizer.step for a warning about the
        # order of calls, and an order is what does not matter here.
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {type(optimizer).__name__}")
        self.optimizer = optimizer
        self._units = exact("units_per_step", units_per_step, positive=True)
        self._clock = one_of("clock", clock, ("calls", "applied"))
        self._on_change = one_of("on_change", on_change, ("raise", "keep", "checkpoint"))
        self._sources = hyper.sources(schedule)
        self._single = not isinstance(schedule, Mapping)
        self._applied = 0
        self._step_count = 1  # accelerate adds to it; nothing here reads it
        self._writer = self._made(self._sources, exact("start", start))
        self._writer.seek(self._writer.numerator)
        self._follow()

    def _made(self, sources: Mapping[str, Source], position: Fraction) -> Writer:
        whole = lcm(position.denominator, self._units.denominator)
        return Writer(
            self.optimizer,
            hyper.columns(sources, self.optimizer),
            int(position * whole),
            whole,
            int(self._units * whole),
            torch.Tensor,
            fill,
        )

    def _move(self, sources: Mapping[str, Source], position: Fraction) -> None:
        """Write these schedules at this position, and only then take them over."""
        writer = self._made(sources, position)
        writer.adopt(self._writer)
        writer.seek(writer.numerator)
        self._writer, self._sources = writer, dict(sources)

    def _follow(self) -> None:
        """Notice the optimizer's steps and loads, for as long as the scheduler is in use."""
        own = ref(self)

        def loaded(_: Optimizer) -> None:
            if (scheduler := own()) is not None:
                scheduler._writer.restore()

        def stepped(*_: Any) -> None:
            if (scheduler := own()) is not None:
                scheduler._applied += 1

        inner = _innermost(self.optimizer)
        inner.register_load_state_dict_post_hook(loaded)
        if self._clock == "applied":
            inner.register_step_post_hook(stepped)

    # -- where it stands --------------------------------------------------------------

    @property
    def position(self) -> float:
        """Where the schedules are: an int where it is whole."""
        return self._writer.position

    @property
    def schedule(self) -> Source | dict[str, Source]:
        """What is followed, as the constructor was given it."""
        return self._sources["lr"] if self._single else dict(self._sources)

    @property
    def last_epoch(self) -> int:
        """Steps from position 0 to here, rounded down: what PyTorch calls the last epoch."""
        return int(Fraction(self._writer.numerator, self._writer.denominator) / self._units)

    @last_epoch.setter
    def last_epoch(self, steps: int) -> None:
        if steps < 0:
            # what SequentialLR does to its parts
            refuse("last_epoch", ">= 0 (to follow another schedule, join them: a.then(b))", steps)
        self._move(self._sources, steps * self._units)

    @property
    def base_lrs(self) -> list[float]:  # type: ignore[override]
        """The rate of each group at position 0."""
        source = self._sources.get("lr")
        if source is None:
            return self._rates()
        first = (source.schedule if isinstance(source, Plateau) else source)(0)
        return [first] * len(self.optimizer.param_groups) if isinstance(first, float) else [*first]

    def get_last_lr(self) -> list[float | torch.Tensor]:
        """The rate of each group as floats, also where the group has a tensor."""
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
        """Advance by one step and write the values there.

        Parameters
        ----------
        epoch : number, optional
            For a `Plateau` its metric, as `ReduceLROnPlateau.step` takes it; otherwise the
            number of steps from position 0 to be at, as `LRScheduler.step` takes it.
        metrics : float, array_like or Tensor, optional
            The metric, by name.

        Raises
        ------
        TypeError, ValueError
            For a position past an end that refuses it, a number of groups that the runs do
            not fit, or a metric without a `Plateau`. Nothing is moved then.
        """
        if epoch is None and metrics is None:
            if self._clock == "calls":
                self._writer.step()
            else:
                applied, self._applied = self._applied, 0
                self._writer.step(applied)
        elif epoch is None or (metrics is None and self._plateaus()):
            self._learn(epoch if metrics is None else metrics)
            self.step()
        else:
            self.seek(exact("epoch", epoch) * self._units)

    def update(self, metrics: Any) -> None:
        """Give a metric to the `Plateau` without a step, and write the values that follow."""
        self._learn(metrics)
        self._writer.seek(self._writer.numerator)

    def _learn(self, metrics: Any) -> None:
        plateaus = self._plateaus()
        if not plateaus:
            raise TypeError("metrics must be left out, since no schedule is a Plateau")
        if isinstance(metrics, torch.Tensor):
            metrics = metrics.detach().double().cpu().numpy()
        given = real_array("metrics", metrics)
        for plateau in plateaus:
            plateau.update(given, self.position)

    def _plateaus(self) -> list[Plateau]:
        """Each of them once, whatever it scales."""
        found = {id(s): s for s in self._sources.values() if isinstance(s, Plateau)}
        return list(found.values())

    def seek(self, position: float | Fraction) -> None:
        """Go to any position of the schedules and write the values there."""
        self._move(self._sources, exact("position", position))

    def replace(self, schedule: Schedule | Plateau | Mapping[str, Source]) -> list[str]:
        """Follow another schedule from the next value on; returns the differences.

        For a longer horizon, a branch or a new warmup: ``scheduler.replace(
        scheduler.schedule.extend(20_000, at=scheduler.position))``.
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
        """Plain data: version, position, schedule, and the state of each plateau."""
        return {
            "version": VERSION,
            "position": self.position,
            "schedule": hyper.described(self._sources),
            "plateau": {
                name: {key: _listed(value) for key, value in source.state_dict().items()}
                for name, source in self._sources.items()
                if isinstance(source, Plateau)
            },
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where a `state_dict` was taken, and write the values there.

        Raises
        ------
        TypeError, ValueError
            For a state of another form or version, or of another schedule unless `on_change`
            says which one wins. Nothing is changed then.
        """
        known_keys(state_dict, ("version", "position", "schedule", "plateau"), "state")
        if state_dict.get("version") != VERSION:
            refuse("state: version", str(VERSION), repr(state_dict.get("version")))
        sources = self._agreed(hyper.restored(state_dict.get("schedule")))
        position = exact("state: position", state_dict.get("position"))
        if not isinstance(state_dict["position"], int):
            position = on_grid(state_dict["position"], self._units.denominator)
        hyper.columns(sources, self.optimizer)
        for name, state in state_dict["plateau"].items():
            plateau = sources.get(name)
            if isinstance(plateau, Plateau):
                plateau.load_state_dict(state)
        self._move(sources, position)
        self._applied = 0

    def _agreed(self, stored: dict[str, Source]) -> dict[str, Source]:
        """The constructor's schedules or the stored ones, as `on_change` says."""
        if stored == self._sources or self._on_change == "keep":
            return self._sources
        if self._on_change == "checkpoint":
            return stored
        lines = "\n".join(differences(stored, self._sources))
        raise ValueError(
            "state: schedule must be the constructor's unless on_change says which one wins, "
            f"got (stored against constructed)\n{lines}"
        )

    def __reduce__(self) -> tuple[Callable[..., Scheduler], tuple[Any, ...]]:
        options = {
            "units_per_step": self._units,
            "start": self._exact_position(),
            "clock": self._clock,
            "on_change": self._on_change,
        }
        return _rebuilt, (self.optimizer, self.schedule, options)


def _rebuilt(optimizer: Optimizer, schedule: Any, options: dict[str, Any]) -> Scheduler:
    return Scheduler(optimizer, schedule, **options)


def _innermost(optimizer: Optimizer) -> Optimizer:
    """The optimizer that steps, inside wrappers such as accelerate's."""
    while isinstance(inner := getattr(optimizer, "optimizer", None), Optimizer):
        optimizer = inner
    return optimizer


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
