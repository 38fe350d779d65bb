"""Random schedules from odd numbers, by the public functions and methods."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from random import Random
from typing import Any

import decaylr as dl
from decaylr.curves import CURVES
from tests.fuzz.odd import leaf, number

RECIPES = ("warmup_cosine", "wsd", "wsd_s", "infinite", "one_cycle", "cyclic", "cosine_restarts",
           "noam", "warmup_inverse_sqrt", "trapezoid", "slanted_triangular")  # fmt: skip


def tree(random: Random, depth: int = 3) -> dl.Schedule:
    """A schedule of at most `depth` combinators; TypeError or ValueError where it is refused."""
    if depth == 0 or random.random() < 0.2:
        return curve(random)
    return random.choice(_COMBINED)(random, depth - 1)


def curve(random: Random) -> dl.Schedule:
    """A curve or a recipe with odd arguments."""
    names = [*CURVES, *RECIPES] if random.random() < 0.3 else [*CURVES]
    make = getattr(dl, random.choice(names))
    return make(**arguments(make, random))


def arguments(make: Callable[..., Any], random: Random) -> dict[str, Any]:
    """Odd arguments for all that has no default, and some of the others."""
    parameters = inspect.signature(make).parameters.values()
    wanted = [p for p in parameters if p.default is p.empty or random.random() < 0.2]
    return {p.name: _argument(p.name, random) for p in wanted}


_LISTS = ("values", "milestones", "boundaries", "positions")


def _argument(name: str, random: Random) -> Any:
    if name in _LISTS:
        listed = [_plain(random) for _ in range(random.choice([1, 2, 3, 4]))]
        return sorted(listed) if name != "values" else listed
    if name in ("steps", "decay_steps", "step_size") and random.random() < 0.8:
        return random.choice([random.randrange(1, 400), random.uniform(0.5, 99.0), 2**53, 2**60])
    if name in ("rise", "staircase"):
        return random.random() < 0.5
    if random.random() < 0.1:
        return leaf(random)
    return [_plain(random), _plain(random)] if random.random() < 0.2 else _plain(random)


def _plain(random: Random) -> Any:
    return random.uniform(0.0, 50.0) if random.random() < 0.7 else number(random)


def _length(random: Random) -> Any:
    if random.random() < 0.3:
        return number(random)
    return random.choice([random.randrange(1, 100), random.uniform(0.4, 60.0)])


_COMBINED: tuple[Callable[[Random, int], dl.Schedule], ...] = (
    lambda r, d: tree(r, d).then(tree(r, d)),
    lambda r, d: dl.join([tree(r, d), tree(r, d), tree(r, d)], sorted([_length(r), _length(r)])),
    lambda r, d: tree(r, d) + tree(r, d),
    lambda r, d: tree(r, d) * tree(r, d),
    lambda r, d: tree(r, d) - number(r),
    lambda r, d: number(r) * tree(r, d),
    lambda r, d: -tree(r, d) / number(r),
    lambda r, d: tree(r, d).clip(number(r), number(r)),
    lambda r, d: tree(r, d).repeat(_length(r), count=r.choice([None, 1, 3, number(r)])),
    lambda r, d: tree(r, d).repeat(
        _length(r),
        period_scale=r.choice([1, 1.5, 2, number(r)]),
        value_scale=r.choice([1, 0.5, number(r)]),
        lengths=r.choice(["floor", "real"]),
    ),
    lambda r, d: tree(r, d).staircase(_length(r)),
    lambda r, d: tree(r, d).advance(_length(r)),
    lambda r, d: tree(r, d).stretch(_length(r)),
    lambda r, d: tree(r, d).ending(r.choice(["hold", "repeat", "mirror", "raise"])),
    lambda r, d: tree(r, d).extend(_length(r)),
    lambda r, d: tree(r, d).branch(_length(r), tree(r, d)),
    lambda r, d: tree(r, d).rewarm(_length(r), _length(r), number(r)),
    lambda r, d: dl.warmup(tree(r, d), _length(r)),
    lambda r, d: dl.stack([tree(r, d).reshape(-1)[0], tree(r, d).reshape(-1)[0]]),
    lambda r, d: dl.concatenate([tree(r, d).reshape(-1), tree(r, d).reshape(-1)])[::-1],
)
