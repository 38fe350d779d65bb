"""DeepSpeed's JSON, with the values that the Trainer of transformers fills in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from decaylr.checks import known_keys, one_of
from decaylr.convert.calls import Calls
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, Given
from decaylr.convert.names import functions
from decaylr.convert.settings import Settings, is_open

# Sections that only DeepSpeed has.
SECTIONS = ("zero_optimization", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")


def recognises(data: Any) -> bool:
    """Whether there is a scheduler with a type, or one of the sections that only DeepSpeed has."""
    if not isinstance(data, Mapping):
        return False
    scheduler = data.get("scheduler")
    if isinstance(scheduler, Mapping):
        return "type" in scheduler and "param_scheduler" not in data
    return any(section in data for section in SECTIONS) and "lr_scheduler_type" not in data


def read(data: Any, given: Given, texts: bool) -> Found:
    """The scheduler; DeepSpeed also knows PyTorch's, by name."""
    settings = Settings(data, given, texts=texts)
    section = settings.section("scheduler")
    if not section.data:
        raise ValueError(
            "scheduler is missing: without it the training program schedules the rate, such as "
            "transformers by its own arguments; read these, or add a scheduler with type and params"
        )
    known_keys(section.data, ("type", "params"), "scheduler")
    own, known = functions("deepspeed"), _torch_schedulers()
    name = one_of("scheduler.type", section.raw("type"), (*own, *known))
    params = dict(section.section("params").data)
    if is_open(params.get("warmup_min_lr", ABSENT)) and "warmup_min_lr" in params:
        params["warmup_min_lr"] = 0  # what transformers fills in
    calls = Calls(given, texts, lambda table, place: ABSENT, _rate(settings, name, params))
    made = calls.call((own | known)[name], params, "scheduler.params")
    # Its schedules lag one step, and end after the training.
    total = params.get("total_num_steps")
    return Found(made, total if isinstance(total, int | float) else None)


def _torch_schedulers() -> dict[str, Any]:
    """PyTorch's schedulers that take only numbers; DeepSpeed steps them after the optimizer."""
    composed = ("SequentialLR", "ChainedScheduler", "LambdaLR", "MultiplicativeLR")
    return {name: make for name, make in functions("torch").items() if name not in composed}


def _rate(settings: Settings, name: str, params: Mapping[str, Any]) -> Any:
    """The optimizer's rate; ABSENT if neither the file nor the user has one."""
    rate = settings.section("optimizer").section("params").raw("lr", ABSENT)
    if not is_open(rate):
        return settings.section("optimizer").section("params").number("lr", "the rate")
    if name == "WarmupLR" and not is_open(params.get("warmup_max_lr")):
        return ABSENT
    return settings.given.fill(BASE_LR) if name in ("WarmupLR", "WarmupCosineLR") else ABSENT


DIALECT = Dialect("deepspeed", "a DeepSpeed configuration", recognises, read)
