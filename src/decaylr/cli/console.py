"""What the commands share: refusals on one line, files, options."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from decaylr.plot import plot_entries
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import selected
from decaylr.sweep.reading import load
from decaylr.sweep.sweep import Sweep

PICTURES = (".png", ".svg", ".pdf")


FILE = click.Path(path_type=Path)


select_option = click.option(
    "--select", metavar="GLOB", help="Only the entries whose names match, such as 'gpt*'."
)


class Refusal(click.ClickException):
    """What the user gave cannot be used: one line and exit code 2."""

    exit_code = 2


@contextmanager
def refusals() -> Iterator[None]:
    """Wrong files and parameters as one line on stderr, without a traceback."""
    try:
        yield
    except BrokenPipeError:  # whoever read the output has enough: click ends quietly
        raise
    except (OSError, TypeError, ValueError, OverflowError, MemoryError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise Refusal(text) from None
    except ModuleNotFoundError as error:
        raise Refusal(f"{error}; this needs pip install 'decaylr[cli]'") from None


@contextmanager
def at_most(threads: int | None) -> Iterator[None]:
    """DECAYLR_NUM_THREADS while the work lasts: it reaches every way to evaluate."""
    before = os.environ.get("DECAYLR_NUM_THREADS")
    if threads is not None:
        os.environ["DECAYLR_NUM_THREADS"] = str(threads)
    try:
        yield
    finally:
        if threads is not None:
            del os.environ["DECAYLR_NUM_THREADS"]
            if before is not None:
                os.environ["DECAYLR_NUM_THREADS"] = before


def entries_of(file: Path, select: str | None, steps: int | None) -> list[Entry]:
    """The wanted entries of a file, each with a finite length."""
    return selected(loaded(file), select, steps)


def loaded(file: Path) -> Sweep:
    """The sweep in a file."""
    with readable(file):
        return load(file)


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """A file that cannot be read, as one line that begins with its name."""
    if file.is_dir():
        raise ValueError(f"{file}: must be a file, got a directory")
    try:
        yield
    except OSError as error:
        raise OSError(f"{file}: {error.strerror or error}") from None


def check_picture(picture: Path | None) -> None:
    """Refuse other pictures than .png, .svg and .pdf before any work is done."""
    if picture is not None and picture.suffix not in PICTURES:
        raise ValueError(f"plot must be a .png, .svg or .pdf file, got {picture.name}")


def draw(picture: Path, entries: list[Entry], quiet: bool, **options: Any) -> None:
    """Draw the entries into a picture."""
    plot_entries(entries, picture, **options)
    if not quiet:
        click.echo(f"wrote {picture}")
