"""The command `decaylr plot`: draw the schedules of a sweep file."""

from __future__ import annotations

from pathlib import Path

import click

from decaylr.cli.console import (
    FILE,
    check_outputs,
    check_picture,
    draw,
    input_errors,
    load_entries,
    overwrite_option,
    select_option,
)


@click.command("plot")
@click.argument("file", type=FILE)
@click.option(
    "--out",
    type=FILE,
    help="Picture to write: .png, .svg or .pdf; default: FILE.png.",
)
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
    file: Path, out: Path | None, select: str | None, x: str, y: str, overwrite: bool
) -> None:
    """Draw the schedules of a sweep FILE."""
    with input_errors():
        picture = out or Path(file.with_suffix(".png").name)
        check_outputs(file, {"plot": picture}, overwrite=overwrite)
        check_picture(picture)
        draw(picture, load_entries(file, select, None), quiet=False, x=x, y=y)
