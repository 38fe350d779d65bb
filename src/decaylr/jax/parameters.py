"""Parameters of schedules as pytrees of floats, and the structure that has none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from decaylr.checks import refuse
from decaylr.traced.formulas import Outline
from decaylr.tree.node import is_list

# Number of floats of 4 or 8 bytes whose sum is exactly a float64 or an int64.
WORDS = {4: 3, 8: 2}

Structure = tuple[Any, ...]
Parameters = dict[str, Any]


def structure_of(node: Outline) -> Structure:
    """The tree without the values of its parameters, hashable."""
    children = tuple(structure_of(child) for child in node.children)
    return node.kind, tuple(sorted(node.options.items())), node.neutral, children


def parameters_of(node: Outline, dtype: np.dtype[Any]) -> Parameters:
    """The parameters of a tree as words of a dtype; those of the children under "parts"."""
    parameters: Parameters = {
        name: words(f"{node.kind}.{name}", array, dtype) for name, array in node.parameters.items()
    }
    if node.children:
        parameters["parts"] = tuple(parameters_of(child, dtype) for child in node.children)
    return parameters


def node_of(structure: Structure, parameters: Mapping[str, Any]) -> Outline:
    """The tree from its structure and its parameters."""
    kind, options, neutral, children = structure
    node_parameters = {name: value for name, value in parameters.items() if name != "parts"}
    parts = parameters.get("parts", ())
    nodes = tuple(node_of(s, p) for s, p in zip(children, parts, strict=True))
    return Outline(kind, dict(options), node_parameters, neutral, nodes)


def shape_of(structure: Structure, parameters: Mapping[str, Any]) -> tuple[int, ...]:
    kind, _, _, children = structure
    for name, value in parameters.items():
        if name != "parts":
            shape: tuple[int, ...] = np.shape(value[0])
            return shape[:-1] if is_list(kind, name) else shape
    return shape_of(children[0], parameters["parts"][0])


def words(name: str, array: Any, dtype: np.dtype[Any]) -> tuple[Any, ...]:
    """Split values into floats of a dtype with the same sum, the largest first."""
    result = []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        first = array.astype(dtype)
        _check_range(name, array, first)
        remainder = array
        for _ in range(WORDS[dtype.itemsize]):
            word = remainder.astype(dtype)
            remainder = _subtract(remainder, word)
            result.append(word)
    return tuple(result)


def _check_range(name: str, array: Any, first: Any) -> None:
    """Raise ValueError for values that overflow in the dtype, or are below its normal range."""
    lost = np.isfinite(array) & ~np.isfinite(first)
    lost |= (array != 0) & (np.abs(first) < np.finfo(first.dtype).tiny)
    if np.any(lost):
        worst = np.ravel(array)[np.argmax(np.ravel(lost))]
        refuse(name, f"within the normal range of {first.dtype.name}", worst)


def _subtract(values: Any, word: Any) -> Any:
    """The exact difference between values and the floats nearest to them."""
    if values.dtype.kind == "f":
        word64 = word.astype(np.float64)
        return np.where(np.isfinite(word64), values - word64, 0.0)
    # With Python integers: the float nearest to 2**63 - 1 does not fit int64.
    remainders = [int(v) - int(w) for v, w in zip(values.ravel(), word.ravel(), strict=True)]
    return np.array(remainders, np.int64).reshape(values.shape)
