"""Equality, hashes and differences of trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.node import Node, Shape, is_list, spread


def same(a: Node, b: Node, shape: Shape | None = None) -> bool:
    """Whether two trees have the same structure and the same values everywhere."""
    if shape is None and a.shape != b.shape:
        return False
    shape = a.shape if shape is None else shape
    alike = (
        a.kind == b.kind
        and a.options == b.options
        and a.parameters.keys() == b.parameters.keys()
        and len(a.children) == len(b.children)
    )
    if not alike:
        return False
    for name, array in a.parameters.items():
        if not _same_values(a.kind, name, array, b.parameters[name], shape):
            return False
    inner = None if a.kind == "select" else shape
    return all(same(c, d, inner) for c, d in zip(a.children, b.children, strict=True))


def _same_values(kind: str, name: str, a: Array, b: Array, shape: Shape) -> bool:
    if is_list(kind, name) and a.shape[-1] != b.shape[-1]:
        return False
    if a.shape == b.shape:
        return bool(np.array_equal(a, b))
    return bool(np.array_equal(spread(kind, name, a, shape), spread(kind, name, b, shape)))


def fingerprint(schedule: Node) -> tuple[object, ...]:
    """Something hashable that equal schedules share: ends and extremes of each parameter."""
    parameters = tuple(
        (name, *(float(x) + 0.0 for x in (a.flat[0], a.flat[-1], a.min(), a.max())))
        for name, a in sorted(schedule.parameters.items())
    )
    options = tuple(sorted(schedule.options.items()))
    return (schedule.kind, parameters, options, tuple(fingerprint(c) for c in schedule.children))


def differences(a: Node, b: Node, path: str = "", shape: Shape | None = None) -> list[str]:
    """What differs between two schedules, a line each; parameters meet the batch's shape."""
    where = f"{path}: " if path else ""
    if a.kind != b.kind:
        return [f"{where}{a.kind} against {b.kind}"]
    here = f"{path}.{a.kind}" if path else a.kind
    lines = []
    if not path and a.shape != b.shape:
        lines.append(f"{here}: shape {a.shape} against {b.shape}")
    if len(a.children) != len(b.children):
        lines.append(f"{here}: {len(a.children)} parts against {len(b.children)}")
    if shape is None and a.shape == b.shape:
        shape = a.shape
    settings_a: dict[str, Any] = {**a.parameters, **a.options}
    settings_b: dict[str, Any] = {**b.parameters, **b.options}
    for name in [*settings_a, *(n for n in settings_b if n not in settings_a)]:
        if shape is not None and name in a.parameters and name in b.parameters:
            pair = a.parameters[name], b.parameters[name]
            if _same_values(a.kind, name, *pair, shape):
                continue
        lines += _setting_difference(f"{here}.{name}", settings_a.get(name), settings_b.get(name))
    inner = None if a.kind == "select" else shape
    pairs = zip(a.children, b.children, strict=False)
    for i, (c, d) in enumerate(pairs):
        lines += differences(c, d, f"{here}[{i}]", inner)
    return lines


def _setting_difference(path: str, a: Any, b: Any) -> list[str]:
    if a is not None and b is not None and np.array_equal(a, b):
        return []
    return [f"{path}: {_brief(a)} against {_brief(b)}"]


def _brief(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"array of shape {value.shape} from {value.min()} to {value.max()}"
    return str(value.tolist() if isinstance(value, np.ndarray) else value)


def diff(schedule: Node, other: Node) -> list[str]:
    """The parameters that differ, one readable line each; empty for equal schedules."""
    if not isinstance(other, Node):
        raise TypeError(f"other must be a Schedule, got {type(other).__name__}")
    return differences(schedule, other)
