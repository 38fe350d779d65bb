"""Single positions: for many runs at once, step by step, and for a single schedule."""

import math
import os
from itertools import repeat

import numpy as np

from benchmarks.shapes import CURVES, SHAPES
from benchmarks.timing import medians, ratio, require_close, rows


class OnePosition:
    """One position of many runs, and one cursor step, relative to an array multiplication."""

    params = (list(CURVES),)
    param_names = ("curve",)
    timeout = 120

    def setup(self, name):
        os.environ["DECAYLR_NUM_THREADS"] = "1"
        size = (rows(1_000_000), 100_000) if name != "samples" else (rows(1000), 1000)
        self.schedule = CURVES[name].schedule(*size)
        self.out, self.a, self.b = np.ones((3, self.schedule.size))
        self.cursor = self.schedule.cursor(500)
        self.cursor.step()
        self.lookup()
        some = self.schedule[:100].table(1, start=501)[:, 0]
        require_close(self.cursor.value[:100], some, name)
        require_close(self.out[:100], some, name)

    def lookup(self):
        self.schedule(501, out=self.out)

    def multiply(self):
        np.multiply(self.a, self.b, out=self.out)

    def walk(self):
        # A cursor can prepare several steps at a time, so single steps are not representative.
        for _ in range(128):
            self.cursor.step()

    def multiply_as_often(self):
        for _ in range(128):
            self.multiply()

    def track_over_multiply(self, name):
        return ratio(self.lookup, self.multiply)

    track_over_multiply.unit = "x multiply"

    def track_cursor_over_multiply(self, name):
        return ratio(self.walk, self.multiply_as_often)

    track_cursor_over_multiply.unit = "x multiply"


def calls(call):
    """A function that makes ten thousand calls at one position, in a loop."""

    def loop():
        for position in repeat(499, 10_000):
            call(position)

    return loop


def nanoseconds(call):
    """The nanoseconds of one call."""
    return medians(calls(call))[0] / 10_000 * 1e9


def in_python(p, exp=math.exp):
    """A schedule written in Python."""
    return 0.5 * exp(-0.001 * p)


class Scalar:
    """A single schedule at a single position."""

    params = (list(SHAPES),)
    param_names = ("shape",)

    def setup(self, name):
        self.schedule = SHAPES[name].schedule(1, 1000)[0]
        require_close(self.schedule.table(500)[499:], [self.schedule(499)], name)

    def track_nanoseconds(self, name):
        return nanoseconds(self.schedule)

    track_nanoseconds.unit = "ns"

    def track_over_python(self, name):
        return ratio(calls(self.schedule), calls(in_python))

    track_over_python.unit = "x python"

    def time_array_of_100(self, name):
        self.schedule(np.arange(100))


class Python:
    """The same call of a Python function."""

    def track_nanoseconds(self):
        return nanoseconds(in_python)

    track_nanoseconds.unit = "ns"
