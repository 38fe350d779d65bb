"""The command `decaylr report`: a page to look at the schedules of a sweep file."""

from __future__ import annotations

from pathlib import Path

import click

from decaylr.cli.console import (
    FILE,
    Fills,
    check_outputs,
    fill_options,
    input_errors,
    load_entries,
    overwrite_option,
    say_how_read,
    select_option,
    thread_limit,
)
from decaylr.cli.report import progress_bar
from decaylr.report.write import write_report
from decaylr.sweep.sweep import Sweep


@click.command("report")
@click.argument("file", type=FILE)
@click.option("-o", "--out", type=FILE, help="Page to write; default: FILE.html.")
@click.option("--where", metavar="SQL", help="Draw the runs for which a condition holds.")
@click.option("--order-by", metavar="SQL", default="total desc", show_default=True, help="Order.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="How many.")
@fill_options
@select_option
@click.option("--threads", type=click.IntRange(1, 1024), help="Maximum number of threads.")
@overwrite_option
def command(
    file: Path,
    out: Path | None,
    where: str | None,
    order_by: str,
    limit: int,
    fills: Fills,
    select: str | None,
    threads: int | None,
    overwrite: bool,
) -> None:
    """Write a page that shows all runs of a FILE, a sweep or another library's.

    It has density images, parallel coordinates and a table of parameters and folds.
    """
    with input_errors(), thread_limit(threads):
        page = out or Path(file.with_suffix(".html").name)
        check_outputs(file, {"out": page}, overwrite=overwrite)
        entries = load_entries(file, select, fills)
        say_how_read(entries)
        sweep = Sweep.of(tuple(entries))
        with progress_bar("drawing", sweep.schedule.size, quiet=False) as advance:
            write_report(
                sweep,
                page,
                title=file.name,
                where=where,
                order_by=order_by,
                limit=limit,
                progress=advance,
            )
        click.echo(f"wrote {page}")
