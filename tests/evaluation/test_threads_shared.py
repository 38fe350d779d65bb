"""Concurrent calls from several threads share the processors and return the same bits."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from time import sleep

import numpy as np
import pytest

import decaylr as dl
from decaylr._engine import threads_at_work
from tests.evaluation.processes import run
from tests.peers.installed import peer

BUDGET = 4
WORKERS = 5
STEPS = 9000
# Takes milliseconds on any machine, so that threads pay, and has enough pieces for all of them.
SLOW = dl.polynomial(np.linspace(0.5, 1.0, 400), 0.0, STEPS, 1.7) * dl.tanh(1, 0.5, STEPS, -3, 3)
POSITIONS = np.random.default_rng(7).uniform(0, STEPS, (400, 500))


@pytest.fixture(autouse=True)
def _budget(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", str(BUDGET))
    assert threads_at_work()[0] == 0


def most_during(work):
    """The largest number of threads that work at once during a call."""
    threads_at_work()
    work()
    return threads_at_work()[1]


def require_most(expected, work):
    """Check that at most `expected` threads work at once, and that a repeated call reaches it."""
    seen = [most_during(work)]
    while len(seen) < 50 and seen[-1] < expected:
        seen.append(most_during(work))
    assert max(seen) == expected, seen


def table(threads=None):
    return SLOW.table(STEPS, threads=threads)


def by_steps(threads=None):
    return SLOW.table(STEPS, layout="steps", threads=threads)


def fold(threads=None):
    return SLOW.fold(STEPS, threads=threads).total


def lookup():
    return SLOW(POSITIONS.T)


CALLS = {call.__name__: call for call in (table, by_steps, fold, lookup)}


@contextmanager
def busy(callers):
    """Keep this many callers busy during the block, each in one long call."""
    one = dl.exponential(1.0, 1 - 1e-6) * dl.inverse(1.0, 0.001)  # has no closed-form sum
    with ThreadPoolExecutor(callers) as pool:
        calls = [pool.submit(one.fold, 10**9, threads=1) for _ in range(callers)]
        while threads_at_work()[0] < callers:
            assert not any(call.done() for call in calls), "the calls are too short"
            sleep(0.001)
        yield
        assert not any(call.done() for call in calls), "the calls are too short"


@pytest.mark.parametrize("name", CALLS)
def test_a_single_call_uses_all_threads(name):
    require_most(BUDGET, CALLS[name])
    assert threads_at_work()[0] == 0


@pytest.mark.parametrize(("callers", "most"), [(1, 4), (3, 4), (4, 5), (6, 7)])
def test_a_call_uses_the_remaining_threads(callers, most):
    with busy(callers):
        require_most(most, table)
    require_most(BUDGET, table)


def test_an_explicit_number_of_threads_is_used_and_counted():
    with busy(4):
        require_most(4 + 3, partial(table, threads=3))
    require_most(7, partial(table, threads=7))
    require_most(1, partial(fold, threads=1))


def test_little_work_stays_on_the_callers_thread():
    little = SLOW[:20]
    assert most_during(lambda: (little.table(200), little.fold(200), little(7), little[0](7))) == 0


def executor(tasks):
    with ThreadPoolExecutor(WORKERS) as pool:
        return [future.result() for future in [pool.submit(task) for task in tasks]]


def dask_threads(tasks):
    dask = peer("dask")
    delayed = [dask.delayed(task)() for task in tasks]
    return dask.compute(*delayed, scheduler="threads", num_workers=WORKERS)


def joblib_threads(tasks):
    joblib = peer("joblib")
    return joblib.Parallel(WORKERS, backend="threading")(joblib.delayed(task)() for task in tasks)


@pytest.mark.parametrize("at_once", [executor, dask_threads, joblib_threads])
@pytest.mark.parametrize("name", CALLS)
def test_calls_at_once_divide_the_threads(name, at_once):
    call = CALLS[name]
    expected = call()
    threads_at_work()
    results = at_once([call] * 20)
    now, most = threads_at_work()
    for result in results:
        np.testing.assert_array_equal(result, expected)
    # A helper thread starts only if fewer than BUDGET threads work, including its caller. Other
    # callers can start after that, before the helper has finished its piece. Without sharing, the
    # limit would be WORKERS * BUDGET.
    assert now == 0
    assert most <= BUDGET + WORKERS - 1
    require_most(BUDGET, call)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_has_all_threads_to_itself():
    program = """
        import os
        from concurrent.futures import ThreadPoolExecutor
        from time import sleep
        import decaylr as dl
        from decaylr._engine import threads_at_work

        one = dl.exponential(1.0, 1 - 1e-6) * dl.inverse(1.0, 0.001)
        many = dl.stack([dl.polynomial(1.0, 0.0, 9000, 1.7) * one] * 400)
        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(one.fold, 10**9, threads=1) for _ in range(4)]
            while threads_at_work()[0] < 4:
                sleep(0.001)
            child = os.fork()
            if child == 0:
                before = threads_at_work()
                many.table(9000)
                print(*before, *threads_at_work(), flush=True)
                os._exit(0)
            os.waitpid(child, 0)
        print(*threads_at_work())
    """
    assert run(program, DECAYLR_NUM_THREADS="4") == ["0", "0", "0", "4", "0", "4"]
