"""The value of a schedule inside JAX: looked up in tables, with the derivatives of the formulas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from decaylr.jax import lookup
from decaylr.jax.numbers import JaxNumbers
from decaylr.jax.parameters import Parameters, Structure, node_of
from decaylr.traced import formulas
from decaylr.tree.node import is_list

# What is static: the structure of a schedule, its dtype, and whether its parameters may have been
# changed since its tables were made.
Static = tuple[Structure, Any, bool]


def value(static: Static, parameters: Parameters, tables: Any, count: Any) -> Any:
    """The value at integer or floating counts; by the formulas if there are no tables."""
    if tables is None or jnp.issubdtype(count.dtype, jnp.floating):
        return _formula(static, parameters, count)
    constant = not any(isinstance(x, jax.core.Tracer) for x in jax.tree.leaves(parameters))
    if constant and not static[2]:  # nothing to differentiate, nothing to compare
        return lookup.looked_up(tables[:2], count)
    return _looked_up(static, parameters, tables, count)


compiled_value = jax.jit(value, static_argnums=0)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _looked_up(static: Static, parameters: Parameters, tables: Any, count: Any) -> Any:
    *pieces, made_for = tables
    found = lookup.looked_up(tuple(pieces), count)
    if not static[2]:
        return found
    same = lax.eq(_checksum(static[0], parameters), _whole(made_for))
    return jnp.where(same, found, np.float32(np.nan))


def _tangent(static: Static, primals: Any, tangents: Any) -> tuple[Any, Any]:
    parameters, _, count = primals
    _, tangent = jax.jvp(
        lambda words: _formula(static, words, count), (parameters,), (tangents[0],)
    )
    return _looked_up(static, *primals), tangent


_looked_up.defjvp(_tangent)


def _formula(static: Static, parameters: Parameters, count: Any) -> Any:
    structure, dtype, _ = static
    node = node_of(structure, parameters)
    position = JaxNumbers.position(count, dtype)
    return JaxNumbers.rounded(formulas.value(node, position, JaxNumbers))


# -- the seal: a checksum of the parameters that tables were made for -----------------------


def seal(structure: Structure, parameters: Parameters) -> Any:
    """The checksum of each run's parameters, as two whole numbers below 2**16."""
    total = _checksum(structure, parameters)
    halves = (total >> 16) & 0xFFFF, total & 0xFFFF
    return np.stack(halves, axis=-1).astype(np.float32)


def _whole(halves: Any) -> Any:
    """The checksum from its halves."""
    whole = lax.convert_element_type(halves, jnp.int32)
    high, low = (lax.index_in_dim(whole, k, axis=-1, keepdims=False) for k in (0, 1))
    return lax.bitwise_or(lax.shift_left(high, np.int32(16)), low)


def _checksum(structure: Structure, parameters: Parameters) -> Any:
    """The sum of the bits of the parameters, modulo 2**32."""
    total: Any = np.int32(0)
    with np.errstate(over="ignore"):
        for is_list, word in _first_words(structure, parameters):
            bits = _bits(word)
            if is_list:
                bits = bits.sum(axis=-1, dtype=np.int32)
            total = total + bits
    return total


def _first_words(structure: Structure, parameters: Parameters) -> Iterator[tuple[bool, Any]]:
    """The nearest floats of all parameters, and whether their last axis is a list."""
    kind, _, _, children = structure
    for name in sorted(parameters.keys() - {"parts"}):
        yield is_list(kind, name), parameters[name][0]
    for child, part in zip(children, parameters.get("parts", ()), strict=True):
        yield from _first_words(child, part)


def _bits(word: Any) -> Any:
    if isinstance(word, np.ndarray):
        return word.view(np.int32)
    return lax.bitcast_convert_type(word, jnp.int32)
