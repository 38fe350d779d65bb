"""`Schedule`: an immutable tree of curves and combinators, evaluated by the compiled core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Never, Self, cast

from decaylr.checks import FloatArray, missing_attribute
from decaylr.combinators import (
    arithmetic,
    batches,
    bounds,
    cycles,
    endings,
    horizon,
    joins,
    positions,
)
from decaylr.evaluation import points, program, summary, values
from decaylr.notation import reading, text, writing
from decaylr.pictures import curves, svg
from decaylr.tree import batch, compare, flat, length
from decaylr.tree import replace as replacing
from decaylr.tree.horizon import horizon_of
from decaylr.tree.node import Node

# What other libraries' schedulers have, and the way to it here.
INSTEAD = {
    "get_last_lr": "schedule(position)",
    "get_lr": "schedule(position)",
    "save": "to_json() or to_dict()",
    "state_dict": "to_dict(); a position is all that a checkpoint needs",
    "step": "schedule(position), cursor(), or an adapter such as decaylr.torch.Scheduler",
}


class Schedule(Node):
    """A value for every training position, for one run or a batch of runs.

    Schedules are created by the curve functions (`linear`, `cosine`, ...), not by calling this
    class. They are immutable. Calling a schedule evaluates it: `schedule(position)`.

    Parameters
    ----------
    position : int, float or array_like of integers or floats
        Positions from 0 to 2**63 - 1. The float 3.0 and the integer 3 give bit-identical
        values. Positions broadcast against `.shape` by NumPy's rules: to evaluate 20
        positions for a batch of shape (3,), write `s(p[:, None])`.
    out : ndarray of float64, optional
        A writable C-contiguous array of the broadcast shape; it is filled and returned.

    Returns
    -------
    float or ndarray of float64
        A Python float for a single schedule and a scalar position.

    Raises
    ------
    TypeError, ValueError
        If `position` or `out` has a wrong type, shape or value; `out` is then unchanged.
    KeyboardInterrupt
        After Ctrl-C while many positions are evaluated; `out` may then be partly written.

    Examples
    --------
    >>> import decaylr as dl
    >>> dl.linear(1.0, 0.0, 10)(5)
    0.5
    >>> batch = dl.linear([1.0, 2.0], 0.0, 10)
    >>> batch(5)
    array([0.5, 1. ])
    """

    __slots__ = ()
    __array_ufunc__ = None  # so that `array * schedule` calls Schedule.__rmul__

    def __init__(self) -> None:
        raise TypeError("Schedule cannot be created directly: use a curve such as decaylr.linear")

    # -- evaluation: the compiled base class implements `schedule(position)` and calls
    # `_evaluate` for anything but a plain scalar position
    _evaluate = values.lookup
    table = values.table
    blocks = values.blocks
    fold = summary.fold
    cursor = program.cursor
    knots = points.knots

    # -- combinators and arithmetic
    then = joins.then
    clip = bounds.clip
    repeat = cycles.repeat
    staircase = positions.staircase
    advance = positions.advance
    stretch = positions.stretch
    ending = endings.ending
    __add__, __radd__ = arithmetic.add, arithmetic.add_to
    __sub__, __rsub__ = arithmetic.subtract, arithmetic.subtract_from
    __mul__, __rmul__ = arithmetic.multiply, arithmetic.multiply_to
    __neg__ = arithmetic.negative

    def __truediv__(self, other: Any) -> Self:
        return NotImplemented if isinstance(other, Node) else arithmetic.quotient(self, other)

    # -- changes during training
    extend = horizon.extend
    branch = horizon.branch
    rewarm = horizon.rewarm
    joint = horizon.joint

    # -- batches
    reshape = batch.reshape
    ravel = batch.ravel
    __getitem__ = batch.indexed
    __iter__ = batch.iterate
    replace_run = batches.replace_run

    def __len__(self) -> int:
        """Length of the first axis of the batch."""
        if not self.shape:
            raise TypeError("a single schedule has no len()")
        return self.shape[0]

    def __bool__(self) -> bool:
        """Always True, so that `if schedule:` tests for None."""
        return True

    # -- plain data, comparison and text
    replace = replacing.replace
    to_dict = writing.to_dict
    to_json = writing.to_json
    diff = compare.diff
    __repr__ = text.expression

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a schedule from the output of `to_dict`.

        Parameters
        ----------
        data : mapping
            `{"version": 1, "schedule": node}`, see :meth:`to_dict`.

        Returns
        -------
        Schedule

        Raises
        ------
        TypeError, ValueError
            For an unknown version or key, or an invalid value. The message names the path
            within `data`.

        Examples
        --------
        >>> import decaylr as dl
        >>> node = {"linear": {"init_value": 1.0, "end_value": 0.0, "steps": 4}}
        >>> dl.from_dict({"version": 1, "schedule": node})
        linear(1.0, 0.0, 4)
        """
        return reading.from_dict(cls, data)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild a schedule from the output of `to_json`.

        Parameters
        ----------
        text : str
            JSON text.

        Returns
        -------
        Schedule

        Raises
        ------
        TypeError, ValueError
            If `text` is not a string, not JSON (the message has line and column), or not a
            schedule: see :meth:`from_dict`.

        Examples
        --------
        >>> import decaylr as dl
        >>> dl.from_json(dl.cosine(1.0, 0.0, 8).to_json())
        cosine(1.0, 0.0, 8)
        """
        return reading.from_json(cls, text)

    @property
    def children(self) -> tuple[Schedule, ...]:
        """The schedules that a combinator combines; empty for a curve."""
        return cast("tuple[Schedule, ...]", self._children)

    @property
    def momentum(self) -> Schedule | None:
        """The momentum schedule that belongs to this learning rate, or None.

        The one-cycle and cyclic functions of :mod:`decaylr.compat` set it; it has the same
        shape as the learning rate. Indexing, reshaping, stacking and copying preserve it;
        sums, joins and horizon edits drop it.
        """
        return cast("Schedule | None", self.companions.get("momentum"))

    @property
    def length(self) -> FloatArray:
        """Position at which each run ends, float64 of `.shape`; infinite if it never ends."""
        return length.length_of(self)

    @property
    def horizon(self) -> FloatArray:
        """How long the training is for which each run was made, float64 of `.shape`.

        It is the number of steps that a function of :mod:`decaylr.compat` was given, such as
        `T_max` or `num_training_steps`, even if the schedule goes on afterwards; else the
        length. Like the momentum it is kept by indexing, reshaping, stacking and copying, and
        also by `to_dict`. Of arithmetic it is the longest of the operands. Equality ignores it.
        """
        return horizon_of(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        return self is other or compare.same(self, other)

    def __hash__(self) -> int:
        return hash((self.shape, compare.fingerprint(self)))

    def __copy__(self) -> Self:
        return self  # nothing of it can be changed

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (flat.records(self),)

    if not TYPE_CHECKING:  # to type checkers it would mean that every attribute exists

        def __getattr__(self, name: str) -> Never:
            raise missing_attribute(self, name, INSTEAD)

    # -- plots; matplotlib is imported only when a plot is drawn
    plot = curves.plot_schedule
    _repr_html_ = svg.schedule_svg


def _restored(records: list[flat.Record]) -> Schedule:
    """Rebuild a schedule from its pickle."""
    return flat.restored(Schedule, records)
