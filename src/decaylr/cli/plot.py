"""The command `decaylr plot`: draw the schedules of a sweep file."""

from __future__ import annotations

from pathlib import Path

import click

from decaylr.cli.console import FILE, check_picture, draw, input_errors, load_entries, select_option
from decaylr.files import check_different


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
def command(file: Path, out: Path | None, select: str | None, x: str, y: str) -> None:
    """Draw the schedules of a sweep FILE."""
    with input_errors():
        picture = out or Path(file.with_suffix(".png").name)
        check_different({"FILE": file, "plot": picture})
        check_picture(picture)
        draw(picture, load_entries(file, select, None), quiet=False, x=x, y=y)
