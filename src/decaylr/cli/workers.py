"""Who evaluates a sweep for a command: this process, or the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import click

from decaylr.storage import storing
from decaylr.sweep.entry import Entry
from decaylr.sweep.figures import EntryFigures, ReportProgress, figures_of

dask_option = click.option(
    "--dask",
    metavar="ADDRESS",
    help="Evaluate on the Dask cluster of this scheduler, such as tcp://10.0.0.1:8786; 'local' "
    "starts a process for every processor.",
)


class Workers(NamedTuple):
    """What a command has done by its workers: figures of entries, and stores."""

    figures: Callable[[Sequence[Entry], int | None, ReportProgress], list[EntryFigures]]
    write: Callable[..., object]


@contextmanager
def workers_of(address: str | None) -> Iterator[Workers]:
    """This process, or the workers of the scheduler at an address."""
    if address is None:
        yield Workers(_figures, storing.write)
        return
    try:
        from decaylr.dask.clusters import on_cluster
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; --dask needs pip install 'decaylr[dask]'", name=error.name
        ) from None
    with on_cluster(address) as (figures, write):
        yield Workers(figures, write)


def _figures(
    entries: Sequence[Entry], steps: int | None, progress: ReportProgress
) -> list[EntryFigures]:
    return [figures_of(entry, progress, steps=steps) for entry in entries]
