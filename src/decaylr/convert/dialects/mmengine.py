"""mmengine's `param_scheduler`: schedulers that each change the rate over their own steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from decaylr.checks import known_keys, one_of, refuse, shown
from decaylr.combinators.joins import join
from decaylr.convert.calls import NEUTRAL
from decaylr.convert.found import Dialect, Found
from decaylr.convert.given import ABSENT, BASE_LR, Given
from decaylr.convert.settings import Settings, is_open, left_open
from decaylr.curves import constant, cosine, exponential, linear, multi_step, polynomial, step
from decaylr.schedule import Schedule

ENDLESS = 10**9  # mmengine's own infinity
COMMON = ("type", "begin", "end", "by_epoch", "convert_to_iter_based", "param_name")


@dataclass
class Part:
    """One scheduler of the list, in iterations or in epochs.

    Attributes
    ----------
    begin, end : float
        Where it changes the rate.
    unit : float
        How many positions one of its steps has.
    curve : callable
        The function of the value at `begin` that makes its schedule from there on, in steps.
    relative : bool
        Whether the value at `begin` is a factor of the schedule, so that others may act as well.
    """

    begin: float
    end: float
    unit: float
    curve: Callable[[float], Schedule]
    relative: bool


def recognises(data: Any) -> bool:
    """Whether there is a `param_scheduler`, or a list of tables with types."""
    if isinstance(data, Mapping):
        return "param_scheduler" in data
    return (
        isinstance(data, list)
        and bool(data)
        and all(isinstance(item, Mapping) and "type" in item for item in data)
    )


def read(data: Any, given: Given, texts: bool) -> Found:
    """The product of what the schedulers do to the base rate."""
    table = data if isinstance(data, Mapping) else {"param_scheduler": data}
    settings = Settings(table, given, texts=texts)
    listed = table["param_scheduler"]
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, list):
        raise TypeError(f"param_scheduler must be a list of tables, got {shown(listed)}")
    schedulers = [
        Settings(item, given, f"param_scheduler[{i}]", texts=texts)
        for i, item in enumerate(listed)
        if _is_about_the_rate(item, i)
    ]
    rate = _rate(settings)
    by_epoch = [bool(s.raw("by_epoch", True)) for s in schedulers]
    converted = [bool(s.raw("convert_to_iter_based", False)) for s in schedulers]
    in_epochs = all(by_epoch) and not any(converted)
    parts = [_part(s, settings, in_epochs=in_epochs) for s in schedulers]
    return Found(
        _product(rate, parts), _length(settings, in_epochs), "epoch" if in_epochs else "step"
    )


def _is_about_the_rate(item: Any, i: int) -> bool:
    if not isinstance(item, Mapping):
        raise TypeError(f"param_scheduler[{i}] must be a table, got {shown(item)}")
    kind = item.get("type")
    return not (isinstance(kind, str) and kind.endswith(("Momentum", "WeightDecay")))


def _rate(settings: Settings) -> float:
    """The optimizer's rate, which stands in its wrapper."""
    for section in (
        settings.section("optim_wrapper").section("optimizer"),
        settings.section("optimizer"),
    ):
        if not is_open(section.raw("lr", ABSENT)):
            return float(section.number("lr", "the base rate"))
    filled = settings.given.fill(BASE_LR)
    if filled is ABSENT:
        place = "optim_wrapper.optimizer.lr"
        raise ValueError(left_open(place, ABSENT, "the base rate", BASE_LR))
    return float(filled)


def _length(settings: Settings, in_epochs: bool) -> float | None:
    train = settings.section("train_cfg")
    epochs, iters = train.raw("max_epochs"), train.raw("max_iters")
    if not is_open(iters) and not in_epochs:
        return float(train.number("max_iters", "the length of the training"))
    if is_open(epochs):
        return None
    number = float(train.number("max_epochs", "the length of the training"))
    return number if in_epochs else number * _epoch(settings)


def _epoch(settings: Settings) -> float:
    return float(settings.number("steps_per_epoch", "the number of iterations of an epoch"))


def _part(scheduler: Settings, settings: Settings, *, in_epochs: bool) -> Part:
    kind = str(scheduler.raw("type")).removesuffix("LR").removesuffix("ParamScheduler")
    place = scheduler.place("type")
    read_curve, keys = _CURVES[one_of(place, kind, tuple(_CURVES))]
    neutral = {
        key: value
        for key, value in scheduler.data.items()
        if key in NEUTRAL and value in NEUTRAL[key]
    }
    known_keys({k: 0 for k in scheduler.data if k not in neutral}, (*COMMON, *keys), scheduler.path)
    by_epoch = bool(scheduler.raw("by_epoch", True))
    converted = bool(scheduler.raw("convert_to_iter_based", False))
    if converted and not by_epoch:
        refuse(scheduler.place("convert_to_iter_based"), "false where by_epoch is false", True)
    positions = 1.0 if in_epochs or not by_epoch else _epoch(settings)
    begin = scheduler.number("begin", "where it begins", 0)
    end = scheduler.number("end", "where it ends", ENDLESS)
    if end <= begin:
        refuse(scheduler.place("end"), "above begin", end)
    scale = positions if converted else 1.0  # its own numbers count epochs, its steps iterations
    unit = 1.0 if converted else positions
    steps = np.inf if end >= ENDLESS else (end - begin) * scale
    curve, relative = read_curve(scheduler, steps, scale)
    return Part(begin * positions, end * positions, unit, curve, relative)


Curve = tuple[Callable[[float], Schedule], bool]


def _constant(s: Settings, steps: float, scale: float) -> Curve:
    factor = s.number("factor", "the factor", 1 / 3)
    if not np.isfinite(steps):
        return lambda value: constant(value * factor), True
    return lambda value: join([constant(value * factor), constant(value)], [steps - 1]), True


def _linear(s: Settings, steps: float, scale: float) -> Curve:
    first, last = (
        s.number("start_factor", "the first factor", 1 / 3),
        s.number("end_factor", "the last factor", 1.0),
    )
    if not np.isfinite(steps):
        return lambda value: constant(value * first), True
    if steps == 1:
        return lambda value: constant(value * first), True
    return lambda value: linear(value * first, value * last, steps - 1), True


def _multi_step(s: Settings, steps: float, scale: float) -> Curve:
    milestones = s.number("milestones", "the steps at which the rate falls")
    if not isinstance(milestones, list) or not milestones:
        refuse(s.place("milestones"), "a list of steps", shown(milestones))
    stairs = sorted(milestone * scale for milestone in milestones)
    gamma = s.number("gamma", "the factor", 0.1)
    return lambda value: multi_step(value, stairs, gamma), True


def _step(s: Settings, steps: float, scale: float) -> Curve:
    size = s.number("step_size", "the steps between two factors") * scale
    gamma = s.number("gamma", "the factor", 0.1)
    return lambda value: step(value, size, gamma), True


def _exponential(s: Settings, steps: float, scale: float) -> Curve:
    gamma = s.number("gamma", "the factor of a step")
    return lambda value: exponential(value, gamma), True


def _poly(s: Settings, steps: float, scale: float) -> Curve:
    least, power = (
        s.number("eta_min", "the lowest rate", 0.0),
        s.number("power", "the exponent", 1.0),
    )
    if not np.isfinite(steps):
        raise ValueError(left_open(s.place("end"), ABSENT, "the end of the decay", None))
    if steps == 1:
        return constant, least == 0
    return lambda value: polynomial(value, least, steps - 1, power), least == 0


def _cosine(s: Settings, steps: float, scale: float) -> Curve:
    ratio = s.number("eta_min_ratio", "the lowest share of the rate", None)
    least = s.number("eta_min", "the lowest rate", 0.0)
    length = s.number("T_max", "the length of the cosine", None)
    half = steps if length is None else length * scale
    if not np.isfinite(half):
        raise ValueError(left_open(s.place("T_max"), ABSENT, "the length of the cosine", None))
    if ratio is not None:
        return lambda value: cosine(value, value * ratio, half).ending("mirror"), True
    return lambda value: cosine(value, least, half).ending("mirror"), least == 0


_CURVES: dict[str, tuple[Callable[[Settings, float, float], Curve], tuple[str, ...]]] = {
    "Constant": (_constant, ("factor",)),
    "Linear": (_linear, ("start_factor", "end_factor")),
    "MultiStep": (_multi_step, ("milestones", "gamma")),
    "Step": (_step, ("step_size", "gamma")),
    "Exponential": (_exponential, ("gamma",)),
    "Poly": (_poly, ("eta_min", "power")),
    "CosineAnnealing": (_cosine, ("T_max", "eta_min", "eta_min_ratio")),
}


def _product(rate: float, parts: list[Part]) -> Schedule:
    """The base rate times what each scheduler makes of it.

    One with a lowest rate begins from the value that the others leave; they must not act meanwhile.
    """
    result: Schedule = constant(rate)
    for part in sorted(parts, key=lambda part: part.begin):
        if part.relative:
            result = result * _placed(part, 1.0)
            continue
        for other in parts:
            if other is not part and other.begin < part.end and part.begin < other.end:
                raise ValueError(
                    "param_scheduler must not have two schedulers at once of which one has an "
                    f"eta_min, got one in [{other.begin:g}, {other.end:g}) and one in "
                    f"[{part.begin:g}, {part.end:g}): the rate depends on each step of both"
                )
        value = float(result(part.begin))
        result = (
            join([result, _held(part, value)], [part.begin]) if part.begin else _held(part, value)
        )
    return result


def _placed(part: Part, value: float) -> Schedule:
    held = _held(part, value)
    return join([constant(value), held], boundaries=[part.begin]) if part.begin else held


def _held(part: Part, value: float) -> Schedule:
    """The part's schedule from its begin on, with the value of its last step after its end."""
    curve = part.curve(value)
    schedule = curve if part.unit == 1 else curve.stretch(part.unit).staircase(part.unit)
    if part.end >= ENDLESS:
        return schedule
    last = part.end - part.begin - part.unit
    return join([schedule, constant(schedule(last))], boundaries=[part.end - part.begin])


DIALECT = Dialect("mmengine", "a configuration of mmengine", recognises, read)
