"""How many threads may work: what the caller, the environment and the processors allow."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

from decaylr.parameters import count, refuse

MOST = 1024
GROUPS = "/sys/fs/cgroup"


def team(threads: int | None) -> int:
    """The caller's number, else DECAYLR_NUM_THREADS, else what is free for this process.

    That is one thread in a worker that runs beside others of its kind: a daemon process of
    multiprocessing, as those of a pool and of a DataLoader are. Elsewhere it is the processors
    that the process may use, at most OMP_NUM_THREADS, which joblib and Dask set for their
    workers.
    """
    if threads is not None:
        return min(count("threads", threads, 1), MOST)
    wanted = os.environ.get("DECAYLR_NUM_THREADS")
    if wanted is not None:
        return min(_number("DECAYLR_NUM_THREADS", wanted, wanted), MOST)
    if _is_daemon():
        return 1
    # A list, as OpenMP has it, begins with the number that counts outside of its own regions.
    shared = os.environ.get("OMP_NUM_THREADS") or str(MOST)
    limit = _number("OMP_NUM_THREADS", shared.split(",")[0].strip(), shared)
    return min(processors(), limit, MOST)


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


@lru_cache(maxsize=1)
def quota() -> int:
    """Processors' worth of time that the control groups of the process allow, rounded up."""
    try:
        with open("/proc/self/cgroup") as file:
            own = next((line[3:].strip() for line in file if line.startswith("0::")), "/")
    except OSError:
        return MOST
    limits = [_quota_of(GROUPS)]
    parts = [part for part in own.split("/") if part]
    limits += [_quota_of("/".join([GROUPS, *parts[: n + 1]])) for n in range(len(parts))]
    return min(limits)


def _quota_of(group: str) -> int:
    try:
        with open(f"{group}/cpu.max") as file:
            limit, period = file.read().split()
        return MOST if limit == "max" else max(-(-int(limit) // int(period)), 1)
    except (OSError, ValueError):  # no such limit, or a system of another kind
        return MOST
