"""Locks that end with their process, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Be the only process that writes a store; `path` is its file or directory of that name.

    Raises
    ------
    BlockingIOError
        If another process is writing it.
    """
    with _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
        yield


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Wait until no other process begins a store in this directory, and keep others waiting."""
    with _locked(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, operation)
        except BlockingIOError:
            raise BlockingIOError(
                f"path must not be stored by two processes at once, got {path}"
            ) from None
        yield
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # also in processes that were forked meanwhile
    finally:
        os.close(descriptor)
