"""How many threads may work: what the caller, the environment and the processors allow."""

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
VARIABLES = ("DECAYLR_NUM_THREADS", "OMP_NUM_THREADS")


class Team(NamedTuple):
    """How many threads a call may use, its own among them.

    A shared number is also the most that work in the process together: calls from several
    threads at once divide it. A caller's own number is obeyed whatever others do.
    """

    most: int
    shared: bool


ALONE = Team(1, True)


def team(threads: int | None) -> Team:
    """The caller's number, else DECAYLR_NUM_THREADS, else what is free for this process.

    That is one thread in a worker that runs beside others of its kind: a daemon process of
    multiprocessing, as those of a pool and of a DataLoader are. Elsewhere it is the processors
    that the process may use, at most OMP_NUM_THREADS, which joblib and Dask set for their
    workers.
    """
    if threads is not None:
        return Team(min(whole_number("threads", threads, 1), MOST), False)
    # Every lookup asks. The variables are read anew, from where os.environ puts them, since a
    # program may change them; and so is the process, which begins before it is a worker: it may
    # import the user's module, which asks, first.
    wanted, limit = _engine.variables(*VARIABLES)
    allowed = _allowed(wanted, limit)
    return ALONE if wanted is None and _is_daemon() else allowed


# What they mean is kept, and the processors with it, which take microseconds to count: a process
# whose affinity changes after its first call keeps its number, as with OpenMP.
@lru_cache(maxsize=16)
def _allowed(wanted: bytes | None, limit: bytes | None) -> Team:
    if wanted is not None:
        text = os.fsdecode(wanted)
        return Team(min(_number(VARIABLES[0], text, text), MOST), True)
    # A list, as OpenMP has it, begins with the number that counts outside of its own regions.
    text = os.fsdecode(limit or b"") or str(MOST)
    most = _number(VARIABLES[1], text.split(",")[0].strip(), text)
    return Team(min(processors(), most, MOST), True)


if hasattr(os, "register_at_fork"):  # a child may be pinned elsewhere
    os.register_at_fork(after_in_child=_allowed.cache_clear)


def _number(variable: str, text: str, value: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        refuse(variable, "an integer >= 1", repr(value))
    return int(text)


def _is_daemon() -> bool:
    """Whether this is a daemon process: it has imported the module if it is one."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and bool(process.current_process().daemon)


def processors() -> int:
    """Processors that this process may run on, less where a quota allows less."""
    if sys.version_info >= (3, 13):
        allowed = os.process_cpu_count() or 1
    elif hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    return min(allowed, quota())


def quota() -> int:
    """Processors' worth of time that the control groups of the process allow, rounded up.

    Groups of version 2 are one tree, those of version 1 that limit processors another one. The
    process is in a group of it and in all above; in a container the tree begins at its own.
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
    """Of one group: a quota and its period, in one file or in two."""
    words: list[str] = []
    try:
        for name in names:
            with open(f"{group}/{name}") as file:
                words += file.read().split()
        limit, period = words
        return MOST if limit in ("max", "-1") else max(-(-int(limit) // int(period)), 1)
    except (OSError, ValueError):  # no such limit, or a system of another kind
        return MOST
