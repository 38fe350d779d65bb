"""JAX and optax: schedules as functions of a step that can be traced, mapped and derived."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from decaylr.checks import refuse
from decaylr.jax.numbers import JaxNumbers
from decaylr.schedule import Schedule
from decaylr.traced import formulas as traced
from decaylr.traced.formulas import Outline
from decaylr.tree.node import is_list

# The last digits that the first word of a parameter leaves over: float64 and int64 need so
# many words.
WORDS = {4: 3, 8: 2}

Structure = tuple[Any, ...]
Parameters = dict[str, Any]


def schedule(s: Schedule) -> Traced:
    """A schedule as a function ``count -> value`` for use inside JAX.

    It evaluates in float32, or in float64 where `jax_enable_x64` is set, within 4 units in the
    last place of `s(count)` (for values in the normal range of the dtype). Counts are ints or
    floats of any shape that broadcasts against `s.shape`; they are kept within
    [0, 2**31 - 1], since a trace cannot refuse them. For the same reason an ending "raise"
    holds.

    The result is a pytree whose leaves are the parameters, all of shape `s.shape` (lists:
    one axis more), so that it goes through `jit`, `vmap`, `scan`, `shard_map` and `grad` as
    an argument: schedules that differ in numbers alone share one compilation.

    Parameters
    ----------
    s : Schedule
        One schedule or a batch, of any families.

    Returns
    -------
    Traced
        Callable; usable wherever optax takes a schedule.

    Raises
    ------
    TypeError, ValueError
        For what is no schedule, or parameters beyond the range of the dtype.

    References
    ----------
    `optax.Schedule` of optax 0.2.8.

    Examples
    --------
    >>> import jax
    >>> import decaylr as dl
    >>> import decaylr.jax
    >>> rate = decaylr.jax.schedule(dl.warmup_cosine(0.0, 1.0, 10, 110))
    >>> float(rate(5)), float(jax.jit(rate)(110))
    (0.5, 0.0)
    >>> sweep = decaylr.jax.schedule(dl.exponential([1.0, 2.0], [0.5, 0.25]))
    >>> jax.vmap(lambda one: one(2))(sweep).tolist()
    [0.25, 0.125]
    """
    if not isinstance(s, Schedule):
        raise TypeError(f"s must be a Schedule, got {type(s).__name__}")
    dtype = np.dtype(jnp.result_type(float))
    node = traced.outline(s)
    return Traced(_structure(node), _parameters(node, dtype))


@jax.tree_util.register_pytree_with_keys_class
class Traced:
    """A schedule inside JAX: see `schedule`, which makes it.

    `parameters` holds, under the names of the schedule's own parameters, tuples of arrays
    that sum to the parameter: its nearest float, then what is left. Derivatives are with
    respect to the first. Equal schedules are equal and hash alike, so that one may also be a
    static argument.
    """

    def __init__(self, structure: Structure, parameters: Parameters) -> None:
        self._structure = structure
        self.parameters = parameters

    def __call__(self, count: Any) -> jax.Array:
        """The value at a step, of shape `shape` broadcast with that of count."""
        node = _node(self._structure, self.parameters)
        dtype = jnp.asarray(jax.tree.leaves(self.parameters)[0]).dtype
        position = JaxNumbers.position(count, dtype)
        found: jax.Array = JaxNumbers.rounded(traced.value(node, position, JaxNumbers))
        return found

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single schedule, or for one member inside a vmap."""
        return _shape(self._structure, self.parameters)

    def __eq__(self, other: object) -> bool:
        """Whether structure and parameters are equal; inside a trace, whether it is the same."""
        if not isinstance(other, Traced):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Hashable:
        leaves = jax.tree.leaves(self.parameters)
        if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return id(self)
        arrays = (np.asarray(leaf) for leaf in leaves)
        return self._structure, tuple((a.shape, a.dtype.str, a.tobytes()) for a in arrays)

    def __repr__(self) -> str:
        return f"decaylr.jax.schedule(<{self._structure[0]} of shape {self.shape}>)"

    def tree_flatten_with_keys(self) -> tuple[Iterable[tuple[Any, Any]], Structure]:
        """For JAX: the parameters are the leaves."""
        return [(jax.tree_util.GetAttrKey("parameters"), self.parameters)], self._structure

    @classmethod
    def tree_unflatten(cls, structure: Structure, parameters: Sequence[Any]) -> Traced:
        """For JAX."""
        return cls(structure, parameters[0])


def _structure(node: Outline) -> Structure:
    """All of a tree but its numbers, hashable."""
    children = tuple(_structure(child) for child in node.children)
    return node.kind, tuple(sorted(node.options.items())), node.neutral, children


def _parameters(node: Outline, dtype: np.dtype[Any]) -> Parameters:
    found: Parameters = {
        name: words(f"{node.kind}.{name}", array, dtype) for name, array in node.parameters.items()
    }
    if node.children:
        found["parts"] = tuple(_parameters(child, dtype) for child in node.children)
    return found


def _node(structure: Structure, parameters: Mapping[str, Any]) -> Outline:
    kind, options, neutral, children = structure
    own = {name: value for name, value in parameters.items() if name != "parts"}
    parts = parameters.get("parts", ())
    nodes = tuple(_node(s, p) for s, p in zip(children, parts, strict=True))
    return Outline(kind, dict(options), own, neutral, nodes)


def _shape(structure: Structure, parameters: Mapping[str, Any]) -> tuple[int, ...]:
    kind, _, _, children = structure
    for name, value in parameters.items():
        if name != "parts":
            shape: tuple[int, ...] = np.shape(value[0])
            return shape[:-1] if is_list(kind, name) else shape
    return _shape(children[0], parameters["parts"][0])


def words(name: str, array: Any, dtype: np.dtype[Any]) -> tuple[Any, ...]:
    """Floats of a dtype that sum to the values, the nearest first."""
    found = []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        first = array.astype(dtype)
        _expect_range(name, array, first)
        rest = array
        for _ in range(WORDS[dtype.itemsize]):
            word = rest.astype(dtype)
            rest = _less(rest, word)
            found.append(word)
    return tuple(found)


def _expect_range(name: str, array: Any, first: Any) -> None:
    """Refuse what would become infinite, or lose digits below the normal range."""
    lost = np.isfinite(array) & ~np.isfinite(first)
    lost |= (array != 0) & (np.abs(first) < np.finfo(first.dtype).tiny)
    if np.any(lost):
        worst = np.ravel(array)[np.argmax(np.ravel(lost))]
        refuse(name, f"within the normal range of {first.dtype.name}", worst)


def _less(values: Any, word: Any) -> Any:
    """What is left of values beside their first word, exactly."""
    if values.dtype.kind == "f":
        wide = word.astype(np.float64)
        return np.where(np.isfinite(wide), values - wide, 0.0)
    # as Python's integers: the float next to 2**63 - 1 is no int64
    left = [int(v) - int(w) for v, w in zip(values.ravel(), word.ravel(), strict=True)]
    return np.array(left, np.int64).reshape(values.shape)
