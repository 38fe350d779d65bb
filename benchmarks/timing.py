"""Times and ratios within one process. Both sides run alternately; the median of each is used.

DECAYLR_BENCH_SCALE (default 1) multiplies the number of runs of the large tables.
DECAYLR_BENCH_LIBRARIES=required makes a library that is not installed an error; otherwise its
benchmarks are skipped.
"""

import functools
import os
from statistics import median
from time import perf_counter

import numpy as np

SCALE = float(os.environ.get("DECAYLR_BENCH_SCALE", "1"))
LEAST = 1e-3  # seconds; shorter work is repeated within one timing
ENOUGH = 0.5 * SCALE  # seconds for all rounds of one figure, within the limits FEWEST and MOST
FEWEST, MOST = 3, 41
CACHED = 2**17  # number of values compared at a time


def skipped_without_its_library(setup):
    """A `setup` whose benchmark asv skips, with the name, if a library is not installed."""

    @functools.wraps(setup)
    def prepared(*arguments):
        try:
            return setup(*arguments)
        except ModuleNotFoundError as missing:
            if os.environ.get("DECAYLR_BENCH_LIBRARIES") == "required":
                raise
            raise NotImplementedError(f"skipped: {missing.name} is not installed") from missing

    return prepared


def rows(n):
    """n multiplied by the scale, at least 10."""
    return max(int(n * SCALE), 10)


def seconds(work, times=1):
    """The mean time of one call, over `times` calls."""
    start = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - start) / times


def medians(*works):
    """The median seconds of each function in `works`, measured alternately."""
    once = [seconds(work) for work in works]
    if sum(once) < ENOUGH:  # The first call of short work is slower than later calls.
        once = [seconds(work) for work in works]
    times = [max(int(LEAST / time), 1) for time in once]
    round_of = sum(max(time, LEAST) for time in once)
    rounds = min(max(int(ENOUGH / round_of), FEWEST), MOST)
    turns = [[seconds(*pair) for pair in zip(works, times, strict=True)] for _ in range(rounds)]
    return [median(turn) for turn in zip(*turns, strict=True)]


def ratio(ours, reference):
    """Median time of `ours` divided by that of `reference`, measured alternately."""
    mine, other = medians(ours, reference)
    return mine / other


def require_close(got, expected, name):
    """Raise an error if the values to be timed are wrong."""
    got, expected = np.atleast_1d(got), np.atleast_1d(expected)
    few = max(CACHED * len(expected) // expected.size, 1)
    for first in range(0, len(expected), few):
        some = slice(first, first + few)
        off = ~np.isclose(got[some], expected[some], rtol=1e-10, atol=1e-15)
        if np.any(off):
            place = tuple(int(i[0]) for i in np.nonzero(off))
            place = (place[0] + first, *place[1:])
            raise AssertionError(f"{name}: {got[place]} instead of {expected[place]} at {place}")
