"""The command `decaylr convert`: other libraries' configurations as decaylr's JSON."""

from __future__ import annotations

import json
from pathlib import Path

import click

from decaylr.convert import PEERS, VALUES

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--from", "peer", type=click.Choice(PEERS), help="Whose it is, where it must be told."
)
@click.option("--value", type=click.Choice(VALUES), default="lr", help="What is scheduled.")
@click.option("--out", type=FILE, help="Write the JSON here instead of printing it.")
def convert(file: Path, peer: str | None, value: str, out: Path | None) -> None:
    """Print the schedule of another library's configuration FILE as decaylr's JSON."""
    from decaylr.cli import refusals

    with refusals():
        text = converted(file, peer, value)
        if out is None:
            click.echo(text)
            return
        out.write_text(text + "\n", encoding="utf-8")
        click.echo(f"wrote {out}")


def converted(file: Path, peer: str | None, value: str) -> str:
    """The JSON of the schedule in a file; errors name the file."""
    from decaylr.convert import convert as read
    from decaylr.files import parsed
    from decaylr.language import placed

    try:
        return json.dumps(read(parsed(file), peer, value).to_dict(), allow_nan=False)
    except OSError as error:
        raise OSError(f"{file}: {error.strerror or error}") from None
    except RecursionError:
        raise ValueError(f"{file}: tables and lists are nested too deep") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{file}: must be UTF-8 text, got {error}") from None
    except (TypeError, ValueError) as error:
        raise placed(error, str(file)) from None
