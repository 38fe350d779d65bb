"""Schedules as DeepSpeed configurations: its own schedules, and single schedulers of PyTorch.

DeepSpeed's own schedules lag the optimizer by one step: only a schedule that does so too, such as
one read from DeepSpeed, is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from decaylr.convert.targets import torch
from decaylr.convert.targets.nodes import arguments, parts_of, ratio
from decaylr.schedule import Schedule

LIBRARY = "deepspeed"


def configurations(schedule: Schedule) -> Iterator[Any]:
    """A scheduler section, beside an optimizer with the base rate."""
    yield from _lagging(*parts_of(schedule))
    for scheduler in torch.configurations(schedule):
        name, params = next(iter(scheduler.items()))
        if name != "SequentialLR":
            rest = {key: value for key, value in params.items() if key != "base_lr"}
            yield _configuration(name, rest, params["base_lr"])


def _configuration(name: str, params: dict[str, Any], rate: float) -> dict[str, Any]:
    optimizer = {"type": "AdamW", "params": {"lr": rate}}
    return {"optimizer": optimizer, "scheduler": {"type": name, "params": params}}


def _lagging(parts: list[Schedule], boundaries: list[Any]) -> Iterator[dict[str, Any]]:
    """One step at the first rate, then a warmup, then a constant rate or a decay."""
    if len(parts) != 3 or parts[0].kind != "constant" or boundaries[0] != 1:
        return
    _, ramp, rest = parts
    kinds = {"linear": "linear", "samples": "log"}
    if ramp.kind not in kinds:
        return
    warmup, peak = boundaries[1] - 1, float(rest(0))
    low = float(ramp(0))
    shared = {"warmup_num_steps": warmup, "warmup_type": kinds[ramp.kind]}
    rates = {"warmup_min_lr": low, "warmup_max_lr": peak, **shared}
    if rest.kind == "constant":
        yield _configuration("WarmupLR", rates, peak)
    if rest.kind == "linear":
        total = warmup + arguments(rest)["steps"]
        yield _configuration("WarmupDecayLR", {"total_num_steps": total, **rates}, peak)
    if rest.kind == "advance" and rest.children[0].kind == "cosine":
        a = arguments(rest.children[0])
        base = a["init_value"]
        shares = {
            "warmup_min_ratio": ratio(low, base),
            "cos_min_ratio": ratio(a["end_value"], base),
        }
        params = {"total_num_steps": warmup + a["steps"], **shares, **shared}
        yield _configuration("WarmupCosineLR", params, base)
