"""The command `decaylr convert`: a file of any form to decaylr's JSON, or to another library's."""

from __future__ import annotations

import json
from pathlib import Path

import click

from decaylr.cli.console import (
    FILE,
    Fills,
    check_outputs,
    file_errors,
    fill_options,
    input_errors,
    overwrite_option,
)
from decaylr.convert import DIALECTS, TARGETS, VALUES, convert_file, written
from decaylr.files import check_writable, written_whole
from decaylr.sweep.syntax import errors_in


@click.command("convert")
@click.argument("file", type=FILE)
@click.option(
    "--from",
    "library",
    type=click.Choice(tuple(DIALECTS)),
    help="Form of the configuration; detected by default.",
)
@click.option(
    "--to", "target", type=click.Choice(TARGETS), default=TARGETS[0], help="Format of the output."
)
@click.option(
    "--value", type=click.Choice(VALUES), default="lr", help="Which scheduled value to convert."
)
@fill_options
@click.option("--out", type=FILE, help="Write the JSON to this file instead of printing it.")
@overwrite_option
def command(
    file: Path,
    library: str | None,
    target: str,
    value: str,
    fills: Fills,
    out: Path | None,
    overwrite: bool,
) -> None:
    """Print the schedule in a configuration FILE of another library as JSON."""
    with input_errors():
        if out is not None:
            check_outputs(file, {"out": out}, overwrite=overwrite)
            check_writable("out", out)
        text, title = converted(file, library, target, value, fills)
        if out is None:
            click.echo(text)
        else:
            with written_whole(out) as temporary:
                temporary.write_text(text + "\n", encoding="utf-8")
            click.echo(f"wrote {out}")
        click.echo(f"{file.name}: read as {title}", err=True)


def converted(
    file: Path, library: str | None, target: str, value: str, fills: Fills
) -> tuple[str, str]:
    """The schedule in a file as JSON text, and as what the file was read.

    Errors begin with the file's name.
    """
    with file_errors(file), errors_in(file):
        made, title = convert_file(file, library, value, **fills)
        return json.dumps(written(made, target), allow_nan=False), title
