"""Ratios within one run: ours and the reference in turn, the median of each.

DECAYLR_BENCH_SCALE (default 1) multiplies the number of runs of the large tables.
"""

import os
from statistics import median
from time import perf_counter

import numpy as np

SCALE = float(os.environ.get("DECAYLR_BENCH_SCALE", "1"))
FULL = SCALE >= 1


def rows(n):
    """n runs, scaled."""
    return max(int(n * SCALE), 10)


def seconds(work, repeats=1):
    """The time of one call, of `repeats` timed together."""
    start = perf_counter()
    for _ in range(repeats):
        work()
    return (perf_counter() - start) / repeats


def rounds_within(budget, once):
    """How many rounds of `once` seconds a budget holds: never fewer than 3, odd."""
    return min(max(int(budget / max(once, 1e-9)), 3), 51) | 1


def ratio(ours, reference, budget=None, repeats=1):
    """Median time of ours over the median time of the reference, measured in turn."""
    once = seconds(ours) + seconds(reference)
    count = rounds_within(budget if budget is not None else (1.5 if FULL else 0.2), once * repeats)
    pairs = [(seconds(ours, repeats), seconds(reference, repeats)) for _ in range(count)]
    return median(a for a, _ in pairs) / median(b for _, b in pairs)


def typical(work, repeats=1, budget=None):
    """Median seconds of a call."""
    once = seconds(work)
    count = rounds_within(budget if budget is not None else (1.0 if FULL else 0.2), once * repeats)
    return median(seconds(work, repeats) for _ in range(count))


def require_close(got, expected, name, ulp=16):
    """Fail where a benchmark would time wrong numbers: relative, with no absolute allowance."""
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        raise AssertionError(f"{name}: shape {got.shape} instead of {expected.shape}")
    allowed = ulp * np.finfo(expected.dtype).eps * np.abs(expected)
    off = ~(np.abs(got - expected) <= allowed)
    if np.any(off):
        place = tuple(int(i[0]) for i in np.nonzero(off))
        raise AssertionError(f"{name}: {got[place]} instead of {expected[place]} at {place}")
