"""Measured losses of 27 published trainings, and their schedules."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import decaylr as dl
from decaylr.laws import LossCurve

DATA = json.loads(Path(__file__, "..", "published_curves.json").resolve().read_text())["curves"]
SIZES = (25, 100, 400)
TRAINED = ("cosine_24000", "constant_24000", "wsdcon_9")  # the curves that the authors fitted
TESTED = (
    "constant_72000",
    "cosine_72000",
    "wsd_20000_24000",
    "wsdld_20000_24000",
    "wsdcon_3",
    "wsdcon_18",
)


def schedule_of(name: str) -> dl.Schedule:
    """The schedule of a published training, from its name."""
    kind, *numbers = name.split("_")
    first, last = int(numbers[0]), int(numbers[-1])
    warmup, stable = dl.linear(0.0, 3e-4, 2159), dl.constant(3e-4)
    if kind == "constant":
        return dl.join([warmup, stable], [2160])
    if kind == "cosine":
        return dl.join([warmup, dl.cosine(3e-4, 3e-5, last - 2160)], [2160])
    if kind == "wsdcon":
        return dl.join([warmup, stable, dl.constant(first * 1e-5)], [2160, 8000])
    tails = {
        "wsd": dl.exponential(3e-4, final=(3e-5, last - first)),
        "wsdld": dl.linear(3e-4, 3e-5, last - first),
    }
    return dl.join([warmup, stable, tails[kind]], [2160, first])


def curves(millions: int, names: tuple[str, ...]) -> list[LossCurve]:
    """The loss curves of one model size."""
    return [
        LossCurve(schedule_of(c["schedule"]), np.array(c["step"]), np.array(c["loss"]))
        for c in DATA
        if c["model_millions"] == millions and c["schedule"] in names
    ]
