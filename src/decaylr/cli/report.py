"""The summary table of `decaylr sweep` and its progress bar, printed with rich."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from decaylr.sweep.figures import GRID_STEPS, MOST_POSITIONS, EntryFigures, ReportProgress
from decaylr.sweep.summary import SweepSummary

PIPED_WIDTH = 170  # characters if the output is not a terminal, so that nothing is cut off
MULTIPLES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
COLUMNS = (
    "unit",
    "length",
    "initial",
    "peak",
    "peak_at",
    "final",
    "total",
    "mean",
    "<1%",
)
CHOSEN = ("peak", "peak_at", "final", "total", "mean")  # folds in the table of chosen runs
MOST_ROWS = 50  # of that table
LEAST_NAME = 12  # characters of the name column on a narrow terminal


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or `PIPED_WIDTH` if the output is not a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPED_WIDTH
    # Brackets and colons in names of entries and files are not markup.
    return Console(stderr=stderr, width=width, markup=False, emoji=False)


def summary_table(measured: list[EntryFigures], width: int) -> Table:
    """A table with one line per entry; for a batch, cells are ranges from least to largest.

    If the table is wider than `width`, ranges are put on two lines, the gaps between columns
    are narrower and names are wrapped. Numbers are never wrapped, so that the table may still
    be too wide.
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
    """Print the table and its caption; the table may be wider than the console."""
    table = summary_table(measured, page.width)
    console_width = page.width
    columns = [column.width or 0 for column in table.columns]
    page.width = max(console_width, sum(columns) + 2 * len(columns))
    page.print(table)
    page.width = console_width
    page.print(caption(measured), style="dim italic", highlight=False)


def caption(measured: list[EntryFigures]) -> str:
    """The meaning of the columns, and how many entries were evaluated on a grid."""
    lines = ["peak_at: first position of the peak; <1%: share of positions below 1 % of the peak."]
    gridded = sum(not entry.exact for entry in measured)
    if gridded:
        lines.append(
            f"~ {gridded} of {len(measured)} entries (in epochs or fractions, or of length "
            f"{MOST_POSITIONS:,} and more) are evaluated on an even grid of {GRID_STEPS} "
            "positions, all others at every whole position before their length; --steps does so."
        )
    return "\n".join(lines)


def _cells(entry: EntryFigures) -> list[str]:
    name = entry.name if entry.runs == 1 else f"{entry.name} ({entry.runs:,} runs)"
    figures = entry.figures
    return [
        name,
        entry.unit if entry.exact else f"{entry.unit} ~",
        _ranged(entry.lengths, position),
        *(_ranged(figures[key], value) for key in ("initial", "peak")),
        _ranged(figures["peak_at"], position),
        *(_ranged(figures[key], value) for key in ("final", "total", "mean")),
        _ranged(figures["under_1_percent"], percentage),
    ]


def _ranged(column: npt.NDArray[np.float64], show: Callable[[float], str]) -> str:
    low, high = show(float(column.min())), show(float(column.max()))
    return low if low == high else f"{low} to {high}"


def value(number: float) -> str:
    """A value with four digits."""
    return f"{number:.4g}"


def position(number: float) -> str:
    """A position: with all digits below a million, else abbreviated."""
    if abs(number) >= 1e6:
        return short(number)
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.4g}"


def percentage(number: float) -> str:
    """A fraction as a percentage."""
    return f"{100 * number:.1f}%"


def short(number: float) -> str:
    """A large number abbreviated with k, M, G or T."""
    for size, letter in MULTIPLES:
        if abs(number) >= size:
            return f"{number / size:.4g}{letter}"
    return f"{number:.4g}"


def totals(measured: list[EntryFigures], seconds: float, rejected: int = 0) -> str:
    """The last line: numbers of entries, runs and values, seconds, values per second."""
    runs = sum(entry.runs for entry in measured)
    values = sum(entry.values for entry in measured)
    left_out = f" ({rejected:,} more rejected by constraints)" if rejected else ""
    done = f"{values:,} values in {seconds:.2f} s"
    return (
        f"{len(measured):,} entries, {runs:,} runs{left_out}, {done}: "
        f"{short(values / max(seconds, 1e-9))} values per second"
    )


def chosen_table(summary: SweepSummary) -> Table:
    """A table with one line per run: its number, parameters and folds."""
    shown = summary.take(np.arange(min(summary.runs, MOST_ROWS)))
    named = [name for name in shown.parameters if not np.ma.getmaskarray(shown[name]).all()]
    folds = [name for name in ("loss", *CHOSEN) if name in shown]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("name", "run", *named, *folds):
        table.add_column(name, justify="left" if name == "name" else "right", no_wrap=True)
    for row in shown.to_dicts():
        numbers = (row[name] for name in (*named, *folds))
        cells = ("" if number is None else f"{number:.6g}" for number in numbers)
        table.add_row(row["name"], str(row["run"]), *cells)
    return table


@contextmanager
def progress_bar(what: str, total: int, *, quiet: bool) -> Iterator[ReportProgress]:
    """Show a progress bar if stderr is a terminal; yields a function that advances it."""
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
