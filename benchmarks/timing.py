"""Ratios within one run: ours and the reference in turn, the median of each.

DECAYLR_BENCH_SCALE (default 1) multiplies the number of runs of the large tables.
"""

import os
from statistics import median
from time import perf_counter

import numpy as np

SCALE = float(os.environ.get("DECAYLR_BENCH_SCALE", "1"))


def rows(n):
    """n runs, scaled."""
    return max(int(n * SCALE), 10)


def seconds(work):
    """One timed call."""
    start = perf_counter()
    work()
    return perf_counter() - start


def ratio(ours, reference, rounds=5):
    """Median time of ours over the median time of the reference, measured in turn."""
    ours(), reference()
    pairs = [(seconds(ours), seconds(reference)) for _ in range(rounds)]
    return median(a for a, _ in pairs) / median(b for _, b in pairs)


def require_close(got, expected, name):
    """Fail where a benchmark would time wrong numbers."""
    off = ~np.isclose(got, expected, rtol=1e-10, atol=1e-15)
    if np.any(off):
        place = tuple(int(i[0]) for i in np.nonzero(off))
        raise AssertionError(f"{name}: {got[place]} instead of {expected[place]} at {place}")
