"""Law 5: invalid positions, windows and buffers raise an error before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import decaylr as dl

SINGLE = dl.linear(1.0, 0.0, 10)
BATCH = dl.linear([1.0, 2.0, 3.0], 0.0, 10)
SENTINEL = -7.25


def refused(error, message, call, out):
    """Check that the call raises an error and leaves every byte of `out` unchanged."""
    before = out.tobytes()
    with pytest.raises(error, match=message):
        call(out)
    assert out.tobytes() == before


POSITIONS = [
    (-1, ValueError, "position must be >= 0 .*, got -1$"),
    (-0.5, ValueError, "position must be >= 0 .*, got -0.5$"),
    (np.nan, ValueError, "position must be >= 0 .*, got nan$"),
    (np.inf, ValueError, "position must be .*, got inf$"),
    (-np.inf, ValueError, "position must be >= 0 .*, got -inf$"),
    (2**63, ValueError, "position must be at most 9223372036854775807, got 9223372036854775808$"),
    (2.0**63, ValueError, "position must be .* at most 9223372036854775807, got 9.22"),
    (10**30, ValueError, "position must be at most 9223372036854775807, got 10000"),
    (-(2**63) - 1, ValueError, "position must be >= -.*, got -9223372036854775809$"),
    ([3, 2**64], ValueError, "position must be at most .*, got 18446744073709551616 at index 1$"),
    (np.array([1, 2], object), TypeError, "position must be real numbers, got ndarray"),
    (np.uint64(2**63), ValueError, "position must be at most .*, got 9223372036854775808$"),
    (True, TypeError, "position must be real numbers, got bool True"),
    (np.True_, TypeError, "position must be real numbers, got bool"),
    ("3", TypeError, "position must be real numbers, got <U1 '3'"),
    (b"3", TypeError, "position must be real numbers, got"),
    (None, TypeError, "position must be real numbers, got NoneType None"),
    (3 + 0j, TypeError, "position must be real numbers, got complex128"),
    (np.ma.array([1, 2], mask=[0, 1]), TypeError, "position must be .*, got a masked array"),
    (np.array([1, None]), TypeError, "position must be real numbers, got ndarray"),
    ([[1, 2], [3]], TypeError, "position must be a number or a regular array"),
    ([1, -2], ValueError, "position must be >= 0 .*, got -2 at index 1$"),
    ([1.5, np.nan], ValueError, "position must be >= 0 .*, got nan at index 1$"),
    ([[1, 2], [3, -4]], ValueError, r"position must be >= 0 .*, got -4 at index \(1, 1\)$"),
    (SINGLE, TypeError, "position must be real numbers, got Schedule"),
]


@pytest.mark.parametrize("schedule", [SINGLE, BATCH.reshape(3, 1, 1)])
@pytest.mark.parametrize(("position", "error", "message"), POSITIONS)
def test_positions(schedule, position, error, message):
    with pytest.raises(error, match=message):
        schedule(position)
    shape = np.broadcast_shapes(np.shape(schedule(0)), (2, 2))
    out = np.full(shape, SENTINEL)
    refused(error, message, lambda out: schedule(position, out=out), out)


def test_positions_that_do_not_broadcast():
    with pytest.raises(ValueError, match=r"broadcast against the batch \(3,\), got shape \(4,\)"):
        BATCH(np.arange(4))


WINDOWS = [
    ({"steps": -1}, ValueError, "steps must be >= 0, got -1"),
    ({"steps": 5.0}, TypeError, "steps must be an integer, got float 5.0"),
    ({"steps": True}, TypeError, "steps must be an integer, got bool True"),
    ({"steps": "5"}, TypeError, "steps must be an integer, got str '5'"),
    ({"steps": None}, TypeError, "steps must be an integer, got NoneType None"),
    ({"steps": 10**30}, ValueError, "steps must be at most 9223372036854775807"),
    ({"start": -1}, ValueError, "start must be >= 0, got -1"),
    ({"start": 2**63}, ValueError, "start must be at most 9223372036854775807"),
    ({"start": 0.5}, TypeError, "start must be an integer, got float 0.5"),
    ({"start": 2**63 - 2}, ValueError, "steps must be few enough that the last position"),
    ({"stride": 0}, ValueError, "stride must be >= 1, got 0"),
    ({"stride": -3}, ValueError, "stride must be >= 1, got -3"),
    ({"stride": 2**62}, ValueError, "steps must be few enough that the last position"),
    ({"stride": 1.0}, TypeError, "stride must be an integer, got float 1.0"),
    ({"threads": 0}, ValueError, "threads must be >= 1, got 0"),
    ({"threads": 1.5}, TypeError, "threads must be an integer, got float 1.5"),
    ({"layout": "columns"}, ValueError, "layout must be one of runs, steps, got 'columns'"),
    ({"layout": 0}, TypeError, "layout must be one of runs, steps, got 0"),
    ({"dtype": np.int64}, TypeError, "dtype must be float64 or float32, got int64"),
    ({"dtype": np.float16}, TypeError, "dtype must be float64 or float32, got float16"),
    ({"dtype": ">f8"}, TypeError, "dtype must be float64 or float32, got >f8"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WINDOWS)
def test_windows(wrong, error, message):
    arguments = {"steps": 5, **wrong}
    steps = arguments.pop("steps")
    out = np.full((3, 5), SENTINEL)
    refused(error, message, lambda out: BATCH.table(steps, out=out, **arguments), out)


@pytest.mark.parametrize(
    ("wrong", "error", "message"), [w for w in WINDOWS if "layout" not in w[0]]
)
def test_windows_of_blocks(wrong, error, message):
    with pytest.raises(error, match=message):
        BATCH.blocks(**{"steps": 5, **wrong})


def read_only(shape):
    out = np.full(shape, SENTINEL)
    out.flags.writeable = False
    return out


OUTS = [
    (lambda: np.full((3, 4), SENTINEL), ValueError, r"out must be of shape \(3, 5\), got .*3, 4"),
    (lambda: np.full((5, 3), SENTINEL), ValueError, r"out must be of shape \(3, 5\), got .*5, 3"),
    (lambda: np.full(15, SENTINEL), ValueError, r"out must be of shape \(3, 5\), got .*15"),
    (lambda: np.full((3, 5, 1), SENTINEL), ValueError, "out must be of shape"),
    (lambda: np.full((3, 5), -7, np.float32), TypeError, "dtype float64, got float32"),
    (lambda: np.full((3, 5), -7, np.int64), TypeError, "dtype float64, got int64"),
    (lambda: np.full((3, 5), -7, ">f8"), TypeError, "dtype float64, got >f8"),
    (lambda: read_only((3, 5)), ValueError, "out must be writable, got a read-only array"),
    (lambda: np.full((3, 10), SENTINEL)[:, ::2], ValueError, "out must be C-contiguous"),
    (lambda: np.full((5, 3), SENTINEL).T, ValueError, "out must be C-contiguous"),
    (lambda: np.full((3, 5), SENTINEL)[::-1], ValueError, "out must be C-contiguous"),
    (lambda: np.ma.array(np.full((3, 5), SENTINEL)), TypeError, "out must be a NumPy array"),
]


@pytest.mark.parametrize(("make", "error", "message"), OUTS)
def test_buffers(make, error, message):
    refused(error, message, lambda out: BATCH.table(5, out=out), make())
    refused(error, message, lambda out: BATCH[:, None](np.arange(5), out=out), make())


@pytest.mark.parametrize("out", [[0.0] * 3, memoryview(bytearray(24)), "out", 3])
def test_what_is_no_array_at_all(out):
    with pytest.raises(TypeError, match="out must be a NumPy array, got"):
        BATCH(0, out=out)
    with pytest.raises(TypeError, match="out must be a NumPy array, got"):
        BATCH.table(1, out=out)


def test_float32_tables_need_a_float32_buffer():
    out = np.full((3, 5), SENTINEL)
    refused(
        TypeError,
        "out must have dtype float32, got float64",
        lambda out: BATCH.table(5, dtype=np.float32, out=out),
        out,
    )


def test_buffers_that_share_memory_with_the_positions():
    memory = np.array([1.0, 2.0, 3.0])
    refused(
        ValueError, "out must be an array that shares no memory", lambda o: BATCH(o, out=o), memory
    )
    wide = np.arange(5.0)
    refused(
        ValueError, "out must be an array that shares", lambda w: BATCH(w[:3], out=w[1:4]), wide
    )


def test_a_buffer_that_is_not_aligned():
    raw = np.zeros(8 * 3 + 1, np.uint8)
    out = raw[1:].view(np.float64)
    BATCH(5, out=out)
    np.testing.assert_array_equal(out, BATCH(5))
    assert raw[0] == 0


HUGE = """
import resource, decaylr as dl
resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
s = dl.linear([1.0, 2.0], 0.0, 10)
try:
    s.table({steps})
except (MemoryError, ValueError) as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of memory are asked of POSIX")
@pytest.mark.parametrize("steps", [10**15, 2**60, 2**62])
def test_tables_beyond_memory(steps):
    program = HUGE.format(steps=steps)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() in ("MemoryError", "ValueError")
    assert done.returncode == 0


def test_cursors():
    for start, error, message in (
        (-1, ValueError, "start must be >= 0, got -1"),
        (2.5, TypeError, "start must be an integer, got float 2.5"),
        (2**63, ValueError, "start must be at most 9223372036854775807"),
    ):
        with pytest.raises(error, match=message):
            SINGLE.cursor(start)
    cursor = SINGLE.cursor(3)
    for position, error, message in (
        (-1, ValueError, "position must be >= 0, got -1"),
        ("a", TypeError, "position must be an integer, got str 'a'"),
        (2**63, ValueError, "position must be at most 9223372036854775807"),
    ):
        with pytest.raises(error, match=message):
            cursor.seek(position)
        assert (cursor.position, cursor.value) == (3, SINGLE(3))
    cursor.seek(2**63 - 1)
    with pytest.raises(ValueError, match=r"position must be below 2\*\*63"):
        cursor.step()
    assert cursor.position == 2**63 - 1


def test_an_ending_that_raises_writes_nothing():
    strict = SINGLE.ending("raise")
    message = 'position must be at most the length 10 .*"raise", got 11'
    refused(ValueError, message, lambda o: strict.table(12, out=o), np.full(12, SENTINEL))
    refused(ValueError, message, lambda o: strict([0, 11], out=o), np.full(2, SENTINEL))
    batch = dl.linear(1.0, 0.0, [10, 20]).ending("raise")
    refused(ValueError, "got 11", lambda o: batch.table(12, out=o), np.full((2, 12), SENTINEL))
    assert strict(10) == 0.0
    assert strict.table(11)[-1] == 0.0
    with pytest.raises(ValueError, match=r"at most the length 10 .*, got 10\.5"):
        strict(10.5)
    cursor = strict.cursor(10)
    with pytest.raises(ValueError, match=message):
        cursor.step()
    assert (cursor.position, cursor.value) == (10, 0.0)
    with pytest.raises(ValueError, match=message):
        strict.fold(12).total  # noqa: B018 - the summary can be computed lazily
    with pytest.raises(ValueError, match=message):
        strict.advance(3)(8)


def test_threads_from_the_environment(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "2")
    assert BATCH.table(5).shape == (3, 5)
    for wrong in ("0", "-1", "two", "1.5", ""):
        monkeypatch.setenv("DECAYLR_NUM_THREADS", wrong)
        with pytest.raises(ValueError, match="DECAYLR_NUM_THREADS must be an integer >= 1, got"):
            BATCH.table(5)
