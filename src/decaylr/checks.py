"""Checks of user-supplied parameters, and their conversion to read-only arrays.

Every error names the parameter, the rule and the received value (with its index for
arrays): TypeError for a wrong type, ValueError for a wrong value.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Array = npt.NDArray[Any]  # float64 or int64

LARGEST_POSITION = 2**63 - 1
MOST_AXES = 31  # NumPy 1 has arrays of 32, and tables have one axis more than their schedule
LARGEST_COUNT = 2**53  # every integer up to here is exactly representable as float64


def refuse(name: str, rule: str, value: object) -> Never:
    """Raise ValueError: `name` must be `rule`, got `value`."""
    try:
        got = str(value)
    except Exception:  # whatever an object of the user's raises
        got = f"an object of type {type(value).__name__}"
    raise ValueError(f"{name} must be {rule}, got {got}")


def real_array(name: str, value: Any) -> Array:
    """Convert real numbers to a read-only int64 or float64 array (always a copy)."""
    copy = np.array(real_numbers(name, value), order="C")
    copy.flags.writeable = False
    return copy


def real_numbers(name: str, value: Any) -> Array:
    """Real numbers as an int64 or float64 array: the user's own where it is one."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be real numbers without a mask, got a masked array")
    try:
        array = np.asarray(value)
    except MemoryError:
        raise
    except RecursionError:
        raise TypeError(f"{name} must be a number or a regular array, got {shown(value)}") from None
    except Exception as error:  # whatever an object's own conversion raises
        raise TypeError(
            f"{name} must be a number or a regular array, got {shown(value)}"
        ) from error
    if array.ndim > MOST_AXES:
        refuse(name, f"of at most {MOST_AXES} axes", f"{array.ndim}")
    if isinstance(value, (list, tuple)) and array.dtype.kind in "iuf" and _holds_bool(value):
        raise TypeError(f"{name} must be real numbers, got bool in {shown(value)}")
    if array.dtype.kind == "O" and _all_integers(array):
        require(name, array, lambda x: x <= LARGEST_POSITION, f"at most {LARGEST_POSITION}")
        require(name, array, lambda x: x >= -(2**63), f">= {-(2**63)}")
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise TypeError(f"{name} must be real numbers, got {_type_and_value(value, array)}")
    if array.dtype.kind == "u" and array.size and array.max() > LARGEST_POSITION:
        refuse(name, f"at most {LARGEST_POSITION}", array.max())
    dtype = np.float64 if array.dtype.kind == "f" else np.int64
    return np.asarray(array, dtype=dtype)


def _all_integers(array: npt.NDArray[Any]) -> bool:
    return bool(array.size) and all(type(item) is int for item in array.flat)


def _holds_bool(items: list[Any] | tuple[Any, ...]) -> bool:
    """Whether nested lists, of which NumPy made numbers, hold True or False."""
    types = set(map(type, items))
    if bool in types or np.bool_ in types:
        return True
    if types - {int, float}:
        for item in items:
            if isinstance(item, (list, tuple)) and _holds_bool(item):
                return True
            if isinstance(item, np.ndarray) and item.dtype.kind == "b":
                return True
    return False


def shown(value: object) -> str:
    """The first 80 characters of a value's repr; its type where it has none."""
    try:
        return f"{value!r:.80}"
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deeply"
    except Exception:  # whatever an object of the user's raises
        return f"an object of type {type(value).__name__}"


def _type_and_value(value: object, array: npt.NDArray[Any]) -> str:
    if array.dtype.kind == "O":
        return f"{type(value).__name__} {shown(value)}"
    return f"{array.dtype} {shown(value)}"


def require(
    name: str, array: npt.NDArray[Any], accept: Callable[[Any], npt.NDArray[np.bool_]], rule: str
) -> None:
    """Raise ValueError at the first element for which `accept` is false, naming its index."""
    with np.errstate(invalid="ignore"):
        accepted = accept(array)
    if np.all(accepted):
        return
    index = tuple(int(i) for i in np.argwhere(~np.asarray(accepted))[0])
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    refuse(name, rule, f"{array[index]}{where}")


def finite(name: str, value: Any) -> Array:
    """Convert to an array of finite numbers."""
    array = real_array(name, value)
    require(name, array, np.isfinite, "finite")
    return array


def above(name: str, value: Any, bound: float = 0.0) -> Array:
    """Convert to an array of finite numbers > `bound`."""
    array = real_array(name, value)
    require(name, array, lambda x: np.isfinite(x) & (x > bound), f"finite and > {bound:g}")
    return array


def at_least(name: str, value: Any, bound: float = 0.0) -> Array:
    """Convert to an array of finite numbers >= `bound`."""
    array = real_array(name, value)
    require(name, array, lambda x: np.isfinite(x) & (x >= bound), f"finite and >= {bound:g}")
    return array


def length_above_zero(name: str, value: Any) -> Array:
    """Convert to an array of numbers > 0; infinity is allowed."""
    array = real_array(name, value)
    require(name, array, lambda x: x > 0, "> 0")
    return array


def listed(name: str, array: Array) -> Array:
    """Require a last axis (the list) with at least one element."""
    if array.ndim == 0:
        raise TypeError(f"{name} must be a list (its last axis), got the number {array}")
    if array.shape[-1] == 0:
        refuse(name, "a list of at least one element", "an empty list")
    return array


def ascending(name: str, value: Any, *, strictly: bool) -> Array:
    """Convert to lists of positions >= 0 in non-decreasing, or strictly increasing, order."""
    array = listed(name, at_least(name, value))
    before, after = array[..., :-1], array[..., 1:]
    ordered = after > before if strictly else after >= before
    if not np.all(ordered):
        index = tuple(int(i) for i in np.argwhere(~ordered)[0])
        pair = f"{array[index]} before {array[(*index[:-1], index[-1] + 1)]}"
        rule = "strictly increasing" if strictly else "non-decreasing"
        refuse(name, rule, f"{pair} at index {index if len(index) > 1 else index[0]}")
    return array


def flag(name: str, value: Any) -> bool:
    """Require a bool (Python's or NumPy's)."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def one_of(name: str, value: Any, known: Sequence[str]) -> str:
    """Require one of the `known` strings."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {', '.join(known)}, got {shown(value)}")
    if value not in known:
        refuse(name, f"one of {', '.join(known)}", shown(value))
    return str(known[known.index(value)])  # a plain str: NumPy strings and enums print differently


def whole_number(name: str, value: Any, least: int = 0) -> int:
    """Require one integer (Python's or NumPy's) from `least` to the largest position."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {shown(value)}")
    number = int(value)
    if number < least:
        refuse(name, f">= {least}", number)
    if number > LARGEST_POSITION:
        refuse(name, f"at most {LARGEST_POSITION}", number)
    return number


def whole_numbers(name: str, value: Any, least: int = 0) -> Array:
    """Convert to an array of integral values from `least` to 2**53; any dtype."""
    array = real_array(name, value)
    rule = f"a whole number >= {least}"
    require(name, array, lambda x: (x >= least) & (x <= LARGEST_COUNT) & (np.floor(x) == x), rule)
    return array


def position_index(name: str, value: Any) -> int:
    """Require one integer position >= 0."""
    return whole_number(name, value)


def broadcast_shape(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Return the shape to which the named shapes broadcast by NumPy's rules."""
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
    """Raise ValueError at the first element of `value` where the condition `holds` is false."""
    elements, accepted = np.broadcast_arrays(value, holds)
    require(name, elements, lambda _: accepted, rule)


def finite_quotient(dividend_name: str, dividend: Array, name: str, divisor: Array) -> Array:
    """Return dividend / divisor; ValueError, naming the divisor, where it overflows float64."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        quotient: Array = np.asarray(dividend / divisor)
    rule = f"such that {dividend_name} / {name} is finite"
    expect(name, divisor, rule, np.isfinite(quotient))
    return quotient


def broadcastable(**named: Array) -> None:
    """Raise ValueError unless the named parameters broadcast together."""
    broadcast_shape({name: array.shape for name, array in named.items()})


def known_keys(data: Mapping[str, Any], known: tuple[str, ...], path: str = "") -> None:
    """Raise TypeError unless `data` is a mapping, ValueError at a key that is not in `known`."""
    if not isinstance(data, Mapping):
        raise TypeError(f"{path or 'data'} must be a mapping, got {shown(data)}")
    for key in data:
        if key not in known:
            where = f"{path}: " if path else ""
            listed = f"{where}unknown key {shown(key)}, known are {', '.join(known)}"
            raise ValueError(f"{listed}{did_you_mean(key, known)}")


def missing_library(error: ModuleNotFoundError, library: str) -> ModuleNotFoundError:
    """The error of an adapter whose library is not installed; any other error as it is."""
    if error.name != library:
        return error
    needed = f"decaylr.{library} needs {library}: pip install 'decaylr[{library}]'"
    return ModuleNotFoundError(needed, name=library)


def missing_attribute(owner: object, name: str, instead: Mapping[str, str]) -> AttributeError:
    """The error for an attribute that does not exist; `instead` names what is meant by some."""
    missing = f"{type(owner).__name__!r} object has no attribute {name!r}"
    hint = f": use {instead[name]}" if name in instead else ""
    return AttributeError(missing + hint, name=name, obj=owner)


# Parameters of other libraries' schedules, and what is called so here.
NAMES_ELSEWHERE = {
    "T_max": ("steps", "decay_steps"),
    "T_0": ("first_steps",),
    "T_mult": ("period_scale",),
    "alpha": ("end_value",),
    "base_lr": ("init_value", "base_value", "peak_value"),
    "eta_min": ("end_value",),
    "gamma": ("decay_rate",),
    "initial_learning_rate": ("init_value", "peak_value"),
    "lr": ("init_value", "peak_value", "value"),
    "max_lr": ("max_value", "peak_value"),
    "min_lr": ("end_value",),
    "num_training_steps": ("total_steps", "steps", "decay_steps"),
    "num_warmup_steps": ("warmup_steps",),
    "total_iters": ("steps", "total_steps"),
    "total_steps": ("steps", "decay_steps"),
    "transition_steps": ("steps", "decay_steps"),
}


def did_you_mean(name: object, known: Sequence[str]) -> str:
    """The end of an error about an unknown name: the known name that was probably meant."""
    elsewhere = [n for n in NAMES_ELSEWHERE.get(str(name), ()) if n in known]
    near = elsewhere or difflib.get_close_matches(str(name), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
