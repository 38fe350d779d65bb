"""`Schedule`: an immutable tree of curves and combinators, evaluated by the compiled core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from decaylr.checks import Array, FloatArray
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
from decaylr.evaluation import program, summary, values
from decaylr.notation import reading, text, writing
from decaylr.tree import batch, compare, length
from decaylr.tree import replace as replaced
from decaylr.tree.node import Node, new_node

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Schedule(Node):
    """A value for every position of training, for one run or a batch of runs.

    Made by the curves (`linear`, `cosine`, ...), never by calling the class. Calling a
    schedule evaluates it: `schedule(position)`.

    Parameters
    ----------
    position : int, float or array_like of integers or floats
        Positions from 0 to 2**63 - 1; 3.0 gives the bits of 3. Broadcasts against `.shape`
        by NumPy's rules: 20 positions for a batch of 3 are `s(p[:, None])`.
    out : ndarray of float64, optional
        A writable C-contiguous array of the broadcast shape, filled and returned.

    Returns
    -------
    float or ndarray of float64
        A Python float for a single schedule and one position.

    Raises
    ------
    TypeError, ValueError
        For positions or `out` of the wrong kind or value; nothing is written then.

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
    __array_ufunc__ = None  # so that array * schedule asks the schedule

    def __init__(self) -> None:
        raise TypeError("Schedule is not made by calling it: use a curve such as decaylr.linear")

    # -- values: `schedule(position)` is the compiled base's, which asks for what it cannot do
    _evaluate = values.lookup
    table = values.table
    blocks = values.blocks
    fold = summary.fold
    cursor = program.cursor

    # -- combined
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

    # -- another horizon
    extend = horizon.extend
    branch = horizon.branch
    rewarm = horizon.rewarm
    joint = horizon.joint

    # -- a batch
    reshape = batch.reshape
    ravel = batch.ravel
    __getitem__ = batch.indexed
    __iter__ = batch.each
    replace_run = batches.replace_run

    def __len__(self) -> int:
        """Length of the first axis of the batch."""
        if not self.shape:
            raise TypeError("a single schedule has no len()")
        return self.shape[0]

    def __bool__(self) -> bool:
        """Always true: an `if schedule:` asks whether there is one."""
        return True

    # -- data
    replace = replaced.replace
    to_dict = writing.to_dict
    to_json = writing.to_json
    diff = compare.diff
    __repr__ = text.expression

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The schedule of `to_dict`'s data; unknown keys and versions are refused.

        Parameters
        ----------
        data : mapping
            `{"version": 1, "schedule": node}`.

        Returns
        -------
        Node

        Raises
        ------
        TypeError, ValueError
            For data of another form, with the place in it.

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
        """The schedule of `to_json`'s text; ValueError with line and column if it is no JSON.

        Examples
        --------
        >>> import decaylr as dl
        >>> dl.from_json(dl.cosine(1.0, 0.0, 8).to_json())
        cosine(1.0, 0.0, 8)
        """
        return reading.from_json(cls, text)

    @property
    def children(self) -> tuple[Schedule, ...]:
        """The schedules that a combinator combines; none for a curve."""
        return cast("tuple[Schedule, ...]", self._children)

    @property
    def momentum(self) -> Schedule | None:
        """The momentum that is cycled against a learning rate, a schedule of the same shape.

        Of the one-cycle and cyclic functions of :mod:`decaylr.compat`. Indexing, reshaping,
        stacking and copying keep it; sums, joins and edits of the rate have none.
        """
        return cast("Schedule | None", self.companions.get("momentum"))

    @property
    def length(self) -> FloatArray:
        """Where each run ends, in positions; infinite where it has no end."""
        return length.length_of(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        return self is other or compare.same(self, other)

    def __hash__(self) -> int:
        return hash((self.shape, compare.fingerprint(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        parts = dict(self.parameters), dict(self.options), self.children, self.shape
        return _restore, (self.kind, *parts, dict(self.companions))

    # -- pictures: what draws is loaded when something is drawn
    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the schedule with matplotlib (extra `plot`): see `decaylr.plot`."""
        from decaylr.pictures.curves import plot_schedule

        return plot_schedule(self, ax, **options)

    def _repr_html_(self) -> str:
        from decaylr.pictures.svg import schedule_svg

        return schedule_svg(self)


def _restore(
    kind: str,
    parameters: Mapping[str, Array],
    options: Mapping[str, str | bool],
    children: tuple[Schedule, ...],
    shape: tuple[int, ...],
    companions: Mapping[str, Schedule] | None = None,
) -> Schedule:
    """A schedule from its pickled parts."""
    for array in parameters.values():
        array.flags.writeable = False
    return new_node(
        Schedule, kind, parameters, options, children, shape=shape, companions=companions
    )
