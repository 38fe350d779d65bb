"""Times and ratios within one run: ours and the reference in turn, the median of each.

DECAYLR_BENCH_SCALE (default 1) multiplies the number of runs of the large tables.
"""

import os
from statistics import median
from time import perf_counter

import numpy as np

SCALE = float(os.environ.get("DECAYLR_BENCH_SCALE", "1"))
LEAST = 1e-3  # seconds: what is shorter is repeated within one timing
ENOUGH = 0.5 * SCALE  # seconds for the rounds of one figure, as far as FEWEST and MOST allow
FEWEST, MOST = 3, 41
CACHED = 2**17  # values that are compared at a time


def rows(n):
    """n runs, scaled."""
    return max(int(n * SCALE), 10)


def seconds(work, times=1):
    """The time of one call, from so many."""
    start = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - start) / times


def medians(*works):
    """The median seconds of each work, the works in turn."""
    once = [seconds(work) for work in works]
    if sum(once) < ENOUGH:  # the first call of a short work is not like the others
        once = [seconds(work) for work in works]
    times = [max(int(LEAST / time), 1) for time in once]
    round_of = sum(max(time, LEAST) for time in once)
    rounds = min(max(int(ENOUGH / round_of), FEWEST), MOST)
    turns = [[seconds(*pair) for pair in zip(works, times, strict=True)] for _ in range(rounds)]
    return [median(turn) for turn in zip(*turns, strict=True)]


def ratio(ours, reference):
    """Median time of ours over the median time of the reference, measured in turn."""
    mine, other = medians(ours, reference)
    return mine / other


def require_close(got, expected, name):
    """Fail where a benchmark would time wrong numbers."""
    got, expected = np.atleast_1d(got), np.atleast_1d(expected)
    few = max(CACHED * len(expected) // expected.size, 1)
    for first in range(0, len(expected), few):
        some = slice(first, first + few)
        off = ~np.isclose(got[some], expected[some], rtol=1e-10, atol=1e-15)
        if np.any(off):
            place = tuple(int(i[0]) for i in np.nonzero(off))
            place = (place[0] + first, *place[1:])
            raise AssertionError(f"{name}: {got[place]} instead of {expected[place]} at {place}")
