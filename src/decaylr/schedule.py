"""`Schedule`: an immutable tree of curves and combinators, evaluated by the compiled core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from decaylr import _engine, evaluate, structure
from decaylr._stepper import Cursor
from decaylr.combinable import Combinable
from decaylr.evaluate import Table
from decaylr.parameters import Array, FloatArray, broadcast_shape, position_index
from decaylr.spec import DEEPEST

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from decaylr.summary import Summary


class Schedule(Combinable):
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

    _kind: str
    _parameters: dict[str, Array]
    _options: dict[str, str | bool]
    _children: tuple[Schedule, ...]
    _shape: tuple[int, ...]
    _depth: int
    _cached: _engine.Program | None
    __array_ufunc__ = None  # so that array * schedule asks the schedule

    def __init__(self) -> None:
        raise TypeError("Schedule is not made by calling it: use a curve such as decaylr.linear")

    @classmethod
    def _make(
        cls,
        kind: str,
        parameters: Mapping[str, Array],
        options: Mapping[str, str | bool] | None = None,
        children: tuple[Schedule, ...] = (),
        *,
        shape: tuple[int, ...] | None = None,
    ) -> Schedule:
        """A node from checked parts; its shape is theirs unless it is given."""
        self = cls.__new__(cls)
        self._kind = kind
        self._parameters = dict(parameters)
        self._options = dict(options or {})
        self._children = children
        self._depth = 1 + max((child._depth for child in children), default=0)
        if self._depth > DEEPEST:
            raise ValueError(f"a schedule must be nested at most {DEEPEST} deep")
        if shape is None:
            shapes = {n: structure.lead_shape(kind, n, a) for n, a in self._parameters.items()}
            shapes |= {f"part {i}": child.shape for i, child in enumerate(children)}
            shape = broadcast_shape(shapes)
        self._shape = shape
        self._cached = None
        return self

    def _compiled(self) -> _engine.Program:
        """The program, compiled at the first evaluation."""
        if self._cached is None:
            from decaylr.compile import program

            compiled = program(self)
            if self._shape == () and not compiled.refuses:
                self._bind(compiled)
            self._cached = compiled
        return self._cached

    def _evaluate(self, position: Any, out: FloatArray | None) -> float | FloatArray:
        return evaluate.lookup(self, position, out)

    # -- shape ------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; () for a single schedule."""
        return self._shape

    @property
    def size(self) -> int:
        """Number of runs."""
        return int(np.prod(self._shape, dtype=np.int64))

    @property
    def ndim(self) -> int:
        """Number of axes of the batch."""
        return len(self._shape)

    @property
    def length(self) -> FloatArray:
        """Where each run ends, in positions; infinite where it has no end."""
        from decaylr.lengths import length_of

        return length_of(self)

    def __len__(self) -> int:
        """Length of the first axis of the batch."""
        if not self._shape:
            raise TypeError("a single schedule has no len()")
        return self._shape[0]

    def __bool__(self) -> bool:
        """Always true: an `if schedule:` asks whether there is one."""
        return True

    def __iter__(self) -> Iterator[Schedule]:
        """The schedules along the first axis."""
        if not self._shape:
            raise TypeError("a single schedule cannot be iterated; its cursor() can")
        return (self[i] for i in range(self._shape[0]))

    def __getitem__(self, key: Any) -> Schedule:
        """Runs by integer, slice, index array or boolean array, as an array gives elements."""
        return structure.indexed(self, key)

    def reshape(self, *shape: int | tuple[int, ...]) -> Schedule:
        """The same runs in C order under another shape."""
        wanted = shape[0] if len(shape) == 1 else shape
        new = np.broadcast_to(np.uint8(0), self._shape).reshape(wanted).shape  # type: ignore[arg-type]
        if new == self._shape:
            return self
        return structure.reshaped(
            self, lambda array, tail: array.reshape(new + array.shape[array.ndim - tail :]), new
        )

    def ravel(self) -> Schedule:
        """The runs along one axis, in C order."""
        return self.reshape(-1)

    # -- values -----------------------------------------------------------------------

    def table(
        self,
        steps: int,
        *,
        start: int = 0,
        stride: int = 1,
        dtype: npt.DTypeLike = np.float64,
        out: Table | None = None,
        layout: str = "runs",
        threads: int | None = None,
    ) -> Table:
        """Values of every run at the positions start + k*stride, k < steps.

        Parameters
        ----------
        steps : int
            Number of positions.
        start, stride : int
            First position (>= 0) and distance (>= 1).
        dtype : float64 or float32
            float32 is the float64 value rounded once.
        out : ndarray, optional
            Writable C-contiguous array of that shape and dtype (a memmap, say), returned.
        layout : {"runs", "steps"}
            Shape `shape + (steps,)`, or `(steps,) + shape`.
        threads : int, optional
            At most this many threads, as far as they pay. By default DECAYLR_NUM_THREADS, else
            the processors this process may use (affinity and quota), at most
            OMP_NUM_THREADS; one in a daemon process, such as a worker of a DataLoader or a
            pool. Calls from several threads at once, those of Dask say, divide the default
            between them; a number given here is obeyed. The values do not depend on it.

        Returns
        -------
        ndarray

        Examples
        --------
        >>> import decaylr as dl
        >>> dl.linear([1.0, 2.0], 0.0, 4).table(5)
        array([[1.  , 0.75, 0.5 , 0.25, 0.  ],
               [2.  , 1.5 , 1.  , 0.5 , 0.  ]])
        """
        return evaluate.table(self, steps, start, stride, dtype, out, layout, threads)

    def blocks(
        self,
        steps: int,
        max_bytes: int = 2**26,
        *,
        start: int = 0,
        stride: int = 1,
        dtype: npt.DTypeLike = np.float64,
        threads: int | None = None,
    ) -> Iterator[tuple[Any, Table]]:
        """Pieces `(index, piece)` of the table, each of at most `max_bytes`.

        `full[index] = piece` for every piece gives `full == s.table(steps)`. The index is a
        slice of runs; of steps where a single run is larger than `max_bytes`.
        """
        return evaluate.blocks(self, steps, max_bytes, start, stride, dtype, threads)

    def fold(self, steps: int, *, start: int = 0, threads: int | None = None) -> Summary:
        """Peak, sum, mean, annealing area and more over steps, without storing the table."""
        from decaylr.summary import Summary

        return Summary(self, steps, start, threads)

    def cursor(self, start: int = 0) -> Cursor:
        """A walk from `start`, position by position."""
        return Cursor(self._compiled(), self._shape, position_index("start", start))

    # -- data -------------------------------------------------------------------------

    def replace(self, **parameters: Any) -> Schedule:
        """A curve with some of its parameters replaced."""
        from decaylr import curves

        return curves.replace(self, parameters)

    def replace_run(self, i: int, schedule: Schedule) -> Schedule:
        """A batch along one axis with run i replaced by a single schedule."""
        from decaylr import combine

        return combine.replace_run(self, i, schedule)

    def to_dict(self) -> dict[str, Any]:
        """Plain, versioned data: numbers, nested lists and words."""
        from decaylr import spec

        return spec.to_dict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Schedule:
        """The schedule of `to_dict`'s data; unknown keys and versions are refused."""
        from decaylr import spec

        return spec.from_dict(data)

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text."""
        from decaylr import spec

        return spec.to_json(self, indent)

    @staticmethod
    def from_json(text: str) -> Schedule:
        """The schedule of `to_json`'s text."""
        from decaylr import spec

        return spec.from_json(text)

    def diff(self, other: Schedule) -> list[str]:
        """The parameters that differ, one readable line each; empty for equal schedules."""
        if not isinstance(other, Schedule):
            raise TypeError(f"other must be a Schedule, got {type(other).__name__}")
        return structure.differences(self, other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schedule):
            return NotImplemented
        return self is other or structure.same(self, other)

    def __hash__(self) -> int:
        return hash((self._shape, structure.fingerprint(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._kind, self._parameters, self._options, self._children, self._shape)

    def __repr__(self) -> str:
        from decaylr.text import expression

        return expression(self)

    # -- pictures ---------------------------------------------------------------------

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the schedule with matplotlib (extra `plot`): see `decaylr.plot`."""
        from decaylr.plot import plot_schedule

        return plot_schedule(self, ax, **options)

    def _repr_html_(self) -> str:
        from decaylr.svg import schedule_svg

        return schedule_svg(self)


def _restore(
    kind: str,
    parameters: dict[str, Array],
    options: dict[str, str | bool],
    children: tuple[Schedule, ...],
    shape: tuple[int, ...],
) -> Schedule:
    """A schedule from its pickled parts."""
    for array in parameters.values():
        array.flags.writeable = False
    return Schedule._make(kind, parameters, options, children, shape=shape)
