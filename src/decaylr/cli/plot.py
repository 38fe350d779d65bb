"""The command `decaylr plot`: draw the schedules of a sweep file."""

from __future__ import annotations

from pathlib import Path

import click

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
)


@click.command("plot")
@click.argument("file", type=FILE)
@click.option(
    "--out",
    type=FILE,
    help="Picture to write: .png, .svg or .pdf; default: FILE.png.",
)
@fill_options
@select_option
@click.option(
    "--x",
    type=click.Choice(["normalised", "position"]),
    default="normalised",
    help="Horizontal axis: fraction of the length (default), or positions.",
)
@click.option(
    "--y",
    type=click.Choice(["auto", "log", "linear"]),
    default="auto",
    help="Vertical axis; auto (default) chooses it for each panel.",
)
@overwrite_option
def command(
    file: Path,
    out: Path | None,
    fills: Fills,
    select: str | None,
    x: str,
    y: str,
    overwrite: bool,
) -> None:
    """Draw the schedules of a FILE, a sweep or another library's."""
    with input_errors():
        picture = out or Path(file.with_suffix(".png").name)
        check_outputs(file, {"plot": picture}, overwrite=overwrite)
        check_picture(picture)
        entries = load_entries(file, select, fills)
        say_how_read(entries)
        draw(picture, entries, quiet=False, x=x, y=y)
