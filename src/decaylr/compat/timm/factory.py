"""timm's scheduler factory: a schedule by its name, and the number of epochs to train."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import finite, one_of, refuse, whole_number
from decaylr.compat.shared.calls import as_dict
from decaylr.compat.timm.cycles import CosineLRScheduler, PolyLRScheduler, TanhLRScheduler
from decaylr.compat.timm.steps import MultiStepLRScheduler, PlateauLRScheduler, StepLRScheduler
from decaylr.compat.timm.wsd import WSDLRScheduler
from decaylr.curves import constant
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule
from decaylr.tree.horizon import with_horizon

NAMES = (
    "cosine",
    "tanh",
    "step",
    "constant",
    "multistep",
    "plateau",
    "poly",
    "wsd",
    "rsqrt",
    "none",
)
CYCLIC: dict[str, Callable[..., Schedule]] = {
    "cosine": CosineLRScheduler,
    "tanh": TanhLRScheduler,
    "poly": PolyLRScheduler,
}


def create_scheduler_v2(
    base_lr: ArrayLike,
    sched: str = "cosine",
    num_epochs: int = 300,
    decay_epochs: float | None = None,
    decay_milestones: Sequence[float] = (90, 180, 270),
    cooldown_epochs: int = 0,
    patience_epochs: int = 10,
    decay_rate: ArrayLike = 0.1,
    min_lr: ArrayLike = 0.0,
    warmup_lr: ArrayLike = 1e-5,
    warmup_epochs: int = 0,
    warmup_prefix: bool = False,
    noise: Sequence[float] | float | None = None,
    noise_pct: ArrayLike = 0.67,
    noise_std: ArrayLike = 1.0,
    noise_seed: ArrayLike = 42,
    cycle_mul: float = 1.0,
    cycle_decay: ArrayLike = 0.1,
    cycle_limit: int = 1,
    k_decay: ArrayLike = 1.0,
    decay_fn: str | None = None,
    stable_timescale: float | None = None,
    plateau_mode: str = "max",
    step_on_epochs: bool = True,
    updates_per_epoch: int = 0,
    *,
    horizon: int | None = None,
) -> tuple[Schedule | Plateau, int]:
    """Make a schedule by name, and the number of epochs including warmup, cycles and cooldown.

    A position is an epoch, or with ``step_on_epochs=False`` an update, of which there are
    `updates_per_epoch` per epoch.

    Parameters
    ----------
    base_lr : array_like
    sched : {"cosine", "tanh", "step", "constant", "multistep", "plateau", "poly", "wsd", \
            "rsqrt", "none"}
        "none" is the constant `base_lr`.
    num_epochs, decay_epochs, decay_milestones, cooldown_epochs, warmup_epochs
        Lengths in epochs. They are single numbers, as is `cycle_mul`, since the number of epochs
        to train depends on them. For "wsd" and "rsqrt", `decay_epochs` below 1 is a fraction of
        the training.
    noise : float or pair of float, optional
        Fraction of the training at which the noise begins, or at which it begins and ends.
    step_on_epochs : bool
    updates_per_epoch : int
        Required where `step_on_epochs` is False.
    horizon : int, optional
        End of the noise; see :mod:`decaylr.compat.timm`.
    decay_rate, min_lr, warmup_lr, warmup_prefix, patience_epochs, plateau_mode, noise_pct, \
            noise_std, noise_seed, cycle_mul, cycle_decay, cycle_limit, k_decay, decay_fn, \
            stable_timescale
        Arguments of the schedulers in :mod:`decaylr.compat.timm`.

    Returns
    -------
    schedule : Schedule or Plateau
    epochs : int
        Number of epochs to train.

    Raises
    ------
    TypeError, ValueError
        If the name is unknown or a parameter has the wrong type or value.

    Examples
    --------
    >>> from decaylr.compat.timm import create_scheduler_v2
    >>> s, epochs = create_scheduler_v2(1.0, "cosine", num_epochs=100, cooldown_epochs=10)
    >>> s(50), s(105), epochs
    (0.5, 0.0, 110)
    """
    one_of("sched", sched, NAMES)
    updates = _updates_per_position(step_on_epochs, updates_per_epoch)
    common: dict[str, Any] = {
        "warmup_lr_init": warmup_lr,
        "warmup_t": warmup_epochs * updates,
        "noise_range_t": _noise_range(noise, num_epochs * updates),
        "noise_pct": noise_pct,
        "noise_std": noise_std,
        "noise_seed": noise_seed,
        "horizon": horizon,
    }
    prefixed = common | {"warmup_prefix": warmup_prefix}
    epochs = num_epochs + (warmup_epochs if warmup_prefix else 0)
    if sched in CYCLIC:
        extra = {} if sched == "tanh" else {"k_decay": k_decay}
        extra |= {"power": decay_rate} if sched == "poly" else {}
        cycle = {"cycle_mul": cycle_mul, "cycle_decay": cycle_decay, "cycle_limit": cycle_limit}
        length = num_epochs * updates
        schedule = CYCLIC[sched](base_lr, length, lr_min=min_lr, **cycle, **extra, **prefixed)
        total = _cycles_length(length, cycle_mul, cycle_limit)
        total += warmup_epochs * updates if warmup_prefix else 0
        return _trained(schedule, int((total + cooldown_epochs * updates) // updates), updates)
    if sched in ("wsd", "rsqrt"):
        total = num_epochs * updates - (0 if warmup_prefix else warmup_epochs * updates)
        schedule = WSDLRScheduler(
            base_lr,
            total,
            _decay_length(sched, 0.2 if decay_epochs is None else decay_epochs, updates, total),
            lr_min=min_lr,
            stable_fn="rsqrt" if sched == "rsqrt" else "constant",
            stable_timescale=None if stable_timescale is None else stable_timescale * updates,
            decay_fn=decay_fn or ("linear" if sched == "rsqrt" else "1-sqrt"),
            **common,
        )
        positions = (warmup_epochs + cooldown_epochs) * updates + total
        return _trained(schedule, int(positions // updates), updates)
    if sched == "none":
        return _trained(constant(finite("base_lr", base_lr)), epochs, updates)
    if sched == "plateau":
        if not step_on_epochs:
            refuse("step_on_epochs", "True for plateau", step_on_epochs)
        plateau = PlateauLRScheduler(
            base_lr, decay_rate, patience_epochs, lr_min=min_lr, mode=plateau_mode, **common
        )
        return plateau, epochs
    if sched == "multistep":
        steps = [milestone * updates for milestone in decay_milestones]
        stairs = MultiStepLRScheduler(base_lr, steps, decay_rate, **prefixed)
        return _trained(stairs, epochs, updates)
    every = 1 if sched == "constant" else (90 if decay_epochs is None else decay_epochs) * updates
    factor = 1.0 if sched == "constant" else decay_rate
    stairs = StepLRScheduler(base_lr, every, factor, **prefixed)
    return _trained(stairs, epochs, updates)


def _trained(schedule: Schedule, epochs: int, updates: int) -> tuple[Schedule, int]:
    """A schedule whose horizon is the end of the training, and the epochs of the training."""
    return with_horizon(schedule, epochs * updates), epochs


def _updates_per_position(step_on_epochs: bool, updates_per_epoch: int) -> int:
    """Factor from epochs to positions."""
    return 1 if step_on_epochs else whole_number("updates_per_epoch", updates_per_epoch, least=1)


def _noise_range(
    noise: Sequence[float] | float | None, length: float
) -> list[float] | float | None:
    """Fractions of the training as positions."""
    if noise is None:
        return None
    limits = [float(fraction) * length for fraction in np.atleast_1d(finite("noise", noise))]
    return limits[0] if len(limits) == 1 else limits


def _cycles_length(first_length: float, cycle_mul: float, cycle_limit: int) -> int:
    """The length of all cycles, rounded as timm does."""
    limit = max(1, cycle_limit)
    if cycle_mul == 1:
        return int(first_length * limit)
    return int(np.floor(-first_length * (cycle_mul**limit - 1) / (1 - cycle_mul)))


def _decay_length(sched: str, decay_epochs: float, updates: int, total: float) -> int:
    """The length of the decay; `decay_epochs` below 1 is a fraction of the total."""
    is_fraction = 0 < decay_epochs < 1
    length = round(decay_epochs * total) if is_fraction else round(decay_epochs * updates)
    if not 0 < length <= total:
        refuse("decay_epochs", f"above 0 and at most the {total} of {sched}", length)
    return length


def create_scheduler(
    args: Mapping[str, Any] | Any, base_lr: ArrayLike, updates_per_epoch: int = 0
) -> tuple[Schedule | Plateau, int]:
    """Make a schedule and the number of epochs from timm's command-line arguments.

    Parameters
    ----------
    args : namespace or mapping
        timm's arguments by name. `sched` is required; arguments about the schedule that are
        missing have the defaults of timm's `scheduler_kwargs`, and all others are ignored.
    base_lr : array_like
    updates_per_epoch : int
        Required where `sched_on_updates` is true.

    Returns
    -------
    schedule : Schedule or Plateau
    epochs : int
        Number of epochs to train.

    Raises
    ------
    TypeError, ValueError
        If there is no `sched`, or an argument has the wrong type or value.

    Examples
    --------
    >>> from decaylr.compat.timm import create_scheduler
    >>> s, epochs = create_scheduler({"sched": "step", "epochs": 90, "warmup_epochs": 0}, 1.0)
    >>> round(s(60), 15), epochs
    (0.01, 90)
    """
    values = as_dict("args", args if isinstance(args, Mapping) else getattr(args, "__dict__", args))
    if "sched" not in values:
        refuse("args", "with the key sched", sorted(values))
    arguments = {name: values.get(option, default) for name, (option, default) in ARGUMENTS.items()}
    return create_scheduler_v2(
        base_lr,
        values["sched"],
        plateau_mode="min" if "loss" in values.get("eval_metric", "top1") else "max",
        step_on_epochs=not values.get("sched_on_updates", False),
        updates_per_epoch=updates_per_epoch,
        **arguments,
    )


# Parameters of create_scheduler_v2, with their names and defaults on timm's command line.
ARGUMENTS: dict[str, tuple[str, Any]] = {
    "num_epochs": ("epochs", 100),
    "decay_epochs": ("decay_epochs", 30),
    "decay_milestones": ("decay_milestones", [30, 60]),
    "warmup_epochs": ("warmup_epochs", 5),
    "cooldown_epochs": ("cooldown_epochs", 0),
    "patience_epochs": ("patience_epochs", 10),
    "decay_rate": ("decay_rate", 0.1),
    "min_lr": ("min_lr", 0.0),
    "warmup_lr": ("warmup_lr", 1e-5),
    "warmup_prefix": ("warmup_prefix", False),
    "noise": ("lr_noise", None),
    "noise_pct": ("lr_noise_pct", 0.67),
    "noise_std": ("lr_noise_std", 1.0),
    "noise_seed": ("seed", 42),
    "cycle_mul": ("lr_cycle_mul", 1.0),
    "cycle_decay": ("lr_cycle_decay", 0.1),
    "cycle_limit": ("lr_cycle_limit", 1),
    "k_decay": ("lr_k_decay", 1.0),
    "decay_fn": ("lr_decay_fn", None),
    "stable_timescale": ("lr_stable_timescale", None),
}
