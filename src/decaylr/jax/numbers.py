"""Arithmetic for the traced formulas inside JAX: `Pair`, a number as the sum of two floats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from decaylr.jax import pairs

LAST = 2**31 - 1  # the last position inside a trace
# Bound of the relative error of a float32 pair that represents a float64. Different quotients of
# positions up to 2**31 differ by more.
NEAR = 2.0**-44


@jax.tree_util.register_pytree_node_class
class Pair:
    """A number that is the sum of two floats (words), with the usual operators.

    A float64 parameter in float32 words has further digits in `rest`. They are used only in
    comparisons.
    """

    def __init__(self, high: Any, low: Any, rest: Any = 0.0) -> None:
        self.high, self.low, self.rest = high, low, rest

    @property
    def words(self) -> pairs.Words:
        """Both words."""
        return self.high, self.low

    def tree_flatten(self) -> tuple[pairs.Words, None]:
        """Used by JAX."""
        return self.words, None

    @classmethod
    def tree_unflatten(cls, _: None, words: Sequence[Any]) -> Pair:
        """Used by JAX."""
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
        """Where self is greater than other, and where they are equal."""
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
        """Number of elements along the last axis."""
        return int(self.high.shape[-1])


class JaxNumbers:
    """The functions that the traced formulas call, for `Pair` numbers."""

    @staticmethod
    def parameter(words: Sequence[Any]) -> Pair:
        """A parameter of a schedule, given by its words, as a number."""
        high, *others = (jnp.asarray(word) for word in words)
        low, *rest = (lax.stop_gradient(word) for word in others)
        return Pair(high, low, *rest)

    @staticmethod
    def log2_parameter(words: Sequence[Any]) -> Pair:
        """The binary logarithm of a parameter > 0, accurate also near 1."""
        high, *rest = (jnp.asarray(word) for word in words)
        rest = [lax.stop_gradient(word) for word in rest]
        one = jnp.ones_like(high)
        excess = pairs.two_sum(high, -one)
        for word in rest:
            excess = pairs.raw_add(excess, (word, jnp.zeros_like(word)))
        return JaxNumbers.log2(JaxNumbers.parameter(words), Pair(*excess))

    @staticmethod
    def times_power(factor: Pair, y: Pair) -> Pair:
        """factor * 2**y, without overflow if the result is a normal float."""
        return Pair(*pairs.times_exp2(factor.words, y.words))

    @staticmethod
    def position(count: Any, dtype: Any) -> Pair:
        """A step, or a position between steps, clipped to [0, 2**31 - 1]."""
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
        """The number rounded to one float."""
        return x.high

    @staticmethod
    def exp2(x: Pair) -> Pair:
        """2**x."""
        return Pair(*pairs.exp2(x.words)[:2])

    @staticmethod
    def exp2_and_excess(x: Pair) -> tuple[Pair, Pair]:
        """2**x and 2**x - 1, the second accurate also where x is small."""
        words = pairs.exp2(x.words)
        return Pair(*words[:2]), Pair(*words[2:])

    @staticmethod
    def log2(x: Pair, excess: Pair) -> Pair:
        """log2(x) for x >= 0, with `excess` = x - 1; a large negative number at 0."""
        positive = x > 0.0
        most = jnp.minimum(x.high, np.finfo(x.high.dtype).max)
        safe = JaxNumbers.where(positive, Pair(most, x.low), 1.0)
        result = Pair(*pairs.log2(safe.words, excess.words))
        least = Pair(jnp.full_like(x.high, -(2.0**24)), jnp.zeros_like(x.low))
        return JaxNumbers.where(positive, result, least)

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
        """a where the condition is true, b elsewhere."""
        like = a if isinstance(a, Pair) else b
        return Pair(*pairs.select(condition, like._other(a), like._other(b)))

    @staticmethod
    def absolute(x: Pair) -> Pair:
        """The absolute value."""
        return JaxNumbers.where(x < 0.0, -x, x)

    @staticmethod
    def floor(x: Pair) -> Pair:
        """The largest whole number that is not above x; its derivative is 0."""
        high, low = (lax.stop_gradient(word) for word in x.words)
        whole = jnp.floor(high)
        return Pair(*pairs.quick_sum(whole, jnp.where(whole == high, jnp.floor(low), 0.0)))

    @staticmethod
    def whole_quotient(p: Pair, size: Pair) -> Pair:
        """floor(p / size), exactly: 11 lies before 10 * 1.1 = 11.00000000000000088.

        In float32 this holds for quotients up to 2**24.
        """
        p, size = (
            Pair(*(lax.stop_gradient(word) for word in (x.high, x.low, x.rest))) for x in (p, size)
        )
        nearest = JaxNumbers.floor(p / size + 0.5)
        # p is below nearest * size by `gap`.
        gap = nearest * Pair(*pairs.one_word(size.high)) - p
        gap = gap + nearest * Pair(size.low, jnp.zeros_like(size.low) + size.rest)
        return JaxNumbers.where(gap > 0.0, nearest - 1.0, nearest)

    @staticmethod
    def floor_of_rounded(x: Pair) -> Pair:
        """floor(x), with x rounded to float64."""
        if x.high.dtype.itemsize == 4:
            return JaxNumbers.floor(x + x * NEAR)
        return JaxNumbers.floor(Pair(*pairs.one_word(x.high)))

    @staticmethod
    def boundary(x: Pair) -> Pair:
        """A sum of lengths, to compare positions with it.

        Two words of float64 are exact enough. In float32 a sum near a position counts as equal.
        """
        return x - x * NEAR if x.high.dtype.itemsize == 4 else x

    @staticmethod
    def along_list(x: Pair) -> Pair:
        """x with a new last axis, to compare it with the elements of a list."""
        return x[..., None]

    @staticmethod
    def how_many(condition: Any) -> Any:
        """The number of true elements along the last axis."""
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
        """The element of each list at an index."""
        return Pair(*(_taken(word, index) for word in values.words))

    @staticmethod
    def joined(parts: Sequence[Pair]) -> Pair:
        """Lists, concatenated."""
        words = zip(*(part.words for part in parts), strict=True)
        return Pair(*(jnp.concatenate(word, axis=-1) for word in words))

    @staticmethod
    def scan(step: Callable[[Any, Any], Any], first: Any, lists: Any, reverse: bool) -> Any:
        """All states of ``state = step(state, elements)`` along the lists."""
        moved = jax.tree.map(lambda word: jnp.moveaxis(word, -1, 0), lists)
        _, states = lax.scan(lambda s, x: (step(s, x),) * 2, first, moved, reverse=reverse)
        return jax.tree.map(lambda word: jnp.moveaxis(word, 0, -1), states)

    @staticmethod
    def loop(going: Callable[[Any], Any], step: Callable[[Any], Any], state: Any) -> Any:
        """Apply `step` while `going(state)` is true for any element; derivatives are 0."""
        fixed = jax.tree.map(lax.stop_gradient, state)
        return lax.while_loop(lambda s: jnp.any(going(s)), step, fixed)


def _taken(values: Any, index: Any) -> Any:
    if values.ndim == 1:
        return jnp.take(values, index)
    shape = jnp.broadcast_shapes(values.shape[:-1], index.shape)
    spread = jnp.broadcast_to(values, (*shape, values.shape[-1]))
    index = jnp.broadcast_to(index, shape)
    return jnp.take_along_axis(spread, index[..., None], axis=-1)[..., 0]
