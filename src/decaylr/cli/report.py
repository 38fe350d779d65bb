"""Readable tables of a sweep's figures, by rich."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from decaylr.sweep.figures import GRID_POINTS, MOST_POSITIONS, EntryFigures
from decaylr.sweep.figures import Progress as Told

PIPED_WIDTH = 170  # columns where the output is no terminal, so that nothing is cut
MULTIPLES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
COLUMNS = (
    "unit",
    "length",
    "first",
    "peak",
    "where",
    "last",
    "mean",
    "<1%",
    "pos/s",
)
LEAST_NAME = 12  # columns of a name, however narrow the console is


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for every column elsewhere."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    # the names of entries and files are the user's: their brackets and colons are no markup
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


def summary_table(measured: list[EntryFigures], width: int) -> Table:
    """One line an entry; a batch of runs as ranges from the least to the largest.

    Where that is wider than `width`, ranges take two lines, columns stand closer and names
    are broken; numbers never are, so that the table may still be wider.
    """
    rows = [_cells(entry) for entry in measured]
    widths = _widths(rows)
    gap = 2 if sum(widths) + 2 * len(COLUMNS) <= width else 1
    if gap == 1:
        rows = [[cell.replace(" to ", " to\n") for cell in row] for row in rows]
        widths = _widths(rows)
    room = width - sum(widths[1:]) - gap * len(COLUMNS)
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    table.add_column("name", overflow="fold", width=max(min(widths[0], room), LEAST_NAME))
    for column, cells in zip(COLUMNS, widths[1:], strict=True):
        justify: JustifyMethod = "left" if column == "unit" else "right"
        table.add_column(column, justify=justify, no_wrap=True, width=cells)
    for row in rows:
        table.add_row(*row)
    return table


def _widths(rows: list[list[str]]) -> list[int]:
    columns = zip(("name", *COLUMNS), *rows, strict=True)
    return [max(len(line) for cell in column for line in cell.split("\n")) for column in columns]


def print_summary(page: Console, measured: list[EntryFigures]) -> None:
    """Print the table and its caption; wider than the console where that cuts numbers."""
    table = summary_table(measured, page.width)
    own = page.width
    columns = [column.width or 0 for column in table.columns]
    page.width = max(own, sum(columns) + 2 * len(columns))
    page.print(table)
    page.width = own
    page.print(caption(measured), style="dim italic", highlight=False)


def caption(measured: list[EntryFigures]) -> str:
    """What the columns mean, and which entries were read on a grid."""
    lines = [
        "where: first position of the peak; <1%: share of training under 1 % of the peak; "
        "pos/s: positions evaluated per second."
    ]
    gridded = sum(not entry.exact for entry in measured)
    if gridded:
        lines.append(
            f"~ {gridded} of {len(measured)} entries (lengths that are no whole number of steps, "
            f"samples or tokens, or are {MOST_POSITIONS:,} and more) are read on an even grid of "
            f"at most {GRID_POINTS} positions; the others at every position from 0 to their length."
        )
    return "\n".join(lines)


def _cells(entry: EntryFigures) -> list[str]:
    name = entry.name if entry.runs == 1 else f"{entry.name} ({entry.runs:,} runs)"
    figures = entry.figures
    return [
        name,
        entry.unit if entry.exact else f"{entry.unit} ~",
        position(entry.length),
        *(_ranged(figures[key], value) for key in ("first", "peak")),
        _ranged(figures["where"], position),
        *(_ranged(figures[key], value) for key in ("last", "mean")),
        _ranged(figures["under_1_percent"], share),
        short(entry.rate),
    ]


def _ranged(column: npt.NDArray[np.float64], show: Callable[[float], str]) -> str:
    low, high = show(float(column.min())), show(float(column.max()))
    return low if low == high else f"{low} to {high}"


def value(number: float) -> str:
    """A value to four digits."""
    return f"{number:.4g}"


def position(number: float) -> str:
    """A position: in full up to a million, then with a multiple."""
    if abs(number) >= 1e6:
        return short(number)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


def share(number: float) -> str:
    """A share of training as a percentage."""
    return f"{100 * number:.1f}%"


def short(number: float) -> str:
    """A large number with k, M, G or T."""
    for size, letter in MULTIPLES:
        if abs(number) >= size:
            return f"{number / size:.4g}{letter}"
    return f"{number:.4g}"


def totals(measured: list[EntryFigures], seconds: float) -> str:
    """The totals line: entries, runs, values, seconds, values per second."""
    runs = sum(entry.runs for entry in measured)
    values = sum(entry.runs * entry.positions for entry in measured)
    return (
        f"{len(measured):,} entries, {runs:,} runs, {values:,} values in {seconds:.2f} s: "
        f"{short(values / max(seconds, 1e-9))} values per second"
    )


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[Told]:
    """A bar on stderr while it is a terminal; yields what to tell the values done to."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=quiet or not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
