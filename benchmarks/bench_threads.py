"""Work of every size with the default number of threads, relative to one thread."""

import numpy as np

from benchmarks.shapes import SHAPES
from benchmarks.timing import ratio, rows

SIZES = {
    "1 x 1000": (1, 1000),
    "20 x 2000": (20, 2000),
    "100 x 2000": (100, 2000),
    "1000 x 2000": (1000, 2000),
    "1000 x 20 000": (1000, 20_000),
}
CURVES = ("exponential", "power 1.7")


class NeverSlower:
    """Speedup of the default number of threads over one thread."""

    params = (list(CURVES), list(SIZES))
    param_names = ("curve", "size")

    def setup(self, curve, size):
        runs, self.steps = SIZES[size]
        runs = min(runs, rows(1000))
        self.schedule = SHAPES[curve].schedule(runs, self.steps)
        self.out = np.empty((runs, self.steps))
        alone = self.table(1).copy()
        if not np.array_equal(self.table(None), alone):
            raise AssertionError(f"{curve}: other bits on several threads")
        if not np.array_equal(self.fold(None), self.fold(1)):
            raise AssertionError(f"{curve}: other totals on several threads")

    def table(self, threads):
        return self.schedule.table(self.steps, out=self.out, threads=threads)

    def fold(self, threads):
        return self.schedule.fold(self.steps, threads=threads).total

    def track_table(self, curve, size):
        return ratio(lambda: self.table(1), lambda: self.table(None))

    track_table.unit = "x faster"

    def track_fold(self, curve, size):
        return ratio(lambda: self.fold(1), lambda: self.fold(None))

    track_fold.unit = "x faster"
