"""Ctrl-C leaves every call that evaluates, and leaves nothing half done."""

import signal
import threading

import numpy as np
import pytest

import decaylr as dl
from tests.robust.interrupts import CASES, latency, wide, wide_runs

SOON = 2.0  # seconds: ten times what `.ci/interrupts` allows, for machines that do much else


@pytest.mark.parametrize("name", CASES)
def test_ctrl_c_leaves_the_call(name):
    assert latency(name) < SOON


@pytest.fixture
def interrupted():
    """A function that makes a call and sends it SIGINT while it runs."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs

    def run(call):
        timer = threading.Timer(0.3, signal.raise_signal, [signal.SIGINT])
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            call()
        timer.join()

    yield run
    signal.signal(signal.SIGINT, before)


def test_a_cursor_is_where_it_was_before_the_step_that_was_left(interrupted):
    batch = wide_runs(400_000)
    cursor = batch.cursor(5)
    before = cursor.value[[0, 7, -1]].copy()
    interrupted(cursor.step)
    assert cursor.position == 5
    assert np.array_equal(cursor.value[[0, 7, -1]], before)
    few = batch[[0, 7, -1]]
    assert np.array_equal(before, few(5))


def test_the_next_call_is_not_disturbed(interrupted):
    s = dl.cosine(1.0, 0.0, 900)
    interrupted(lambda: wide().table(10**8, threads=2))
    assert np.array_equal(s.table(10**6, threads=2)[:900], s.table(900))


def test_a_handler_that_does_not_raise_lets_the_call_go_on():
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(dl.linear(1.0, 0.0, 4).table(4)))
    try:
        timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
        timer.start()
        s = dl.polynomial(np.linspace(1.0, 2.0, 200), 0.1, 10**6, 1.37)
        total = s.fold(10**6, threads=1).annealing(0.9)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert [list(table) for table in seen] == [[1.0, 0.75, 0.5, 0.25]]
    assert np.array_equal(total[:3], s[:3].fold(10**6).annealing(0.9))


def test_calls_of_other_threads_go_on(interrupted):
    s = dl.polynomial(np.linspace(1.0, 2.0, 100), 0.1, 10**6, 1.37)
    results = []
    other = threading.Thread(target=lambda: results.append(s.fold(10**6, threads=2).annealing(0.9)))
    other.start()
    interrupted(lambda: wide_runs(2).fold(10**10, threads=2))
    other.join()
    assert np.array_equal(results[0][:3], s[:3].fold(10**6).annealing(0.9))
