"""Law 1: schedules have no hidden state and can be shared between threads and processes."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.strategies.curves import examples
from tests.strategies.trees import batches, trees

many = examples(80)


def mixed():
    """A batch of different families, large enough for several threads."""
    return dl.stack(
        [
            dl.linear(0.0, 1.0, 100).then(dl.cosine(1.0, 0.1, 20_000)),
            dl.exponential(1.0, 0.999),
            dl.polynomial(1.0, 0.0, 15_000, 1.5),
            dl.cosine(1.0, 0.1, 500).repeat(period_scale=2),
            dl.interpolate([0, 100, 20_000], [0.0, 1.0, 0.1], "pchip"),
        ]
    )


def same(actual, expected):
    np.testing.assert_array_equal(
        np.asarray(actual, np.float64).view(np.int64),
        np.asarray(expected, np.float64).view(np.int64),
    )


@many
@given(drawn=trees() | batches(), positions=st.lists(st.integers(0, 2**40), min_size=1))
def test_order_of_questions_does_not_matter(drawn, positions):
    s = drawn.schedule
    forward = [s(p) for p in positions]
    s.table(70, start=5)
    s.cursor(3).step()
    backward = [s(p) for p in reversed(positions)]
    same(backward[::-1], forward)


@many
@given(drawn=trees() | batches())
def test_evaluating_changes_nothing(drawn):
    s = drawn.schedule
    before, code = s.to_json(), hash(s)
    s(7)
    s.table(100)
    s.fold(100)
    assert (s.to_json(), hash(s)) == (before, code)


@many
@given(drawn=trees() | batches(), start=st.integers(0, 2**40))
def test_copies_are_equal_and_give_the_same_bits(drawn, start):
    s = drawn.schedule
    s(start)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(s, protocol))
        assert again == s
        assert hash(again) == hash(s)
        same(again.table(40, start=start), s.table(40, start=start))
    for again in (copy.copy(s), copy.deepcopy(s)):
        assert again == s
        same(again(start), s(start))


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: s * 2, lambda s: s.then(s)])
def test_equal_schedules_have_no_differences(wrap):
    columns = wrap(dl.linear([1.0, 1.0], 0.0, 10))
    shared = dl.stack([wrap(dl.linear(1.0, 0.0, 10))] * 2)
    assert columns == shared
    assert columns.diff(shared) == shared.diff(columns) == []
    other = dl.stack([wrap(dl.linear(1.0, 0.5, 10))] * 2)
    assert all("end_value: 0.0 against 0.5" in line for line in columns.diff(other))
    assert columns.diff(other)


def test_a_word_of_numpy_is_a_word():
    s = dl.interpolate([0, 5, 9], [1.0, 2.0, 0.0], np.str_("pchip"))
    assert repr(s) == "interpolate([0, 5, 9], [1.0, 2.0, 0.0], 'pchip')"


def test_attributes_cannot_be_set():
    s = dl.linear([1.0, 2.0], 0.0, 10)
    with pytest.raises((AttributeError, TypeError)):
        s.shape = (3,)
    assert not any(array.flags.writeable for array in s.parameters.values())
    assert not any(
        array.flags.writeable for array in pickle.loads(pickle.dumps(s)).parameters.values()
    )


def test_many_threads_share_one_schedule():
    s, expected = mixed(), mixed().table(20_000)
    start = threading.Barrier(8)

    def work(number):
        start.wait()
        results = [s.table(20_000, threads=1 + number % 3) for _ in range(3)]
        return results, [s(p) for p in range(number, 400, 7)], s.fold(1000).total

    total = s.fold(1000).total
    with ThreadPoolExecutor(8) as pool:
        for number, (tables, values, folded) in enumerate(pool.map(work, range(8))):
            for table in tables:
                same(table, expected)
            same(np.array(values).T, expected[:, number:400:7])
            same(folded, total)


def test_first_evaluation_may_race():
    for _ in range(30):
        s, start = mixed(), threading.Barrier(4)

        def first(_, s=s, start=start):
            start.wait()
            return s(1234)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(first, range(4)))
        for answer in answers[1:]:
            same(answer, answers[0])


def test_cursors_are_independent():
    s = mixed()
    one, two = s.cursor(), s.cursor(50)
    for _ in range(10):
        one.step()
    same(one.value, s(10))
    same(two.value, s(50))
    two.seek(3)
    same(one.value, s(10))


def _table_in_child(data: bytes) -> bytes:
    return pickle.loads(data).table(20_000, threads=2).tobytes()


# A separate process, because a process with other libraries' threads must not fork.
FORK = """
import os, pickle, sys
s = pickle.loads(sys.stdin.buffer.read())
expected = s.table(20_000, threads=3)
if os.fork() == 0:
    same = s.table(20_000, threads=3).tobytes() == expected.tobytes()
    os._exit(0 if same and s(3).shape == (5,) else 1)
assert os.wait()[1] == 0
sys.stdout.buffer.write(s.table(20_000, threads=3).tobytes())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")
def test_a_forked_child_evaluates():
    s = mixed()
    done = subprocess.run(
        [sys.executable, "-c", FORK], input=pickle.dumps(s), capture_output=True, check=True
    )
    same(np.frombuffer(done.stdout).reshape(5, 20_000), s.table(20_000))


def test_a_spawned_child_evaluates():
    s = mixed()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        answer = pool.apply(_table_in_child, (pickle.dumps(s),))
    same(np.frombuffer(answer).reshape(5, 20_000), s.table(20_000))
