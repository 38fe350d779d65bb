"""`advise` and `Advice`: the decay that meets a target, or the diagnosis of a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

import numpy as np

from decaylr.advice.diagnosis import Diagnosis, diagnose
from decaylr.checks import (
    Array,
    FloatArray,
    IntArray,
    Real,
    above,
    broadcast_shape,
    real_array,
    refuse,
    require,
)
from decaylr.curves import exponential
from decaylr.schedule import Schedule

LEAST = float(np.finfo(np.float64).tiny)  # below, a share loses its digits
LONGEST = 2.0**200  # a time constant without decay at any position
MOST_MILESTONES = 10**7  # of all runs together: 80 MB
CLOSE = 4 * float(np.finfo(np.float64).eps)
ROUNDING = 2.0**-48  # a milestone that is whole but for rounding is that position
FIGURES = ("decay_rate", "time_constant", "half_life", "final", "total")
SHOWN = 8  # milestones of a run in the text


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
        Factor of one step; a decay of fewer than some 10**-16 a step rounds to 1 here, not
        in time_constant.
    time_constant, half_life : ndarray of float64
        Steps in which the value falls to 1/e, or to a half.
    final : ndarray of float64
        Value at p = steps, as a curve of that length ends.
    total : ndarray of float64
        Sum of the values at the positions 0 .. steps - 1.
    milestones : ndarray of int64
        The k-th along the last axis is the first position where the value has come to gamma**k
        of init_value (to rounding). As many as the run with the most has before its `steps`;
        in runs with fewer the rest is `steps`, where a step decay no longer matters.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.advise(init_value=1.0, steps=60, value=(0.25, [10, 20]))
    >>> found.half_life, found.milestones
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
        """The equivalent milestones, found when asked for: a batch can have a great many."""
        return _milestones(self.steps, self.gamma, self.time_constant)

    @property
    def schedule(self) -> Schedule:
        """The decay itself, by its time constant, which holds more digits than decay_rate."""
        return exponential(self.init_value, time_constant=np.minimum(self.time_constant, LONGEST))

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain numbers and nested lists."""
        names = ("init_value", "steps", "gamma", *FIGURES, "milestones")
        return {name: getattr(self, name).tolist() for name in names}

    def __str__(self) -> str:
        """The figures: one paragraph a run, the first 20 of many."""
        size = self.decay_rate.size
        first = [np.ravel(a)[:20] for a in (self.steps, self.gamma, self.time_constant)]
        places = _milestones(first[0], first[1], first[2], most=SHOWN + 1)
        lines = []
        for run in range(min(size, 20)):
            rate, tau, half, final, total = (getattr(self, n).flat[run] for n in FIGURES)
            inside = places[run][places[run] < self.steps.flat[run]]
            shown = ", ".join(str(place) for place in inside[:SHOWN]) or "none"
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
def advise(schedule: Schedule, *, steps: int) -> Diagnosis: ...
@overload
def advise(
    schedule: None = None,
    *,
    steps: Any,
    init_value: Real,
    final: Real | None = None,
    total: Real | None = None,
    value: tuple[Real, Real] | None = None,
    gamma: Real | None = None,
) -> Advice: ...
def advise(
    schedule: Schedule | None = None,
    *,
    steps: Any,
    init_value: Real | None = None,
    final: Real | None = None,
    total: Real | None = None,
    value: tuple[Real, Real] | None = None,
    gamma: Real | None = None,
) -> Advice | Diagnosis:
    """The decay that meets a target, or what a schedule does to a training.

    With `init_value` and exactly one target, the exponential v(p) = init_value * r**p with
    v(steps) = final, or v(0) + ... + v(steps - 1) = total (to 1e-12), or v(at) = v for
    value = (v, at). With a schedule, its diagnosis.

    Parameters
    ----------
    schedule : Schedule, optional
        A schedule to diagnose; then only `steps` goes with it.
    steps : int or array_like of int
        Length of the training, >= 1; one integer for a schedule; >= 2 for `total`.
    init_value : float or array_like
        Value at p = 0, > 0.
    final : float or array_like
        Value at p = steps, > 0 and at most init_value.
    total : float or array_like
        Sum over the integer positions 0 .. steps - 1, above init_value (the first value
        alone) and at most init_value * steps (no decay).
    value : tuple of float or array_like
        A value, > 0 and at most init_value, and the position > 0 where it is wanted.
    gamma : float or array_like
        Factor of the step decay whose milestones are given, in (0, 1); 0.1 if left out.

    Returns
    -------
    Advice or Diagnosis
        Every array of it has the broadcast shape of the parameters, or the schedule's.

    Raises
    ------
    TypeError, ValueError
        For parameters of the wrong kind or value, not exactly one target, and targets that
        no decay meets.

    Examples
    --------
    >>> import decaylr as dl
    >>> found = dl.advise(init_value=0.1, steps=90, final=0.0001)
    >>> print(found)
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
    return diagnose(schedule, steps)


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
    speed = solve(init, length, targets[given[0]], {"gamma": factor.shape})
    return _figures(init, length, factor, speed)


def _lengths(steps: Any, least: int) -> Array:
    length = real_array("steps", steps)
    if length.dtype != np.int64:
        raise TypeError(f"steps must be integers, got {length.dtype}")
    require("steps", length, lambda n: n >= least, f">= {least}")
    return length


Shapes = dict[str, tuple[int, ...]]


def _from_final(init: Array, length: Array, final: Any, others: Shapes) -> FloatArray:
    return _through("final", init, length, above("final", final), length, others)


def _from_value(init: Array, length: Array, value: Any, others: Shapes) -> FloatArray:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"value must be a pair (value, position), got {value!r:.80}")
    wanted, at = above("value[0]", value[0]), above("value[1]", value[1])
    return _through("value[0]", init, length, wanted, at, others)


def _through(
    name: str, init: Array, length: Array, wanted: Array, at: Array, others: Shapes
) -> FloatArray:
    """Speed -log(decay_rate) with which init falls to the wanted value in `at` steps."""
    shapes = {"init_value": init.shape, "steps": length.shape, name: wanted.shape}
    broadcast_shape(shapes | {f"position of {name}": at.shape} | others)
    with np.errstate(under="ignore"):
        share = np.asarray(wanted / init)
    within = np.asarray((wanted <= init) & (share >= LEAST))
    _refuse_target(name, wanted, within, f">= {LEAST:.3g} of init_value and <= init_value", init)
    # near 1 the difference wanted - init is exact while the share is rounded
    near = np.log1p(np.maximum((wanted - init) / init, -0.5))
    return np.asarray(np.abs(np.where(share > 0.5, near, np.log(share))) / at)


def _refuse_target(name: str, wanted: Array, good: Any, rule: str, init: Array) -> None:
    """Refuse the first target that its own init_value does not allow."""
    if np.all(good):
        return
    index = tuple(int(i) for i in np.argwhere(~np.asarray(good))[0])
    shown, start = (np.broadcast_to(array, np.shape(good))[index] for array in (wanted, init))
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    refuse(name, rule, f"{shown} with init_value {start}{where}")


def _from_total(init: Array, length: Array, total: Any, others: Shapes) -> FloatArray:
    wanted = above("total", total)
    shapes = {"init_value": init.shape, "steps": length.shape, "total": wanted.shape}
    broadcast_shape(shapes | others)
    ratio, count = np.broadcast_arrays(np.asarray(wanted / init), length.astype(np.float64))
    rule = "above init_value and at most init_value * steps"
    _refuse_target("total", wanted, (ratio > 1) & (ratio <= count), rule, init)
    return _speed_of_sum(ratio.ravel(), count.ravel()).reshape(ratio.shape)


def _speed_of_sum(ratio: FloatArray, count: FloatArray) -> FloatArray:
    """The s with sum of exp(-s p), p < count, equal to ratio: Newton's method in a bracket.

    The arithmetic mean is at least the geometric one, so the sum is at least
    count * exp(-s (count - 1) / 2); it is at least 1 + exp(-s), and under the endless sum
    1 / (1 - exp(-s)). Each inequality bounds s. In log s the log of the sum is nearly
    straight, so that Newton's steps are long; those that leave the bracket halve it.
    """
    speed = np.zeros_like(ratio)
    open_ = ratio < count
    ratio, count = ratio[open_], count[open_]
    with np.errstate(over="ignore", under="ignore", divide="ignore"):
        low = 2 * np.log1p((count - ratio) / ratio) / (count - 1)
        low = np.maximum(low, -np.log(ratio - 1))
        high = np.maximum(-np.log1p(-1 / ratio), low)
        x = low.copy()
        for _ in range(200):
            error = np.log(_sum(x, count) / ratio)
            if np.all(np.abs(error) <= CLOSE):
                break
            low, high = np.where(error > 0, x, low), np.where(error < 0, x, high)
            step = x * np.exp(-error / (x * _slope(x, count)))
            inside = (step > low) & (step < high)
            moved = np.where(inside, step, np.sqrt(low) * np.sqrt(high))
            x = np.where(np.abs(error) <= CLOSE, x, moved)
    speed[open_] = x
    return speed


def _sum(speed: FloatArray, count: FloatArray) -> FloatArray:
    """Sum of exp(-speed * p) over p < count, speed > 0."""
    return np.asarray(np.expm1(-count * speed) / np.expm1(-speed))


def _slope(speed: FloatArray, count: FloatArray) -> FloatArray:
    """Derivative of the sum's logarithm, by its series where the terms cancel."""
    direct = count / np.expm1(count * speed) - 1 / np.expm1(speed)
    series = -(count - 1) / 2 + (count * count - 1) * speed / 12
    return np.where(count * speed < 1e-3, series, direct)


def _figures(init: Array, length: Array, gamma: Array, speed: FloatArray) -> Advice:
    shape = np.broadcast_shapes(init.shape, length.shape, gamma.shape, speed.shape)
    init, length, gamma, speed = (np.broadcast_to(a, shape) for a in (init, length, gamma, speed))
    start, count = init.astype(np.float64), length.astype(np.float64)
    with np.errstate(divide="ignore", under="ignore", over="ignore"):
        rate = np.asarray(np.exp(-speed))
        require("decay_rate", rate, lambda r: r > 0, "> 0 for the target")
        still = speed * count < LEAST
        safe = np.where(still, 1.0, speed)
        total = start * np.where(still, count, _sum(safe, count))
        return Advice(
            init_value=start,
            steps=np.array(length),
            gamma=gamma.astype(np.float64),
            decay_rate=rate,
            time_constant=np.asarray(1 / speed),
            half_life=np.asarray(np.log(2) / speed),
            final=np.asarray(start * np.exp(-speed * count)),
            total=np.asarray(total),
        )


def _milestones(
    length: Array, gamma: Array, time_constant: Array, most: float = np.inf
) -> IntArray:
    """First positions with exp(-p / time_constant) <= gamma**k, k = 1, 2, ..., at most `length`.

    Only the first `most` of each run.
    """
    spacing = np.asarray(-np.log(gamma) * time_constant)
    # past the smallest number gamma**k says nothing
    sayable = np.log(LEAST) / np.log(gamma)
    fitting = np.floor(np.minimum((length - 1) / spacing * (1 + ROUNDING), sayable))
    number = int(min(np.max(fitting, initial=0), most))
    if number * spacing.size > MOST_MILESTONES:
        rule = f"small enough for at most {MOST_MILESTONES} milestones in all"
        refuse("gamma", rule, f"{np.max(gamma)} with {number} in each of {spacing.size}")
    multiples = np.arange(1, number + 1)
    places = np.ceil(spacing[..., None] * multiples * (1 - ROUNDING))
    inside = multiples <= fitting[..., None]
    end = length[..., None]
    return np.where(inside, np.where(inside, places, 0).astype(np.int64), end)
