"""What a schedule can be combined with: joins, arithmetic, other positions, horizon edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from decaylr._stepper import Evaluator
from decaylr.parameters import FloatArray, Real

if TYPE_CHECKING:
    from decaylr.horizon import Joint
    from decaylr.schedule import Schedule


def _schedule(self: Combinable) -> Schedule:
    """The schedule that these methods belong to: `Schedule` is the only subclass."""
    return cast("Schedule", self)


def _reduced(kind: str, left: Any, right: Any) -> Schedule:
    from decaylr import combine

    return combine.reduce(kind, [left, right])


class Combinable(Evaluator):
    """The methods and operators of `Schedule` that make a schedule from schedules."""

    def then(self, *parts: Schedule) -> Schedule:
        """This schedule for its length, then the others: see `join`."""
        from decaylr import combine

        return combine.then(_schedule(self), *parts)

    def clip(self, lo: Real | None = None, hi: Real | None = None) -> Schedule:
        """Values kept at or above `lo` and at or below `hi`."""
        from decaylr import combine

        return combine.clip(_schedule(self), lo, hi)

    def repeat(
        self,
        period: Real | None = None,
        *,
        count: Real | None = None,
        period_scale: Real = 1,
        value_scale: Real = 1,
        floor: Real = 0.0,
        lengths: str = "floor",
    ) -> Schedule:
        """Cycles: cycle c shows `floor + (self(local) - floor) * value_scale**c`.

        Cycle c is `period * period_scale**c` positions long, rounded down to whole
        positions (`lengths="floor"`) or kept real (`"real"`), and stretches this schedule
        to its length. `period` defaults to `.length`; after `count` cycles the end of the
        last one holds.

        Examples
        --------
        >>> import decaylr as dl
        >>> sgdr = dl.cosine(0.1, 0.0, 10).repeat(period_scale=2)
        >>> sgdr(0), sgdr(10), sgdr(29), sgdr(30)
        (0.1, 0.1, 0.0006155829702431138, 0.1)
        """
        from decaylr import combine

        return combine.repeat(
            _schedule(self), period, count, period_scale, value_scale, floor, lengths
        )

    def staircase(self, every: Real) -> Schedule:
        """The value at `every * floor(p / every)`: one update every so many positions."""
        from decaylr import combine

        return combine.staircase(_schedule(self), every)

    def advance(self, by: Real) -> Schedule:
        """The value at p + by: the schedule without its first `by` positions."""
        from decaylr import combine

        return combine.advance(_schedule(self), by)

    def stretch(self, ratio: Real) -> Schedule:
        """The value at p / ratio: ratio 2 takes twice as long."""
        from decaylr import combine

        return combine.stretch(_schedule(self), ratio)

    def ending(self, mode: str) -> Schedule:
        """What happens past `.length` L: "hold", "repeat", "mirror" (to and fro) or "raise".

        "repeat" is `self(p mod L)`; "raise" refuses p > L before anything is written.
        """
        from decaylr import combine

        return combine.ending(_schedule(self), mode)

    def extend(self, total: Real, at: Real = 0) -> Schedule:
        """The same schedule over a horizon of `total`: see `decaylr.horizon.extend`."""
        from decaylr import horizon

        return horizon.extend(_schedule(self), total, at)

    def branch(
        self, at: Real, tail: Schedule | Callable[[float | FloatArray], Schedule]
    ) -> Schedule:
        """This schedule up to `at`, then the tail: see `decaylr.horizon.branch`."""
        from decaylr import horizon

        return horizon.branch(_schedule(self), at, tail)

    def rewarm(self, at: Real, steps: Real, to: Real, tail: Schedule | None = None) -> Schedule:
        """From the value at `at` up to `to`, then on: see `decaylr.horizon.rewarm`."""
        from decaylr import horizon

        return horizon.rewarm(_schedule(self), at, steps, to, tail)

    def joint(self, at: Real) -> Joint:
        """The values just before and after a position: see `decaylr.horizon.joint`."""
        from decaylr import horizon

        return horizon.joint(_schedule(self), at)

    def __add__(self, other: Any) -> Schedule:
        return _reduced("sum", self, other)

    def __radd__(self, other: Any) -> Schedule:
        return _reduced("sum", other, self)

    def __mul__(self, other: Any) -> Schedule:
        return _reduced("product", self, other)

    def __rmul__(self, other: Any) -> Schedule:
        return _reduced("product", other, self)

    def __sub__(self, other: Any) -> Schedule:
        return _reduced("difference", self, other)

    def __rsub__(self, other: Any) -> Schedule:
        return _reduced("difference", other, self)

    def __neg__(self) -> Schedule:
        from decaylr import combine

        return combine.negative(_schedule(self))

    def __truediv__(self, other: Any) -> Schedule:
        from decaylr import combine

        if isinstance(other, Combinable):
            return NotImplemented
        return combine.quotient(_schedule(self), other)
