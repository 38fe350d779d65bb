"""Evaluation: every curve and recipe by every route, over `ndarray.fill` and over NumPy."""

import numpy as np

import decaylr as dl
from benchmarks.shapes import CURVES, MORE, SHAPES, mixed
from benchmarks.timing import ratio, require_close, rows

SIZES = {"large": (rows(1000), 20_000), "short rows": (rows(20_000), 200), "in cache": (20, 2000)}


class Checked:
    """A filled buffer that agrees with NumPy's expression."""

    timeout = 300

    def prepare(self, name, size):
        self.n, self.steps = SIZES[size]
        self.shape = SHAPES[name]
        self.schedule = self.shape.schedule(self.n, self.steps)
        self.out = np.empty((self.n, self.steps))
        self.expected = np.empty_like(self.out)
        self.shape.numpy(self.n, self.steps, self.expected)
        require_close(self.table(), self.expected, name)

    def table(self):
        return self.schedule.table(self.steps, out=self.out, threads=1)

    def fill(self):
        self.out.fill(1.0)

    def numpy(self):
        self.shape.numpy(self.n, self.steps, self.expected)


class Table(Checked):
    """A whole table, one thread, into a buffer that exists."""

    params = (list(SHAPES), list(SIZES))
    param_names = ("shape", "size")

    def setup(self, name, size):
        self.prepare(name, size)

    def time_table(self, name, size):
        self.table()

    def track_over_fill(self, name, size):
        return ratio(self.table, self.fill)

    track_over_fill.unit = "x fill"

    def track_over_numpy(self, name, size):
        return ratio(self.table, self.numpy)

    track_over_numpy.unit = "x NumPy"


class Routes(Checked):
    """The other routes of a table, over the plain one."""

    params = (list(CURVES),)
    param_names = ("curve",)

    def setup(self, name):
        self.prepare(name, "short rows")
        self.narrow = np.empty(self.out.shape, np.float32)
        self.turned = np.empty(self.out.shape[::-1])
        require_close(self.float32(), self.expected.astype(np.float32), name)
        require_close(self.by_steps(), self.expected.T, name)

    def float32(self):
        return self.schedule.table(self.steps, dtype=np.float32, out=self.narrow, threads=1)

    def by_steps(self):
        return self.schedule.table(self.steps, layout="steps", out=self.turned, threads=1)

    def track_float32_over_float64(self, name):
        return ratio(self.float32, self.table)

    track_float32_over_float64.unit = "x float64"

    def track_steps_over_runs(self, name):
        return ratio(self.by_steps, self.table)

    track_steps_over_runs.unit = "x by runs"

    def track_two_threads(self, name):
        return ratio(self.table, lambda: self.schedule.table(self.steps, out=self.out, threads=2))

    track_two_threads.unit = "x faster"


class Mixed:
    """Ten families in one batch, over the sum of the pure batches."""

    timeout = 300

    def setup(self):
        self.n, self.steps = rows(1000), 2000
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


class OnePosition:
    """One position of many runs, and a cursor's step, over a multiplication of arrays."""

    params = (list(CURVES),)
    param_names = ("curve",)

    def setup(self, name):
        self.n = rows(100_000)
        self.schedule = CURVES[name].schedule(self.n if name != "samples" else 1000, 100)
        self.n = self.schedule.size
        self.out = np.empty(self.n)
        self.a, self.b = np.ones(self.n), np.ones(self.n)
        self.cursor = self.schedule.cursor()
        require_close(self.schedule(7), self.schedule.table(8)[:, 7], name)

    def lookup(self):
        self.schedule(7, out=self.out)

    def multiply(self):
        np.multiply(self.a, self.b, out=self.out)

    def track_over_multiply(self, name):
        return ratio(self.lookup, self.multiply)

    track_over_multiply.unit = "x multiply"

    def track_cursor_over_multiply(self, name):
        return ratio(self.cursor.step, self.multiply)

    track_cursor_over_multiply.unit = "x multiply"


class Scalar:
    """A single schedule at a single position."""

    params = ([*CURVES, *MORE],)
    param_names = ("shape",)

    def setup(self, name):
        self.schedule = SHAPES[name].schedule(1, 1000)[0]
        require_close(self.schedule.table(500)[499:], [self.schedule(499)], name)

    def time_call(self, name):
        self.schedule(499)

    def time_array_of_100(self, name):
        self.schedule(np.arange(100))


class Fold:
    """Sums and peaks without storing the table."""

    params = (list(SHAPES),)
    param_names = ("shape",)

    def setup(self, name):
        self.steps = 2000
        self.schedule = SHAPES[name].schedule(rows(1000), self.steps)
        table = self.schedule.table(self.steps)
        require_close(self.schedule.fold(self.steps).total, table.sum(axis=1), name)

    def time_fold(self, name):
        self.schedule.fold(self.steps, threads=1)

    def peakmem_fold(self, name):
        self.schedule.fold(self.steps)


class Blocks:
    """Memory of a table read in pieces."""

    def setup(self):
        self.schedule = dl.cosine(np.linspace(0.1, 1.0, rows(1000)), 0.0, 20_000)

    def peakmem_blocks(self):
        total = 0.0
        for _, piece in self.schedule.blocks(20_000, max_bytes=2**22):
            total += float(piece[0, 0])
        if not total > 0:
            raise AssertionError("the blocks hold no values")
