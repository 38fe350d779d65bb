"""timm's factory: schedulers by name, and the number of epochs to train."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import finite, one_of, refuse, whole_number
from decaylr.compat.shared.calls import entries
from decaylr.compat.timm.cycles import CosineLRScheduler, PolyLRScheduler, TanhLRScheduler
from decaylr.compat.timm.steps import MultiStepLRScheduler, PlateauLRScheduler, StepLRScheduler
from decaylr.compat.timm.wsd import WSDLRScheduler
from decaylr.curves import constant
from decaylr.plateau.scale import Plateau
from decaylr.schedule import Schedule

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
    """The schedule of a name, and the number of epochs with warmup, cycles and cooldown.

    A position is an epoch, or with ``step_on_epochs=False`` an update, of which
    `updates_per_epoch` are an epoch. "none" is the constant `base_lr`. Lengths and
    `cycle_mul` are single numbers here, since the number of epochs follows from them.

    Raises
    ------
    TypeError, ValueError
        For an unknown name or a parameter of the wrong kind or value, which the message names.

    Examples
    --------
    >>> from decaylr.compat.timm import create_scheduler_v2
    >>> s, epochs = create_scheduler_v2(1.0, "cosine", num_epochs=100, cooldown_epochs=10)
    >>> s(50), s(105), epochs
    (0.5, 0.0, 110)
    """
    one_of("sched", sched, NAMES)
    per = _updates(step_on_epochs, updates_per_epoch)
    ahead = {"warmup_lr_init": warmup_lr, "warmup_t": warmup_epochs * per}
    common: dict[str, Any] = {
        **ahead,
        "noise_range_t": _noise_range(noise, num_epochs * per),
        "noise_pct": noise_pct,
        "noise_std": noise_std,
        "noise_seed": noise_seed,
        "horizon": horizon,
    }
    prefixed = common | {"warmup_prefix": warmup_prefix}
    plain = num_epochs + (warmup_epochs if warmup_prefix else 0)
    if sched in CYCLIC:
        extra = {} if sched == "tanh" else {"k_decay": k_decay}
        extra |= {"power": decay_rate} if sched == "poly" else {}
        cycle = {"cycle_mul": cycle_mul, "cycle_decay": cycle_decay, "cycle_limit": cycle_limit}
        made = CYCLIC[sched](base_lr, num_epochs * per, lr_min=min_lr, **cycle, **extra, **prefixed)
        whole = _cycle_length(num_epochs * per, cycle_mul, cycle_limit)
        whole += warmup_epochs * per if warmup_prefix else 0
        return made, int((whole + cooldown_epochs * per) // per)
    if sched in ("wsd", "rsqrt"):
        total = num_epochs * per - (0 if warmup_prefix else warmup_epochs * per)
        made = WSDLRScheduler(
            base_lr,
            total,
            _decay_length(sched, 0.2 if decay_epochs is None else decay_epochs, per, total),
            lr_min=min_lr,
            stable_fn="rsqrt" if sched == "rsqrt" else "constant",
            stable_timescale=None if stable_timescale is None else stable_timescale * per,
            decay_fn=decay_fn or ("linear" if sched == "rsqrt" else "1-sqrt"),
            **common,
        )
        return made, int((warmup_epochs * per + total + cooldown_epochs * per) // per)
    if sched == "none":
        return constant(finite("base_lr", base_lr)), plain
    if sched == "plateau":
        if not step_on_epochs:
            refuse("step_on_epochs", "True for plateau", step_on_epochs)
        rule = PlateauLRScheduler(
            base_lr, decay_rate, patience_epochs, lr_min=min_lr, mode=plateau_mode, **common
        )
        return rule, plain
    if sched == "multistep":
        steps = [milestone * per for milestone in decay_milestones]
        return MultiStepLRScheduler(base_lr, steps, decay_rate, **prefixed), plain
    every = 1 if sched == "constant" else (90 if decay_epochs is None else decay_epochs) * per
    factor = 1.0 if sched == "constant" else decay_rate
    return StepLRScheduler(base_lr, every, factor, **prefixed), plain


def _updates(step_on_epochs: bool, updates_per_epoch: int) -> int:
    return 1 if step_on_epochs else whole_number("updates_per_epoch", updates_per_epoch, least=1)


def _noise_range(noise: Sequence[float] | float | None, whole: float) -> list[float] | float | None:
    if noise is None:
        return None
    limits = [float(share) * whole for share in np.atleast_1d(finite("noise", noise))]
    return limits[0] if len(limits) == 1 else limits


def _cycle_length(whole: float, cycle_mul: float, cycle_limit: int) -> int:
    limit = max(1, cycle_limit)
    if cycle_mul == 1:
        return int(whole * limit)
    return int(np.floor(-whole * (cycle_mul**limit - 1) / (1 - cycle_mul)))


def _decay_length(sched: str, decay_epochs: float, per: int, total: float) -> int:
    share = 0 < decay_epochs < 1
    length = round(decay_epochs * total) if share else round(decay_epochs * per)
    if not 0 < length <= total:
        refuse("decay_epochs", f"above 0 and at most the {total} of {sched}", length)
    return length


def create_scheduler(
    args: Mapping[str, Any] | Any, base_lr: ArrayLike, updates_per_epoch: int = 0
) -> tuple[Schedule | Plateau, int]:
    """The same from timm's command-line arguments: a namespace or a mapping.

    Of what they hold, the arguments of the schedule are taken, with the defaults of timm's
    `scheduler_kwargs`; there is much else in them.

    Examples
    --------
    >>> from decaylr.compat.timm import create_scheduler
    >>> s, epochs = create_scheduler({"sched": "step", "epochs": 90, "warmup_epochs": 0}, 1.0)
    >>> round(s(60), 15), epochs
    (0.01, 90)
    """
    given = entries("args", args if isinstance(args, Mapping) else getattr(args, "__dict__", args))
    if "sched" not in given:
        refuse("args", "with the key sched", sorted(given))
    chosen = {name: given.get(theirs, default) for name, (theirs, default) in ARGUMENTS.items()}
    return create_scheduler_v2(
        base_lr,
        given["sched"],
        plateau_mode="min" if "loss" in given.get("eval_metric", "top1") else "max",
        step_on_epochs=not given.get("sched_on_updates", False),
        updates_per_epoch=updates_per_epoch,
        **chosen,
    )


# The factory's parameters: their names and defaults on timm's command line.
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
