"""How time grows with runs x steps, from 10^3 to 10^9 values."""

import os

import numpy as np

from benchmarks.shapes import SHAPES
from benchmarks.timing import SCALE, medians, require_close

STEPS = 10_000
VALUES = [10**power for power in range(3, 10) if 10**power <= max(1e9 * SCALE**2, 1e6)]
CURVES = ["constant", "exponential", "cosine", "power 1.7"]
PIECE = 2**23  # values in the buffer that all pieces use, 64 MiB


def memory():
    """The memory of this machine in bytes."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


class Growth:
    """Seconds of a table in one buffer, of its pieces in a small buffer, and of `fill`."""

    params = (["fill", *CURVES], VALUES)
    param_names = ("work", "values")
    timeout = 300

    def setup(self, work, values):
        self.runs, self.steps = max(values // STEPS, 1), min(values, STEPS)
        self.schedule = SHAPES[work if work in SHAPES else "constant"].schedule(
            self.runs, self.steps
        )

    def buffer(self, rows):
        """A buffer that was already written to, so that page faults are not timed."""
        out = np.empty((rows, self.steps))
        out.fill(1.0)
        return out

    def track_whole(self, work, values):
        if 8 * values > memory() / 2:
            return float("nan")
        out = self.buffer(self.runs)
        if work == "fill":
            return medians(lambda: out.fill(1.0))[0]
        time = medians(lambda: self.schedule.table(self.steps, out=out, threads=1))[0]
        middle, at = self.runs // 2, self.steps // 2
        require_close(out[middle, at], self.schedule[middle](at), work)
        return time

    track_whole.unit = "s"

    def track_pieces(self, work, values):
        rows = min(PIECE // self.steps, self.runs)
        out = self.buffer(rows)

        def pieces():
            for first in range(0, self.runs, rows):
                there = out[: min(rows, self.runs - first)]
                if work == "fill":
                    there.fill(1.0)
                else:
                    part = self.schedule[first : first + rows]
                    part.table(self.steps, out=there, threads=1)

        time, at = medians(pieces)[0], self.steps // 2
        if work != "fill":
            last = (self.runs - 1) // rows * rows
            require_close(out[0, at], self.schedule[last](at), work)
        return time

    track_pieces.unit = "s"
