"""The command line: `decaylr sweep`, `plot`, `advise`, `convert` and `info` (extra `cli`)."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

try:
    import click
except ModuleNotFoundError as error:  # installed without the extra
    raise SystemExit(
        f"decaylr: {error}; the command line needs pip install 'decaylr[cli]'"
    ) from None

import decaylr

if TYPE_CHECKING:
    from decaylr.measure import Measured
    from decaylr.sweep import Entry, Sweep

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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(decaylr.__version__, prog_name="decaylr")
def main() -> None:
    """Learning-rate schedules for many runs at once."""


@main.command()
@click.argument("file", type=FILE)
@click.option("--plot", "picture", type=FILE, help="Write a picture: .png, .svg or .pdf.")
@click.option("--out", type=FILE, help="Write the values: .npz, .npy or .csv.")
@click.option("--summary", type=FILE, help="Write the figures of every run: .csv or .json.")
@click.option("--threads", type=click.IntRange(1, 1024), help="At most this many threads.")
@click.option("--steps", type=click.IntRange(1), help="A length for every entry, in its unit.")
@select_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def sweep(
    file: Path,
    picture: Path | None,
    out: Path | None,
    summary: Path | None,
    threads: int | None,
    steps: int | None,
    select: str | None,
    quiet: bool,
) -> None:
    """Evaluate every schedule of a sweep FILE and print a summary."""
    from decaylr import export

    with refusals(), at_most(threads):
        check_picture(picture)
        if summary is not None:
            export.check_summary(summary)
        entries = entries_of(file, select, steps)
        if out is not None:
            export.check_table(out, entries)
        measured = evaluated(entries, quiet)
        if summary is not None:
            export.write_summary(summary, measured)
        if out is not None:
            write_out(out, entries, quiet)
        if picture is not None:
            draw(picture, entries, quiet)


def entries_of(file: Path, select: str | None, steps: int | None) -> list[Entry]:
    """The wanted entries of a file, each with a finite length."""
    from decaylr.measure import selected

    return selected(loaded(file), select, steps)


def loaded(file: Path) -> Sweep:
    """The sweep in a file."""
    from decaylr.files import load

    if file.is_dir():
        raise ValueError(f"{file}: must be a file, got a directory")
    try:
        return load(file)
    except OSError as error:
        raise OSError(f"{file}: {error.strerror or error}") from None


def check_picture(picture: Path | None) -> None:
    """Refuse other pictures than .png, .svg and .pdf before any work is done."""
    if picture is not None and picture.suffix not in PICTURES:
        raise ValueError(f"plot must be a .png, .svg or .pdf file, got {picture.name}")


def evaluated(entries: list[Entry], quiet: bool) -> list[Measured]:
    """Measure the entries and print their table."""
    from decaylr import report
    from decaylr.export import count_of
    from decaylr.measure import measure

    start = perf_counter()
    total = sum(entry.schedule.size * count_of(entry) for entry in entries)
    with report.progress_bar("evaluating", total, quiet=quiet) as told:
        measured = [measure(entry, told) for entry in entries]
    seconds = perf_counter() - start
    if not quiet:
        page = report.console()
        report.print_summary(page, measured)
        page.print(report.totals(measured, seconds), highlight=False)
    return measured


def write_out(out: Path, entries: list[Entry], quiet: bool) -> None:
    """Write the table of values, with a bar."""
    from decaylr import export, report

    total = sum(entry.schedule.size * export.count_of(entry) for entry in entries)
    with report.progress_bar(f"writing {out.name}", total, quiet=quiet) as told:
        export.write_table(out, entries, told)
    if not quiet:
        click.echo(f"wrote {out}")


def draw(picture: Path, entries: list[Entry], quiet: bool, **options: Any) -> None:
    """Draw the entries into a picture."""
    from decaylr.plot import plot_entries

    plot_entries(entries, picture, **options)
    if not quiet:
        click.echo(f"wrote {picture}")


@main.command()
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="The picture: .png, .svg or .pdf; FILE.png by default.")
@select_option
@click.option("--x", type=click.Choice(["normalised", "position"]), default="normalised")
@click.option("--y", type=click.Choice(["auto", "log", "linear"]), default="auto")
def plot(file: Path, out: Path | None, select: str | None, x: str, y: str) -> None:
    """Draw the schedules of a sweep FILE."""
    with refusals():
        picture = out or Path(file.with_suffix(".png").name)
        check_picture(picture)
        draw(picture, entries_of(file, select, None), quiet=False, x=x, y=y)


@main.command()
def info() -> None:
    """Print versions, the build of the core and the number of threads."""
    import numpy

    from decaylr import _engine
    from decaylr.evaluation.threads import team
    from decaylr.machine import processor

    with refusals():
        facts = {
            "decaylr": decaylr.__version__,
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "processor": processor(),
            **_engine.build_info(),
            "threads": team(None).most,
        }
    for name, fact in facts.items():
        click.echo(f"{name.replace('_', ' '):<16}{fact}")


@main.command()
@click.argument("file", type=FILE, required=False)
@select_option
@click.option("--init-value", type=float, help="The value at position 0.")
@click.option("--steps", type=click.IntRange(1), help="Length of the training.")
@click.option("--final", type=float, help="Wanted value at the end.")
@click.option("--total", type=float, help="Wanted sum of the values.")
@click.option("--value", type=(float, float), metavar="V AT", help="Wanted value V at AT.")
def advise(
    file: Path | None,
    select: str | None,
    init_value: float | None,
    steps: int | None,
    final: float | None,
    total: float | None,
    value: tuple[float, float] | None,
) -> None:
    """Rates that reach a target, or with FILE a diagnosis of its entries."""
    wanted = {"final": final, "total": total, "value": value}
    goal: dict[str, Any] = {name: target for name, target in wanted.items() if target is not None}
    from decaylr.advice import advise as found_rate

    with refusals():
        if file is not None:
            if goal or init_value is not None:
                raise ValueError("FILE must stand without --init-value and targets")
            for entry in entries_of(file, select, steps):
                click.echo(diagnosis(entry))
            return
        if init_value is None or steps is None or len(goal) != 1:
            raise ValueError(
                "a FILE, or --init-value, --steps and one of --final, --total and --value "
                "must be given"
            )
        click.echo(str(found_rate(init_value=init_value, steps=steps, **goal)))


def diagnosis(entry: Entry) -> str:
    """The diagnosis of one entry at its whole positions, under its name."""
    from decaylr.diagnosis import diagnose
    from decaylr.measure import MOST_POSITIONS

    if entry.unit == "fraction" or not 1 <= entry.length < MOST_POSITIONS:
        reason = f"1 to {MOST_POSITIONS - 1:,} whole positions"
        return f"{entry.name}: not diagnosed, a length of {reason} is needed"
    # the last position is the length itself: where floors are reached
    found = diagnose(entry.schedule, int(entry.length) + 1)
    return f"{entry.name} ({entry.unit}s)\n{found}"


# Last, since it uses what is above.
from decaylr.cli_convert import convert  # noqa: E402

main.add_command(convert)
