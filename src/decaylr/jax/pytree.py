"""`schedule` and `Traced`: schedules as JAX pytrees that are functions of a step."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from decaylr.checks import flag
from decaylr.evaluation.values import values_of_runs
from decaylr.jax import lookup
from decaylr.jax.parameters import (
    Parameters,
    Structure,
    parameters_of,
    shape_of,
    structure_of,
)
from decaylr.jax.values import compiled_value, seal, value
from decaylr.schedule import Schedule
from decaylr.traced import formulas
from decaylr.traced.layout import LAST
from decaylr.traced.pieces import pieces_of
from decaylr.tree.held import without_refusals


def schedule(s: Schedule, *, learnable: bool = False) -> Traced:
    """Make a function ``count -> value`` of a schedule, for use inside JAX.

    The values are float32, or float64 if `jax_enable_x64` is set, within 4 units in the last
    place of `s(count)` (for values in the normal range of the dtype). Counts are ints or floats
    of any shape that broadcasts against `s.shape`. A trace cannot raise an error: counts are
    clipped to [0, 2**31 - 1], and a schedule with the ending "raise" holds its last value.

    The result is a pytree of floats, whose arrays have the axes of `s.shape` first. It can be an
    argument of functions under `jit`, `vmap`, `scan`, `shard_map` and `grad`; schedules that
    differ only in the values of their parameters share one compilation, as long as their tables
    have the same size.

    In float32 the values come from a table of polynomials, which is made here from the core's
    values; the derivatives come from the formulas. A table does not follow its parameters: if
    they are changed, for example by a gradient step, the values are NaN. With `learnable` there
    is no table, and the values follow the parameters; such programs are much larger.

    Parameters
    ----------
    s : Schedule
        A single schedule or a batch of any shape.
    learnable : bool
        Whether the values follow when the parameters of the result are changed.

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
    node = formulas.outline(s)
    structure, parameters = structure_of(node), parameters_of(node, dtype)
    by_formulas = flag("learnable", learnable) or dtype.itemsize == 8
    tables = None if by_formulas else _tables(s, seal(structure, parameters))
    return Traced(structure, parameters, tables, without_refusals(s))


def _tables(s: Schedule, made_for: Any) -> tuple[Any, Any, Any] | None:
    """The tables and the seal; None if they would be too large."""
    pieces = pieces_of(s, values_of_runs)
    found = None if pieces is None else lookup.tables(pieces, s)
    return None if found is None else (*found, made_for)


@jax.tree_util.register_pytree_with_keys_class
class Traced:
    """A schedule for use inside JAX, made by `schedule`.

    Equal schedules compare equal and have the same hash, so that one may also be a static
    argument of `jit`.

    Attributes
    ----------
    shape : tuple of int
    parameters : dict

    Examples
    --------
    >>> import decaylr as dl
    >>> from decaylr.jax import schedule
    >>> rate = schedule(dl.linear([1.0, 2.0], 0.0, 10))
    >>> rate.shape, rate(5).tolist()
    ((2,), [0.5, 1.0])
    """

    def __init__(
        self,
        structure: Structure,
        parameters: Parameters,
        tables: Any = None,
        source: Schedule | None = None,
    ) -> None:
        self._structure = structure
        self._parameters = parameters
        self._tables = tables
        self._source = source  # only of the object that `schedule` returned

    def __call__(self, count: Any) -> jax.Array:
        """The value at a step; its shape is `shape` broadcast with the shape of `count`."""
        count = _checked_count(count)
        leaves = jax.tree.leaves((self, count))
        is_traced = any(isinstance(leaf, jax.core.Tracer) for leaf in leaves)
        is_float = jnp.issubdtype(count.dtype, jnp.floating)
        dtype = jax.tree.leaves(self._parameters)[0].dtype
        if self._source is not None and not is_traced and (is_float or self._tables is None):
            return jnp.asarray(_value_of_core(self._source, np.asarray(count)), dtype)
        static = self._structure, dtype, self._source is None
        function = value if is_traced else compiled_value
        result: jax.Array = function(static, self._parameters, self._tables, count)
        return result

    @property
    def parameters(self) -> Parameters:
        """For each parameter of the schedule, the arrays whose sum it is: a new dict.

        The first array has the nearest floats, the others the remainders. Derivatives are taken
        with respect to the first. The parameters of the schedules that a combinator combines are
        under "parts".
        """
        copy: Parameters = jax.tree.map(lambda leaf: leaf, self._parameters)
        return copy

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single schedule, also for one run inside `vmap`."""
        return shape_of(self._structure, self._parameters)

    def __eq__(self, other: object) -> bool:
        """Whether structure and parameters are equal; inside a trace, whether `other` is self."""
        if not isinstance(other, Traced):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Hashable:
        leaves = jax.tree.leaves(self._parameters)
        if any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return id(self)
        arrays = (np.asarray(leaf) for leaf in leaves)
        values = tuple((a.shape, a.dtype.str, a.tobytes()) for a in arrays)
        return self._structure, self._tables is None, values

    def __repr__(self) -> str:
        return f"decaylr.jax.schedule(<{self._structure[0]} of shape {self.shape}>)"

    def tree_flatten_with_keys(self) -> tuple[Iterable[tuple[Any, Any]], Structure]:
        """Used by JAX: the parameters and the tables are the leaves."""
        names = ("parameters", self._parameters), ("tables", self._tables)
        return [(jax.tree_util.GetAttrKey(name), child) for name, child in names], self._structure

    @classmethod
    def tree_unflatten(cls, structure: Structure, children: Sequence[Any]) -> Traced:
        """Used by JAX."""
        parameters, tables = children
        return cls(structure, parameters, tables)


def _value_of_core(source: Schedule, count: Any) -> Any:
    """The core's value, for a call outside of a trace that has no table to look it up."""
    if count.dtype.kind in "iu":
        return source(np.minimum(np.maximum(count, 0), LAST).astype(np.int64))
    return source(np.clip(count.astype(np.float64), 0, LAST))


def _checked_count(count: Any) -> Any:
    """A count as an array of integers or floats."""
    array = count if isinstance(count, jax.Array | np.ndarray) else jnp.asarray(count)
    if not jnp.issubdtype(array.dtype, jnp.integer) and not jnp.issubdtype(
        array.dtype, jnp.floating
    ):
        raise TypeError(f"count must be integers or floats, got {array.dtype}")
    return array
