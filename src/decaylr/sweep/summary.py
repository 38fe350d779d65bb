"""`SweepSummary`: the parameters and folds of every run of a sweep, as columns by name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr import markup
from decaylr.checks import refuse
from decaylr.files import written_whole
from decaylr.sweep import sql
from decaylr.sweep.columns import Columns
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import FIGURES, EntryFigures
from decaylr.sweep.runs import filled, gathered

LABELS = ("name", "run", "unit", "length")
COUNTS = ("positions",)
_TAKEN = {*LABELS, *FIGURES, *COUNTS}


class SweepSummary(Mapping[str, npt.NDArray[Any]]):
    """Columns by name with one row per run: its name, number, parameters and folds.

    Returned by `Sweep.summary`. A parameter that some runs lack is a masked array. The name of
    a parameter that is also the name of another column begins with ``param_``.

    Attributes
    ----------
    parameters : tuple of str
        The names of the columns that are parameters.

    Examples
    --------
    >>> import decaylr as dl
    >>> sweep = dl.sweep.grid(dl.linear, init_value=[1.0, 2.0], end_value=0.0, steps=[4, 8])
    >>> summary = sweep.summary()
    >>> summary["total"].tolist(), summary["steps"].tolist()
    ([2.5, 4.5, 5.0, 9.0], [4, 8, 4, 8])
    >>> summary.parameters
    ('init_value', 'end_value', 'steps')
    """

    def __init__(self, columns: Mapping[str, npt.NDArray[Any]], parameters: Iterable[str]) -> None:
        self._columns = dict(columns)
        self.parameters = tuple(parameters)

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def runs(self) -> int:
        """The number of runs, which is the number of rows."""
        return self._columns["run"].size

    def take(self, rows: npt.ArrayLike) -> SweepSummary:
        """The summary of the given rows, in their order."""
        index = np.asarray(rows)
        return SweepSummary({name: c[index] for name, c in self.items()}, self.parameters)

    def select(
        self, where: str | None = None, order_by: str | None = None, limit: int | None = None
    ) -> SweepSummary:
        """The rows for which an SQL condition holds, in an order: see `Sweep.select`.

        Examples
        --------
        >>> import decaylr as dl
        >>> summary = dl.sweep.zip(dl.constant, value=[3.0, 1.0, 2.0]).summary(10)
        >>> summary.select("total < 30", order_by="total desc")["value"].tolist()
        [2.0, 1.0]
        """
        return self.take(sql.rows(self, where, order_by, limit))

    def to_pandas(self) -> Any:
        """A pandas DataFrame with these columns; parameters that a run lacks are NaN."""
        import pandas

        return pandas.DataFrame({name: filled(column) for name, column in self.items()})

    def to_parquet(self, path: str | PathLike[str]) -> None:
        """Write a Parquet file with these columns (extra `cli`)."""
        with written_whole(path) as temporary:
            sql.write_parquet(self, temporary)

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write a CSV file with these columns and all digits; what a run lacks is empty."""
        with (
            written_whole(path) as temporary,
            temporary.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.writer(file)
            writer.writerow(self)
            writer.writerows(zip(*(column.tolist() for column in self.values()), strict=True))

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dict of plain values per run; what a run lacks is None."""
        rows = zip(*(column.tolist() for column in self.values()), strict=True)
        return [dict(zip(self, row, strict=True)) for row in rows]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The columns for every library of the Arrow stream protocol (extra `cli`)."""
        return sql.arrow_stream(self, requested_schema)

    def _repr_html_(self) -> str:
        """A table for notebooks; of more than 20 runs, the first and last ten."""
        shown = self.take(markup.ends(self.runs))
        rows = [[_cell(value) for value in row.values()] for row in shown.to_dicts()]
        return markup.table(tuple(self), rows, self.runs)

    def __repr__(self) -> str:
        return f"<SweepSummary of {self.runs} runs, columns {list(self)}>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def summarized(entries: Iterable[Entry], measured: Iterable[EntryFigures]) -> SweepSummary:
    """Join the parameters of entries to their figures."""
    known, figures = tuple(entries), tuple(measured)
    parameters = _renamed(gathered(known))
    sizes = [entry.schedule.size for entry in known]
    labels: Columns = {
        "name": np.repeat(np.array([entry.name for entry in known], object), sizes),
        "run": np.concatenate([np.arange(size) for size in sizes]),
        "unit": np.repeat(np.array([entry.unit for entry in known], object), sizes),
        "length": np.concatenate([each.lengths for each in figures]),
    }
    folds = {name: np.concatenate([each.figures[name] for each in figures]) for name in FIGURES}
    counts = {"positions": np.concatenate([each.positions for each in figures])}
    return SweepSummary(labels | parameters | folds | counts, parameters)


def _renamed(parameters: Columns) -> Columns:
    """The parameters under names that no other column has; SQL compares them without case."""
    renamed = {f"param_{n}" if n.lower() in _TAKEN else n: c for n, c in parameters.items()}
    if len(renamed) < len(parameters):
        refuse("columns", "of different names", ", ".join(parameters))
    return renamed
