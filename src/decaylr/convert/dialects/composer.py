"""The schedulers of composer and of LLM Foundry, with durations such as "100ba" and "0.1dur"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.checks import one_of, refuse, shown
from decaylr.combinators.joins import join
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, STEPS, Given
from decaylr.convert.settings import Settings, is_open, left_open
from decaylr.curves import constant, inverse
from decaylr.recipes.phases import Shape, fall, rise
from decaylr.schedule import Schedule

# The names of LLM Foundry and of composer's classes.
NAMES = {
    "constant_with_warmup": "constant",
    "ConstantWithWarmupScheduler": "constant",
    "cosine_with_warmup": "cosine",
    "CosineAnnealingWithWarmupScheduler": "cosine",
    "linear_decay_with_warmup": "linear",
    "LinearWithWarmupScheduler": "linear",
    "polynomial_with_warmup": "polynomial",
    "PolynomialWithWarmupScheduler": "polynomial",
    "inv_sqrt_with_warmup": "inverse",
    "InverseSquareRootWithWarmupScheduler": "inverse",
    "cosine_annealing": "cosine",
    "CosineAnnealingScheduler": "cosine",
    "LinearScheduler": "linear",
}
_TIME = re.compile(r"\s*(\d[\d_]*(?:\.\d+)?(?:e\d+)?)\s*(dur|ba|ep|tok|sp|iter)\s*", re.IGNORECASE)
# How many batches are one unit: what to divide by, and what that means.
_PER_BATCH = {
    "sp": ("global_train_batch_size", "the number of samples of a batch"),
    "tok": ("tokens_per_batch", "the number of tokens of a batch"),
}


def recognises(data: Any) -> bool:
    """Whether `scheduler` has a name of LLM Foundry or of composer, or `schedulers` does."""
    return _named(data) is not None


def _named(data: Any) -> tuple[str, str, Mapping[str, Any]] | None:
    """The place, the name and the arguments of the scheduler."""
    if not isinstance(data, Mapping):
        return None
    scheduler = data.get("scheduler")
    if isinstance(scheduler, Mapping) and ("name" in scheduler or "t_warmup" in scheduler):
        return "scheduler", scheduler.get("name", "cosine_with_warmup"), scheduler
    several = data.get("schedulers")
    if isinstance(several, Mapping) and len(several) == 1:
        name, body = next(iter(several.items()))
        if isinstance(body, Mapping):
            return f"schedulers.{name}", name, body
    return None


class Times:
    """Durations in batches, or in epochs where the file has no other unit."""

    def __init__(self, settings: Settings, texts: list[Any]) -> None:
        self._settings = settings
        longest = settings.raw("max_duration", ABSENT)
        stated = ABSENT if not is_open(longest) else settings.given.fill(STEPS)
        self._longest = stated if stated is not ABSENT else longest
        units = {self._split("duration", text)[1] for text in (*texts, self._longest) if text}
        epochs = units <= {"ep", "dur"} and is_open(settings.raw("steps_per_epoch"))
        self.unit = "epoch" if epochs else "step"

    @property
    def whole(self) -> float:
        """The whole training."""
        if self._longest is ABSENT:
            raise ValueError(left_open("max_duration", ABSENT, "the training's length", STEPS))
        return self.of("max_duration", self._longest)

    def of(self, place: str, value: Any) -> float:
        """A duration in batches or epochs; a number without a unit counts batches."""
        amount, unit = self._split(place, value)
        if unit == "dur":
            total = amount * self.whole
            return float(int(total)) if self.unit == "step" else total
        if unit in ("ba", "iter") or (unit == "ep" and self.unit == "epoch"):
            return amount
        if unit == "ep":
            meaning = "the number of batches of an epoch"
            return amount * float(self._settings.number("steps_per_epoch", meaning))
        key, meaning = _PER_BATCH[unit]
        return amount / float(self._settings.number(key, meaning))

    @staticmethod
    def _split(place: str, value: Any) -> tuple[float, str]:
        if value is ABSENT:
            return 0.0, "dur"
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value), "ba"
        match = _TIME.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            refuse(place, 'a duration such as "100ba", "2ep" or "0.1dur"', shown(value))
        return float(match[1].replace("_", "")), match[2].lower()


def read(data: Any, given: Given, texts: bool) -> Found:
    """A warmup from 0, then the decay to `alpha_f` times the rate at `t_max`."""
    named = _named(data)
    assert named is not None, "the dialect recognises what it reads"
    place, name, body = named
    shape = NAMES[one_of(f"{place}.name", name, tuple(NAMES))]
    settings, section = Settings(data, given, texts=texts), Settings(body, given, place)
    keys = ("t_warmup", "t_max", "t_scale", "t_cooldown")
    raw = {key: section.raw(key) for key in keys}
    for key, value in raw.items():
        if value is not None and is_open(value):
            raise ValueError(left_open(section.place(key), value, "a duration", None))
    times = Times(settings, list(raw.values()))
    rate = _rate(settings, section)
    if section.raw("scale_warmup", False) not in (False, True):
        refuse(section.place("scale_warmup"), "true or false", section.raw("scale_warmup"))
    warmup = (
        0.0 if raw["t_warmup"] is None else times.of(section.place("t_warmup"), raw["t_warmup"])
    )
    end = times.whole if raw["t_max"] is None else times.of(section.place("t_max"), raw["t_max"])
    if shape == "inverse":
        after = _inverse(section, times, rate, warmup, end)
    else:
        after = _decay(section, shape, rate, max(end - warmup, 0.0))
    ramp = rise("t_warmup", "linear", np.zeros(()), np.asarray(rate), np.asarray(warmup))
    length = None if times._longest is ABSENT else times.whole
    return Found(join([ramp, after], boundaries=[warmup]), length, times.unit)


def _rate(settings: Settings, section: Settings) -> float:
    rate: float = settings.section("optimizer").number("lr", "the base rate", fill=BASE_LR)
    return rate


def _decay(section: Settings, shape: str, rate: float, steps: float) -> Schedule:
    if shape == "constant":
        return constant(rate * section.number("alpha", "the share of the rate", 1.0))
    first = rate * section.number("alpha_i", "the first share of the rate", 1.0)
    last = rate * section.number("alpha_f", "the last share of the rate", 0.0)
    power = section.number("power", "the exponent", 2.0)
    form: Shape = ("polynomial", power) if shape == "polynomial" else shape
    return fall("decay", form, np.asarray(first), np.asarray(last), np.asarray(steps))


def _inverse(section: Settings, times: Times, rate: float, warmup: float, end: float) -> Schedule:
    """`1 / sqrt(p / t_scale)` in shares above `alpha_f_decay`, then a straight cooldown."""
    scale = times.of(section.place("t_scale"), section.raw("t_scale"))
    cooldown = section.raw("t_cooldown")
    down = 0.0 if cooldown is None else times.of(section.place("t_cooldown"), cooldown)
    least = section.number("alpha_f_decay", "the lowest share of the decay", 0.0)
    last = section.number("alpha_f_cooldown", "the last share of the cooldown", 0.0)
    root: Schedule = inverse(rate * (1 - least), 1.0, scale, power=0.5) + rate * least
    begin = end - warmup - down
    if down == 0:
        return root
    cool = fall(
        "cooldown", "linear", np.asarray(root(begin)), np.asarray(rate * last), np.asarray(down)
    )
    return join([root, cool], boundaries=[begin])


DIALECT = Dialect("composer", "a configuration of composer", recognises, read)
