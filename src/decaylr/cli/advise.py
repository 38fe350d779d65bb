"""The command `decaylr advise`: rates for a target, or a diagnosis of a sweep file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from decaylr.advice.diagnosis import diagnose
from decaylr.advice.targets import advise
from decaylr.cli.console import (
    FILE,
    Fills,
    fill_options,
    input_errors,
    load_entries,
    say_how_read,
    select_option,
)
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import MOST_POSITIONS


@click.command("advise")
@click.argument("file", type=FILE, required=False)
@select_option
@click.option("--init-value", type=float, help="Value at position 0.")
@fill_options
@click.option("--final", type=float, help="Target: the value at the end.")
@click.option("--total", type=float, help="Target: the sum of the values.")
@click.option(
    "--value", type=(float, float), metavar="V AT", help="Target: the value V at position AT."
)
def command(
    file: Path | None,
    select: str | None,
    init_value: float | None,
    fills: Fills,
    final: float | None,
    total: float | None,
    value: tuple[float, float] | None,
) -> None:
    """Print the decay that reaches a target, or diagnose the schedules of a FILE.

    Without FILE, give --init-value, --steps and one target: --final, --total or --value.
    """
    options = {"final": final, "total": total, "value": value}
    targets: dict[str, Any] = {name: given for name, given in options.items() if given is not None}
    with input_errors():
        if file is not None:
            if targets or init_value is not None:
                raise ValueError("FILE must be given without --init-value and targets")
            entries = load_entries(file, select, fills)
            say_how_read(entries)
            for entry in entries:
                click.echo(diagnosis(entry))
            return
        steps = fills["steps"]
        if init_value is None or steps is None or len(targets) != 1:
            raise ValueError(
                "a FILE, or --init-value, --steps and one of --final, --total and --value "
                "must be given"
            )
        click.echo(str(advise(init_value=init_value, steps=steps, **targets)))


def diagnosis(entry: Entry) -> str:
    """The name of an entry and its diagnosis at all whole positions up to its length."""
    if entry.unit == "fraction" or not 1 <= entry.length < MOST_POSITIONS:
        required = f"1 to {MOST_POSITIONS - 1:,} whole positions"
        return f"{entry.name}: not diagnosed, a length of {required} is needed"
    # Include the position `length` itself, where a decay reaches its final value.
    result = diagnose(entry.schedule, int(entry.length) + 1)
    return f"{entry.name} ({entry.unit}s)\n{result}"
