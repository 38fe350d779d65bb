"""`schedule` and `Traced`: schedules as JAX pytrees that are functions of a step."""

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

# Number of floats of 4 or 8 bytes whose sum is exactly a float64 or an int64.
WORDS = {4: 3, 8: 2}

Structure = tuple[Any, ...]
Parameters = dict[str, Any]


def schedule(s: Schedule) -> Traced:
    """Make a function ``count -> value`` of a schedule, for use inside JAX.

    The values are float32, or float64 if `jax_enable_x64` is set, within 4 units in the last
    place of `s(count)` (for values in the normal range of the dtype). Counts are ints or floats
    of any shape that broadcasts against `s.shape`. A trace cannot raise an error: counts are
    clipped to [0, 2**31 - 1], and a schedule with the ending "raise" holds its last value.

    The result is a pytree. Its leaves are the parameters, all of shape `s.shape` (with one more
    axis for lists). It can be an argument of functions under `jit`, `vmap`, `scan`, `shard_map`
    and `grad`; schedules that differ only in the values of their parameters share one
    compilation.

    Parameters
    ----------
    s : Schedule
        A single schedule or a batch of any shape.

    Returns
    -------
    Traced
        A function of the step that optax accepts as a schedule.

    Raises
    ------
    TypeError, ValueError
        If `s` is not a Schedule, or a parameter is outside the normal range of the dtype.

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
    """A schedule for use inside JAX, made by `schedule`.

    Equal schedules compare equal and have the same hash, so that one may also be a static
    argument of `jit`.

    Attributes
    ----------
    parameters : dict
        For each parameter of the schedule, a tuple of arrays with the parameter as their sum:
        the nearest float, then the remainders. Derivatives are taken with respect to the first.
    shape : tuple of int

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.jax import schedule
    >>> rate = schedule(dl.linear([1.0, 2.0], 0.0, 10))
    >>> rate.shape, rate(5).tolist()
    ((2,), [0.5, 1.0])
    """

    def __init__(self, structure: Structure, parameters: Parameters) -> None:
        self._structure = structure
        self.parameters = parameters

    def __call__(self, count: Any) -> jax.Array:
        """The value at a step; its shape is `shape` broadcast with the shape of `count`."""
        node = _node(self._structure, self.parameters)
        dtype = jnp.asarray(jax.tree.leaves(self.parameters)[0]).dtype
        position = JaxNumbers.position(count, dtype)
        value: jax.Array = JaxNumbers.rounded(traced.value(node, position, JaxNumbers))
        return value

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single schedule, also for one run inside `vmap`."""
        return _shape(self._structure, self.parameters)

    def __eq__(self, other: object) -> bool:
        """Whether structure and parameters are equal; inside a trace, whether `other` is self."""
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
        """Used by JAX: the parameters are the leaves."""
        return [(jax.tree_util.GetAttrKey("parameters"), self.parameters)], self._structure

    @classmethod
    def tree_unflatten(cls, structure: Structure, parameters: Sequence[Any]) -> Traced:
        """Used by JAX."""
        return cls(structure, parameters[0])


def _structure(node: Outline) -> Structure:
    """The tree without the values of its parameters, hashable."""
    children = tuple(_structure(child) for child in node.children)
    return node.kind, tuple(sorted(node.options.items())), node.neutral, children


def _parameters(node: Outline, dtype: np.dtype[Any]) -> Parameters:
    """The parameters of a tree as words of a dtype; those of the children under "parts"."""
    parameters: Parameters = {
        name: words(f"{node.kind}.{name}", array, dtype) for name, array in node.parameters.items()
    }
    if node.children:
        parameters["parts"] = tuple(_parameters(child, dtype) for child in node.children)
    return parameters


def _node(structure: Structure, parameters: Mapping[str, Any]) -> Outline:
    """The tree from its structure and its parameters."""
    kind, options, neutral, children = structure
    node_parameters = {name: value for name, value in parameters.items() if name != "parts"}
    parts = parameters.get("parts", ())
    nodes = tuple(_node(s, p) for s, p in zip(children, parts, strict=True))
    return Outline(kind, dict(options), node_parameters, neutral, nodes)


def _shape(structure: Structure, parameters: Mapping[str, Any]) -> tuple[int, ...]:
    kind, _, _, children = structure
    for name, value in parameters.items():
        if name != "parts":
            shape: tuple[int, ...] = np.shape(value[0])
            return shape[:-1] if is_list(kind, name) else shape
    return _shape(children[0], parameters["parts"][0])


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
