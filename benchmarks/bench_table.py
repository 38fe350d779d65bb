"""Tables of every curve and recipe, relative to `ndarray.fill` and to NumPy."""

import numpy as np

from benchmarks.shapes import SHAPES, mixed
from benchmarks.timing import ratio, require_close, rows, skipped_without_its_library

SIZES = {"large": (rows(1000), 20_000), "short rows": (rows(100_000), 200), "in cache": (20, 2000)}


class Checked:
    """Fills a buffer and checks it against NumPy's expression."""

    timeout = 300

    def prepare(self, name, size):
        self.n, self.steps = SIZES[size]
        self.shape = SHAPES[name]
        self.schedule = self.shape.schedule(self.n, self.steps)
        self.out = np.empty((self.n, self.steps))
        self.expected = np.empty_like(self.out)
        self.numpy()
        require_close(self.table(), self.expected, name)

    def table(self):
        return self.schedule.table(self.steps, out=self.out, threads=1)

    def fill(self):
        self.out.fill(1.0)

    def numpy(self):
        self.shape.numpy(self.n, self.steps, self.expected)


class Table(Checked):
    """A whole table in one thread, into an existing buffer."""

    params = (list(SHAPES), list(SIZES))
    param_names = ("shape", "size")

    @skipped_without_its_library
    def setup(self, name, size):
        self.prepare(name, size)

    def track_over_fill(self, name, size):
        return ratio(self.table, self.fill)

    track_over_fill.unit = "x fill"


class BesideNumpy(Checked):
    """The same values by the best NumPy expression."""

    params = (list(SHAPES),)
    param_names = ("shape",)

    @skipped_without_its_library
    def setup(self, name):
        self.prepare(name, "large")

    def track_times_faster(self, name):
        return ratio(self.numpy, self.table)

    track_times_faster.unit = "x faster"

    def track_numpy_over_fill(self, name):
        return ratio(self.numpy, self.fill)

    track_numpy_over_fill.unit = "x fill"


class Routes(Checked):
    """float32, the other layout and two threads, relative to the default table."""

    params = (list(SHAPES),)
    param_names = ("shape",)

    @skipped_without_its_library
    def setup(self, name):
        self.prepare(name, "large")

    def float32(self):
        return self.schedule.table(self.steps, dtype=np.float32, out=self.narrow, threads=1)

    def by_steps(self):
        return self.schedule.table(self.steps, layout="steps", out=self.turned, threads=1)

    def by_two(self):
        return self.schedule.table(self.steps, out=self.out, threads=2)

    def track_float32_over_float64(self, name):
        self.narrow = np.empty(self.out.shape, np.float32)
        require_close(self.float32(), self.expected.astype(np.float32), name)
        return ratio(self.float32, self.table)

    track_float32_over_float64.unit = "x float64"

    def track_steps_over_runs(self, name):
        self.turned = np.empty(self.out.shape[::-1])
        require_close(self.by_steps(), self.expected.T, name)
        return ratio(self.by_steps, self.table)

    track_steps_over_runs.unit = "x by runs"

    def track_two_threads(self, name):
        require_close(self.by_two(), self.expected, name)
        return ratio(self.table, self.by_two)

    track_two_threads.unit = "x faster"


class Mixed:
    """Ten families in one batch, relative to one call per family over the same total of runs."""

    timeout = 300

    @skipped_without_its_library
    def setup(self):
        self.n, self.steps = rows(1000), 20_000
        self.batch, self.parts = mixed(self.n, self.steps)
        self.out = np.empty((self.batch.size, self.steps))
        pure = np.concatenate([part.table(self.steps) for part in self.parts])
        if not np.array_equal(self.batch.table(self.steps), pure):
            raise AssertionError("a mixed batch differs from its parts")

    def together(self):
        self.batch.table(self.steps, out=self.out, threads=1)

    def apart(self):
        row = 0
        for part in self.parts:
            part.table(self.steps, out=self.out[row : row + part.size], threads=1)
            row += part.size

    def time_mixed(self):
        self.together()

    def track_over_pure(self):
        return ratio(self.together, self.apart)

    track_over_pure.unit = "x pure"
