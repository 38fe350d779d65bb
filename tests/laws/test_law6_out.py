"""Law 6: only `out` is written, and only inside its bounds; parameters are copied."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from tests.strategies.curves import examples
from tests.strategies.trees import batches, trees

many = examples(100)
GUARD = 64


def guarded(shape, dtype=np.float64):
    """A view surrounded by guard values, and the whole buffer."""
    size = int(np.prod(shape, dtype=int))
    memory = np.full(size + 2 * GUARD, -7.25, dtype)
    return memory[GUARD : GUARD + size].reshape(shape), memory


def check_guards(memory):
    assert (memory[:GUARD] == -7.25).all()
    assert (memory[-GUARD:] == -7.25).all()


@many
@given(
    drawn=trees() | batches(largest=5),
    steps=st.integers(0, 200),
    start=st.integers(0, 2**40),
    layout=st.sampled_from(["runs", "steps"]),
    dtype=st.sampled_from([np.float64, np.float32]),
    threads=st.integers(1, 3),
)
def test_tables_stay_inside(drawn, steps, start, layout, dtype, threads):
    s = drawn.schedule
    shape = (steps, *s.shape) if layout == "steps" else (*s.shape, steps)
    out, memory = guarded(shape, dtype)
    options = {"start": start, "layout": layout, "dtype": dtype, "threads": threads}
    assert s.table(steps, out=out, **options) is out
    check_guards(memory)
    np.testing.assert_array_equal(out, s.table(steps, **options))


@many
@given(drawn=trees() | batches(), positions=st.lists(st.integers(0, 2**40), max_size=90))
def test_calls_stay_inside(drawn, positions):
    s = drawn.schedule
    at = np.array(positions, np.int64).reshape((-1,) + (1,) * s.ndim)
    out, memory = guarded((len(positions), *s.shape))
    assert s(at, out=out) is out
    check_guards(memory)
    np.testing.assert_array_equal(out, s(at))
    assert list(at.ravel()) == positions


@pytest.mark.parametrize("layout", ["runs", "steps"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_large_tables_stay_inside(layout, dtype):
    s = dl.cosine(np.linspace(0.1, 1.0, 37), 0.0, np.arange(1000, 1037)).repeat()
    shape = (37, 20_011) if layout == "runs" else (20_011, 37)
    out, memory = guarded(shape, dtype)
    s.table(20_011, out=out, layout=layout, dtype=dtype, threads=3)
    check_guards(memory)
    assert (out != -7.25).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_memmaps_are_filled_in_place(tmp_path, dtype):
    s = dl.exponential([0.1, 0.2, 0.3], [0.99, 0.999, 0.9])
    path = tmp_path / "table.npy"
    out = np.lib.format.open_memmap(path, "w+", dtype, (3, 500))
    assert s.table(500, out=out, dtype=dtype) is out
    out.flush()
    np.testing.assert_array_equal(np.load(path), s.table(500, dtype=dtype))


def test_positions_and_out_unaligned_in_the_middle_of_an_array():
    s = dl.linear(0.0, 1.0, 1000)
    memory = np.full((4, 50), -7.25)
    s.table(50, out=memory[1])
    s(np.arange(50), out=memory[2])
    np.testing.assert_array_equal(memory[1], memory[2])
    assert (memory[[0, 3]] == -7.25).all()


MUTATED = {
    "linear": lambda a: dl.linear(a, 0.0, 10),
    "steps": lambda a: dl.linear(1.0, 0.0, a),
    "multi_step": lambda a: dl.multi_step(1.0, a, 0.5),
    "samples": lambda a: dl.samples(a),
    "join": lambda a: dl.join([dl.constant(1.0), dl.constant(2.0)], [a]),
    "sum": lambda a: dl.linear(1.0, 0.0, 10) + a,
    "right": lambda a: a * dl.linear(1.0, 0.0, 10),
    "quotient": lambda a: dl.linear(1.0, 0.0, 10) / a,
    "clip": lambda a: dl.linear(1.0, 0.0, 10).clip(hi=a),
    "stretch": lambda a: dl.linear(1.0, 0.0, 10).stretch(a),
    "repeat": lambda a: dl.linear(1.0, 0.0, 10).repeat(a),
}


@pytest.mark.parametrize("name", sorted(MUTATED))
@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.float32])
def test_changing_the_callers_array_changes_no_schedule(name, dtype):
    array = np.array([2, 3, 5], dtype)
    s = MUTATED[name](array)
    before = s.to_json()
    expected = MUTATED[name](np.array([2, 3, 5], dtype)).table(12)
    array[:] = 1
    assert s.to_json() == before
    np.testing.assert_array_equal(s.table(12), expected)


def test_what_a_schedule_hands_out_cannot_change_it():
    s = dl.linear([1.0, 2.0], 0.0, [10, 20])
    for array in (s.length, s.cursor().value):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    first = s.table(3)
    first[:] = -1
    np.testing.assert_array_equal(s.table(3)[:, 0], [1.0, 2.0])
