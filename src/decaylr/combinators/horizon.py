"""Changes to a schedule during training: extend it, branch off, or warm up again.

Each function returns a new schedule that equals the old one before the position ``at``.
:func:`joint` gives the value just before and just after any position, so that a change can be
checked before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import (
    Array,
    FloatArray,
    above,
    at_least,
    broadcast_shape,
    expect,
    finite,
    shown,
)
from decaylr.combinators.cuts import Parts, Scale, after, as_parts, before, joined, times, value_at
from decaylr.tree.horizon import horizon_of, with_horizon
from decaylr.tree.length import NEGLIGIBLE_STEPS, length_of
from decaylr.tree.node import N, Node, new_curve_like


def _as_scalar(value: Array | float) -> Any:
    """A zero-dimensional array as a Python number; other arrays unchanged."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


class Joint(NamedTuple):
    """The values of a schedule just before and just after a position.

    Attributes
    ----------
    at : float or ndarray
        The position.
    before, after : float or ndarray
        The limit from the left, and the value at the position.
    """

    at: float | FloatArray
    before: float | FloatArray
    after: float | FloatArray

    @property
    def jump(self) -> float | FloatArray:
        """``after - before``: about 0 if the schedule is continuous there."""
        return self.after - self.before


def joint(schedule: N, at: ArrayLike) -> Joint:
    """Return the value just before and just after a position.

    ``before`` is the value at the largest float below ``at``, the limit from the left;
    ``after`` is the value at ``at``.

    Parameters
    ----------
    schedule : Schedule
        Any schedule.
    at : array_like
        Position > 0; broadcasts with the schedule's shape.

    Returns
    -------
    Joint
        Named tuple ``(at, before, after)`` with the property ``jump``.

    Raises
    ------
    TypeError, ValueError
        If ``at`` is not a position above 0.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.step(1.0, step_size=100, gamma=0.5)
    >>> s.joint(100)
    Joint(at=100, before=1.0, after=0.5)
    >>> s.joint(100).jump
    -0.5
    """
    position = above("at", at)
    left = np.nextafter(position.astype(np.float64), 0.0)
    return Joint(_as_scalar(position), schedule(left), schedule(position))


def branch(schedule: N, at: ArrayLike, tail: N | Callable[[float | FloatArray], N]) -> N:
    """Continue with another schedule from a position on, for example with a cooldown.

    ``b(p) = schedule(p)`` for ``p < at``, ``b(p) = tail(p - at)`` for ``p >= at``.

    Parameters
    ----------
    schedule : Schedule
        The schedule before ``at``.
    at : array_like
        Position >= 0 of the change; an array gives one per run.
    tail : Schedule or function
        The schedule after ``at``, with its position 0 at ``at``; or a function that creates
        it from the value at ``at``, such as ``lambda value: linear(value, 0, 2000)``.

    Returns
    -------
    Schedule
        Its length is ``at + tail.length``.

    Raises
    ------
    TypeError, ValueError
        For a position or tail of a wrong type or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.wsd(1.0, 100, 9900, 0)
    >>> cooled = s.branch(8000, lambda value: dl.linear(value, 0.0, 2000))
    >>> cooled(7999), cooled(8000), cooled(9000), cooled(10000)
    (1.0, 1.0, 0.5, 0.0)
    """
    cut = at_least("at", at)
    broadcast_shape({"schedule": schedule.shape, "at": cut.shape})
    result = _tail(schedule, tail, lambda: value_at(schedule, cut))
    shape = broadcast_shape({"part 0": schedule.shape, "at": cut.shape, "part 1": result.shape})
    return joined(schedule, shape, before(schedule, cut), as_parts(result, cut), at=[cut])


def _tail(
    schedule: N,
    tail: N | Callable[[float | FloatArray], N],
    value: Callable[[], float | FloatArray],
) -> N:
    result = tail if isinstance(tail, Node) or not callable(tail) else tail(value())
    if not isinstance(result, type(schedule)):
        raise TypeError(
            f"tail must be a Schedule or a function that returns one, got {shown(result)}"
        )
    return result


def rewarm(
    schedule: N,
    at: ArrayLike,
    steps: ArrayLike,
    to: ArrayLike,
    tail: N | Callable[[float | FloatArray], N] | None = None,
) -> N:
    """Warm up again to a given value, then continue.

    With ``v = schedule(at)`` and ``r = at + steps``::

        w(p) = schedule(p)                                   p < at
        w(p) = v + (to - v) * (p - at) / steps               at <= p < r
        w(p) = schedule(p) * to / schedule(r)                p >= r, without a tail
        w(p) = tail(p - r)                                   p >= r

    Without a tail, the rest of the schedule is scaled so that it continues from ``to``
    (including any lower bound in it), and it ends at the same position as before.

    Parameters
    ----------
    schedule : Schedule
        The schedule before ``at``.
    at : array_like
        Position >= 0 at which the warmup begins.
    steps : array_like
        Length of the warmup, >= 0 (0 is a jump).
    to : array_like
        Value after the warmup.
    tail : Schedule or function, optional
        The schedule after the warmup; a function is called with ``to``. Required if the
        schedule is 0 at ``at + steps``, for example after its end.

    Returns
    -------
    Schedule
        Its length is that of the schedule, or with a tail ``at + steps + tail.length``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, or if the schedule is 0 at ``at + steps`` and
        no tail is given.

    References
    ----------
    Gupta et al., "Continual Pre-Training of Large Language Models: How to (re)warm your
    model?", arXiv:2308.04014.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.linear(1.0, 0.0, 1000)
    >>> w = s.rewarm(400, steps=100, to=1.0)
    >>> w(400), w(450), w(500), w(750), w(1000)
    (0.6, 0.8, 1.0, 0.5, 0.0)
    >>> again = s.rewarm(1000, 50, to=0.5, tail=lambda value: dl.cosine(value, 0.0, 500))
    >>> again(1000), again(1050), again(1300), again(1550)
    (0.0, 0.5, 0.25, 0.0)
    """
    cut, ramp, target = at_least("at", at), at_least("steps", steps), finite("to", to)
    broadcast_shape({"schedule": schedule.shape, "at": cut.shape, "steps": ramp.shape})
    begin = np.asarray(value_at(schedule, cut))
    expect("at", cut, "such that the schedule is finite there", np.isfinite(begin))
    if tail is None:
        value = np.asarray(value_at(schedule, cut + ramp))
        expect("at", cut, "such that the schedule is finite at at + steps", np.isfinite(value))
        rule = "such that the schedule is not 0 at at + steps, unless a tail is given"
        expect("at", cut, rule, value != 0)
        with np.errstate(over="ignore"):
            factor = target / value
        expect("at", cut, "such that to / (the value at at + steps) is finite", np.isfinite(factor))
        rest = times(after(schedule, cut + ramp, offset=cut + ramp), factor)
        shapes = {"part 0": schedule.shape, "to": target.shape}
    else:
        result = _tail(schedule, tail, lambda: _as_scalar(target))
        rest = as_parts(result, cut + ramp)
        shapes = {"part 0": schedule.shape, "part 2": result.shape}
    up = new_curve_like(
        schedule,
        "linear",
        begin,
        target,
        np.where(ramp == 0, NEGLIGIBLE_STEPS, ramp),
    )
    shape = broadcast_shape({**shapes, "part 1": up.shape, "steps": ramp.shape})
    warmed = Parts([up], [])
    return joined(schedule, shape, before(schedule, cut), warmed, rest, at=[cut, cut + ramp])


def extend(
    schedule: N, total: ArrayLike, at: ArrayLike = 0, *, horizon: ArrayLike | None = None
) -> N:
    """Change the length of a schedule without changing its values before a position.

    With ``L = schedule.horizon``, the part from ``at`` on is stretched uniformly::

        e(p) = schedule(p)                                             p < at
        e(p) = schedule(at + (p - at) * (L - at) / (total - at))       p >= at

    Where a part of a join, a step or a milestone begins, and where the schedule ends, the position
    is exact. The value is continuous at ``at``. With ``at=0`` the whole curve is stretched,
    including a warmup, and the value of a training that is under way would jump to the stretched
    curve. To avoid that, pass the current position (or the end of the warmup) as ``at``.

    Parameters
    ----------
    schedule : Schedule
        Its horizon must be finite: its length, or the number of steps that it was made with
        (`num_training_steps`, `T_max`), past which it goes on as before.
    total : array_like
        The new length, > ``at``; it may be smaller than the old length.
    at : array_like
        Position before which nothing changes, >= 0 and < the length of the schedule. A
        schedule that has ended cannot be extended: use :func:`branch` or :func:`rewarm`.
    horizon : array_like, optional
        ``L``, > 0, for a schedule that does not have one, such as an exponential.

    Returns
    -------
    Schedule
        Its horizon is ``total``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of a wrong type or value, or a schedule without a horizon.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.warmup_cosine(0.0, 1.0, 100, 1100)
    >>> longer = s.extend(2100, at=100)
    >>> s(600), longer(600) == s(350), longer(1100), longer(2100)
    (0.5, True, 0.5, 0.0)
    """
    cut, new_length = at_least("at", at), above("total", total)
    length = _stated_or_own(schedule, horizon)
    shape = broadcast_shape(
        {
            "schedule": schedule.shape,
            "at": cut.shape,
            "total": new_length.shape,
            "horizon": length.shape,
        }
    )
    expect("total", new_length, "> at", new_length > cut)
    expect("at", cut, "< the schedule's length", cut < length)
    rest = after(schedule, cut, Scale(new_length - cut, length - cut), offset=cut)
    pieces = [before(schedule, cut), rest] if np.any(cut) else [rest]
    places = [cut] if np.any(cut) else []
    edited = joined(schedule, shape, *pieces, at=places)
    if not np.all(length_of(schedule) == length):  # it goes on past its horizon
        return with_horizon(edited, new_length)
    final = value_at(schedule, length)
    if np.all(length_of(edited) == new_length) and np.all(value_at(edited, new_length) == final):
        return edited
    # rounding of the ratio: fix the end
    end = new_curve_like(schedule, "constant", final, NEGLIGIBLE_STEPS)
    return joined(schedule, shape, *pieces, Parts([end], []), at=[*places, new_length])


def _stated_or_own(schedule: Node, horizon: ArrayLike | None) -> FloatArray:
    """The horizon that the caller states, else the schedule's; refused where it is infinite."""
    if horizon is not None:
        return np.asarray(above("horizon", horizon), np.float64)
    own = horizon_of(schedule)
    if not np.all(np.isfinite(own)):
        raise ValueError(
            "the schedule's horizon must be finite to be extended, got inf: this schedule never "
            "ends; say how long it was meant to be, as in schedule.extend(total, at, horizon=1000)"
        )
    return own
