"""`advise` and `Advice`: the decay that meets a target, or the diagnosis of a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from decaylr.advice.diagnosis import Diagnosis, diagnose
from decaylr.checks import (
    Array,
    FloatArray,
    IntArray,
    above,
    broadcast_shape,
    real_array,
    refuse,
    require,
    shown,
)
from decaylr.curves import exponential
from decaylr.schedule import Schedule

TINY = float(np.finfo(np.float64).tiny)  # smaller ratios are subnormal and lose precision
LONGEST = 2.0**200  # time constant so long that no position shows any decay
MAX_MILESTONES = 10**7  # in all runs together: 80 MB
TOLERANCE = 4 * float(np.finfo(np.float64).eps)  # of the logarithm of a sum
ROUNDING = 2.0**-48  # relative tolerance within which a milestone counts as a whole position
FIGURES = ("decay_rate", "time_constant", "half_life", "final", "total")
SHOWN = 8  # milestones per run in the text


@dataclass(frozen=True, eq=False)
class Advice:
    """The exponential decay init_value * decay_rate**p that meets a target.

    Arrays have the shape to which the parameters broadcast. A decay_rate of 1 has an infinite
    time_constant and half_life.

    Attributes
    ----------
    init_value : ndarray of float64
    steps : ndarray of int64
        Length of the training.
    gamma : ndarray of float64
        Factor of the step decay.
    decay_rate : ndarray of float64
        Factor per step. A decay of less than about 1e-16 per step rounds to 1 here, but not in
        `time_constant`.
    time_constant, half_life : ndarray of float64
        Steps in which the value falls to 1/e, or to 1/2.
    final : ndarray of float64
        Value at p = steps.
    total : ndarray of float64
        Sum of the values at the positions 0 .. steps - 1.
    milestones : ndarray of int64
        Milestones of the equivalent step decay, along an additional last axis: the k-th is the
        first position with a value <= init_value * gamma**k (up to rounding). The axis is as
        long as the run with the most milestones needs; in other runs it is filled up with
        `steps`.

    Examples
    --------
    >>> import decaylr as dl
    >>> advice = dl.advise(init_value=1.0, steps=60, value=(0.25, [10, 20]))
    >>> advice.half_life, advice.milestones
    (array([ 5., 10.]), array([[17, 34, 50],
           [34, 60, 60]]))
    """

    init_value: FloatArray
    steps: IntArray
    gamma: FloatArray
    decay_rate: FloatArray
    time_constant: FloatArray
    half_life: FloatArray
    final: FloatArray
    total: FloatArray

    @property
    def milestones(self) -> IntArray:
        """Milestones of the equivalent step decay; computed on access, as there may be many."""
        return _milestones(self.steps, self.gamma, self.time_constant)

    @property
    def schedule(self) -> Schedule:
        """The decay as a schedule; it uses `time_constant`, the more precise figure."""
        return exponential(self.init_value, time_constant=np.minimum(self.time_constant, LONGEST))

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes as plain numbers and nested lists."""
        names = ("init_value", "steps", "gamma", *FIGURES, "milestones")
        return {name: getattr(self, name).tolist() for name in names}

    def __str__(self) -> str:
        """The figures, one paragraph per run, for at most 20 runs."""
        size = self.decay_rate.size
        first = [np.ravel(a)[:20] for a in (self.steps, self.gamma, self.time_constant)]
        milestones = _milestones(first[0], first[1], first[2], limit=SHOWN + 1)
        lines = []
        for run in range(min(size, 20)):
            rate, tau, half, final, total = (getattr(self, n).flat[run] for n in FIGURES)
            inside = milestones[run][milestones[run] < self.steps.flat[run]]
            shown = ", ".join(str(position) for position in inside[:SHOWN]) or "none"
            more = ", ..." if inside.size > SHOWN else ""
            lines += [
                f"{f'run {run}: ' if size > 1 else ''}"
                f"{self.init_value.flat[run]:.6g} to {final:.6g} over {self.steps.flat[run]} steps",
                f"  decay rate {rate:.10g} a step, time constant {tau:.6g}, half life {half:.6g}",
                f"  total {total:.6g}",
                f"  step decay by {self.gamma.flat[run]:.10g}: milestones {shown}{more}",
            ]
        if size > 20:
            lines.append(f"... {size - 20} more runs ...")
        return "\n".join(lines)


@overload
def advise(schedule: Schedule, *, steps: int | None = None) -> Diagnosis: ...
@overload
def advise(
    schedule: None = None,
    *,
    steps: Any,
    init_value: ArrayLike,
    final: ArrayLike | None = None,
    total: ArrayLike | None = None,
    value: tuple[ArrayLike, ArrayLike] | None = None,
    gamma: ArrayLike | None = None,
) -> Advice: ...
def advise(
    schedule: Schedule | None = None,
    *,
    steps: Any = None,
    init_value: ArrayLike | None = None,
    final: ArrayLike | None = None,
    total: ArrayLike | None = None,
    value: tuple[ArrayLike, ArrayLike] | None = None,
    gamma: ArrayLike | None = None,
) -> Advice | Diagnosis:
    """Compute the exponential decay that meets a target, or diagnose a schedule.

    With `init_value` and exactly one target, the result describes the decay
    v(p) = init_value * r**p for which

    - v(steps) = final, or
    - v(0) + ... + v(steps - 1) = total (relative error below 1e-12), or
    - v(at) = v, with value = (v, at).

    With a schedule, the result is its diagnosis.

    Parameters
    ----------
    schedule : Schedule, optional
        A schedule to diagnose; then `steps` is the only other argument.
    steps : int or array_like of int
        Length of the training, >= 1 (>= 2 with `total`); a single integer with a schedule, by
        default its longest horizon.
    init_value : float or array_like
        Value at p = 0, > 0.
    final : float or array_like
        Value at p = steps, > 0 and at most init_value.
    total : float or array_like
        Sum over the integer positions 0 .. steps - 1, > init_value (the first value alone)
        and <= init_value * steps (no decay).
    value : tuple of float or array_like
        A value, > 0 and at most init_value, and the position > 0 at which it is reached.
    gamma : float or array_like
        Factor of the equivalent step decay (see `Advice.milestones`), in (0, 1); default 0.1.

    Returns
    -------
    Advice or Diagnosis
        Its arrays have the broadcast shape of the parameters, or the shape of the schedule.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, more or fewer than one target, or a target
        that no decay meets.

    Examples
    --------
    >>> import decaylr as dl
    >>> print(dl.advise(init_value=0.1, steps=90, final=0.0001))
    0.1 to 0.0001 over 90 steps
      decay rate 0.9261187281 a step, time constant 13.0288, half life 9.0309
      total 1.35217
      step decay by 0.1: milestones 30, 60
    >>> print(dl.advise(dl.exponential(0.1, 0.9), steps=100))
    100 steps from 0.1 to 2.951e-06, peak 0.1 at 0, halves in 7; under 10 % of the peak for \
78.0% of training, under 1 % for 56.0%
      - over-decay: 56.0% of training is under 1 % of the peak
    """
    targets = {"final": final, "total": total, "value": value}
    if schedule is None:
        return _advice(init_value, steps, targets, 0.1 if gamma is None else gamma)
    if not isinstance(schedule, Schedule):
        raise TypeError(f"schedule must be a Schedule, got {type(schedule).__name__}")
    given = {"init_value": init_value, **targets, "gamma": gamma}
    extra = [name for name, item in given.items() if item is not None]
    if extra:
        refuse(" and ".join(extra), "left out for the diagnosis of a schedule", "both")
    return diagnose(schedule, _horizon(schedule) if steps is None else steps)


def _horizon(schedule: Schedule) -> int:
    """The number of positions up to and including the longest horizon."""
    horizon = float(np.max(schedule.horizon))
    if not np.isfinite(horizon):
        refuse("steps", "given for a schedule that never ends", None)
    return int(np.ceil(horizon)) + 1


def _advice(init_value: Any, steps: Any, targets: dict[str, Any], gamma: Any) -> Advice:
    given = [name for name, target in targets.items() if target is not None]
    if init_value is None or len(given) != 1:
        got = ", ".join((["init_value"] if init_value is not None else []) + given) or "none"
        refuse("advise", "given a schedule, or init_value and one of final, total, value", got)
    init = above("init_value", init_value)
    length = _lengths(steps, 2 if given[0] == "total" else 1)
    factor = real_array("gamma", gamma)
    require("gamma", factor, lambda g: (g > 0) & (g < 1), "in (0, 1)")
    solve = {"final": _from_final, "total": _from_total, "value": _from_value}[given[0]]
    rate = solve(init, length, targets[given[0]], {"gamma": factor.shape})
    return _figures(init, length, factor, rate)


def _lengths(steps: Any, minimum: int) -> Array:
    length = real_array("steps", steps)
    if length.dtype != np.int64:
        raise TypeError(f"steps must be integers, got {length.dtype}")
    require("steps", length, lambda n: n >= minimum, f">= {minimum}")
    return length


Shapes = dict[str, tuple[int, ...]]


def _from_final(init: Array, length: Array, final: Any, others: Shapes) -> FloatArray:
    return _through("final", init, length, above("final", final), length, others)


def _from_value(init: Array, length: Array, value: Any, others: Shapes) -> FloatArray:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"value must be a pair (value, position), got {shown(value)}")
    target, at = above("value[0]", value[0]), above("value[1]", value[1])
    return _through("value[0]", init, length, target, at, others)


def _through(
    name: str, init: Array, length: Array, target: Array, at: Array, others: Shapes
) -> FloatArray:
    """The rate -log(decay_rate) at which init falls to the target value in `at` steps."""
    shapes = {"init_value": init.shape, "steps": length.shape, name: target.shape}
    broadcast_shape(shapes | {f"position of {name}": at.shape} | others)
    with np.errstate(under="ignore"):
        share = np.asarray(target / init)
    within = np.asarray((target <= init) & (share >= TINY))
    _refuse_target(name, target, within, f">= {TINY:.3g} of init_value and <= init_value", init)
    # near 1 the difference target - init is exact, while the ratio is rounded
    near = np.log1p(np.maximum((target - init) / init, -0.5))
    return np.asarray(np.abs(np.where(share > 0.5, near, np.log(share))) / at)


def _refuse_target(name: str, target: Array, possible: Any, rule: str, init: Array) -> None:
    """Raise ValueError at the first target that is not possible with its init_value."""
    if np.all(possible):
        return
    index = tuple(int(i) for i in np.argwhere(~np.asarray(possible))[0])
    shown, start = (np.broadcast_to(array, np.shape(possible))[index] for array in (target, init))
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    refuse(name, rule, f"{shown} with init_value {start}{where}")


def _from_total(init: Array, length: Array, total: Any, others: Shapes) -> FloatArray:
    target = above("total", total)
    shapes = {"init_value": init.shape, "steps": length.shape, "total": target.shape}
    broadcast_shape(shapes | others)
    ratio, count = np.broadcast_arrays(np.asarray(target / init), length.astype(np.float64))
    rule = "above init_value and at most init_value * steps"
    _refuse_target("total", target, (ratio > 1) & (ratio <= count), rule, init)
    return _rate_of_sum(ratio.ravel(), count.ravel()).reshape(ratio.shape)


def _rate_of_sum(ratio: FloatArray, count: FloatArray) -> FloatArray:
    """Solve sum(exp(-s * p) for p < count) = ratio for s, by Newton's method with a bracket.

    The sum is at least count * exp(-s * (count - 1) / 2), since the arithmetic mean is at least
    the geometric mean; it is at least 1 + exp(-s), and less than the infinite sum
    1 / (1 - exp(-s)). These inequalities give the initial bracket. Newton's method works on
    log(sum) as a function of log(s), which is almost linear; a step that leaves the bracket is
    replaced by bisection (in log(s)).
    """
    rate = np.zeros_like(ratio)
    open_ = ratio < count
    ratio, count = ratio[open_], count[open_]
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        low = 2 * np.log1p((count - ratio) / ratio) / (count - 1)
        low = np.maximum(low, -np.log(ratio - 1))
        high = np.maximum(-np.log1p(-1 / ratio), low)
        x = low.copy()
        for _ in range(200):
            error = np.log(_sum(x, count) / ratio)
            if np.all(np.abs(error) <= TOLERANCE):
                break
            low, high = np.where(error > 0, x, low), np.where(error < 0, x, high)
            step = x * np.exp(-error / (x * _slope(x, count)))
            inside = (step > low) & (step < high)
            moved = np.where(inside, step, np.sqrt(low) * np.sqrt(high))
            x = np.where(np.abs(error) <= TOLERANCE, x, moved)
    rate[open_] = x
    return rate


def _sum(rate: FloatArray, count: FloatArray) -> FloatArray:
    """Sum of exp(-rate * p) over p < count, for rate > 0."""
    return np.asarray(np.expm1(-count * rate) / np.expm1(-rate))


def _slope(rate: FloatArray, count: FloatArray) -> FloatArray:
    """Derivative of log(sum) with respect to rate; by its series where the terms cancel."""
    direct = count / np.expm1(count * rate) - 1 / np.expm1(rate)
    series = -(count - 1) / 2 + (count * count - 1) * rate / 12
    return np.where(count * rate < 1e-3, series, direct)


def _figures(init: Array, length: Array, gamma: Array, rate: FloatArray) -> Advice:
    shape = np.broadcast_shapes(init.shape, length.shape, gamma.shape, rate.shape)
    init, length, gamma, rate = (np.broadcast_to(a, shape) for a in (init, length, gamma, rate))
    start, count = init.astype(np.float64), length.astype(np.float64)
    with np.errstate(divide="ignore", under="ignore", over="ignore"):
        factor = np.asarray(np.exp(-rate))
        require("decay_rate", factor, lambda r: r > 0, "> 0 for the target")
        constant = rate * count < TINY
        nonzero = np.where(constant, 1.0, rate)
        total = start * np.where(constant, count, _sum(nonzero, count))
        return Advice(
            init_value=start,
            steps=np.array(length),
            gamma=gamma.astype(np.float64),
            decay_rate=factor,
            time_constant=np.asarray(1 / rate),
            half_life=np.asarray(np.log(2) / rate),
            final=np.asarray(start * np.exp(-rate * count)),
            total=np.asarray(total),
        )


def _milestones(
    length: Array, gamma: Array, time_constant: Array, limit: float = np.inf
) -> IntArray:
    """First positions with exp(-p / time_constant) <= gamma**k, for k = 1, 2, ...

    At most `limit` per run; unused places are filled with `length`.
    """
    spacing = np.asarray(-np.log(gamma) * time_constant)
    # for larger k, gamma**k is subnormal or 0
    largest = np.log(TINY) / np.log(gamma)
    count = np.floor(np.minimum((length - 1) / spacing * (1 + ROUNDING), largest))
    number = int(min(np.max(count, initial=0), limit))
    if number * spacing.size > MAX_MILESTONES:
        rule = f"small enough for at most {MAX_MILESTONES} milestones in all"
        refuse("gamma", rule, f"{np.max(gamma)} with {number} in each of {spacing.size}")
    multiples = np.arange(1, number + 1)
    positions = np.ceil(spacing[..., None] * multiples * (1 - ROUNDING))
    inside = multiples <= count[..., None]
    end = length[..., None]
    return np.where(inside, np.where(inside, positions, 0).astype(np.int64), end)
