"""Helpers of the commands: errors on one line, reading files, common options."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from decaylr.convert.reading import load
from decaylr.files import check_different, check_new, check_writable
from decaylr.plot import plot_entries
from decaylr.sweep.entry import Entry
from decaylr.sweep.matching import selected
from decaylr.sweep.sweep import Sweep

PICTURES = (".png", ".svg", ".pdf")
FILE = click.Path(path_type=Path)

Fills = dict[str, Any]  # the arguments of `load` that fill what a file leaves open


class Setting(click.ParamType[tuple[str, Any]]):
    """`key=value`; the value is a number, a word of JSON or text."""

    name = "key=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        key, equals, text = str(value).partition("=")
        if not key or not equals:
            self.fail(f"{value!r} must have the form key=value", param, ctx)
        try:
            return key, json.loads(text)
        except ValueError:
            return key, text


_FILLS = (
    click.option("--base-lr", type=float, help="Base rate, where another library's file has none."),
    click.option(
        "--steps",
        type=click.IntRange(1),
        help="Length of the training, where the file has none; of every entry of a sweep file.",
    ),
    click.option(
        "--set",
        "settings",
        type=Setting(),
        multiple=True,
        help="Value of a key that another library's file leaves open, or that is to be replaced.",
    ),
)


def fill_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that fill what a file leaves open; the command gets them as `fills`."""

    @wraps(command)
    def filled(
        *arguments: Any,
        base_lr: float | None,
        steps: int | None,
        settings: tuple[tuple[str, Any], ...],
        **others: Any,
    ) -> Any:
        fills = {"base_lr": base_lr, "steps": steps, "set": dict(settings)}
        return command(*arguments, fills=fills, **others)

    for option in reversed(_FILLS):
        filled = option(filled)
    return filled


select_option = click.option(
    "--select", metavar="GLOB", help="Use only the entries with matching names, such as 'gpt*'."
)

overwrite_option = click.option(
    "--overwrite", is_flag=True, help="Replace files that exist; without it they are refused."
)


class InputError(click.ClickException):
    """A file or an option that cannot be used: one line on stderr and exit code 2."""

    exit_code = 2


@contextmanager
def input_errors() -> Iterator[None]:
    """Turn errors of files and parameters into one line on stderr, without a traceback."""
    try:
        yield
    except BrokenPipeError:  # the reader of a pipe has stopped, as `head` does: click exits quietly
        raise
    except (OSError, TypeError, ValueError, OverflowError, MemoryError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise InputError(text) from None
    except ModuleNotFoundError as error:
        known = "pip install" in str(error)  # the extra is named already
        raise InputError(
            str(error) if known else f"{error}; this needs pip install 'decaylr[cli]'"
        ) from None


@contextmanager
def thread_limit(threads: int | None) -> Iterator[None]:
    """Set DECAYLR_NUM_THREADS temporarily, so that every evaluation uses the limit."""
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


def load_entries(file: Path, select: str | None, fills: Fills) -> list[Entry]:
    """The selected entries of a file, each with a finite length."""
    return selected(load_sweep(file, fills), select)


def load_sweep(file: Path, fills: Fills) -> Sweep:
    """Load a file; errors of reading it begin with its name."""
    with file_errors(file):
        return load(file, **fills)


def say_how_read(entries: Sequence[Entry]) -> None:
    """Say as what a file of another library was read."""
    for entry in entries:
        source = str(entry.about.get("source", ""))
        if source.startswith("read as "):
            click.echo(f"{entry.name}: {source}")


@contextmanager
def file_errors(file: Path) -> Iterator[None]:
    """Put the name of a file in front of the error if it cannot be read."""
    if file.is_dir():
        raise ValueError(f"{file}: must be a file, got a directory")
    try:
        yield
    except OSError as error:
        raise OSError(f"{file}: {error.strerror or error}") from None


def check_outputs(
    file: Path,
    outputs: Mapping[str, Path | None],
    *,
    overwrite: bool,
    continued: Collection[str] = (),
) -> None:
    """Check that the outputs are other files than the input and one another, and new ones.

    Those that may be `continued` from an earlier call are checked by `check_out`.
    """
    check_different({"FILE": file, **outputs})
    for name, path in outputs.items():
        if name not in continued:
            check_new(path, name, overwrite=overwrite)


def check_picture(picture: Path | None) -> None:
    """Check that the suffix is .png, .svg or .pdf and that the file can be written."""
    if picture is None:
        return
    if picture.suffix not in PICTURES:
        raise ValueError(f"plot must be a .png, .svg or .pdf file, got {picture.name}")
    check_writable("plot", picture)


def draw(picture: Path, entries: Sequence[Entry], quiet: bool, **options: Any) -> None:
    """Draw the entries and save the picture."""
    plot_entries(entries, picture, **options)
    if not quiet:
        click.echo(f"wrote {picture}")
