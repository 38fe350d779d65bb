"""The command `decaylr plot`: draw the schedules of a sweep file."""

from __future__ import annotations

from pathlib import Path

import click

from decaylr.cli.console import FILE, check_picture, draw, entries_of, refusals, select_option


@click.command("plot")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="The picture: .png, .svg or .pdf; FILE.png by default.")
@select_option
@click.option("--x", type=click.Choice(["normalised", "position"]), default="normalised")
@click.option("--y", type=click.Choice(["auto", "log", "linear"]), default="auto")
def command(file: Path, out: Path | None, select: str | None, x: str, y: str) -> None:
    """Draw the schedules of a sweep FILE."""
    with refusals():
        picture = out or Path(file.with_suffix(".png").name)
        check_picture(picture)
        draw(picture, entries_of(file, select, None), quiet=False, x=x, y=y)
