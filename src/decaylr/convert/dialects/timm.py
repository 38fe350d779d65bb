"""timm's training arguments: `args.yaml` beside a checkpoint, or a command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.checks import shown
from decaylr.compat.timm import create_scheduler
from decaylr.compat.timm.factory import ARGUMENTS
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings, is_open, left_open
from decaylr.plateau.scale import Plateau

WORDS = ("lr_decay_fn",)
FLAGS = ("warmup_prefix", "sched_on_updates")


def recognises(data: Any) -> bool:
    """Whether `sched` is a name (a table of that name is not timm's)."""
    return isinstance(data, Mapping) and isinstance(data.get("sched"), str)


def read(data: Any, given: Given, texts: bool) -> Found:
    """The schedule over epochs, or over updates where timm steps by updates."""
    settings = Settings({str(k).replace("-", "_"): v for k, v in data.items()}, given, texts=True)
    args = {"sched": settings.raw("sched", "cosine"), "eval_metric": _text(settings, "eval_metric")}
    for option, default in ARGUMENTS.values():
        value = _value(settings, option, default)
        if value is not ABSENT:
            args[option] = value
    args["sched_on_updates"] = _flag(settings, "sched_on_updates")
    updates = 0
    if args["sched_on_updates"]:
        updates = settings.number("updates_per_epoch", "the number of updates of an epoch")
    schedule, epochs = create_scheduler(args, _rate(settings), updates)
    if isinstance(schedule, Plateau):
        return Found(schedule, epochs, "epoch")
    return Found(schedule, epochs * (updates or 1), "step" if updates else "epoch")


def _value(settings: Settings, option: str, default: Any) -> Any:
    raw = settings.raw(option, ABSENT)
    if option in FLAGS:
        return _flag(settings, option)
    if raw is ABSENT or option in WORDS or (raw is None and default is None):
        return raw
    if isinstance(raw, str) and isinstance(default, list):
        raw = raw.split()
        settings = Settings({option: raw}, settings.given, texts=True)
    return settings.number(option, "its value", default, STEPS if option == "epochs" else None)


def _text(settings: Settings, key: str) -> str:
    value = settings.raw(key, "top1")
    return value if isinstance(value, str) else "top1"


def _flag(settings: Settings, key: str) -> bool:
    value = settings.raw(key, False)
    if isinstance(value, str) and value.lower() in ("true", "false", ""):
        return value.lower() != "false"  # an option without a value sets the flag
    if value in (None, False, True):
        return bool(value)
    raise TypeError(f"{key} must be true or false, got {shown(value)}")


def _rate(settings: Settings) -> Any:
    """`lr`; without it timm computes the rate from `lr_base` and the batch size."""
    if not is_open(settings.raw("lr", ABSENT)):
        return settings.number("lr", "the base rate")
    filled = settings.given.fill(BASE_LR)
    if filled is not ABSENT:
        return filled
    base = settings.raw("lr_base", ABSENT)
    meaning = "the base rate"
    if not is_open(base):
        meaning += (
            f", which timm computes from lr_base = {base} and the size of the global batch "
            "(lr_base * batch / lr_base_size, or its square root for adaptive optimizers)"
        )
    raise ValueError(left_open("lr", settings.raw("lr", ABSENT), meaning, BASE_LR))


DIALECT = Dialect("timm-args", "training arguments of timm", recognises, read)
