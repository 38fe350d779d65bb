"""Equality, hashes and differences of schedules."""

from __future__ import annotations

from typing import Any

import numpy as np

from decaylr.checks import Array
from decaylr.tree.node import Node, Shape, broadcast_parameter, is_list
from decaylr.tree.recursion import Calls, each, run


def same(a: Node, b: Node) -> bool:
    """Whether two trees have the same structure and equal parameters in every run."""
    return run(_same(a, b))


def _same(a: Node, b: Node, shape: Shape | None = None) -> Calls[bool]:
    """`shape` is the batch shape to which both are broadcast; by default the shapes must match."""
    if shape is None and a.shape != b.shape:
        return False
    shape = a.shape if shape is None else shape
    same_structure = (
        a.kind == b.kind
        and a.options == b.options
        and a.parameters.keys() == b.parameters.keys()
        and len(a.children) == len(b.children)
    )
    if not same_structure:
        return False
    for name, array in a.parameters.items():
        if not same_values(a.kind, name, array, b.parameters[name], shape):
            return False
    child_shape = None if a.kind == "select" else shape
    for c, d in zip(a.children, b.children, strict=True):
        if not (yield _same(c, d, child_shape)):
            return False
    return True


def same_values(kind: str, name: str, a: Array, b: Array, shape: Shape) -> bool:
    if is_list(kind, name) and a.shape[-1] != b.shape[-1]:
        return False
    if a.shape == b.shape:
        return bool(np.array_equal(a, b))
    return bool(
        np.array_equal(
            broadcast_parameter(kind, name, a, shape), broadcast_parameter(kind, name, b, shape)
        )
    )


def fingerprint(schedule: Node) -> tuple[object, ...]:
    """Hashable summary that is equal for equal schedules.

    It has the first, last, smallest and largest element of each parameter, which do not depend
    on whether a parameter is stored as a scalar or broadcast.
    """
    return run(_fingerprint(schedule))


def _fingerprint(schedule: Node) -> Calls[tuple[object, ...]]:
    parameters = tuple(
        (name, *(float(x) + 0.0 for x in (a.flat[0], a.flat[-1], a.min(), a.max())))
        for name, a in sorted(schedule.parameters.items())
    )
    options = tuple(sorted(schedule.options.items()))
    children = yield each(map(_fingerprint, schedule.children))
    hashes = map(hash, children)  # nested tuples would be hashed recursively
    return (schedule.kind, parameters, options, *hashes)


def _differences(a: Node, b: Node, path: str = "", shape: Shape | None = None) -> Calls[list[str]]:
    """One line per difference; parameters are broadcast to the shape of the batch first."""
    prefix = f"{path}: " if path else ""
    if a.kind != b.kind:
        return [f"{prefix}{a.kind} against {b.kind}"]
    node_path = f"{path}.{a.kind}" if path else a.kind
    lines = []
    if not path and a.shape != b.shape:
        lines.append(f"{node_path}: shape {a.shape} against {b.shape}")
    if len(a.children) != len(b.children):
        lines.append(f"{node_path}: {len(a.children)} parts against {len(b.children)}")
    if shape is None and a.shape == b.shape:
        shape = a.shape
    settings_a: dict[str, Any] = {**a.parameters, **a.options}
    settings_b: dict[str, Any] = {**b.parameters, **b.options}
    for name in [*settings_a, *(n for n in settings_b if n not in settings_a)]:
        if shape is not None and name in a.parameters and name in b.parameters:
            pair = a.parameters[name], b.parameters[name]
            if same_values(a.kind, name, *pair, shape):
                continue
        lines += _setting_difference(
            f"{node_path}.{name}", settings_a.get(name), settings_b.get(name)
        )
    child_shape = None if a.kind == "select" else shape
    pairs = zip(a.children, b.children, strict=False)
    for i, (c, d) in enumerate(pairs):
        lines += yield _differences(c, d, f"{node_path}[{i}]", child_shape)
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
    """List the parameters that differ, one line each; empty for equal schedules.

    Parameters
    ----------
    other : Schedule
        The schedule to compare with.

    Returns
    -------
    list of str

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10).diff(dl.linear(1.0, 0.0, 20))
    ['linear.steps: 10 against 20']
    """
    if not isinstance(other, Node):
        raise TypeError(f"other must be a Schedule, got {type(other).__name__}")
    return run(_differences(schedule, other))
