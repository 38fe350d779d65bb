"""The command `decaylr convert`: configurations of other libraries to JSON, or to Keras."""

from __future__ import annotations

import json
from pathlib import Path

import click

from decaylr.cli.console import (
    FILE,
    check_outputs,
    file_errors,
    input_errors,
    overwrite_option,
)
from decaylr.convert import OWN, PEERS, TARGETS, VALUES, convert, written
from decaylr.files import check_writable, written_whole
from decaylr.sweep.syntax import errors_in, parse_file


@click.command("convert")
@click.argument("file", type=FILE)
@click.option(
    "--from",
    "peer",
    type=click.Choice((*PEERS, OWN)),
    help="Library of the configuration; detected by default.",
)
@click.option(
    "--to", "target", type=click.Choice(TARGETS), default=OWN, help="Format of the output."
)
@click.option(
    "--value", type=click.Choice(VALUES), default="lr", help="Which scheduled value to convert."
)
@click.option("--out", type=FILE, help="Write the JSON to this file instead of printing it.")
@overwrite_option
def command(
    file: Path, peer: str | None, target: str, value: str, out: Path | None, overwrite: bool
) -> None:
    """Print the schedule in a configuration FILE (.json or .toml) as JSON."""
    with input_errors():
        if out is not None:
            check_outputs(file, {"out": out}, overwrite=overwrite)
            check_writable("out", out)
        text = converted(file, peer, target, value)
        if out is None:
            click.echo(text)
            return
        with written_whole(out) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {out}")


def converted(file: Path, peer: str | None, target: str, value: str) -> str:
    """The schedule in a file as JSON text; errors begin with the file's name."""
    with file_errors(file), errors_in(file):
        return json.dumps(written(convert(parse_file(file), peer, value), target), allow_nan=False)
