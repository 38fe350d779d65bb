"""Arithmetic for the traced formulas inside Keras: `Real`, a float64 number of any backend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

LN2 = math.log(2.0)
# Beyond this power of two every float64 is 0 or infinite; a quarter of it is a float64, so that
# 0 times the power stays 0.
FARTHEST = 4000.0


class Real:
    """A float64 number: a NumPy array if it is constant, else a tensor of the backend.

    Results that depend on parameters alone remain NumPy arrays, so that slopes, logarithms and
    the like are computed once and are not part of the compiled step.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def known(self) -> bool:
        """Whether the value is a constant, which does not depend on the position."""
        return isinstance(self.value, np.ndarray | np.generic)

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        a, b = same_kind(self, other)
        return operation(a, b)

    def __add__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: a + b))

    def __sub__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: a - b))

    def __rsub__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: b - a))

    def __mul__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: a * b))

    def __truediv__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: a / b))

    def __rtruediv__(self, other: Any) -> Real:
        return Real(self._with(other, lambda a, b: b / a))

    def __neg__(self) -> Real:
        return Real(-self.value)

    def __gt__(self, other: Any) -> Any:
        return condition(self._with(other, lambda a, b: a > b))

    def __ge__(self, other: Any) -> Any:
        return condition(self._with(other, lambda a, b: a >= b))

    def __lt__(self, other: Any) -> Any:
        return condition(self._with(other, lambda a, b: a < b))

    def __le__(self, other: Any) -> Any:
        return condition(self._with(other, lambda a, b: a <= b))

    def __getitem__(self, key: Any) -> Real:
        return Real(self.value[key])

    @property
    def length(self) -> int:
        """Number of elements along the last axis."""
        return int(self.value.shape[-1])


def tensor(value: Any) -> Any:
    """A float64 tensor of the backend."""
    return ops.convert_to_tensor(value, dtype="float64")


def raw(value: Any) -> Any:
    """The array or tensor of a `Real`; a Python number as float64."""
    return value.value if isinstance(value, Real) else np.float64(value)


def same_kind(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as NumPy arrays if both are constants, else both as tensors."""
    x, y = raw(a), raw(b)
    if all(isinstance(number, np.ndarray | np.generic) for number in (x, y)):
        return x, y
    return tensor(x), tensor(y)


def condition(value: Any) -> Any:
    """A NumPy bool as a Python bool, which the operators of every backend accept."""
    return bool(value) if isinstance(value, np.bool_) else value


def _apply(x: Real, with_numpy: Callable[[Any], Any], with_keras: Callable[[Any], Any]) -> Real:
    """Apply the NumPy function to a constant, or the Keras function to a tensor."""
    if x.known:
        with np.errstate(all="ignore"):  # the result may be unused, in the other branch of `where`
            return Real(np.asarray(with_numpy(x.value)))
    return Real(with_keras(x.value))


def _halves(x: Real) -> tuple[Real, Real]:
    """x as the sum of two numbers of 26 bits, whose products are exact."""
    big = x * 134217729.0  # 2**27 + 1
    high = big - (big - x)
    return high, x - high


class KerasNumbers:
    """The functions that the traced formulas call, for `Real` numbers."""

    @staticmethod
    def parameter(array: Any) -> Real:
        """A parameter of a schedule as a number."""
        return Real(np.asarray(array, np.float64))

    @staticmethod
    def log2_parameter(array: Any) -> Real:
        """The binary logarithm of a parameter >= 0, accurate also near 1."""
        one = Real(np.asarray(array, np.float64))
        return KerasNumbers.log2(one, one - 1.0)

    @staticmethod
    def log2(x: Real, excess: Real) -> Real:
        """log2(x) for x >= 0, with `excess` = x - 1; a large negative number at 0."""
        near = (excess > -0.5) & (excess < 0.5)
        small = KerasNumbers.where(near, excess, Real(np.float64(0.0)))
        large = KerasNumbers.where(x > 0.0, x, Real(np.float64(1.0)))
        of_small = _apply(small, np.log1p, ops.log1p)
        of_large = _apply(large, np.log, ops.log)
        result = KerasNumbers.where(near, of_small, of_large) * (1.0 / LN2)
        return KerasNumbers.where(x > 0.0, result, Real(np.float64(-(2.0**24))))

    @staticmethod
    def log2_e(_: Real) -> Real:
        """The binary logarithm of e."""
        return Real(np.float64(1.0 / LN2))

    @staticmethod
    def exp2(x: Real) -> Real:
        """2**x."""
        return _apply(x * LN2, np.exp, ops.exp)

    @staticmethod
    def exp2_and_excess(x: Real) -> tuple[Real, Real]:
        """2**x and 2**x - 1, the second accurate also where x is small."""
        return KerasNumbers.exp2(x), _apply(x * LN2, np.expm1, ops.expm1)

    @staticmethod
    def times_power(factor: Real, y: Real) -> Real:
        """factor * 2**y, in four steps of 2**(y / 4), which does not overflow float64."""
        at_least = KerasNumbers.where(y < -FARTHEST, Real(np.float64(-FARTHEST)), y)
        clipped = KerasNumbers.where(at_least > FARTHEST, Real(np.float64(FARTHEST)), at_least)
        quarter = KerasNumbers.exp2(clipped * 0.25)
        return factor * quarter * quarter * quarter * quarter

    @staticmethod
    def sine_of_quarter(x: Real) -> Real:
        """sin(pi/2 * x) for 0 <= x <= 1."""
        return _apply(x * (math.pi / 2), np.sin, ops.sin)

    @staticmethod
    def where(condition: Any, a: Any, b: Any) -> Real:
        """a where the condition is true, b elsewhere."""
        x, y = same_kind(a, b)
        if isinstance(condition, bool | np.ndarray):
            if isinstance(x, np.ndarray | np.generic):
                return Real(np.where(condition, x, y))
            condition = ops.convert_to_tensor(condition)
        return Real(ops.where(condition, tensor(x), tensor(y)))

    @staticmethod
    def absolute(x: Real) -> Real:
        """The absolute value."""
        return _apply(x, np.abs, ops.abs)

    @staticmethod
    def floor(x: Real) -> Real:
        """The largest whole number that is not above x."""
        # ops.floor returns float32 on the torch backend.
        return _apply(x, np.floor, lambda value: value // 1.0)

    @staticmethod
    def whole_quotient(p: Real, size: Real) -> Real:
        """floor(p / size), exactly: 11 lies before 10 * 1.1 = 11.00000000000000088."""
        nearest = KerasNumbers.floor(p / size + 0.5)
        (a, b), (c, d) = _halves(nearest), _halves(size)
        product = nearest * size
        error = ((a * c - product) + a * d + b * c) + b * d  # of the product, exactly
        return KerasNumbers.where((product - p) + error > 0.0, nearest - 1.0, nearest)

    @staticmethod
    def floor_of_rounded(x: Real) -> Real:
        """The same as `floor`, since a Real is a float64 already."""
        return KerasNumbers.floor(x)

    @staticmethod
    def boundary(x: Real) -> Real:
        """A sum of lengths, to compare positions with it."""
        return x

    @staticmethod
    def along_list(x: Real) -> Real:
        """x with a new last axis, to compare it with the elements of a list."""
        return x[..., None]

    @staticmethod
    def how_many(condition: Any) -> Any:
        """The number of true elements along the last axis."""
        return ops.sum(ops.cast(condition, "int32"), axis=-1)

    @staticmethod
    def as_number(count: Any, _: Real) -> Real:
        """A count as a number."""
        return Real(ops.cast(count, "float64"))

    @staticmethod
    def as_index(x: Real, last: int) -> Any:
        """A whole number as an index, at most `last`."""
        return ops.cast(ops.clip(tensor(x.value), 0.0, float(last)), "int32")

    @staticmethod
    def clipped_index(index: Any, first: int, last: int) -> Any:
        """An index kept within bounds."""
        return ops.clip(index, first, last)

    @staticmethod
    def take(values: Real, index: Any) -> Real:
        """The element of the list at an index."""
        return Real(ops.take(tensor(values.value), index, axis=-1))

    @staticmethod
    def joined(parts: Sequence[Real]) -> Real:
        """Lists of parameters, concatenated."""
        return Real(np.concatenate([part.value for part in parts], axis=-1))

    @staticmethod
    def scan(step: Callable[[Any, Any], Any], first: Any, lists: Any, reverse: bool) -> Any:
        """All states of ``state = step(state, elements)`` along lists of parameters."""
        order = range(lists[0].length)
        states, state = [], first
        for i in reversed(order) if reverse else order:
            state = step(state, tuple(values[..., i] for values in lists))
            states.append(state)
        states = states[::-1] if reverse else states
        if isinstance(first, Real):
            return Real(np.stack([s.value for s in states], axis=-1))
        return tuple(
            Real(np.stack([s[k].value for s in states], axis=-1)) for k in range(len(first))
        )

    @staticmethod
    def loop(going: Callable[[Any], Any], step: Callable[[Any], Any], state: Any) -> Any:
        """Apply `step` to the state while `going(state)` is true."""

        def reals(values: Any) -> tuple[Real, ...]:
            return tuple(Real(value) for value in values)

        def condition(*values: Any) -> Any:
            return ops.any(going(reals(values)))

        def body(*values: Any) -> tuple[Any, ...]:
            return tuple(tensor(number.value) for number in step(reals(values)))

        first = tuple(tensor(number.value) for number in state)
        return reals(ops.while_loop(condition, body, first))
