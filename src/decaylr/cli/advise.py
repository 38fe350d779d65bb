"""The command `decaylr advise`: rates that reach a target, or the diagnosis of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from decaylr.advice.diagnosis import diagnose
from decaylr.advice.targets import advise
from decaylr.cli.console import FILE, entries_of, refusals, select_option
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import MOST_POSITIONS


@click.command("advise")
@click.argument("file", type=FILE, required=False)
@select_option
@click.option("--init-value", type=float, help="The value at position 0.")
@click.option("--steps", type=click.IntRange(1), help="Length of the training.")
@click.option("--final", type=float, help="Wanted value at the end.")
@click.option("--total", type=float, help="Wanted sum of the values.")
@click.option("--value", type=(float, float), metavar="V AT", help="Wanted value V at AT.")
def command(
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
        click.echo(str(advise(init_value=init_value, steps=steps, **goal)))


def diagnosis(entry: Entry) -> str:
    """The diagnosis of one entry at its whole positions, under its name."""
    if entry.unit == "fraction" or not 1 <= entry.length < MOST_POSITIONS:
        reason = f"1 to {MOST_POSITIONS - 1:,} whole positions"
        return f"{entry.name}: not diagnosed, a length of {reason} is needed"
    # the last position is the length itself: where floors are reached
    found = diagnose(entry.schedule, int(entry.length) + 1)
    return f"{entry.name} ({entry.unit}s)\n{found}"
