"""The command `decaylr sweep`: evaluate every schedule of a sweep file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

import click

from decaylr.cli import report
from decaylr.cli.console import (
    FILE,
    Fills,
    check_outputs,
    check_picture,
    draw,
    fill_options,
    input_errors,
    load_entries,
    overwrite_option,
    say_how_read,
    select_option,
    thread_limit,
)
from decaylr.cli.outputs import Output, check_out
from decaylr.cli.workers import Workers, dask_option, workers_of
from decaylr.laws import named
from decaylr.sweep import export, sql
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import EntryFigures
from decaylr.sweep.losses import with_losses
from decaylr.sweep.runs import chosen
from decaylr.sweep.summary import SweepSummary, summarized


@click.command("sweep")
@click.argument("file", type=FILE)
@click.option("--plot", "picture", type=FILE, help="Draw a picture: .png, .svg or .pdf.")
@click.option(
    "--out",
    type=FILE,
    help="Write all values: .zarr, .npy, .npz or .csv; or the chosen runs as a sweep file: .toml "
    "or .json. An interrupted .zarr or .npy goes on when the command is given again.",
)
@click.option("--summary", type=FILE, help="Write the summary of every run: .csv, .json, .parquet.")
@click.option("--where", metavar="SQL", help="Choose runs: a condition, such as 'total < 30'.")
@click.option("--order-by", metavar="SQL", help="Sort the chosen runs, such as 'total desc'.")
@click.option("--limit", type=click.IntRange(1), help="Choose at most so many runs.")
@click.option(
    "--law",
    metavar="NAME",
    help="Predict the loss of every run as the column 'loss': multi-power:25M, multi-power:100M, "
    "multi-power:400M or convex-bound.",
)
@click.option("--threads", type=click.IntRange(1, 1024), help="Maximum number of threads.")
@dask_option
@fill_options
@select_option
@overwrite_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    file: Path,
    picture: Path | None,
    out: Path | None,
    summary: Path | None,
    where: str | None,
    order_by: str | None,
    limit: int | None,
    law: str | None,
    threads: int | None,
    dask: str | None,
    fills: Fills,
    select: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Evaluate every schedule of a FILE, a sweep or another library's, and print a summary.

    With --where, --order-by or --limit, runs are chosen by their parameters and folds, and
    --out, --summary and --plot write only these. With --law, they may be chosen by the loss that
    a loss-curve law predicts: --order-by loss.
    """
    with ExitStack() as stack:
        stack.enter_context(input_errors())
        stack.enter_context(thread_limit(threads))
        outputs = {"out": out, "summary": summary, "plot": picture}
        check_outputs(file, outputs, overwrite=overwrite, continued=("out",))
        check_picture(picture)
        predictor = None if law is None else named(law)
        if summary is not None:
            export.check_summary(summary)
        if out is not None:
            check_out(out, overwrite=overwrite)
        entries: Sequence[Entry] = load_entries(file, select, fills)
        if not quiet:
            say_how_read(entries)
        choosing = any(option is not None for option in (where, order_by, limit, law))
        table: Output | None = None
        if out is not None and not choosing:
            table = planned(out, entries, overwrite, quiet)
        workers = stack.enter_context(workers_of(dask))
        measured = evaluated(entries, workers, quiet, fills["steps"])
        rows = summarized(entries, measured) if choosing or summary is not None else None
        if rows is not None and predictor is not None:
            rows = with_losses(rows, entries, predictor, fills["steps"])
        if rows is not None and choosing:
            numbers = sql.rows(rows, where, order_by, limit)
            entries, rows = chosen(entries, numbers), rows.take(numbers)
            show(rows, quiet)
            if out is not None:
                table = planned(out, entries, overwrite, quiet)
        if summary is not None and rows is not None:
            export.write_summary(summary, rows)
        if table is not None:
            table.write(workers, quiet=quiet)
        if picture is not None:
            draw(picture, entries, quiet)


def planned(out: Path, entries: Sequence[Entry], overwrite: bool, quiet: bool) -> Output:
    """The file to be written, after checks; says how large it will be."""
    output = Output(out, entries, overwrite=overwrite)
    if not quiet:
        output.announce()
    return output


def evaluated(
    entries: Sequence[Entry], workers: Workers, quiet: bool, steps: int | None
) -> list[EntryFigures]:
    """Evaluate the entries and print the summary table."""
    start = perf_counter()
    total = sum(entry.schedule.size * export.count_positions(entry) for entry in entries)
    with report.progress_bar("evaluating", total, quiet=quiet) as advance:
        measured = workers.figures(entries, steps, advance)
    seconds = perf_counter() - start
    if not quiet:
        page = report.console()
        report.print_summary(page, measured)
        page.print(
            report.totals(measured, seconds, sum(entry.rejected for entry in entries)),
            highlight=False,
        )
    return measured


def show(rows: SweepSummary, quiet: bool) -> None:
    """Print the chosen runs, with their parameters, as one table in their order."""
    if quiet:
        return
    page = report.console()
    page.print()
    page.print(report.chosen_table(rows))
    if rows.runs > report.MOST_ROWS:
        page.print(f"the first {report.MOST_ROWS} of {rows.runs:,} chosen runs", highlight=False)
