"""A cursor that several threads step moves by one position at each step."""

import sys
import threading

import numpy as np
import pytest

import decaylr as dl

ONE = dl.polynomial(1.0, 0.1, 10**6, 1.37)
RUNS = dl.polynomial(np.linspace(1.0, 2.0, 3000), 0.1, 10**6, 1.37)
MANY = dl.cosine(np.linspace(1.0, 2.0, 300_000), 0.1, 10**6)
REFUSING = RUNS.ending("raise")


@pytest.fixture(autouse=True)
def many_switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(count, work):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("schedule", "steps"), [(ONE, 20_000), (RUNS, 500), (MANY, 30), (REFUSING, 300)]
)
def test_steps_of_all_threads_count(schedule, steps):
    cursor = schedule.cursor(3)

    def work():
        for _ in range(steps):
            cursor.step()

    in_threads(4, work)
    assert cursor.position == 3 + 4 * steps
    assert np.array_equal(cursor.value, schedule(cursor.position))


@pytest.mark.parametrize(("schedule", "count"), [(ONE, 5_000), (RUNS, 300), (MANY, 20)])
def test_next_gives_each_position_to_one_thread(schedule, count):
    cursor, taken = schedule.cursor(), []

    def work():
        taken.extend(np.ravel(next(cursor))[0] for _ in range(count))

    in_threads(4, work)
    first = schedule if schedule.shape == () else schedule[0]
    assert sorted(taken, reverse=True) == list(first.table(4 * count))


def test_seeking_threads_leave_a_cursor_at_its_value():
    cursor = RUNS.cursor()

    def work():
        for position in range(0, 100_000, 1003):
            cursor.seek(position)
            cursor.step()

    in_threads(4, work)
    assert np.array_equal(cursor.value, RUNS(cursor.position))
