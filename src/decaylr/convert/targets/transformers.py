"""Schedules as arguments of transformers' Trainer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from decaylr.convert.targets.nodes import arguments, parts_of, without_ending
from decaylr.schedule import Schedule

LIBRARY = "transformers-args"


def configurations(schedule: Schedule) -> Iterator[Any]:
    """The arguments of a Trainer: the warmup, the name of the decay, the number of steps."""
    parts, boundaries = parts_of(schedule)
    warmup = 0
    first = arguments(parts[0])
    if parts[0].kind == "linear" and first["end_value"] > first["init_value"] and boundaries:
        warmup, parts = boundaries[0], parts[1:]
        boundaries = [boundary - warmup for boundary in boundaries[1:]]
    rest = [without_ending(part) for part in parts]
    rate = float(rest[0](0))
    horizon = float(schedule.horizon)
    common = {"learning_rate": rate, "warmup_steps": warmup}
    for name, extra, total in _decays(rest, boundaries, rate):
        steps = horizon if total is None else warmup + total
        if steps == int(steps) if steps < 2**53 else False:
            yield {
                **common,
                "lr_scheduler_type": name,
                "lr_scheduler_kwargs": extra,
                "max_steps": int(steps),
            }


Decay = tuple[str, dict[str, Any], Any]  # the name, its own arguments, and its length if known


def _decays(rest: list[Schedule], boundaries: list[Any], rate: float) -> Iterator[Decay]:
    a = arguments(rest[0])
    match [part.kind for part in rest]:
        case ["constant"]:
            yield "constant_with_warmup", {}, None
        case ["linear"]:
            yield "linear", {}, a["steps"]
            yield "polynomial", {"lr_end": a["end_value"], "power": 1.0}, a["steps"]
        case ["polynomial"]:
            yield "polynomial", {"lr_end": a["end_value"], "power": a["power"]}, a["steps"]
        case ["cosine"]:
            yield "cosine", {}, a["steps"]
            yield "cosine_with_min_lr", {"min_lr": a["end_value"]}, a["steps"]
        case ["inverse"]:
            timescale = a.get("decay_steps", 1) / a["decay_rate"] if a["decay_rate"] else None
            yield "inverse_sqrt", {"timescale": timescale}, None
        case ["constant", *_]:
            yield from _stable(rest[1], boundaries, rate)


def _stable(decay: Schedule, boundaries: list[Any], rate: float) -> Iterator[Decay]:
    """A constant rate before the decay."""
    a = arguments(decay)
    if "steps" not in a or "end_value" not in a or not rate:
        return
    for shape in ("linear", "cosine", "1-sqrt"):
        extra = {
            "num_decay_steps": a["steps"],
            "min_lr_ratio": a["end_value"] / rate,
            "decay_type": shape,
        }
        yield "warmup_stable_decay", extra, boundaries[0] + a["steps"]
