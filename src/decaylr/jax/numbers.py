"""What the traced formulas calculate with inside JAX: `Pair`, and functions of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from decaylr.jax import pairs

LAST = 2**31 - 1  # the last position inside a trace
# How far a float32 pair may lie beside the float64 that it stands for. No two quotients of
# positions up to 2**31 are as near to each other.
NEAR = 2.0**-44


@jax.tree_util.register_pytree_node_class
class Pair:
    """A number in two words, with the operators of a number.

    A parameter in float32 has digits beyond these, `rest`, which count where it is compared.
    """

    def __init__(self, high: Any, low: Any, rest: Any = 0.0) -> None:
        self.high, self.low, self.rest = high, low, rest

    @property
    def words(self) -> pairs.Words:
        """Both words."""
        return self.high, self.low

    def tree_flatten(self) -> tuple[pairs.Words, None]:
        """For JAX."""
        return self.words, None

    @classmethod
    def tree_unflatten(cls, _: None, words: Sequence[Any]) -> Pair:
        """For JAX."""
        return cls(*words)

    def _other(self, value: Any) -> pairs.Words:
        if isinstance(value, Pair):
            return value.words
        high = jnp.asarray(value, dtype=self.high.dtype)
        return high, jnp.zeros_like(high)

    def __add__(self, other: Any) -> Pair:
        return Pair(*pairs.add(self.words, self._other(other)))

    def __sub__(self, other: Any) -> Pair:
        return Pair(*pairs.add(self.words, pairs.negated(self._other(other))))

    def __rsub__(self, other: Any) -> Pair:
        return Pair(*pairs.add(self._other(other), pairs.negated(self.words)))

    def __mul__(self, other: Any) -> Pair:
        return Pair(*pairs.mul(self.words, self._other(other)))

    def __truediv__(self, other: Any) -> Pair:
        return Pair(*pairs.div(self.words, self._other(other)))

    def __rtruediv__(self, other: Any) -> Pair:
        return Pair(*pairs.div(self._other(other), self.words))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Pair:
        return Pair(*pairs.negated(self.words))

    def _order(self, other: Any) -> tuple[Any, Any]:
        """Where this one is greater, and where they are equal."""
        high, low = self._other(other)
        rest = other.rest if isinstance(other, Pair) else 0.0
        same_high, same_low = self.high == high, self.low == low
        more = jnp.asarray(self.rest) > rest
        greater = (self.high > high) | (same_high & ((self.low > low) | (same_low & more)))
        return greater, same_high & same_low & (jnp.asarray(self.rest) == rest)

    def __gt__(self, other: Any) -> Any:
        return self._order(other)[0]

    def __ge__(self, other: Any) -> Any:
        greater, equal = self._order(other)
        return greater | equal

    def __lt__(self, other: Any) -> Any:
        return ~(self >= other)

    def __le__(self, other: Any) -> Any:
        return ~(self > other)

    def __getitem__(self, key: Any) -> Pair:
        rest = self.rest[key] if isinstance(self.rest, jax.Array) else self.rest
        return Pair(self.high[key], self.low[key], rest)

    @property
    def length(self) -> int:
        """Elements along the last axis."""
        return int(self.high.shape[-1])


class JaxNumbers:
    """Functions of pairs under the names that the traced formulas use."""

    @staticmethod
    def parameter(words: Sequence[Any]) -> Pair:
        """A parameter from all its words."""
        high, *others = (jnp.asarray(word) for word in words)
        low, *rest = (lax.stop_gradient(word) for word in others)
        return Pair(high, low, *rest)

    @staticmethod
    def log2_parameter(words: Sequence[Any]) -> Pair:
        """The binary logarithm of a parameter > 0, exact also where it is almost 1."""
        high, *rest = (jnp.asarray(word) for word in words)
        rest = [lax.stop_gradient(word) for word in rest]
        one = jnp.ones_like(high)
        excess = pairs.two_sum(high, -one)
        for word in rest:
            excess = pairs.raw_add(excess, (word, jnp.zeros_like(word)))
        return JaxNumbers.log2(JaxNumbers.parameter(words), Pair(*excess))

    @staticmethod
    def times_power(factor: Pair, y: Pair) -> Pair:
        """factor * 2**y, exact wherever the result is a normal float."""
        whole = jnp.round(lax.stop_gradient(jnp.clip(y.high, -1e4, 1e4)))
        high, low = (factor * JaxNumbers.exp2(y - Pair(*pairs.one_word(whole)))).words
        n = whole.astype(jnp.int32)
        return Pair(jnp.ldexp(high, n), jnp.ldexp(low, n))

    @staticmethod
    def position(count: Any, dtype: Any) -> Pair:
        """A step counter, or a position between steps, kept within [0, 2**31 - 1]."""
        count = jnp.asarray(count)
        if jnp.issubdtype(count.dtype, jnp.floating):
            p = jnp.clip(count, 0, LAST).astype(dtype)
            return Pair(p, jnp.zeros_like(p))
        if not jnp.issubdtype(count.dtype, jnp.integer):
            raise TypeError(f"count must be integers or floats, got {count.dtype}")
        top = min(LAST, int(np.iinfo(count.dtype).max))
        p = jnp.clip(count, 0, top).astype(jnp.int32)
        upper = (p >> 12).astype(dtype) * 4096.0
        return Pair(*pairs.quick_sum(upper, (p & 4095).astype(dtype)))

    @staticmethod
    def rounded(x: Pair) -> Any:
        """The nearest float."""
        return x.high

    @staticmethod
    def exp2(x: Pair) -> Pair:
        """2**x."""
        return Pair(*pairs.exp2(x.words)[:2])

    @staticmethod
    def exp2_and_excess(x: Pair) -> tuple[Pair, Pair]:
        """2**x and 2**x - 1, the second exact also where x is small."""
        words = pairs.exp2(x.words)
        return Pair(*words[:2]), Pair(*words[2:])

    @staticmethod
    def log2(x: Pair, excess: Pair) -> Pair:
        """log2(x) for x >= 0, with `excess` = x - 1; a large negative number at 0."""
        positive = x > 0.0
        safe = JaxNumbers.where(positive, x, Pair(jnp.ones_like(x.high), jnp.zeros_like(x.low)))
        found = Pair(*pairs.log2(safe.words, excess.words))
        least = Pair(jnp.full_like(x.high, -(2.0**24)), jnp.zeros_like(x.low))
        return JaxNumbers.where(positive, found, least)

    @staticmethod
    def log2_e(like: Pair) -> Pair:
        """The binary logarithm of e."""
        return Pair(*(jnp.asarray(w) for w in pairs.constant(1 / pairs.LN2, like.high.dtype.name)))

    @staticmethod
    def sine_of_quarter(x: Pair) -> Pair:
        """sin(pi/2 * x) for 0 <= x <= 1."""
        return Pair(*pairs.sine(x.words))

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Pair:
        """a where the condition holds, b elsewhere."""
        like = a if isinstance(a, Pair) else b
        return Pair(*pairs.chosen(condition, like._other(a), like._other(b)))

    @staticmethod
    def absolute(x: Pair) -> Pair:
        """The magnitude."""
        return JaxNumbers.where(x < 0.0, -x, x)

    @staticmethod
    def floor(x: Pair) -> Pair:
        """The whole number at or below; no derivative."""
        high, low = (lax.stop_gradient(word) for word in x.words)
        whole = jnp.floor(high)
        return Pair(*pairs.quick_sum(whole, jnp.where(whole == high, jnp.floor(low), 0.0)))

    @staticmethod
    def whole_quotient(p: Pair, size: Pair) -> Pair:
        """floor(p / size) as float64 has the quotient (in float32: up to 2**24 of a size)."""
        p, size = (
            Pair(*(lax.stop_gradient(word) for word in (x.high, x.low, x.rest))) for x in (p, size)
        )
        if p.high.dtype.itemsize == 8:
            return JaxNumbers.floor_of_rounded(p / size)
        nearest = JaxNumbers.floor(p / size + 0.5)
        # by how much the quotient is short of that number, in sizes
        short = nearest * Pair(*pairs.one_word(size.high)) - p
        short = short + nearest * Pair(size.low, jnp.zeros_like(size.low) + size.rest)
        below = jnp.frexp(nearest.high - 0.5)[1]
        rounds_up = short.high <= size.high * jnp.ldexp(jnp.ones_like(size.high), below - 54)
        return JaxNumbers.where(rounds_up, nearest, nearest - 1.0)

    @staticmethod
    def floor_of_rounded(x: Pair) -> Pair:
        """The floor of the float64 that is nearest."""
        if x.high.dtype.itemsize == 4:
            return JaxNumbers.floor(x + x * NEAR)
        return JaxNumbers.floor(Pair(*pairs.one_word(x.high)))

    @staticmethod
    def rounded_boundary(x: Pair) -> Pair:
        """The float64 that is nearest, for a comparison of positions with it."""
        if x.high.dtype.itemsize == 4:
            return x - x * NEAR
        return Pair(*pairs.one_word(x.high))

    @staticmethod
    def along_list(x: Pair) -> Pair:
        """With a last axis to compare with a list."""
        return x[..., None]

    @staticmethod
    def how_many(condition: Any) -> Any:
        """How many elements along the last axis hold."""
        return jnp.sum(condition, axis=-1)

    @staticmethod
    def as_number(count: Any, like: Pair) -> Pair:
        """A count as a number."""
        high = count.astype(like.high.dtype)
        return Pair(high, jnp.zeros_like(high))

    @staticmethod
    def as_index(x: Pair, last: int) -> Any:
        """A whole number as an index, at most `last`."""
        index = jnp.where(x < float(last), x.high + x.low, float(last))
        return jnp.clip(index, 0, last).astype(jnp.int32)

    @staticmethod
    def clipped_index(index: Any, first: int, last: int) -> Any:
        """An index kept within bounds."""
        return jnp.clip(index, first, last)

    @staticmethod
    def take(values: Pair, index: Any) -> Pair:
        """The element of each list at its index."""
        return Pair(*(_taken(word, index) for word in values.words))

    @staticmethod
    def joined(parts: Sequence[Pair]) -> Pair:
        """Lists one after the other."""
        words = zip(*(part.words for part in parts), strict=True)
        return Pair(*(jnp.concatenate(word, axis=-1) for word in words))

    @staticmethod
    def scan(step: Callable[[Any, Any], Any], first: Any, lists: Any, reverse: bool) -> Any:
        """The states that `step(state, elements)` goes through along the lists, as lists."""
        moved = jax.tree.map(lambda word: jnp.moveaxis(word, -1, 0), lists)
        _, states = lax.scan(lambda s, x: (step(s, x),) * 2, first, moved, reverse=reverse)
        return jax.tree.map(lambda word: jnp.moveaxis(word, 0, -1), states)

    @staticmethod
    def loop(going: Callable[[Any], Any], step: Callable[[Any], Any], state: Any) -> Any:
        """Apply `step` while any element goes on; no derivatives."""
        fixed = jax.tree.map(lax.stop_gradient, state)
        return lax.while_loop(lambda s: jnp.any(going(s)), step, fixed)


def _taken(values: Any, index: Any) -> Any:
    if values.ndim == 1:
        return jnp.take(values, index)
    shape = jnp.broadcast_shapes(values.shape[:-1], index.shape)
    spread = jnp.broadcast_to(values, (*shape, values.shape[-1]))
    index = jnp.broadcast_to(index, shape)
    return jnp.take_along_axis(spread, index[..., None], axis=-1)[..., 0]
