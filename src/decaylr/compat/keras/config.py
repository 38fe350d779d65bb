"""Schedules written as Keras configurations, where Keras has a class for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from decaylr.checks import refuse
from decaylr.compat.keras.schedules import PolynomialDecay
from decaylr.schedule import Schedule

Arguments = Mapping[str, Any]  # of a node, as in Schedule.to_dict
ClassConfig = tuple[str, dict[str, Any]]  # the name of a Keras class and its arguments


def to_config(schedule: Schedule) -> dict[str, Any] | float:
    """Write a schedule as a configuration for `keras.optimizers.schedules.deserialize`.

    A constant becomes a number, as in an optimizer's `learning_rate`. Other schedules become
    these classes:

    ==========================================================  ======================
    schedule                                                    class
    ==========================================================  ======================
    `exponential` by `decay_rate` or `half_life`; `step`        ExponentialDecay
    `linear`, `polynomial`; the cycles of `PolynomialDecay`     PolynomialDecay
    `inverse` with `power` 1                                    InverseTimeDecay
    `cosine`; after a `linear` warmup to its first value        CosineDecay
    `cosine` repeated to its own floor                          CosineDecayRestarts
    `piecewise_constant`, `multi_step`                          PiecewiseConstantDecay
    ==========================================================  ======================

    Keras has the final value of a cosine as a fraction `alpha` of its initial value. `alpha` is
    rounded to float64, so that the final value may differ in the last bit.

    Parameters
    ----------
    schedule : Schedule
        A single schedule, of shape ().

    Returns
    -------
    dict or float
        A float for a constant.

    Raises
    ------
    TypeError, ValueError
        If it is not a Schedule, is a batch, or Keras has no class for it.

    References
    ----------
    `keras.optimizers.schedules.serialize` of Keras 3.15.

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.compat.keras import from_config, to_config
    >>> config = to_config(dl.exponential(0.5, half_life=64))
    >>> config["class_name"], config["config"]["decay_steps"]
    ('ExponentialDecay', 64)
    >>> from_config(config)(128)
    0.125
    """
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
    if schedule.shape != ():
        refuse("schedule", "a single one, since Keras has no batches", f"shape {schedule.shape}")
    kind, arguments = next(iter(schedule.to_dict()["schedule"].items()))
    if kind == "constant":
        return float(arguments["value"])
    write = _WRITERS.get(kind)
    written = None if write is None else write(schedule, arguments)
    if written is None:
        refuse("schedule", "one that Keras has a class for", repr(schedule))
    name, config = written
    if "initial_learning_rate" in config:
        # Keras computes in the dtype of this number: an int would truncate all others.
        config["initial_learning_rate"] = float(config["initial_learning_rate"])
    module = "keras.optimizers.schedules"
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def _exponential(_: Schedule, arguments: Arguments) -> ClassConfig | None:
    if "end_value" in arguments or not {"decay_rate", "half_life"} & arguments.keys():
        return None
    return "ExponentialDecay", {
        "initial_learning_rate": arguments["init_value"],
        "decay_steps": arguments.get("half_life", arguments.get("decay_steps", 1)),
        "decay_rate": arguments.get("decay_rate", 0.5),
        "staircase": arguments["staircase"],
    }


def _step(_: Schedule, arguments: Arguments) -> ClassConfig:
    return "ExponentialDecay", {
        "initial_learning_rate": arguments["init_value"],
        "decay_steps": arguments["step_size"],
        "decay_rate": arguments["gamma"],
        "staircase": True,
    }


def _polynomial(_: Schedule, arguments: Arguments) -> ClassConfig | None:
    if arguments.get("rise", False) or arguments.get("k", 1) != 1:
        return None
    return "PolynomialDecay", {
        "initial_learning_rate": arguments["init_value"],
        "decay_steps": arguments["steps"],
        "end_learning_rate": arguments["end_value"],
        "power": arguments.get("power", 1.0),
        "cycle": False,
    }


def _inverse(_: Schedule, arguments: Arguments) -> ClassConfig | None:
    if arguments["power"] != 1:
        return None
    return "InverseTimeDecay", {
        "initial_learning_rate": arguments["init_value"],
        "decay_steps": arguments["decay_steps"],
        "decay_rate": arguments["decay_rate"],
        "staircase": arguments["staircase"],
    }


def _stairs(schedule: Schedule, arguments: Arguments) -> ClassConfig:
    """Keras's boundaries are inclusive: each is the last step of its value."""
    boundaries = arguments.get("boundaries", arguments.get("milestones"))
    starts = [s for s in dict.fromkeys(math.ceil(boundary) for boundary in boundaries) if s > 0]
    return "PiecewiseConstantDecay", {
        "boundaries": [start - 1 for start in starts],
        "values": [schedule(0), *(schedule(start) for start in starts)],
    }


def _fraction(first: float, end: float) -> float | None:
    """The float64 whose product with `first` is `end` or nearest to it; None if there is none."""
    if first == 0:
        return 0.0 if end == 0 else None
    nearest = end / first
    candidates = (nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, -math.inf))
    return next((fraction for fraction in candidates if first * fraction == end), nearest)


def _cosine(_: Schedule, arguments: Arguments) -> ClassConfig | None:
    alpha = _fraction(arguments["init_value"], arguments["end_value"])
    if alpha is None or arguments["exponent"] != 1 or arguments["k"] != 1:
        return None
    return "CosineDecay", {
        "initial_learning_rate": arguments["init_value"],
        "decay_steps": arguments["steps"],
        "alpha": alpha,
        "warmup_target": None,
        "warmup_steps": 0,
    }


def _restarts(schedule: Schedule, arguments: Arguments) -> ClassConfig | None:
    kind, cycle = next(iter(arguments["of"].items()))
    written = _cosine(schedule, cycle) if kind == "cosine" else None
    growth = arguments["period_scale"]
    # Keras does not round the cycles' lengths
    unrounded = arguments["lengths"] == "real" or all(
        float(x).is_integer() for x in (arguments["period"], growth)
    )
    fits = unrounded and growth >= 1 and arguments["value_scale"] >= 0 and "count" not in arguments
    if written is None or not fits:
        return None
    if arguments["period"] != cycle["steps"] or arguments["floor"] != cycle["end_value"]:
        return None
    return "CosineDecayRestarts", {
        "initial_learning_rate": cycle["init_value"],
        "first_decay_steps": arguments["period"],
        "t_mul": growth,
        "m_mul": arguments["value_scale"],
        "alpha": written[1]["alpha"],
    }


def _join(schedule: Schedule, arguments: Arguments) -> ClassConfig | None:
    if len(arguments["parts"]) != 2:
        return None
    (first_kind, first), (second_kind, second) = (next(iter(p.items())) for p in arguments["parts"])
    if (first_kind, second_kind) == ("linear", "cosine"):
        return _warmup_cosine(schedule, first, second, arguments["boundaries"])
    if (first_kind, second_kind) == ("constant", "sum"):
        return _polynomial_cycles(schedule, first, second)
    return None


def _warmup_cosine(
    schedule: Schedule, ramp: Arguments, cosine: Arguments, boundaries: list[Any]
) -> ClassConfig | None:
    written = _cosine(schedule, cosine)
    is_warmup = boundaries == [ramp["steps"]] and ramp["end_value"] == cosine["init_value"]
    if written is None or not is_warmup:
        return None
    warmup = {
        "initial_learning_rate": ramp["init_value"],
        "warmup_target": ramp["end_value"],
        "warmup_steps": ramp["steps"],
    }
    return "CosineDecay", written[1] | warmup


def _polynomial_cycles(schedule: Schedule, first: Arguments, rest: Arguments) -> ClassConfig | None:
    """The arguments of `PolynomialDecay` with `cycle`, checked by making the schedule again."""
    factors = [part["product"]["parts"][-1] for part in rest["parts"] if "product" in part]
    ends = [part["constant"]["value"] for part in rest["parts"] if "constant" in part]
    if len(factors) != 1 or len(ends) != 1 or "inverse" not in factors[0]:
        return None
    config = {
        "initial_learning_rate": first["value"],
        "decay_steps": factors[0]["inverse"]["decay_steps"],
        "end_learning_rate": ends[0],
        "power": factors[0]["inverse"]["power"],
        "cycle": True,
    }
    return ("PolynomialDecay", config) if PolynomialDecay(**config) == schedule else None


_WRITERS: dict[str, Callable[[Schedule, Arguments], ClassConfig | None]] = {
    "exponential": _exponential,
    "step": _step,
    "linear": _polynomial,
    "polynomial": _polynomial,
    "inverse": _inverse,
    "cosine": _cosine,
    "repeat": _restarts,
    "piecewise_constant": _stairs,
    "multi_step": _stairs,
    "join": _join,
}
