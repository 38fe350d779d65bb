"""Names of unfinished files, and when files are put onto their disk."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path


def unfinished(path: Path) -> Path:
    """The name of a file or directory beside `path` until it is whole.

    It is the same in every call, so that a call that goes on finds what a killed one has left.
    """
    # Of the name's hash: the name itself may be as long as the file system allows.
    return path.parent / f".decaylr-{sha256(os.fsencode(path.name)).hexdigest()[:16]}.tmp"


def begin_writing(path: Path) -> None:
    """Let the system begin to put a file onto its disk, without waiting for it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def synchronise(path: Path) -> None:
    """Put a file, or the names in a directory, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
