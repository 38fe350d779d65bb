"""Schedules read from live PyTorch scheduler objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from decaylr.checks import FloatArray, finite, refuse
from decaylr.combinators.batches import stack
from decaylr.compat.shared.momentum import with_momentum
from decaylr.compat.shared.plateau import ReduceLROnPlateau
from decaylr.compat.torch.combined import (
    SWALR,
    ChainedScheduler,
    LambdaLR,
    MultiplicativeLR,
    SequentialLR,
)
from decaylr.compat.torch.curves import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    PolynomialLR,
    StepLR,
)
from decaylr.compat.torch.cycles import CosineAnnealingWarmRestarts, CyclicLR, one_cycle_phases
from decaylr.compat.transformers.live import schedule_of
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon

# Scheduler attributes that are the arguments of the function of the same name.
ARGUMENTS: dict[Callable[..., Schedule], tuple[str, ...]] = {
    StepLR: ("step_size", "gamma"),
    ConstantLR: ("factor", "total_iters"),
    LinearLR: ("start_factor", "end_factor", "total_iters"),
    ExponentialLR: ("gamma",),
    PolynomialLR: ("total_iters", "power"),
    CosineAnnealingLR: ("T_max", "eta_min"),
    CosineAnnealingWarmRestarts: ("T_0", "T_mult", "eta_min"),
}


def from_scheduler(scheduler: Any, *, horizon: int | None = None) -> Schedule | Plateau:
    """Read the whole schedule, from step 0, of a scheduler that may have been stepped already.

    Parameters
    ----------
    scheduler : torch.optim.lr_scheduler.LRScheduler
        An object of any scheduler class of PyTorch 2.13, `SWALR`, or a `SequentialLR` or
        `ChainedScheduler` of these. For `ReduceLROnPlateau` the result has its parameters, its
        state and the current rates.
    horizon : int, optional
        Number of steps at which Python functions are tabulated: those of `LambdaLR` and
        `MultiplicativeLR`, and the `scale_fn` of `CyclicLR`. Required if there are any, except
        for the functions that transformers makes, whose arguments can be read.

    Returns
    -------
    Schedule or Plateau
        Of shape `()` for an optimizer with one parameter group, else with one run per group.
        Schedules of `OneCycleLR` and `CyclicLR` have a `.momentum`.

    Raises
    ------
    TypeError
        If the object is of any other class; the message names it.
    ValueError
        If there is a Python function and no `horizon`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from decaylr.compat.torch import from_scheduler
    >>> from_scheduler(SimpleNamespace())
    Traceback (most recent call last):
    ...
    TypeError: scheduler must be one of torch.optim's, got types.SimpleNamespace
    """
    cls = type(scheduler)
    name = cls.__name__
    if not cls.__module__.startswith("torch.optim.") or name not in _READERS:
        raise TypeError(f"scheduler must be one of torch.optim's, got {cls.__module__}.{name}")
    return _READERS[name](scheduler, horizon)


def _per_group(values: list[Any]) -> FloatArray:
    """One value per parameter group, of shape () for a single group."""
    array = np.array([float(value) for value in values])
    return array[0] if len(array) == 1 else array


def _rates(scheduler: Any) -> FloatArray:
    return finite("base_lrs", _per_group(scheduler.base_lrs))


def _by_arguments(make: Callable[..., Schedule]) -> Callable[[Any, int | None], Schedule]:
    """Reader for schedulers whose attributes are the arguments of `make`."""

    def read(scheduler: Any, _: int | None) -> Schedule:
        arguments = {argument: getattr(scheduler, argument) for argument in ARGUMENTS[make]}
        return make(_rates(scheduler), **arguments)

    return read


def _multi_step(scheduler: Any, _: int | None) -> Schedule:
    return MultiStepLR(_rates(scheduler), sorted(scheduler.milestones.elements()), scheduler.gamma)


def _functions(scheduler: Any, horizon: int | None) -> Schedule:
    is_lambda_lr = type(scheduler).__name__ == "LambdaLR"
    make = LambdaLR if is_lambda_lr else MultiplicativeLR
    runs = []
    for rate, function in zip(scheduler.base_lrs, scheduler.lr_lambdas, strict=True):
        run = schedule_of(float(rate), function) if is_lambda_lr else None
        runs.append(make(float(rate), function, horizon=horizon) if run is None else run)
    return runs[0] if len(runs) == 1 else stack(runs)


def _group(scheduler: Any, key: str) -> FloatArray:
    return _per_group([group[key] for group in scheduler.optimizer.param_groups])


def _one_cycle(scheduler: Any, _: int | None) -> Schedule:
    phases = scheduler._schedule_phases
    kind = scheduler._anneal_func_type
    peak_end, total = np.asarray(phases[0]["end_step"] + 1.0), np.asarray(scheduler.total_steps)

    def cycle(keys: list[str]) -> Schedule:
        values = [np.asarray(_group(scheduler, key)) for key in keys]
        return one_cycle_phases(peak_end, total, kind, len(phases) == 3, values)

    rate = cycle([phase["start_lr"] for phase in phases] + [phases[-1]["end_lr"]])
    rate = with_horizon(rate, total)
    if not scheduler.cycle_momentum:
        return rate
    keys = [phase["start_momentum"] for phase in phases] + [phases[-1]["end_momentum"]]
    return with_momentum(rate, cycle(keys))


def _cyclic(scheduler: Any, horizon: int | None) -> Schedule:
    up = scheduler.total_size * scheduler.step_ratio
    # PyTorch stores a rounded ratio: restore a whole number of steps.
    up = float(round(up)) if abs(up - round(up)) < 1e-9 * scheduler.total_size else up
    arguments: dict[str, Any] = {"mode": scheduler.mode, "gamma": scheduler.gamma}
    if scheduler._scale_fn_custom is not None:
        if horizon is None:
            refuse("horizon", "given where scale_fn is a Python function", None)
        arguments = {
            "scale_fn": scheduler._scale_fn_custom,
            "scale_mode": scheduler.scale_mode,
            "horizon": horizon,
        }
    if scheduler.cycle_momentum:
        arguments |= {
            "base_momentum": _group(scheduler, "base_momentum"),
            "max_momentum": _group(scheduler, "max_momentum"),
        }
    return CyclicLR(
        _rates(scheduler),
        _per_group(scheduler.max_lrs),
        up,
        scheduler.total_size - up,
        cycle_momentum=scheduler.cycle_momentum,
        **arguments,
    )


def _children(scheduler: Any, horizon: int | None) -> list[Schedule]:
    children = []
    for child in scheduler._schedulers:
        schedule = from_scheduler(child, horizon=horizon)
        if not isinstance(schedule, Schedule):
            raise TypeError(f"schedulers must be functions of a step, got {type(child).__name__}")
        children.append(schedule)
    return children


def _sequential(scheduler: Any, horizon: int | None) -> Schedule:
    first = scheduler._schedulers[0]
    rates = _group(first, "initial_lr")
    return SequentialLR(rates, _children(scheduler, horizon), scheduler._milestones)


def _chained(scheduler: Any, horizon: int | None) -> Schedule:
    return ChainedScheduler(_children(scheduler, horizon), _group(scheduler, "initial_lr"))


def _swa(scheduler: Any, _: int | None) -> Schedule:
    return SWALR(
        _rates(scheduler),
        _group(scheduler, "swa_lr"),
        scheduler.anneal_epochs,
        scheduler._anneal_strategy,
    )


def _plateau(scheduler: Any, _: int | None) -> Plateau:
    plateau = ReduceLROnPlateau(
        _group(scheduler, "lr"),
        mode=scheduler.mode,
        factor=scheduler.factor,
        patience=scheduler.patience,
        threshold=scheduler.threshold,
        threshold_mode=scheduler.threshold_mode,
        cooldown=scheduler.cooldown,
        min_lr=_per_group(scheduler.min_lrs),
        eps=scheduler.eps,
    )
    state = plateau.state_dict()
    for key, value in (
        ("best", scheduler.best),
        ("bad", scheduler.num_bad_epochs),
        ("cooldown", scheduler.cooldown_counter),
    ):
        state[key] = np.full(plateau.shape, value, dtype=state[key].dtype)
    plateau.load_state_dict(state)
    return plateau


_READERS: dict[str, Callable[[Any, int | None], Schedule | Plateau]] = {
    **{make.__name__: _by_arguments(make) for make in ARGUMENTS},
    "MultiStepLR": _multi_step,
    "LambdaLR": _functions,
    "MultiplicativeLR": _functions,
    "OneCycleLR": _one_cycle,
    "CyclicLR": _cyclic,
    "SequentialLR": _sequential,
    "ChainedScheduler": _chained,
    "SWALR": _swa,
    "ReduceLROnPlateau": _plateau,
}
