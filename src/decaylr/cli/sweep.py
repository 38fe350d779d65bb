"""The command `decaylr sweep`: evaluate every schedule of a sweep file."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import click

from decaylr.cli import report
from decaylr.cli.console import (
    FILE,
    check_outputs,
    check_picture,
    draw,
    input_errors,
    load_entries,
    overwrite_option,
    select_option,
    thread_limit,
)
from decaylr.sweep import export
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import EntryFigures, figures_of


@click.command("sweep")
@click.argument("file", type=FILE)
@click.option("--plot", "picture", type=FILE, help="Draw a picture: .png, .svg or .pdf.")
@click.option(
    "--out",
    type=FILE,
    help="Write all values: .npz, .npy or .csv. To read an .npz, a whole entry must fit into "
    "memory; a .npy can be mapped into memory.",
)
@click.option("--summary", type=FILE, help="Write the summary of every run: .csv or .json.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Maximum number of threads.")
@click.option("--steps", type=click.IntRange(1), help="Length of every entry, in its own unit.")
@select_option
@overwrite_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def command(
    file: Path,
    picture: Path | None,
    out: Path | None,
    summary: Path | None,
    threads: int | None,
    steps: int | None,
    select: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Evaluate every schedule of a sweep FILE and print a summary."""
    with input_errors(), thread_limit(threads):
        outputs = {"out": out, "summary": summary, "plot": picture}
        check_outputs(file, outputs, overwrite=overwrite)
        check_picture(picture)
        if summary is not None:
            export.check_summary(summary)
        if out is not None:
            export.check_path(out)
        entries = load_entries(file, select, steps)
        if out is not None:
            export.check_table(out, entries)
            announce(out, export.table_size(out, entries), quiet)
        measured = evaluated(entries, quiet)
        if summary is not None:
            export.write_summary(summary, measured)
        if out is not None:
            write_out(out, entries, quiet)
        if picture is not None:
            draw(picture, entries, quiet)


def evaluated(entries: list[Entry], quiet: bool) -> list[EntryFigures]:
    """Evaluate the entries and print the summary table."""
    start = perf_counter()
    total = sum(entry.schedule.size * export.count_positions(entry) for entry in entries)
    with report.progress_bar("evaluating", total, quiet=quiet) as advance:
        measured = [figures_of(entry, advance) for entry in entries]
    seconds = perf_counter() - start
    if not quiet:
        page = report.console()
        report.print_summary(page, measured)
        page.print(report.totals(measured, seconds), highlight=False)
    return measured


def announce(out: Path, size: int, quiet: bool) -> None:
    """Say how large a file will be, before the work; the size of a .csv is not known."""
    if size and not quiet:
        click.echo(f"{out} will have {report.short(size)}B")


def write_out(out: Path, entries: list[Entry], quiet: bool) -> None:
    """Write the values, with a progress bar."""
    total = sum(entry.schedule.size * export.count_positions(entry) for entry in entries)
    with report.progress_bar(f"writing {out.name}", total, quiet=quiet) as advance:
        export.write_table(out, entries, advance)
    if not quiet:
        click.echo(f"wrote {out}")
