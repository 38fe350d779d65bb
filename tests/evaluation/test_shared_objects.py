"""Threads that share a schedule, a cursor or a scheduler; on a Python without the GIL as well."""

from __future__ import annotations

import sys
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import decaylr as dl

THREADS = 8


def together(work, count=THREADS):
    """The results of `work(i)` in threads that begin at the same time."""
    barrier = threading.Barrier(count)

    def begin(i):
        barrier.wait()
        return work(i)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_importing_decaylr_leaves_the_gil_as_it_was():
    without = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    assert getattr(sys, "_is_gil_enabled", lambda: True)() is not without


def test_first_calls_of_one_schedule():
    made = dl.linear(0.0, 1.0, 9).then(dl.cosine(1.0, 0.0, 90)).repeat(period_scale=1.25)
    expected = [made.reshape(1)(p)[0] for p in range(50, 1050)]
    for _ in range(30):
        s = made * 1.0  # with no program yet
        for values in together(lambda _, s=s: [s(p) for p in range(50, 1050)]):
            assert values == expected


def test_tables_and_folds_of_one_schedule():
    s = dl.cosine([1.0, 2.0], 0.0, 50).repeat(period_scale=1.1)
    table, total = s.table(4000), s.fold(4000).total
    for values, sums in together(lambda _: (s.table(4000), s.fold(4000).total)):
        np.testing.assert_array_equal(values, table)
        np.testing.assert_array_equal(sums, total)


@pytest.mark.parametrize("batch", [False, True])
def test_one_cursor(batch):
    """Every step is counted, and what is read lies within the schedule's values."""
    s = dl.linear([1.0, 2.0], 0.0, 100_000) if batch else dl.linear(1.0, 0.0, 100_000)
    cursor = s.cursor()

    def walk(_):
        for _ in range(2000):
            cursor.step()
            assert 0.0 <= float(np.max(cursor.value)) <= 2.0
            next(cursor)

    together(walk)
    assert 2000 * THREADS <= cursor.position <= 2 * 2000 * THREADS
    cursor.seek(7)
    np.testing.assert_array_equal(cursor.value, s(7))
