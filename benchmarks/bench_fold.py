"""Reductions that store no table, and the memory used by folds and blocks."""

import resource

import numpy as np

import decaylr as dl
from benchmarks.shapes import SHAPES
from benchmarks.timing import medians, require_close, rows, seconds


class Fold:
    """Sum, peak and end values of many runs over many steps."""

    params = ([name for name in SHAPES if name != "samples"],)
    param_names = ("shape",)
    timeout = 300

    def setup(self, name):
        self.n, self.steps = rows(10_000), 100_000
        self.schedule = SHAPES[name].schedule(self.n, self.steps)
        some = slice(None, None, self.n // 10)
        found = self.schedule[some].fold(self.steps)
        table = self.schedule[some].table(self.steps)
        require_close(found.total, table.sum(axis=1), name)
        require_close(found.peak, table.max(axis=1), name)
        # Limit the number of runs to half a second: the time per value does not depend on it.
        part = self.schedule[some]
        expected = seconds(lambda: part.fold(self.steps, threads=1)) * self.n / part.size
        self.n = max(int(self.n * min(1.0, 0.5 / expected)), 10)
        self.schedule = self.schedule[: self.n]

    def fold(self):
        self.schedule.fold(self.steps, threads=1)

    def track_nanoseconds(self, name):
        return medians(self.fold)[0] / (self.n * self.steps) * 1e9

    track_nanoseconds.unit = "ns per value"


class FoldMemory:
    """Memory growth of a fold of 10^10 values, which would be 80 GB as a table."""

    timeout = 300

    def track_growth(self):
        dl.linear([1.0, 0.5], 0.0, 100).fold(100)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        n, steps = rows(100_000), 100_000
        found = dl.linear(np.linspace(0.5, 1.0, n), 0.0, steps).fold(steps)
        require_close(found.total, np.linspace(0.5, 1.0, n) * (steps + 1) / 2, "linear")
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    track_growth.unit = "MiB"


class Blocks:
    """Peak memory of reading a table in blocks."""

    def setup(self):
        self.schedule = dl.cosine(np.linspace(0.1, 1.0, rows(1000)), 0.0, 20_000)

    def peakmem_blocks(self):
        total = 0.0
        for _, piece in self.schedule.blocks(20_000, max_bytes=2**22):
            total += float(piece[0, 0])
        if not total > 0:
            raise AssertionError("the blocks hold no values")
