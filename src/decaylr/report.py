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

from decaylr.measure import GRID_POINTS, MOST_POSITIONS, Measured
from decaylr.measure import Progress as Told

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
    "< 1 %",
    "pos/s",
)
UNBROKEN = ("unit", "length", "pos/s")  # the others break between the ends of a range


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or wide enough for every column elsewhere."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else PIPED_WIDTH)


def summary_table(measured: list[Measured]) -> Table:
    """One line an entry; a batch of runs as ranges from the least to the largest."""
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        caption=caption(measured),
        caption_justify="left",
    )
    table.add_column("name", overflow="fold", min_width=12)
    for column in COLUMNS:
        justify: JustifyMethod = "left" if column == "unit" else "right"
        table.add_column(column, justify=justify, no_wrap=column in UNBROKEN)
    for entry in measured:
        table.add_row(*_cells(entry))
    return table


def caption(measured: list[Measured]) -> str:
    """What the columns mean, and which entries were read on a grid."""
    lines = [
        "where: first position of the peak; < 1 %: share of training under 1 % of the peak; "
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


def _cells(entry: Measured) -> list[str]:
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
    return f"{100 * number:.1f} %"


def short(number: float) -> str:
    """A large number with k, M, G or T."""
    for size, letter in MULTIPLES:
        if abs(number) >= size:
            return f"{number / size:.4g} {letter}"
    return f"{number:.4g}"


def totals(measured: list[Measured], seconds: float) -> str:
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
        TextColumn(what),
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
