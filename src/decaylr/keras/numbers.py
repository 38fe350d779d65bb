"""What the traced formulas calculate with inside Keras: `Real`, float64 tensors of any backend."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

LN2 = math.log(2.0)
FARTHEST = 4096.0  # beyond this power of two every float64 is 0 or infinite


class Real:
    """A float64 with the operators of a number: of the trace, or known beforehand.

    What is made of parameters alone stays a NumPy array, so that slopes, logarithms and the
    like are no part of the compiled step.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def known(self) -> bool:
        """Whether no position has gone into it."""
        return isinstance(self.value, np.ndarray | np.generic)

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        a, b = together(self, other)
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
        """Elements along the last axis."""
        return int(self.value.shape[-1])


def tensor(value: Any) -> Any:
    """A float64 tensor of the backend."""
    return ops.convert_to_tensor(value, dtype="float64")


def raw(value: Any) -> Any:
    """What a `Real` holds; a plain number as NumPy's."""
    return value.value if isinstance(value, Real) else np.float64(value)


def together(a: Any, b: Any) -> tuple[Any, Any]:
    """Both as NumPy's, or both as tensors."""
    x, y = raw(a), raw(b)
    if all(isinstance(one, np.ndarray | np.generic) for one in (x, y)):
        return x, y
    return tensor(x), tensor(y)


def condition(found: Any) -> Any:
    """A truth that is known as Python's own, which every backend's tensors take."""
    return bool(found) if isinstance(found, np.bool_) else found


def _mapped(x: Real, on_host: Callable[[Any], Any], traced: Callable[[Any], Any]) -> Real:
    if x.known:
        with np.errstate(all="ignore"):  # of branches that `where` does not take
            return Real(np.asarray(on_host(x.value)))
    return Real(traced(x.value))


class KerasNumbers:
    """Functions of reals under the names that the traced formulas use."""

    @staticmethod
    def parameter(array: Any) -> Real:
        """A parameter as it is."""
        return Real(np.asarray(array, np.float64))

    @staticmethod
    def log2_parameter(array: Any) -> Real:
        """The binary logarithm of a parameter >= 0, also where it is almost 1."""
        one = Real(np.asarray(array, np.float64))
        return KerasNumbers.log2(one, one - 1.0)

    @staticmethod
    def log2(x: Real, excess: Real) -> Real:
        """log2(x) for x >= 0, with `excess` = x - 1; a large negative number at 0."""
        near = (excess > -0.5) & (excess < 0.5)
        small = KerasNumbers.where(near, excess, Real(np.float64(0.0)))
        large = KerasNumbers.where(x > 0.0, x, Real(np.float64(1.0)))
        of_small = _mapped(small, np.log1p, ops.log1p)
        of_large = _mapped(large, np.log, ops.log)
        found = KerasNumbers.where(near, of_small, of_large) * (1.0 / LN2)
        return KerasNumbers.where(x > 0.0, found, Real(np.float64(-(2.0**24))))

    @staticmethod
    def log2_e(_: Real) -> Real:
        """The binary logarithm of e."""
        return Real(np.float64(1.0 / LN2))

    @staticmethod
    def exp2(x: Real) -> Real:
        """2**x."""
        return _mapped(x * LN2, np.exp, ops.exp)

    @staticmethod
    def exp2_and_excess(x: Real) -> tuple[Real, Real]:
        """2**x and 2**x - 1, the second exact also where x is small."""
        return KerasNumbers.exp2(x), _mapped(x * LN2, np.expm1, ops.expm1)

    @staticmethod
    def times_power(factor: Real, y: Real) -> Real:
        """factor * 2**y, by halves of y, whose powers stay within float64."""
        low = KerasNumbers.where(y < -FARTHEST, Real(np.float64(-FARTHEST)), y)
        kept = KerasNumbers.where(low > FARTHEST, Real(np.float64(FARTHEST)), low)
        quarter = KerasNumbers.exp2(kept * 0.25)
        return factor * quarter * quarter * quarter * quarter

    @staticmethod
    def sine_of_quarter(x: Real) -> Real:
        """sin(pi/2 * x) for 0 <= x <= 1."""
        return _mapped(x * (math.pi / 2), np.sin, ops.sin)

    @staticmethod
    def where(chosen: Any, a: Any, b: Any) -> Real:
        """a where a condition holds, b elsewhere."""
        x, y = together(a, b)
        if isinstance(chosen, bool | np.ndarray):
            if isinstance(x, np.ndarray | np.generic):
                return Real(np.where(chosen, x, y))
            chosen = ops.convert_to_tensor(chosen)
        return Real(ops.where(chosen, tensor(x), tensor(y)))

    @staticmethod
    def absolute(x: Real) -> Real:
        """The magnitude."""
        return _mapped(x, np.abs, ops.abs)

    @staticmethod
    def floor(x: Real) -> Real:
        """The whole number at or below."""
        # ops.floor of Keras on torch gives float32.
        return _mapped(x, np.floor, lambda value: value // 1.0)

    @staticmethod
    def whole_quotient(p: Real, size: Real) -> Real:
        """floor(p / size) as float64 has the quotient."""
        # XLA multiplies by the reciprocal of a divisor that it knows: this one it does not.
        return KerasNumbers.floor(p / (size + p * 0.0))

    @staticmethod
    def floor_of_rounded(x: Real) -> Real:
        """The floor: a real is a float64 already."""
        return KerasNumbers.floor(x)

    @staticmethod
    def rounded_boundary(x: Real) -> Real:
        """The boundary itself."""
        return x

    @staticmethod
    def along_list(x: Real) -> Real:
        """With a last axis to compare with a list."""
        return x[..., None]

    @staticmethod
    def how_many(holds: Any) -> Any:
        """How many elements along the last axis hold."""
        return ops.sum(ops.cast(holds, "int32"), axis=-1)

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
        """The element of the list at its index."""
        return Real(ops.take(tensor(values.value), index, axis=-1))

    @staticmethod
    def joined(parts: Sequence[Real]) -> Real:
        """Lists of parameters one after the other."""
        return Real(np.concatenate([part.value for part in parts], axis=-1))

    @staticmethod
    def scan(step: Callable[[Any, Any], Any], first: Any, lists: Any, reverse: bool) -> Any:
        """The states that `step(state, elements)` goes through along lists of parameters."""
        order = range(lists[0].length)
        states, state = [], first
        for i in reversed(order) if reverse else order:
            state = step(state, tuple(one[..., i] for one in lists))
            states.append(state)
        states = states[::-1] if reverse else states
        if isinstance(first, Real):
            return Real(np.stack([one.value for one in states], axis=-1))
        return tuple(
            Real(np.stack([one[k].value for one in states], axis=-1)) for k in range(len(first))
        )

    @staticmethod
    def loop(going: Callable[[Any], Any], step: Callable[[Any], Any], state: Any) -> Any:
        """Apply `step` while the only element goes on."""

        def reals(values: Any) -> tuple[Real, ...]:
            return tuple(Real(value) for value in values)

        def on(*values: Any) -> Any:
            return ops.any(going(reals(values)))

        def body(*values: Any) -> tuple[Any, ...]:
            return tuple(tensor(one.value) for one in step(reals(values)))

        first = tuple(tensor(one.value) for one in state)
        return reals(keras.ops.while_loop(on, body, first))
