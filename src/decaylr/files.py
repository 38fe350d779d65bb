"""Files that are written whole or not at all.

A file is written under a temporary name in its own directory and renamed at the end. If the work
fails or is interrupted, the temporary file is removed, and a file that was there before is
unchanged.
"""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path
from stat import S_ISDIR, S_ISREG

AnyPath = str | PathLike[str]

# What `posix_fallocate` raises on file systems that cannot reserve space.
_CANNOT_RESERVE = (errno.EINVAL, errno.ENODEV, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def written_whole(path: AnyPath, size: int | None = None) -> Iterator[Path]:
    """Give the name of an empty temporary file, and rename it to `path` at the end.

    Parameters
    ----------
    path : str or path-like
        The file to write. A symbolic link is followed. What is not a regular file, such as
        /dev/stdout, is written directly.
    size : int, optional
        Size of the file in bytes, if it is known: space on the disk is reserved for it.

    Raises
    ------
    OSError
        If the file cannot be written, or the disk is too small for it.
    """
    check_writable("path", path)
    mode = _mode(path)
    if mode is not None and not S_ISREG(mode):
        yield Path(path)
        return
    target = Path(os.path.realpath(path))
    temporary = _temporary(target)
    try:
        _create(temporary)
        if mode is not None:
            os.chmod(temporary, mode & 0o7777)
        if size is not None:
            check_space("path", path, size)
            reserve(temporary, size)
        yield temporary
        _synchronise(temporary)
        os.replace(temporary, target)
    except BaseException as error:  # KeyboardInterrupt and MemoryError too
        if isinstance(error, OSError) and error.errno is not None and error.filename is None:
            error.filename = os.fspath(path)  # a full disk is reported without a name
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def check_writable(name: str, path: AnyPath) -> None:
    """Check that a file can be written, before any work is done; `name` is the parameter.

    Raises
    ------
    OSError
        If its directory does not exist or cannot be written, if the path is a directory, or if
        there is a file that must not be written.
    """
    try:
        mode = _mode(path)
        if mode is not None and S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if mode is not None and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if mode is None or S_ISREG(mode):
            temporary = _temporary(Path(os.path.realpath(path)))
            _create(temporary)
            os.unlink(temporary)
    except OSError as error:
        text = f"{name} must be a file that can be written, got {os.fspath(path)}: {error.strerror}"
        raise type(error)(text) from None


def check_new(path: AnyPath | None, name: str, *, overwrite: bool) -> None:
    """Check that a file does not exist, unless it may be overwritten; `name` is the parameter.

    What is not a regular file, such as /dev/stdout, may exist.

    Raises
    ------
    FileExistsError
        If it exists.
    """
    if path is not None and not overwrite and os.path.isfile(path):
        raise FileExistsError(
            f"{name} must be a new file, got {os.fspath(path)}, which exists; "
            "--overwrite replaces it"
        )


def check_space(name: str, path: AnyPath, size: int) -> None:
    """Check that the disk has room for a file of `size` bytes; `name` is the parameter.

    Raises
    ------
    OSError
        If it has not.
    """
    free = free_space(path)
    if size > free:
        raise OSError(
            f"{name} must be a file of at most {free:,} bytes, the free space on its disk, "
            f"got {os.fspath(path)} of {size:,} bytes: {size - free:,} bytes are missing"
        )


def free_space(path: AnyPath) -> float:
    """Bytes that are free on the disk of a path; infinity where the file system does not know."""
    disk = os.statvfs(Path(os.path.realpath(path)).parent)
    return disk.f_bavail * disk.f_frsize if disk.f_blocks else math.inf


def check_different(files: Mapping[str, AnyPath | None]) -> None:
    """Check that no two parameters, here with their paths, are the same file.

    Different spellings of a path, symbolic links and hard links are recognised. Of two that are
    the same, the later one is refused.

    Raises
    ------
    ValueError
        If two are the same file.
    """
    seen: dict[tuple[object, ...], str] = {}
    for name, path in files.items():
        if path is None:
            continue
        identity = _identity(path)
        if identity in seen:
            raise ValueError(
                f"{name} must be another file than {seen[identity]}, got {os.fspath(path)}"
            )
        seen[identity] = f"{name} {os.fspath(path)}"


def _identity(path: AnyPath) -> tuple[object, ...]:
    """A value that is equal for two paths of the same file, whether or not it exists."""
    target = Path(os.path.realpath(path))
    for known, rest in ((target, ()), (target.parent, (target.name,))):
        with suppress(OSError):
            found = known.stat()
            return (found.st_dev, found.st_ino, *rest)
    return (target,)


def _mode(path: AnyPath) -> int | None:
    """Type and permissions of a file; None if there is none."""
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _temporary(target: Path) -> Path:
    # The name may be as long as the file system allows: the temporary one has no part of it.
    return target.parent / f".decaylr-{os.urandom(8).hex()}.tmp"


def _create(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def reserve(path: Path, size: int) -> None:
    """Reserve the space of a file, so that another program cannot fill the disk meanwhile."""
    if size <= 0 or not hasattr(os, "posix_fallocate"):
        return
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in _CANNOT_RESERVE:
            raise
    finally:
        os.close(descriptor)


def _synchronise(path: Path) -> None:
    """Write a file to its disk; some file systems report only now that it is full."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
