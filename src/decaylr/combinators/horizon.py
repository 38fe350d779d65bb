"""Changing a schedule in mid-training: what has happened stays, what follows is new.

Each edit returns a new schedule that equals the old one before the position ``at``.
:func:`joint` states the value just before and just after any position, so that an edit can
be checked before it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from decaylr.checks import Array, FloatArray, above, at_least, expect, finite
from decaylr.combinators.arithmetic import multiply
from decaylr.combinators.joins import join
from decaylr.combinators.positions import advance, stretch
from decaylr.tree.length import NEGLIGIBLE_STEPS, length_of
from decaylr.tree.node import N, Node, new_curve_like


def _plain(value: Array | float) -> Any:
    """A Python number for a single one, the array itself otherwise."""
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


class Joint(NamedTuple):
    """A schedule's values on both sides of a position."""

    at: float | FloatArray
    before: float | FloatArray
    after: float | FloatArray

    @property
    def jump(self) -> float | FloatArray:
        """``after - before``; about 0 where the schedule is continuous."""
        return self.after - self.before


def joint(schedule: N, at: ArrayLike) -> Joint:
    """The value just before and just after a position.

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
    return Joint(_plain(position), schedule(left), schedule(position))


def branch(schedule: N, at: ArrayLike, tail: N | Callable[[float | FloatArray], N]) -> N:
    """Leave a schedule at a position and go another way: a cooldown from here.

    ``b(p) = schedule(p)`` for ``p < at``, ``tail(p - at)`` from there on.

    Parameters
    ----------
    schedule : Schedule
        What holds before.
    at : array_like
        Position >= 0 of the cut, one for each run if an array.
    tail : Schedule or function
        What follows, its position 0 at the cut; or a function that makes it from the
        schedule's value at the cut: ``lambda value: linear(value, 0, 2000)``.

    Returns
    -------
    Schedule
        Its length is ``at + tail.length``.

    Raises
    ------
    TypeError, ValueError
        For a position or tail of the wrong kind or value.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.wsd(1.0, 100, 9900, 0)
    >>> cooled = s.branch(8000, lambda value: dl.linear(value, 0.0, 2000))
    >>> cooled(7999), cooled(8000), cooled(9000), cooled(10000)
    (1.0, 1.0, 0.5, 0.0)
    """
    cut = at_least("at", at)
    return join([schedule, _tail(schedule, tail, lambda: schedule(cut))], boundaries=[cut])


def _tail(
    schedule: N,
    tail: N | Callable[[float | FloatArray], N],
    value: Callable[[], float | FloatArray],
) -> N:
    made = tail if isinstance(tail, Node) or not callable(tail) else tail(value())
    if not isinstance(made, type(schedule)):
        raise TypeError(f"tail must be a Schedule or a function that returns one, got {made!r}")
    return made


def rewarm(
    schedule: N,
    at: ArrayLike,
    steps: ArrayLike,
    to: ArrayLike,
    tail: N | Callable[[float | FloatArray], N] | None = None,
) -> N:
    """Raise the value again, then go on.

    With ``v = schedule(at)`` and ``r = at + steps``::

        w(p) = schedule(p)                                   p < at
        w(p) = v + (to - v) * (p - at) / steps               at <= p < r
        w(p) = schedule(p) * to / schedule(r)                p >= r, without a tail
        w(p) = tail(p - r)                                   p >= r

    Without a tail the schedule's clock does not stop: the rest of it is scaled to continue
    from ``to``, floors included, and it ends where it would have ended.

    Parameters
    ----------
    schedule : Schedule
        What holds before.
    at : array_like
        Position >= 0 at which the warmup begins.
    steps : array_like
        Length of the warmup, >= 0 (0 is a jump).
    to : array_like
        Value after the warmup.
    tail : Schedule or function, optional
        What follows instead; a function is called with ``to``. Needed where the
        schedule is 0 at ``at + steps``, such as after its end.

    Returns
    -------
    Schedule
        Its length is the schedule's, or ``at + steps + tail.length``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, or nothing to scale and no tail.

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
    if tail is None:
        there = np.asarray(schedule(cut + ramp))
        expect("at", cut, "where the schedule is not 0 at at + steps, without a tail", there != 0)
        rest = multiply(advance(schedule, cut + ramp), target / there)
    else:
        rest = _tail(schedule, tail, lambda: _plain(target))
    up = new_curve_like(
        schedule, "linear", schedule(cut), target, np.where(ramp == 0, NEGLIGIBLE_STEPS, ramp)
    )
    return join([schedule, up, rest], boundaries=[cut, cut + ramp])


def extend(schedule: N, total: ArrayLike, at: ArrayLike = 0) -> N:
    """Make a schedule end at another position without changing what has happened.

    With ``L = schedule.length``, the part from ``at`` on is slowed down evenly::

        e(p) = schedule(p)                                             p < at
        e(p) = schedule(at + (p - at) * (L - at) / (total - at))       p >= at

    The value does not jump at ``at``. With ``at=0`` the whole curve is stretched, warmup
    included, and a running training would jump to the stretched curve's value; give the
    position it has reached (or the warmup's end) to avoid either.

    Parameters
    ----------
    schedule : Schedule
        Its length must be finite.
    total : array_like
        The new length, > ``at``; smaller than the old one ends it sooner.
    at : array_like
        Position >= 0, < the schedule's length, up to which nothing changes. A schedule that
        has ended has nothing left to slow down: use :func:`branch` or :func:`rewarm`.

    Returns
    -------
    Schedule
        Its length is ``total``.

    Raises
    ------
    TypeError, ValueError
        For a parameter of the wrong kind or value, or an endless schedule.

    Examples
    --------
    >>> import decaylr as dl
    >>> s = dl.warmup_cosine(0.0, 1.0, 100, 1100)
    >>> longer = s.extend(2100, at=100)
    >>> s(600), longer(600) == s(350), longer(1100), longer(2100)
    (0.5, True, 0.5, 0.0)
    """
    cut, whole, length = at_least("at", at), above("total", total), length_of(schedule)
    expect("the schedule's length", length, "finite to be extended", np.isfinite(length))
    expect("total", whole, "> at", whole > cut)
    expect("at", cut, "< the schedule's length", cut < length)
    slower = (whole - cut) / (length - cut)
    rest = stretch(advance(schedule, cut), slower)
    if np.any(length_of(rest) != whole - cut):  # the ratio was rounded: end where it was asked to
        end = new_curve_like(schedule, "constant", schedule(length), NEGLIGIBLE_STEPS)
        return join([schedule, rest, end], boundaries=[cut, whole])
    return join([schedule, rest], boundaries=[cut]) if np.any(cut) else stretch(schedule, slower)
