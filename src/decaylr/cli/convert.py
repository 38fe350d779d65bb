"""The command `decaylr convert`: other libraries' configurations as decaylr's JSON, and back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from decaylr.cli.console import FILE, readable, refusals
from decaylr.convert import OWN, PEERS, TARGETS, VALUES, convert, written
from decaylr.sweep.syntax import errors_of, parsed


@click.command("convert")
@click.argument("file", type=FILE)
@click.option(
    "--from", "peer", type=click.Choice((*PEERS, OWN)), help="Whose it is, where it must be told."
)
@click.option("--to", "target", type=click.Choice(TARGETS), default=OWN, help="For whom to write.")
@click.option("--value", type=click.Choice(VALUES), default="lr", help="What is scheduled.")
@click.option("--out", type=FILE, help="Write the JSON here instead of printing it.")
def command(file: Path, peer: str | None, target: str, value: str, out: Path | None) -> None:
    """Print the schedule of a configuration FILE, another library's or decaylr's, as JSON."""
    with refusals():
        text = converted(file, peer, target, value)
        if out is None:
            click.echo(text)
            return
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {out}")


def converted(file: Path, peer: str | None, target: str, value: str) -> str:
    """The JSON of the schedule in a file; errors name the file."""
    with readable(file), errors_of(file):
        return json.dumps(written(convert(parsed(file), peer, value), target), allow_nan=False)
