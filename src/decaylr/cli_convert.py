"""The command `decaylr convert`: other libraries' configurations as decaylr's JSON, and back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from decaylr.convert import OWN, PEERS, TARGETS, VALUES

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--from", "peer", type=click.Choice((*PEERS, OWN)), help="Whose it is, where it must be told."
)
@click.option("--to", "target", type=click.Choice(TARGETS), default=OWN, help="For whom to write.")
@click.option("--value", type=click.Choice(VALUES), default="lr", help="What is scheduled.")
@click.option("--out", type=FILE, help="Write the JSON here instead of printing it.")
def convert(file: Path, peer: str | None, target: str, value: str, out: Path | None) -> None:
    """Print the schedule of a configuration FILE, another library's or decaylr's, as JSON."""
    from decaylr.cli import refusals

    with refusals():
        text = converted(file, peer, target, value)
        if out is None:
            click.echo(text)
            return
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {out}")


def converted(file: Path, peer: str | None, target: str, value: str) -> str:
    """The JSON of the schedule in a file; errors name the file."""
    from decaylr.convert import convert as read
    from decaylr.convert import written
    from decaylr.files import parsed
    from decaylr.language import placed

    try:
        return json.dumps(written(read(parsed(file), peer, value), target), allow_nan=False)
    except OSError as error:
        raise OSError(f"{file}: {error.strerror or error}") from None
    except RecursionError:
        raise ValueError(f"{file}: tables and lists are nested too deep") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: must be UTF-8 text, got {error}") from None
    except (TypeError, ValueError) as error:
        raise placed(error, str(file)) from None
