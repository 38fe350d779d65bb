"""`Clock`: conversion between the steps, samples, tokens and epochs of a training run."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import LARGEST_POSITION, Array, above, at_least, refuse, require, whole_number

Quantity = int | float | npt.NDArray[np.int64] | npt.NDArray[np.float64]
RATES = {"samples": "batch_size", "tokens": "tokens_per_step", "epochs": "steps_per_epoch"}
EXACT_FLOAT = 2**53  # every integer up to here is exactly representable as float64


@dataclass(frozen=True)
class Clock:
    """Conversions between optimizer steps, samples, tokens and epochs.

    samples = steps * batch_size * gradient_accumulation * num_processes;
    tokens = steps * tokens_per_step; epochs = steps / steps_per_epoch.

    `steps`, `samples`, `tokens` and `epochs` each take exactly one keyword, the name of
    another unit, with a number or an array >= 0. A whole result is returned as an exact int (as
    an int64 array if all elements are whole), any other result as float; integer inputs give
    correctly rounded floats. If steps_per_epoch or the input is fractional, a result counts as
    whole if its nearest float64 is.

    Parameters
    ----------
    batch_size : int, optional
        Samples per process and forward pass, >= 1.
    tokens_per_step : int, optional
        Tokens per optimizer step, summed over all processes, >= 1.
    steps_per_epoch : int or float, optional
        Optimizer steps per epoch, > 0.
    gradient_accumulation : int
        Forward passes per optimizer step, >= 1.
    num_processes : int
        Number of data-parallel processes, >= 1.

    Raises
    ------
    TypeError, ValueError
        For a parameter or quantity of a wrong type or value, for more or fewer than one
        keyword, if the conversion needs a parameter that the clock was not given, or for a
        result above the largest position 2**63 - 1.

    Examples
    --------
    >>> import decaylr as dl
    >>> clock = dl.Clock(batch_size=32, steps_per_epoch=500, num_processes=8)
    >>> clock.steps(samples=1_024_000), clock.steps(epochs=2.5), clock.epochs(steps=125)
    (4000, 1250, 0.25)
    >>> clock.samples(epochs=[1, 90])
    array([  128000, 11520000])
    """

    batch_size: int | None = None
    tokens_per_step: int | None = None
    steps_per_epoch: int | float | None = None
    gradient_accumulation: int = 1
    num_processes: int = 1

    def __init__(
        self,
        batch_size: int | None = None,
        tokens_per_step: int | None = None,
        steps_per_epoch: float | None = None,
        *,
        gradient_accumulation: int = 1,
        num_processes: int = 1,
    ) -> None:
        given = {
            "batch_size": batch_size,
            "tokens_per_step": tokens_per_step,
            "gradient_accumulation": gradient_accumulation,
            "num_processes": num_processes,
        }
        for name, value in given.items():
            optional = name in RATES.values() and value is None
            object.__setattr__(self, name, None if optional else whole_number(name, value, 1))
        object.__setattr__(self, "steps_per_epoch", _checked_epoch(steps_per_epoch))

    def steps(self, **quantity: Any) -> Quantity:
        """Convert `samples=`, `tokens=` or `epochs=` to optimizer steps."""
        return self._convert("steps", quantity)

    def samples(self, **quantity: Any) -> Quantity:
        """Convert `steps=`, `tokens=` or `epochs=` to samples."""
        return self._convert("samples", quantity)

    def tokens(self, **quantity: Any) -> Quantity:
        """Convert `steps=`, `samples=` or `epochs=` to tokens."""
        return self._convert("tokens", quantity)

    def epochs(self, **quantity: Any) -> Quantity:
        """Convert `steps=`, `samples=` or `tokens=` to epochs."""
        return self._convert("epochs", quantity)

    def _convert(self, target: str, quantity: dict[str, Any]) -> Quantity:
        known = [unit for unit in ("steps", *RATES) if unit != target]
        if len(quantity) != 1 or next(iter(quantity)) not in known:
            got = ", ".join(quantity) or "none"
            raise TypeError(f"{target} must be given exactly one of {', '.join(known)}, got {got}")
        unit, value = next(iter(quantity.items()))
        ratio = self._per_step(target) / self._per_step(unit)
        fractional = isinstance(self.steps_per_epoch, float) and self.steps_per_epoch % 1 != 0
        inexact = fractional and "epochs" in (target, unit)
        return _scaled(target, _integers(at_least(unit, value)), ratio, inexact)

    def _per_step(self, unit: str) -> Fraction:
        """Amount of a unit in one step, as an exact fraction."""
        if unit == "steps":
            return Fraction(1)
        rate = getattr(self, RATES[unit])
        if rate is None:
            refuse(RATES[unit], f"given to convert {unit}", None)
        if unit == "epochs":
            return 1 / Fraction(rate)
        if unit == "tokens":
            return Fraction(rate)
        return Fraction(rate * self.gradient_accumulation * self.num_processes)


def _checked_epoch(value: Any) -> int | float | None:
    if value is None:
        return None
    array = above("steps_per_epoch", value)
    if array.ndim:
        raise TypeError(f"steps_per_epoch must be one number, got shape {array.shape}")
    number: int | float = array.item()
    return number


def _integers(amount: Array) -> Array:
    """The amount as int64 if all its elements are whole, otherwise unchanged."""
    if np.all((amount == np.floor(amount)) & (amount < LARGEST_POSITION + 1)):
        return amount.astype(np.int64)
    return amount


def _scaled(target: str, amount: Array, ratio: Fraction, inexact: bool) -> Quantity:
    """amount * ratio, as int64 if all elements are whole; ValueError above the largest position.

    `inexact` says that the ratio comes from a decimal such as 97.3, which float64 rounds.
    """
    if amount.dtype == np.int64:
        # Python integers: products cannot overflow and quotients are correctly rounded
        product = np.asarray(amount.astype(object) * ratio.numerator, object)
        scaled = np.asarray(product // ratio.denominator, object)
        _require_position(target, scaled)  # before a quotient that no float64 could hold
        whole = bool(np.all(product % ratio.denominator == 0))
        fractions = np.asarray(product / ratio.denominator, np.float64)
        if inexact and not whole:
            whole, scaled = _all_whole(fractions), fractions
    else:
        fractions = np.asarray(amount * float(ratio), np.float64)
        if ratio.denominator <= EXACT_FLOAT and ratio.numerator <= EXACT_FLOAT:
            fractions = np.asarray(amount * ratio.numerator / ratio.denominator, np.float64)
        whole = _all_whole(fractions)
        scaled = fractions
    _require_position(target, scaled)
    result = scaled.astype(np.int64) if whole else fractions
    return result if result.ndim else result.item()


def _require_position(name: str, amount: npt.NDArray[Any]) -> None:
    # < rather than <=: as a float, the largest position rounds up to 2**63
    require(name, amount, lambda x: x < LARGEST_POSITION + 1, f"at most {LARGEST_POSITION}")


def _all_whole(values: npt.NDArray[np.float64]) -> bool:
    return bool(np.all((values == np.floor(values)) & (values <= EXACT_FLOAT)))
