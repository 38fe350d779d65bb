"""Every public function and method that takes numbers, called with random ones."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

import decaylr as dl
from tests.fuzz.odd import number
from tests.fuzz.trees import arguments, tree

Call = Callable[[Random], object]
LIBRARIES = ("torch", "keras", "optax", "timm", "transformers", "deepspeed", "megatron")
FEW = 50  # positions: what a call returns is small, so that it must be quick


def _position(random: Random) -> int:
    return random.choice([0, random.randrange(10**4), random.randrange(10**12), 2**62, 2**63 - 100])


def _steps(random: Random) -> int:
    """Of a fold whose sums are closed: any number."""
    return random.choice([1, FEW, 10**4])


def _fold(read: Callable[[Any, Random], object]) -> Callable[[dl.Schedule, Random], object]:
    return lambda s, r: read(s.fold(_steps(r), start=_position(r)), r)


_SUMMARY: dict[str, Callable[[Any, Random], object]] = {
    "mean": lambda f, r: f.mean,
    "half_at": lambda f, r: f.half_at,
    "below": lambda f, r: f.below(r.random()),
    "spent": lambda f, r: f.spent(r.random()),
    "annealing": lambda f, r: f.annealing(r.random()),
    "totals_at": lambda f, r: f.totals_at([0]),
    "to_dict": lambda f, r: f.to_dict(),
    "repr": lambda f, r: repr(f),
}

# By method: how it is called. Attributes that only show what was given have no entry.
METHODS: dict[str, Callable[[dl.Schedule, Random], object]] = {
    "__call__": lambda s, r: s(_position(r)),
    "__call__, array": lambda s, r: s(np.arange(FEW).reshape(-1, *[1] * s.ndim) + _position(r)),
    "table": lambda s, r: s.table(FEW, start=_position(r)),
    "table, stride": lambda s, r: s.table(FEW, stride=r.choice([2, 7, 10**6])),
    "blocks": lambda s, r: list(s.blocks(FEW, start=_position(r), max_bytes=80)),
    "cursor": lambda s, r: [s.cursor(_position(r)).step() for _ in range(3)],
    **{f"fold, {name}": _fold(read) for name, read in _SUMMARY.items()},
    "joint": lambda s, r: s.joint(number(r)),
    "extend": lambda s, r: s.extend(number(r), at=r.choice([0, 1, number(r)])),
    "branch": lambda s, r: s.branch(number(r), s),
    "rewarm": lambda s, r: s.rewarm(number(r), number(r), number(r)),
    "advance": lambda s, r: s.advance(number(r))(3),
    "stretch": lambda s, r: s.stretch(number(r))(3),
    "staircase": lambda s, r: s.staircase(number(r))(3),
    "repeat": lambda s, r: s.repeat(number(r), period_scale=number(r))(_position(r)),
    "clip": lambda s, r: s.clip(number(r), number(r))(3),
    "ending": lambda s, r: s.ending(r.choice(["repeat", "mirror", "raise"]))(3),
    "then": lambda s, r: s.then(s)(3),
    "replace": lambda s, r: s.replace(steps=number(r)),
    "replace_run": lambda s, r: s.ravel().replace_run(0, s.ravel()[-1]),
    "reshape": lambda s, r: s.reshape(-1),
    "ravel": lambda s, r: s.ravel()[0],
    "length": lambda s, r: s.length,
    "knots": lambda s, r: s.ravel()[0].knots(r.choice([1, FEW, 2000]), r.choice([0.0, number(r)])),
    "horizon": lambda s, r: s.horizon,
    "diff": lambda s, r: s.diff(s + 1),
    "to_dict": lambda s, r: dl.from_dict(s.to_dict()),
    "to_json": lambda s, r: dl.from_json(s.to_json()),
    "repr": lambda s, r: (repr(s), hash(s), s == s + 1),
    "pickle": lambda s, r: pickle.loads(pickle.dumps(copy.deepcopy(s))),
    "picture": lambda s, r: s._repr_html_(),
    "plot": lambda s, r: _plot(s),
    "advise": lambda s, r: dl.advise(s, r.choice([None, FEW, 10**4])),
    "stack": lambda s, r: dl.stack([s, s])(3),
    "concatenate": lambda s, r: dl.concatenate([s.ravel(), s.ravel()])(3),
    "layerwise": lambda s, r: dl.layerwise(s, r.choice([1, 12]), r.random())(3),
    "warmup": lambda s, r: dl.warmup(s, number(r))(3),
}


def _plot(schedule: dl.Schedule) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    try:
        schedule.plot(axes)
    finally:
        plt.close(figure)


def _of_method(use: Callable[[dl.Schedule, Random], object]) -> Call:
    return lambda random: use(tree(random), random)


def _made(make: Callable[..., Any]) -> Call:
    """A function that makes a schedule from numbers: made, evaluated and folded."""

    def call(random: Random) -> None:
        made = make(**arguments(make, random))
        if isinstance(made, dl.Schedule):
            made(_position(random))
            made.table(FEW)
            made.fold(FEW)

    return call


def functions() -> dict[str, Callable[..., Any]]:
    """Every public function that makes a schedule from numbers."""
    found = {name: getattr(dl, name) for name in dl.__all__}
    for library in LIBRARIES:
        module = getattr(dl.compat, library)
        found |= {f"{library}.{name}": getattr(module, name) for name in module.__all__}
    return {n: make for n, make in found.items() if inspect.isfunction(make) and n != "load"}


CALLS: dict[str, Call] = {
    **{f"Schedule: {name}": _of_method(use) for name, use in METHODS.items()},
    **{name: _made(make) for name, make in functions().items()},
    "Clock": lambda random: dl.Clock(**arguments(dl.Clock, random)),
    "Plateau": lambda random: dl.Plateau(tree(random), patience=number(random)).update([0.1]),
}
