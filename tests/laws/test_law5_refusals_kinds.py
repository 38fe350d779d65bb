"""Law 5: wrong kinds of arguments, of every public function, give TypeError or ValueError."""

import inspect
import random
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl
from decaylr import compat


class NoArray:
    def __array__(self, *_, **__):
        raise RuntimeError("no array")


class NoRepr:
    def __repr__(self):
        raise RuntimeError("no repr")


def nested(depth):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


WRONG = [
    *(None, "abc", b"x", [[1, 2], [3]], nested(100), nested(3000), 10**400, -(10**400), 2**70),
    *(NoArray(), NoRepr(), float("nan"), float("inf"), [], np.array([]), np.array(3.0), True),
    *(np.ma.array([1.0, 2.0], mask=[False, True]), np.array([True]), Fraction(1, 3), 1j, {1, 2}),
    *(Decimal("0.1"), {"a": 1}, lambda *_: 1, np.datetime64("2020"), [None, 1], ["a", 1.0], float),
    *(np.array(None, dtype=object), np.longdouble(1), np.uint64(2**63), -1.0, 0, np.ones((2, 3))),
    *(("cosine", None), (1, 2, 3), 1.7e308, 5e-324, dl.linear([1.0, 2.0], 0.0, 10)),
]
# What takes as long as the numbers that it is given say, or reads files.
LONG = (
    "plot",
    "Plot",
    "repeat",
    "cyclic",
    "restarts",
    "Restarts",
    "sgdr",
    "sample",
    "load",
    "MultiplicativeLR",
)
BATCH = dl.linear([1.0, 2.0], 0.0, 100)
VERBS = (
    *("then", "branch", "rewarm", "extend", "joint", "staircase", "advance", "stretch", "clip"),
    *("ending", "advise", "replace", "diff", "broadcast_to"),
)
FUNCTIONS = {
    **{name: getattr(dl, name) for name in dl.__all__ if name[0].islower()},
    **{f"torch.{name}": getattr(compat.torch, name) for name in compat.torch.__all__},
    **{f"optax.{name}": getattr(compat.optax, name) for name in compat.optax.__all__},
    **{f"s.{name}": getattr(BATCH, name) for name in VERBS if hasattr(BATCH, name)},
    "Plateau": dl.Plateau,
    "Sweep": dl.sweep.Sweep,
}


def plausible(name, generator):
    if name in ("schedule", "tail", "other"):
        return dl.linear(1.0, 0.0, 100)
    if name in ("schedules", "parts"):
        return [dl.linear(1.0, 0.0, 10)] * 2
    if "boundaries" in name or "milestones" in name:
        return [10, 20]
    return {"values": [1.0, 0.5, 0.1], "positions": [0, 10, 20]}.get(
        name, generator.choice([1.0, 10, 0.5, 100])
    )


def called(function, generator, victim, wrong):
    positional, named = [], {}
    for p in inspect.signature(function).parameters.values():
        if p.name == victim:
            value = wrong
        elif p.kind == p.VAR_POSITIONAL or (p.default is not p.empty and generator.random() < 0.8):
            continue
        else:
            value = plausible(p.name, generator)
        if p.kind == p.VAR_KEYWORD:
            continue
        if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL) or p.default is p.empty != p.kind:
            positional.append(value) if p.kind != p.KEYWORD_ONLY else named.update({p.name: value})
        else:
            named[p.name] = value
    return function(*positional, **named)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", [n for n, f in FUNCTIONS.items() if callable(f) and not any(w in n for w in LONG)]
)
def test_wrong_kinds_are_refused_in_one_way(name):
    generator, function = random.Random(name), FUNCTIONS[name]
    for victim in inspect.signature(function).parameters:
        for wrong in WRONG:
            with suppress(TypeError, ValueError):
                called(function, generator, victim, wrong)
