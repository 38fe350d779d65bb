"""The number of threads of a call, from its argument, the environment and the processors."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import NamedTuple

from decaylr import _engine
from decaylr.checks import refuse, whole_number

MOST = 1024
GROUPS = "/sys/fs/cgroup"
MEMBERSHIP = "/proc/self/cgroup"
BLANKS = " \t\n\v\f\r"
VARIABLES = ("DECAYLR_NUM_THREADS", "OMP_NUM_THREADS")


class Team(NamedTuple):
    """The largest number of threads of a call, including the calling thread.

    If `shared`, the limit `most` holds for the whole process: concurrent calls divide it among
    themselves. Otherwise the caller asked for this number, and it is used as given.
    """

    most: int
    shared: bool


ALONE = Team(1, True)


def team(threads: int | None) -> Team:
    """The number of threads: the argument, else DECAYLR_NUM_THREADS, else a default.

    The default is one thread in a daemon process of multiprocessing, since these run in
    parallel (workers of a pool or of a DataLoader). In other processes it is the number of
    processors that the process may use, at most OMP_NUM_THREADS, which joblib and Dask set for
    their workers; a value that OpenMP cannot use is ignored.
    """
    if threads is not None:
        return Team(min(whole_number("threads", threads, 1), MOST), False)
    # This is checked at every call. A program may change the environment variables, which are
    # read with getenv. A worker process may evaluate a schedule while it imports the user's
    # module, before multiprocessing marks it as a daemon.
    requested, limit = _engine.variables(*VARIABLES)
    allowed = _allowed(requested, limit)
    return ALONE if requested is None and _is_daemon() else allowed


# Cached, because counting the processors takes microseconds. If the affinity of a process changes
# after its first call, the number stays as it was, as with OpenMP.
@lru_cache(maxsize=16)
def _allowed(requested: bytes | None, limit: bytes | None) -> Team:
    if requested is not None:
        text = os.fsdecode(requested)
        if not (text.isascii() and text.isdigit() and text.strip("0")):
            refuse(VARIABLES[0], "an integer >= 1", f"{text!r:.80}")
        return Team(_capped(text), True)
    most = _first_listed(os.fsdecode(limit or b""))
    return Team(min(processors(), most, MOST), True)


def _first_listed(text: str) -> int:
    """The first number of OMP_NUM_THREADS, a list with one per nesting level; else no limit.

    The variable is not decaylr's own: a value that OpenMP cannot use is ignored, as libgomp does.
    """
    words = [word.strip(BLANKS).removeprefix("+") for word in text.split(",")]
    usable = all(word.isascii() and word.isdigit() and word.strip("0") for word in words)
    return _capped(words[0]) if usable else MOST


if hasattr(os, "register_at_fork"):  # a child process may have another affinity
    os.register_at_fork(after_in_child=_allowed.cache_clear)


def _capped(digits: str) -> int:
    """The number that these digits write, at most `MOST`."""
    significant = digits.lstrip("0")
    return min(int(significant), MOST) if len(significant) <= len(str(MOST)) else MOST


def _is_daemon() -> bool:
    """Whether this is a daemon process; such a process has imported multiprocessing."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and bool(process.current_process().daemon)


def processors() -> int:
    """Number of processors that this process may use, by its affinity and its quota."""
    if sys.version_info >= (3, 13):
        allowed = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return min(allowed, quota())


def quota() -> int:
    """CPU quota of the Linux control groups of the process, in processors, rounded up.

    Version 2 has a single hierarchy of groups; version 1 has one for the CPU controller. The
    limits of the group of the process and of all its ancestors apply. Inside a container, the
    group of the container is the root.
    """
    try:
        with open(MEMBERSHIP) as file:
            lines = [line.strip().split(":", 2) for line in file]
    except OSError:
        return MOST
    limits = [MOST]
    for _, controllers, group in lines:
        parts = [part for part in group.split("/") if part]
        above = ["/".join(parts[:n]) for n in range(len(parts) + 1)]
        if controllers == "":
            limits += [_limit(f"{GROUPS}/{path}", "cpu.max") for path in above]
        if "cpu" in controllers.split(","):
            files = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            limits += [_limit(f"{GROUPS}/cpu/{path}", *files) for path in above]
    return min(limits)


def _limit(group: str, *names: str) -> int:
    """Limit of one group, from its quota and period, which are in one file or in two."""
    words: list[str] = []
    try:
        for name in names:
            with open(f"{group}/{name}") as file:
                words += file.read().split()
        limit, period = words
        return MOST if limit in ("max", "-1") else max(-(-int(limit) // int(period)), 1)
    except (OSError, ValueError):  # no such limit, or not Linux
        return MOST
