"""Programs that run in processes of their own: with little memory, or for many rounds.

python -m tests.robust.memory limit NAME     a call for which memory is too little
python -m tests.robust.memory rounds COUNT   the growth over so many rounds, in bytes a round
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import decaylr as dl

MIB = 2**20
BATCH = 9_000_000  # 72 MB a column, more than malloc keeps in reserve for a thread
ROOM = 30 * MIB  # above what the process has


def allocated() -> int:
    """Bytes of memory that this process has mapped."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def resident() -> int:
    """Bytes of memory that this process uses."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _columns() -> tuple[Any, Any]:
    return np.linspace(1.0, 2.0, BATCH), np.linspace(100.0, 200.0, BATCH)


def _batch() -> Any:
    first, steps = _columns()
    return dl.cosine(first, 0.1, steps)


def _evaluated() -> Any:
    batch = _batch()
    batch(0)
    return batch


def _long_curve() -> Any:
    """A list of a million values, as text."""
    return dl.samples(np.linspace(0.0, 1.0, BATCH // 10))


def _deep() -> Any:
    """A tree whose evaluation needs memory of its own."""
    s = dl.polynomial([1.0, 2.0], 0.1, 10**6, 1.7)
    for i in range(120):
        s = (1.0 + s).stretch(1.001 + i / 10_000)
    s(0)
    return s


# What is made while there is memory, and the call that has too little.
LIMITED: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "build": (_columns, lambda c: dl.linear(c[0], 0.1, c[1]).clip(hi=c[0])),
    "arithmetic": (_batch, lambda s: s * np.linspace(1.0, 2.0, BATCH)),
    "index": (_batch, lambda s: s[::-1]),
    "stack": (_batch, lambda s: dl.stack([s, s])),
    "compile": (
        lambda: dl.cosine(np.ones((BATCH, 1)), 0.1, np.full((1, 8), 100)),
        lambda s: s(0),
    ),
    "positions": (_evaluated, lambda s: s(np.arange(4)[:, None])),
    "positions of one schedule": (
        lambda: dl.cosine(1.0, 0.1, 900),
        lambda s: s(np.arange(BATCH)),
    ),
    "table": (_evaluated, lambda s: s.table(100)),
    "table, two threads": (_evaluated, lambda s: s.table(100, threads=2)),
    "table by steps": (_evaluated, lambda s: s.table(100, layout="steps", threads=2)),
    "blocks": (_evaluated, lambda s: list(s.blocks(100, max_bytes=2**30))),
    "fold": (_evaluated, lambda s: s.fold(100, threads=2)),
    "fold.totals_at": (
        lambda: dl.cosine(np.linspace(1.0, 2.0, 100_000), 0.1, 90).fold(100),
        lambda f: f.totals_at(np.arange(100)),
    ),
    "cursor": (_evaluated, lambda s: s.cursor()),
    "pickle": (_batch, pickle.dumps),
    "unpickle": (lambda: pickle.dumps(_batch()), pickle.loads),
    "to_json": (_long_curve, lambda s: s.to_json()),
    "from_json": (lambda: _long_curve().to_json(), dl.from_json),
    "repr of a batch": (lambda: dl.linear(np.ones(900), 0.1, 9), lambda s: repr(s) * 10**6),
}


def limited(name: str) -> None:
    """Print how the call ended, and whether the process can still evaluate."""
    make, call = LIMITED[name]
    made = make()
    most = allocated() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    ended = "finished"
    try:
        call(made)
    except MemoryError:
        ended = "MemoryError"
    print(json.dumps([ended, dl.linear(1.0, 0.0, 4)(1)]))


def starved() -> None:
    """Calls with ever more memory: each ends with a MemoryError or with its value."""
    s = _deep()
    want, fold = s.table(3000), s.fold(30_000)
    out = np.empty((2, 100_000))
    found = {"value": 0, "MemoryError": 0}
    for free in range(60):
        again, taken = fold, []
        most = allocated() + 32 * MIB  # of which what is deleted below is free for the calls
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))
        try:
            take_memory(taken)
            del taken[-free * free :]
            s.table(100_000, out=out, threads=3)
            again = s.fold(30_000, threads=3)
            assert len((s(77), s.cursor(5).value, pickle.dumps(s))) == 3
            ended = "value"
        except MemoryError:
            ended = "MemoryError"
        taken.clear()
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        found[ended] += 1
        assert np.array_equal(again.total, fold.total)
        assert np.array_equal(s.table(3000), want)
    print(json.dumps(found))


def take_memory(taken: list[bytearray]) -> None:
    """Take all that is left, at last in blocks of 1 KiB."""
    for size in (MIB, 64 * 1024, 1024):
        try:
            while True:
                taken.append(bytearray(size))
        except MemoryError:
            continue


def one_round(number: int) -> None:
    """Build, evaluate, fold, step, copy, pickle, write, read, refuse and drop."""
    first = 1.0 + number % 7
    s = dl.warmup_cosine(0.0, first, 10, 100).repeat(50, period_scale=1.1) * np.linspace(1, 2, 3)
    s.table(64)
    s.table(16, layout="steps", threads=2)
    s(np.arange(5)[:, None])
    s[0](number)
    s.fold(40).below(0.5)
    cursor = s.cursor(number)
    for _ in range(70):
        cursor.step()
    pickle.loads(pickle.dumps(s))
    dl.from_json(s.to_json())
    hash(s), s == s[::-1], repr(s), dl.stack([s, 2.0 * s])
    try:
        dl.linear(1.0, 0.0, 9).ending("raise").table(20)
    except ValueError:
        return
    raise AssertionError("not refused")


SPANS = 5
MOST = 20.0  # bytes a round: less than one page in a span of the shortest run


def growth(rounds: int) -> float:
    """Bytes that a round leaves behind: the least over equal spans of rounds.

    Caches fill up and the allocator rounds up now and then; a leak shows in every span.
    """
    each = rounds // SPANS
    left = []
    for _ in range(SPANS):
        before = resident()
        for number in range(each):
            one_round(number)
        left.append((resident() - before) / each)
    return min(left)


if __name__ == "__main__":
    what, argument = sys.argv[1], sys.argv[2]
    if what == "limit":
        limited(argument) if argument != "starved" else starved()
    else:
        left = growth(int(argument))
        print(f"{left:.1f} bytes are left behind by each of {argument} rounds")
        sys.exit(left > MOST)
