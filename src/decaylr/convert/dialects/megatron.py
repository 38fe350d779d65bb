"""Megatron-LM's command-line arguments, as text or YAML, and those of its scheduler's class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.compat.megatron import STYLES, WSD_SHAPES, OptimizerParams, OptimizerParamScheduler
from decaylr.convert.calls import Calls
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings, is_open

KEYS = ("lr_decay_style", "lr_decay_iters", "lr_decay_samples", "lr_warmup_fraction")
WEIGHT_DECAY_STYLES = ("constant", "linear", "cosine")


def normalised(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same table with underscores in the keys, where YAML and command lines have dashes."""
    return {str(key).replace("-", "_"): value for key, value in data.items()}


def recognises_arguments(data: Any) -> bool:
    """Whether there is an argument about Megatron's decay, beside those of a training."""
    if not isinstance(data, Mapping):
        return False
    keys = normalised(data)
    return "max_lr" not in keys and any(key in keys for key in (*KEYS, "lr_warmup_iters"))


def recognises_class(data: Any) -> bool:
    """Whether these are the arguments of the class `OptimizerParamScheduler`."""
    return isinstance(data, Mapping) and {"max_lr", "lr_decay_style"} <= data.keys()


def read_class(data: Any, given: Given, texts: bool) -> Found:
    """The schedules of `OptimizerParamScheduler`, over its own positions (samples)."""
    calls = Calls(given, texts, lambda table, place: ABSENT)
    params: OptimizerParams = calls.call(OptimizerParamScheduler, data, "config")
    return Found(
        params.lr, data.get("lr_decay_steps"), others={"weight_decay": params.weight_decay}
    )


def read_arguments(data: Any, given: Given, texts: bool) -> Found:
    """The schedules over iterations, or over samples where the training counts samples."""
    settings = Settings(normalised(data), given, texts=texts)
    if not is_open(settings.raw("train_samples")):
        return _schedules(settings, "samples", "sample")
    return _schedules(settings, "iters", "step")


def _schedules(settings: Settings, counted: str, unit: str) -> Found:
    """The schedules by arguments that end in `_iters` or `_samples`."""
    train = f"train_{counted}"
    total = settings.number(train, "the length of the training", fill=STEPS)
    decay = settings.number(f"lr_decay_{counted}", "the end of the decay", total)
    style = settings.choice("lr_decay_style", STYLES, "linear")
    # One iteration is a whole batch: only the inverse square root without a warmup, which begins
    # at the first sample, depends on its size.
    warmup = _warmup(settings, counted, decay)
    batch = 1
    if style == "inverse-square-root" and warmup == 0 and unit == "step":
        batch = settings.number("global_batch_size", "the number of samples of an iteration")
    peak = settings.number("lr", "the highest learning rate", fill=BASE_LR)
    schedules = OptimizerParamScheduler(
        settings.number("lr_warmup_init", "the first rate of the warmup", 0.0),
        peak,
        settings.number("min_lr", "the lowest rate", 0.0),
        warmup * batch,
        decay * batch,
        style,
        **_weight_decay(settings, total * batch),
        **_wsd(settings, counted, style),
    )
    lr, weight_decay = schedules
    if batch != 1:
        lr, weight_decay = (s.stretch(1 / batch) for s in schedules)
    return Found(lr, total, unit, {"weight_decay": weight_decay})


def _warmup(settings: Settings, counted: str, decay: Any) -> Any:
    fraction = settings.number("lr_warmup_fraction", "the share of the warmup", None)
    if fraction is not None:
        return fraction * decay
    return settings.number(f"lr_warmup_{counted}", "the length of the warmup", 0)


def _weight_decay(settings: Settings, total: Any) -> dict[str, Any]:
    style = settings.choice("weight_decay_incr_style", WEIGHT_DECAY_STYLES, "constant")
    both = settings.number("weight_decay", "the weight decay", 0.01)
    if style == "constant":
        start = end = both
    else:
        start = settings.number("start_weight_decay", "the first weight decay")
        end = settings.number("end_weight_decay", "the last weight decay")
    return {"start_wd": start, "end_wd": end, "wd_incr_steps": total, "wd_incr_style": style}


def _wsd(settings: Settings, counted: str, style: str) -> dict[str, Any]:
    if style != "WSD":
        return {}
    key = f"lr_wsd_decay_{counted}"
    return {
        "wsd_decay_steps": settings.number(key, "the length of the last decay"),
        "lr_wsd_decay_style": settings.choice(
            "lr_wsd_decay_style", tuple(WSD_SHAPES), "exponential"
        ),
    }


ARGUMENTS = Dialect("megatron-args", "arguments of Megatron", recognises_arguments, read_arguments)
CLASS = Dialect("megatron", "arguments of Megatron's scheduler", recognises_class, read_class)
