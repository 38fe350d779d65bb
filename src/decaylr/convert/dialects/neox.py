"""GPT-NeoX's YAML: Megatron's words with their own formulas, beside a DeepSpeed optimizer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from decaylr.combinators.joins import join
from decaylr.convert.dialects.megatron import normalised
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings, is_open
from decaylr.curves import constant, cosine, exponential, linear
from decaylr.schedule import Schedule

STYLES = ("constant", "linear", "cosine", "exponential")
HALVING = 0.693  # NeoX's logarithm of 2


def recognises(data: Any) -> bool:
    """Whether an optimizer with params stands beside NeoX's arguments."""
    if not isinstance(data, Mapping):
        return False
    keys = normalised(data)
    optimizer = keys.get("optimizer")
    has_params = isinstance(optimizer, Mapping) and "params" in optimizer
    return has_params and any(
        key in keys for key in ("lr_decay_style", "train_iters", "lr_decay_iters")
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """The schedule of NeoX's `AnnealingLR` over iterations."""
    settings = Settings(normalised(data), given, texts=texts)
    total = settings.number("train_iters", "the number of iterations", fill=STEPS)
    end = max(1, _decay_end(settings, total))
    warmup = settings.number("warmup", "the share of the warmup", 0.01) * end
    params = settings.section("optimizer").section("params")
    rate = params.number("lr", "the highest learning rate", fill=BASE_LR)
    least = settings.number("min_lr", "the lowest rate", 0.0)
    style = settings.choice("lr_decay_style", STYLES, "linear")
    schedule = _decay(style, rate, least, end - warmup)
    if warmup > 0:
        schedule = _after_warmup(rate, warmup, schedule)
    return Found(schedule, total)


def _decay_end(settings: Settings, total: Any) -> Any:
    if not is_open(settings.raw("lr_decay_iters")):
        return settings.number("lr_decay_iters", "the end of the decay")
    fraction = settings.number("lr_decay_fraction", "the share of the decay", None)
    return total if fraction is None else math.floor(total * fraction)


def _decay(style: str, rate: float, least: float, steps: float) -> Schedule:
    """From the end of the warmup on; NeoX's cosine rises again past its end."""
    if style == "constant":
        return constant(max(rate, least))
    if style == "linear":
        return linear(rate, 0.0, steps).clip(lo=least)
    if style == "cosine":
        return cosine(rate, least, steps).ending("mirror").clip(lo=least)
    return exponential(rate, time_constant=steps / HALVING).clip(lo=least)


def _after_warmup(rate: float, warmup: float, after: Schedule) -> Schedule:
    """The warmup, whose step 0 has the rate of step 1, then `after`."""
    held = min(1.0, warmup)
    ramp = linear(0.0, rate, warmup).advance(held)
    return join([constant(rate / warmup), ramp, after], boundaries=[held, warmup])


DIALECT = Dialect("neox", "a GPT-NeoX configuration", recognises, read)
