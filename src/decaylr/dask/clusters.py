"""The cluster that an address names: one that runs already, or one on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import distributed

from decaylr.dask.figures import figures
from decaylr.dask.storing import write
from decaylr.evaluation.threads import team

LOCAL = "local"
PATIENCE = "10s"  # with an address that does not answer


@contextmanager
def on_cluster(address: str) -> Iterator[tuple[Callable[..., Any], Callable[..., Any]]]:
    """Functions that fold entries and write stores with the workers of a scheduler."""
    with client_of(address) as client:
        yield partial(figures, client), write


@contextmanager
def client_of(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address; "local" starts a process for every processor.

    Raises
    ------
    OSError
        If there is no scheduler at the address.
    """
    if address != LOCAL:
        with distributed.Client(address, timeout=PATIENCE) as client:
            yield client
        return
    with (
        distributed.LocalCluster(
            n_workers=team(None).most, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
