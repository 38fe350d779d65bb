"""Writing a report: one self-contained HTML page."""

from __future__ import annotations

import gzip
import html
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files
from itertools import takewhile
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from decaylr.checks import FloatArray, refuse
from decaylr.files import check_writable, written_whole
from decaylr.pictures.family import family, rank
from decaylr.pictures.window import COUNTED_UNITS
from decaylr.report import density, figures
from decaylr.report.rows import MOST_ROWS, table_rows
from decaylr.report.scale import scale_of
from decaylr.sweep import sql
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import figures_of, own_lengths
from decaylr.sweep.runs import chosen
from decaylr.sweep.summary import SweepSummary
from decaylr.sweep.sweep import Sweep
from decaylr.sweep.writing import entry_text

MOST_SELECTED = 50  # runs drawn as lines
POINTS = 64  # of a line
DIGITS = 6  # of a number in the table; the sweep file of a row has all

# Nothing is loaded, from nowhere; plotly's WebGL compiles functions of its own.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title><style>{style}</style></head><body>
<h1>{title}</h1><p class="note">{note}</p>
<div id="families"></div>
<h2>Parameters and folds</h2>
<p class="note">{rows} Drag along an axis to keep a range, click it to release.</p>
<div id="parallel"></div>
<div id="tools"><button id="save">Save as a sweep file</button><span id="count"></span>
<span class="note">A click on a row marks its curve, on a name sorts. Ticked rows are saved, or all
that are left if none is.</span></div>
<div id="scroll"><table><thead><tr></tr></thead><tbody></tbody></table></div>
<script id="data" type="application/octet-stream">{data}</script>
<script>{plotly}</script><script>{program}</script></body></html>
"""


def write_report(
    sweep: Sweep,
    path: str | PathLike[str],
    *,
    title: str = "Sweep",
    where: str | None = None,
    order_by: str | None = "total desc",
    limit: int = 10,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write a self-contained HTML page about a sweep (extra `report`).

    The page shows, for each family of shapes, how many runs pass through each point, with
    quantiles over all runs and the selected runs as lines; parallel coordinates; and a table of
    parameters and folds that can be sorted and filtered. Selected rows can be saved as a sweep
    file. The table has at most 10 000 rows: the selected runs, those with the least and the
    largest value of each column, and a random sample of the others. The page makes no request
    to any host.

    Parameters
    ----------
    sweep : Sweep
        Every run needs a length.
    path : str or path-like
        A file that ends in .html.
    title : str
    where, order_by, limit : str, str, int
        Which runs are selected: see `Sweep.select`. At most 50 are drawn.
    progress : callable, optional
        Called with the number of runs that have been drawn since the last call.

    Raises
    ------
    ModuleNotFoundError
        Without plotly, or without DuckDB.
    OSError
        If the file cannot be written.
    TypeError, ValueError
        For wrong parameters; if a run never ends; and if `where` selects no run.
    """
    target = Path(path)
    if target.suffix not in (".html", ".htm"):
        refuse("path", "a .html file", target.name)
    check_writable("path", target)
    plotly = _plotly()
    summary = sweep.summary()
    selected = sql.rows(summary, where, order_by, limit)
    if selected.size == 0:
        refuse("where", "a condition that holds for some run", where)
    data = _data(sweep.parts(), summary, selected[:MOST_SELECTED], progress or (lambda _: None))
    text = PAGE.format(
        policy=POLICY,
        title=html.escape(title),
        style=_resource("page.css"),
        note=html.escape(_note(sweep, where, order_by, selected.size)),
        rows=html.escape(_rows_note(data["count"], summary.runs)),
        data=_packed(data),
        plotly=plotly,
        program=_resource("page.js"),
    )
    with written_whole(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _plotly() -> str:
    try:
        from plotly.offline import get_plotlyjs
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; a report needs pip install 'decaylr[report]'"
        ) from None
    return str(get_plotlyjs())


def _resource(name: str) -> str:
    return files("decaylr.report").joinpath(name).read_text(encoding="utf-8")


def _packed(data: dict[str, Any]) -> str:
    """The data in letters that mean nothing in HTML, whatever the names of schedules are."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode()


def _note(sweep: Sweep, where: str | None, order_by: str | None, selected: int) -> str:
    parts = sweep.parts()
    rule = " ".join(
        text
        for text in (
            f"where {where}" if where is not None else "",
            f"ordered by {order_by}" if order_by is not None else "",
        )
        if text
    )
    sampled = [entry.name for entry in parts if not density.reads_all(entry)]
    read = (
        f" {len(sampled)} entries are read at {density.GRID} positions of each run, the others at "
        "every one."
        if sampled
        else ""
    )
    return (
        f"{sweep.schedule.size:,} runs of {len(parts):,} entries. The images show how many runs "
        f"pass through each point (darker: more), dotted the 10, 50 and 90 % quantiles over all "
        f"runs, and as lines {min(selected, MOST_SELECTED)} selected runs ({rule or 'the first'})."
        + read
    )


def _rows_note(rows: int, runs: int) -> str:
    if rows == runs:
        return f"All {runs:,} runs."
    return (
        f"{rows:,} of {runs:,} runs: the selected ones, those with the least and the largest value "
        f"of each column, and a random sample, at most {MOST_ROWS:,}."
    )


def _data(
    entries: Sequence[Entry],
    summary: SweepSummary,
    selected: npt.NDArray[np.intp],
    progress: Callable[[int], None],
) -> dict[str, Any]:
    families: dict[str, list[Entry]] = {}
    for entry in entries:
        families.setdefault(family(entry.schedule), []).append(entry)
    titles = sorted(families, key=rank)
    rows = table_rows(summary, selected)
    table = summary.take(rows)
    curves = _curves(entries, rows)
    place = {entry.name: titles.index(family(entry.schedule)) for entry in entries}
    family_of = np.array([place[name] for name in table["name"]])
    drawn = np.arange(len(rows)) < selected.size
    images = [_image(families[title], summary, progress) for title in titles]
    names = [name for name in table if name not in ("unit", "positions")]
    return {
        "count": len(rows),
        "selected": int(selected.size),
        "names": names,
        "columns": {name: _short(table[name]) for name in names},
        "family": family_of.tolist(),
        "points": POINTS,
        "curves": b64encode(curves.astype("<f4").tobytes()).decode(),
        "specs": [entry_text(_single(entries, row)) for row in rows.tolist()],
        "figures": [
            figures.family_figure(
                title,
                [entry.name for entry in families[title]],
                image,
                curves[drawn & (family_of == i)].reshape(-1, POINTS),
            )
            for i, (title, image) in enumerate(zip(titles, images, strict=True))
        ],
        "parallel": figures.parallel_figure(table),
    }


def _single(entries: Sequence[Entry], row: int) -> Entry:
    """One run as an entry, under the name of its entry and its number."""
    (entry,) = chosen(entries, np.array([row]))
    first = sum(e.schedule.size for e in takewhile(lambda e: e.name != entry.name, entries))
    return replace(entry, name=f"{entry.name}.{row - first}")


def _image(
    entries: list[Entry], summary: SweepSummary, progress: Callable[[int], None]
) -> density.Density:
    """The density image of a family."""
    peaks = summary["peak"][np.isin(summary["name"], [entry.name for entry in entries])]
    turned = [replace(entry, schedule=-entry.schedule) for entry in entries]
    smallest = -max(float(figures_of(entry).figures["peak"].max()) for entry in turned)
    return density.density(entries, scale_of(peaks, smallest), progress)


def _curves(entries: Sequence[Entry], rows: npt.NDArray[np.intp]) -> FloatArray:
    """The values of runs at even shares of their lengths, shape (rows, POINTS)."""
    curves, begin = np.empty((rows.size, POINTS)), 0
    for entry in entries:
        end = begin + entry.schedule.size
        own = (begin <= rows) & (rows < end)
        if own.any():
            runs = entry.schedule.reshape(-1)[rows[own] - begin]
            lengths = own_lengths(entry)[rows[own] - begin, None]
            positions = np.arange(POINTS) / POINTS * lengths
            curves[own] = runs[:, None](
                np.floor(positions) if entry.unit in COUNTED_UNITS else positions
            )
        begin = end
    return curves


def _short(column: npt.NDArray[Any]) -> list[Any]:
    """Plain values, numbers with a few digits."""
    if column.dtype.kind == "f":
        return [None if x is None else _number(x) for x in column.tolist()]
    return list(column.tolist())


def _number(x: float) -> float | str | None:
    if isfinite(x):
        return float(f"{x:.{DIGITS}g}")
    return None if x != x else str(x)
