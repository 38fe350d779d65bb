"""Parameters: what users pass, checked and made into arrays of decaylr's own.

Every refusal names the parameter, the rule and the value received (with its index for
arrays): TypeError for the wrong kind, ValueError for the wrong value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Array = npt.NDArray[Any]  # float64 or int64
Real = float | npt.ArrayLike

LARGEST_POSITION = 2**63 - 1
LARGEST_COUNT = 2**53  # every whole number up to it is a float64


def refuse(name: str, rule: str, value: object) -> Never:
    """Raise the ValueError of a wrong value."""
    raise ValueError(f"{name} must be {rule}, got {value}")


def real_array(name: str, value: Any) -> Array:
    """Return a read-only int64 or float64 array of its own from real numbers."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be real numbers without a mask, got a masked array")
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError) as error:
        raise TypeError(f"{name} must be a number or a regular array, got {value!r:.80}") from error
    if array.dtype.kind == "O" and _all_integers(array):
        require(name, array, lambda x: x <= LARGEST_POSITION, f"at most {LARGEST_POSITION}")
        require(name, array, lambda x: x >= -(2**63), f">= {-(2**63)}")
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise TypeError(f"{name} must be real numbers, got {_kind(value, array)}")
    if array.dtype.kind == "u" and array.size and array.max() > LARGEST_POSITION:
        refuse(name, f"at most {LARGEST_POSITION}", array.max())
    kept = np.array(array, dtype=np.float64 if array.dtype.kind == "f" else np.int64, order="C")
    kept.flags.writeable = False
    return kept


def _all_integers(array: npt.NDArray[Any]) -> bool:
    return bool(array.size) and all(type(item) is int for item in array.flat)


def _kind(value: object, array: npt.NDArray[Any]) -> str:
    if array.dtype.kind == "O":
        return f"{type(value).__name__} {value!r:.80}"
    return f"{array.dtype} {value!r:.80}"


def require(
    name: str, array: npt.NDArray[Any], accept: Callable[[Any], npt.NDArray[np.bool_]], rule: str
) -> None:
    """Refuse an array with the first element that `accept` says is wrong, and its index."""
    with np.errstate(invalid="ignore"):
        good = accept(array)
    if np.all(good):
        return
    index = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    refuse(name, rule, f"{array[index]}{where}")


def finite(name: str, value: Any) -> Array:
    """Finite numbers."""
    array = real_array(name, value)
    require(name, array, np.isfinite, "finite")
    return array


def above(name: str, value: Any, bound: float = 0.0) -> Array:
    """Finite numbers above a bound."""
    array = real_array(name, value)
    require(name, array, lambda x: np.isfinite(x) & (x > bound), f"finite and > {bound:g}")
    return array


def at_least(name: str, value: Any, bound: float = 0.0) -> Array:
    """Finite numbers at or above a bound."""
    array = real_array(name, value)
    require(name, array, lambda x: np.isfinite(x) & (x >= bound), f"finite and >= {bound:g}")
    return array


def length_above_zero(name: str, value: Any) -> Array:
    """Numbers above zero, infinity among them."""
    array = real_array(name, value)
    require(name, array, lambda x: x > 0, "> 0")
    return array


def listed(name: str, array: Array) -> Array:
    """A parameter whose last axis is a list of at least one element."""
    if array.ndim == 0:
        raise TypeError(f"{name} must be a list (its last axis), got the number {array}")
    if array.shape[-1] == 0:
        refuse(name, "a list of at least one element", "an empty list")
    return array


def ascending(name: str, value: Any, *, strictly: bool) -> Array:
    """Lists of positions that never decrease, or that always increase."""
    array = listed(name, at_least(name, value))
    step = array[..., 1:] > array[..., :-1] if strictly else array[..., 1:] >= array[..., :-1]
    if not np.all(step):
        index = tuple(int(i) for i in np.argwhere(~step)[0])
        pair = f"{array[index]} before {array[(*index[:-1], index[-1] + 1)]}"
        rule = "strictly increasing" if strictly else "non-decreasing"
        refuse(name, rule, f"{pair} at index {index if len(index) > 1 else index[0]}")
    return array


def flag(name: str, value: Any) -> bool:
    """A static true or false."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r:.80}")
    return bool(value)


def one_of(name: str, value: Any, known: Sequence[str]) -> str:
    """One of a few words."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(known)}, got {value!r:.80}")
    if value not in known:
        refuse(name, f"one of {', '.join(known)}", repr(value))
    return str(known[known.index(value)])  # not NumPy's string nor an enum's, which print as such


def whole_number(name: str, value: Any, least: int = 0) -> int:
    """One whole number of Python's or NumPy's."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r:.80}")
    whole = int(value)
    if whole < least:
        refuse(name, f">= {least}", whole)
    if whole > LARGEST_POSITION:
        refuse(name, f"at most {LARGEST_POSITION}", whole)
    return whole


def whole_numbers(name: str, value: Any, least: int = 0) -> Array:
    """Whole numbers up to 2**53, whatever their dtype."""
    array = real_array(name, value)
    rule = f"a whole number >= {least}"
    require(name, array, lambda x: (x >= least) & (x <= LARGEST_COUNT) & (np.floor(x) == x), rule)
    return array


def position_index(name: str, value: Any) -> int:
    """One position on the grid of whole numbers."""
    return whole_number(name, value)


def broadcast_shape(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The common shape of named parameters, by NumPy's rules."""
    try:
        shape = np.broadcast_shapes(*shapes.values())
    except ValueError:
        named = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise ValueError(f"parameters must broadcast together, got shapes {named}") from None
    if 0 in shape:
        named = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if 0 in shape)
        raise ValueError(f"a batch must hold at least one run, got shapes {named}")
    return tuple(shape)


def expect(name: str, value: Array, rule: str, holds: npt.NDArray[np.bool_] | np.bool_) -> None:
    """Refuse `value` where a condition on it and other parameters does not hold."""
    spread, kept = np.broadcast_arrays(value, holds)
    require(name, spread, lambda _: kept, rule)


def broadcastable(**named: Array) -> None:
    """Refuse parameters whose shapes do not broadcast."""
    broadcast_shape({name: array.shape for name, array in named.items()})


def known_keys(data: Mapping[str, Any], known: tuple[str, ...], path: str = "") -> None:
    """Refuse keys that have no meaning here."""
    for key in data:
        if key not in known:
            where = f"{path}: " if path else ""
            raise ValueError(f"{where}unknown key {key!r}, known are {', '.join(known)}")
