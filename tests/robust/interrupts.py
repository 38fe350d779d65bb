"""How long Ctrl-C takes to leave each call that evaluates.

    python -m tests.robust.interrupts           all calls; the longest latency
    python -m tests.robust.interrupts NAME      one call, for a parent process that interrupts it

Each call would go on for many seconds, most of them for minutes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import decaylr as dl
from decaylr.combinators.arithmetic import reduce
from decaylr.laws import MultiPower
from tests.paths import ROOT

LIMIT = 0.2  # seconds
AFTER = 0.4  # seconds from the beginning of the call


LAW = MultiPower.published("100M")


class Case(NamedTuple):
    """What is made before the call, and the call."""

    make: Callable[[], Any]
    call: Callable[[Any], Any]


def wide() -> Any:
    """A sum of 2000 curves: one position takes tens of microseconds, of a row 4."""
    return reduce("sum", [dl.cosine(1.0, 0.0, 900 + i) for i in range(2000)])


def deep() -> Any:
    """A curve under 250 levels, half of which stretch it."""
    s = dl.polynomial(1.0, 0.1, 10**6, 1.7)
    for i in range(125):
        s = (1.0 + s).stretch(1.001 + i / 10_000)
    return s


def runs(count: int) -> Any:
    """A batch of general powers, whose runs share nothing."""
    return dl.polynomial(np.linspace(1.0, 2.0, count), 0.1, 10**6, 1.37)


def wide_runs(count: int) -> Any:
    return wide() * runs(count)


def stairs() -> Any:
    """Steps without a closed sum, whose ranges are short."""
    return dl.linear([1.0, 2.0], 0.1, 10**9).staircase(7) * dl.cosine(1.0, 0.5, 10**9)


def refusing() -> Any:
    """A schedule that is asked about every position, since only some are refused."""
    ends = dl.join([dl.linear(1.0, 0.1, 10**9).ending("raise"), dl.linear(1.0, 0.1, 9)], [10**8])
    return ends + wide()


def longer(schedule: Any) -> Any:
    """A summary over few positions, whose other figures are taken over many."""
    summary = schedule.fold(1000)
    summary.steps = 10**10
    return summary


def each_block(schedule: Any) -> None:
    for _ in schedule.blocks(10**9, max_bytes=2**22):
        pass


def each_step(schedule: Any) -> None:
    cursor = schedule.cursor()
    while True:
        cursor.step()


ALL = np.arange(10_000_000)
SHUFFLED = ALL[::-1] * 7 % 1_000_003
CASES = {
    "positions, many nodes": Case(wide, lambda s: s(ALL)),
    "positions, many levels": Case(deep, lambda s: s(ALL + 0.25)),
    "positions in a random order": Case(wide, lambda s: s(SHUFFLED)),
    "table, many nodes": Case(wide, lambda s: s.table(10**8, threads=1)),
    "table, two threads": Case(wide, lambda s: s.table(10**8, threads=2)),
    "table, many levels": Case(deep, lambda s: s.table(10**8, threads=1)),
    "table, strides": Case(wide, lambda s: s.table(10**7, stride=3, threads=1)),
    "table, float32": Case(wide, lambda s: s.table(10**8, dtype=np.float32, threads=1)),
    "table by steps": Case(
        lambda: wide_runs(300), lambda s: s.table(10**5, layout="steps", threads=1)
    ),
    "table by steps, two threads": Case(
        lambda: wide_runs(300), lambda s: s.table(10**5, layout="steps", threads=2)
    ),
    "few steps of many runs": Case(
        lambda: wide_runs(10**6), lambda s: s.table(3, layout="steps", threads=1)
    ),
    "blocks": Case(wide, each_block),
    "one long fold": Case(deep, lambda s: s.fold(10**10, threads=1)),
    "one long fold, many nodes": Case(wide, lambda s: s.fold(10**10, threads=1)),
    "two long folds, two threads": Case(lambda: wide_runs(2), lambda s: s.fold(10**10, threads=2)),
    "many short folds": Case(lambda: wide_runs(10**6), lambda s: s.fold(100, threads=1)),
    "fold of many ranges": Case(stairs, lambda s: s.fold(10**11, threads=1)),
    "fold.below": Case(lambda: longer(deep()), lambda f: f.below(0.0)),
    "fold.spent": Case(lambda: longer(deep()), lambda f: f.spent(0.5)),
    "fold.annealing": Case(lambda: longer(runs(3)), lambda f: f.annealing(0.9)),
    "fold.totals_at": Case(lambda: longer(deep()), lambda f: f.totals_at([10**10 - 1])),
    "law, many nodes": Case(wide, lambda s: LAW.predict(s + 3.0, 10**8, threads=1)),
    "law, many positions": Case(
        lambda: runs(2), lambda s: LAW.predict(s, 10**6, np.arange(0, 10**6, 77), threads=2)
    ),
    "cursor of many runs": Case(lambda: wide_runs(10**6), each_step),
    "positions that may be refused": Case(refusing, lambda s: s(ALL)),
}


def child(name: str) -> None:
    """Make one call; print when it begins and when it was left."""
    made = CASES[name].make()
    if isinstance(made, dl.Schedule):
        made(0)  # compiles it
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs
    print("begun", flush=True)
    try:
        CASES[name].call(made)
    except KeyboardInterrupt:
        print(time.monotonic(), flush=True)


def latency(name: str) -> float:
    """Seconds from Ctrl-C to the end of a call; infinite if it ended otherwise."""
    command = [sys.executable, "-m", "tests.robust.interrupts", name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(AFTER)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            answer, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            return float("inf")
    return float(answer) - sent if answer else float("inf")


def main() -> None:
    worst = 0.0
    for name in CASES:
        seconds = latency(name)
        worst = max(worst, seconds)
        print(f"{seconds * 1000:8.0f} ms   {name}", flush=True)
    print(f"{worst * 1000:8.0f} ms   at worst, at most {LIMIT * 1000:.0f} are allowed")
    sys.exit(worst > LIMIT)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1])
    else:
        main()
