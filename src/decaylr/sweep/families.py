"""Entries of several families: the runs of one search, shared between schedules by weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from decaylr.checks import above, refuse, shown
from decaylr.sweep.columns import number_of_values
from decaylr.sweep.drawing import RANDOM_SETTINGS

_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0  # its multiples fill [0, 1) evenly, whatever their number


class Described(NamedTuple):
    """A table that describes one entry, with its name, its place and the stream of its draws."""

    name: str
    body: Mapping[str, Any]
    path: str
    stream: int | None = None


def described(name: str, body: Mapping[str, Any]) -> Iterator[Described]:
    """The tables of an entry: one, or one for each of its families."""
    path = f"schedules.{name}"
    if "families" not in body:
        yield Described(name, body, path)
        return
    families = body["families"]
    if not isinstance(families, Mapping) or not families:
        raise TypeError(f"{path}.families must be a table of schedules, got {shown(families)}")
    for key, family in families.items():
        if not isinstance(family, Mapping):
            raise TypeError(f"{path}.families.{key} must be a table, got {shown(family)}")
    shared = {key: value for key, value in body.items() if key != "families"}
    sizes = _sizes(shared, families, path)
    for stream, (key, family) in enumerate(families.items()):
        place = f"{path}.families.{key}"
        if sizes is None:
            yield Described(f"{name}.{key}", _merged(shared, family, place), place, stream)
        elif sizes[stream]:
            random = shared["random"] | {"n": int(sizes[stream])}
            own = _merged(shared | {"random": random}, family, place)
            yield Described(f"{name}.{key}", own, place, stream)


def _sizes(
    shared: Mapping[str, Any], families: Mapping[str, Any], path: str
) -> npt.NDArray[np.int64] | None:
    """The number of random rows of each family, or None if there are none to share.

    Row after row is given to a family so that the numbers are close to the weights at any time,
    and a larger n takes no row away from a family.
    """
    random = shared.get("random")
    weighted = [key for key, family in families.items() if "weight" in family]
    if not isinstance(random, Mapping) or "n" not in random:
        if weighted:
            rule = f"given only beside {path}.random with n, which the families share"
            refuse(f"{path}.families.{weighted[0]}.weight", rule, families[weighted[0]]["weight"])
        return None
    n = number_of_values(f"{path}.random: n", random["n"])
    places = (f"{path}.families.{key}.weight" for key in families)
    weights = [
        above(p, f.get("weight", 1)).item() for p, f in zip(places, families.values(), strict=True)
    ]
    bounds = np.cumsum(weights) / np.sum(weights)
    points = (np.arange(1, n + 1) * _GOLDEN) % 1.0
    found = np.minimum(np.searchsorted(bounds, points, side="right"), len(weights) - 1)
    return np.bincount(found, minlength=len(weights)).astype(np.int64)


def _merged(shared: Mapping[str, Any], family: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The shared keys and those of the family; tables and constraints of both are joined."""
    merged = dict(shared)
    for key, value in family.items():
        if key == "weight":
            continue
        before = merged.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            twice = [k for k in value if k in before or (key == "random" and k in RANDOM_SETTINGS)]
            if twice:
                refuse(
                    f"{path}.{key}.{twice[0]}",
                    "given once, for all families",
                    shown(value[twice[0]]),
                )
            merged[key] = {**before, **value}
        elif key == "constraints" and isinstance(before, list) and isinstance(value, list):
            merged[key] = before + value
        else:
            merged[key] = value
    return merged
