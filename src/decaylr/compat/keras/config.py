"""Schedules as Keras's own data, where Keras has a class for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from decaylr.checks import refuse
from decaylr.compat.keras.schedules import PolynomialDecay
from decaylr.schedule import Schedule

Body = Mapping[str, Any]
Found = tuple[str, dict[str, Any]]


def to_config(schedule: Schedule) -> dict[str, Any] | float:
    """What `keras.optimizers.schedules.deserialize` makes the same schedule of.

    A constant is a plain number, as `learning_rate` of an optimizer. The classes are those
    with a function in this module:

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

    Keras writes the end of a cosine as a share of its beginning, `alpha`: the nearest float64
    to it, so that ``alpha * initial_learning_rate`` may be half a unit off.

    Parameters
    ----------
    schedule : Schedule
        A single one: Keras has no batches.

    Raises
    ------
    TypeError, ValueError
        For what is no schedule, a batch, or one for which Keras has no class.

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
    kind, body = next(iter(schedule.to_dict()["schedule"].items()))
    if kind == "constant":
        return float(body["value"])
    write = _WRITERS.get(kind)
    found = None if write is None else write(schedule, body)
    if found is None:
        refuse("schedule", "one that Keras has a class for", repr(schedule))
    name, config = found
    if "initial_learning_rate" in config:
        # Keras computes in the type of this number: an integer would cut off all the others.
        config["initial_learning_rate"] = float(config["initial_learning_rate"])
    module = "keras.optimizers.schedules"
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def _exponential(_: Schedule, body: Body) -> Found | None:
    if "end_value" in body or not {"decay_rate", "half_life"} & body.keys():
        return None
    return "ExponentialDecay", {
        "initial_learning_rate": body["init_value"],
        "decay_steps": body.get("half_life", body.get("decay_steps", 1)),
        "decay_rate": body.get("decay_rate", 0.5),
        "staircase": body["staircase"],
    }


def _step(_: Schedule, body: Body) -> Found:
    return "ExponentialDecay", {
        "initial_learning_rate": body["init_value"],
        "decay_steps": body["step_size"],
        "decay_rate": body["gamma"],
        "staircase": True,
    }


def _polynomial(_: Schedule, body: Body) -> Found | None:
    if body.get("rise", False) or body.get("k", 1) != 1:
        return None
    return "PolynomialDecay", {
        "initial_learning_rate": body["init_value"],
        "decay_steps": body["steps"],
        "end_learning_rate": body["end_value"],
        "power": body.get("power", 1.0),
        "cycle": False,
    }


def _inverse(_: Schedule, body: Body) -> Found | None:
    if body["power"] != 1:
        return None
    return "InverseTimeDecay", {
        "initial_learning_rate": body["init_value"],
        "decay_steps": body["decay_steps"],
        "decay_rate": body["decay_rate"],
        "staircase": body["staircase"],
    }


def _stairs(schedule: Schedule, body: Body) -> Found:
    """In Keras a value holds up to and including its boundary."""
    starts = [math.ceil(edge) for edge in body.get("boundaries", body.get("milestones"))]
    after = [start for start in dict.fromkeys(starts) if start > 0]
    return "PiecewiseConstantDecay", {
        "boundaries": [start - 1 for start in after],
        "values": [schedule(0), *(schedule(start) for start in after)],
    }


def _share(first: float, end: float) -> float | None:
    """What times `first` is `end`, or as near to that as a float64 comes."""
    if first == 0:
        return 0.0 if end == 0 else None
    nearest = end / first
    around = (nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, -math.inf))
    return next((share for share in around if first * share == end), nearest)


def _cosine(_: Schedule, body: Body) -> Found | None:
    alpha = _share(body["init_value"], body["end_value"])
    if alpha is None or body["exponent"] != 1 or body["k"] != 1:
        return None
    return "CosineDecay", {
        "initial_learning_rate": body["init_value"],
        "decay_steps": body["steps"],
        "alpha": alpha,
        "warmup_target": None,
        "warmup_steps": 0,
    }


def _restarts(schedule: Schedule, body: Body) -> Found | None:
    kind, cycle = next(iter(body["of"].items()))
    found = _cosine(schedule, cycle) if kind == "cosine" else None
    growth = body["period_scale"]
    real = body["lengths"] == "real" or all(float(x).is_integer() for x in (body["period"], growth))
    fits = real and growth >= 1 and body["value_scale"] >= 0 and "count" not in body
    if found is None or not fits:
        return None
    if body["period"] != cycle["steps"] or body["floor"] != cycle["end_value"]:
        return None
    return "CosineDecayRestarts", {
        "initial_learning_rate": cycle["init_value"],
        "first_decay_steps": body["period"],
        "t_mul": growth,
        "m_mul": body["value_scale"],
        "alpha": found[1]["alpha"],
    }


def _join(schedule: Schedule, body: Body) -> Found | None:
    if len(body["parts"]) != 2:
        return None
    (first, one), (then, other) = (next(iter(part.items())) for part in body["parts"])
    if (first, then) == ("linear", "cosine"):
        return _warmed(schedule, one, other, body["boundaries"])
    return _cycles(schedule, one, other) if (first, then) == ("constant", "sum") else None


def _warmed(schedule: Schedule, ramp: Body, cosine: Body, boundaries: list[Any]) -> Found | None:
    found = _cosine(schedule, cosine)
    whole = boundaries == [ramp["steps"]] and ramp["end_value"] == cosine["init_value"]
    if found is None or not whole:
        return None
    warmup = {
        "initial_learning_rate": ramp["init_value"],
        "warmup_target": ramp["end_value"],
        "warmup_steps": ramp["steps"],
    }
    return "CosineDecay", found[1] | warmup


def _cycles(schedule: Schedule, first: Body, rest: Body) -> Found | None:
    """The cycles that `PolynomialDecay` is made of, known by making them again."""
    fades = [part["product"]["parts"][-1] for part in rest["parts"] if "product" in part]
    ends = [part["constant"]["value"] for part in rest["parts"] if "constant" in part]
    if len(fades) != 1 or len(ends) != 1 or "inverse" not in fades[0]:
        return None
    config = {
        "initial_learning_rate": first["value"],
        "decay_steps": fades[0]["inverse"]["decay_steps"],
        "end_learning_rate": ends[0],
        "power": fades[0]["inverse"]["power"],
        "cycle": True,
    }
    return ("PolynomialDecay", config) if PolynomialDecay(**config) == schedule else None


_WRITERS: dict[str, Callable[[Schedule, Body], Found | None]] = {
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
