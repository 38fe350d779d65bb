"""SQL over the columns of a summary, by DuckDB (extra `cli`), without files and network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import refuse, shown, whole_number

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

Config = dict[str, str | bool | int | float | list[str]]

# An expression of a user cannot read or load anything, nor allow itself to.
LOCKED: Config = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}
_ROW = "row number of the run"  # no parameter of a sweep file has spaces in its name

Table = Mapping[str, npt.NDArray[Any]]


def rows(
    table: Table, where: str | None, order_by: str | None, limit: int | None
) -> npt.NDArray[np.intp]:
    """The numbers of the rows for which `where` holds, in the order of `order_by`."""
    import duckdb

    for name, text in (("where", where), ("order_by", order_by)):
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{name} must be an SQL expression, got {shown(text)}")
    size = len(next(iter(table.values())))
    relation = _relation({_ROW: np.arange(size), **table}, LOCKED)
    try:
        step, text = "where", where
        if where is not None:
            relation = relation.filter(where)
        step, text = "order_by", order_by
        relation = relation.order(
            f'{order_by}\n, "{_ROW}"' if order_by is not None else f'"{_ROW}"'
        )
        if limit is not None:
            relation = relation.limit(whole_number("limit", limit, 1))
        # Some mistakes, such as a cast that fails, are found only when the rows are read.
        step, text = "where and order_by", f"{where}; {order_by}"
        found = relation.project(f'"{_ROW}"').fetchnumpy()[_ROW]
    except duckdb.Error as error:
        message = " ".join(str(error).split())
        raise ValueError(
            f"{step} must be an SQL expression of the columns {', '.join(table)}, "
            f"got {shown(text)}: {message}"
        ) from None
    return np.asarray(found, np.intp)


def _relation(table: Table, config: Config) -> DuckDBPyRelation:
    import duckdb

    names: dict[str, str] = {}
    for name in table:
        if name.lower() in names:
            refuse(
                "columns",
                "of names that differ without case, as in SQL",
                f"{names[name.lower()]} and {name}",
            )
        names[name.lower()] = name
    connection = duckdb.connect(":memory:", config=config)
    connection.register("summary", dict(table))
    return connection.table("summary")


def write_parquet(table: Table, path: Path) -> None:
    """Write the columns as a Parquet file."""
    _relation(table, {}).write_parquet(str(path))


def arrow_stream(table: Table, requested_schema: object) -> object:
    """The columns as an Arrow stream capsule."""
    return _relation(table, {}).__arrow_c_stream__(requested_schema)
