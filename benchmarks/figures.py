"""The figures decaylr aims at, one function each: what is measured, and how much is wanted.

Each builds its workload, checks its answer, and returns one number. `bench_figures.py` gives
them to asv, `report.py` writes them into `docs/performance.md`.
"""

import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import decaylr as dl
from benchmarks.adapters import compilations, keras_read, torch_step
from benchmarks.shapes import SHAPES, mixed, rates
from benchmarks.timing import ratio, require_close, rows, typical


class Figure(NamedTuple):
    """One number: `at_most` says on which side of `wanted` it should be."""

    measure: Callable
    wanted: float
    unit: str
    at_most: bool = True
    reason: str = ""

    def reached(self, value):
        return value <= self.wanted if self.at_most else value >= self.wanted


class Filled:
    """A checked table of a shape and the works that are compared on its buffer."""

    def __init__(self, name, n, steps, layout="runs"):
        self.shape, self.n, self.steps = SHAPES[name], n, steps
        self.schedule = self.shape.schedule(n, steps)
        self.layout = layout
        self.out = np.empty((n, steps) if layout == "runs" else (steps, n))
        expected = np.empty((n, steps))
        self.numpy(expected)
        if layout == "steps":
            expected = expected.T
        require_close(self.table(), expected, name, self.shape.ulp)

    def table(self, threads=1):
        return self.schedule.table(self.steps, out=self.out, layout=self.layout, threads=threads)

    def fill(self):
        self.out.fill(1.0)

    def numpy(self, out=None):
        self.shape.numpy(self.n, self.steps, self.out if out is None else out)


LARGE = (1000, 20_000)
SHORT = (100_000, 200)
CACHED = (20, 2000)


def over_fill(name, size, layout="runs"):
    n = size[0] if size == CACHED else rows(size[0])
    work = Filled(name, n, size[1], layout)
    return ratio(work.table, work.fill, repeats=20 if size == CACHED else 1)


def over_numpy(name):
    """How many times faster than NumPy's expression with `out=`."""
    work = Filled(name, rows(LARGE[0]), LARGE[1])
    return 1 / ratio(work.table, work.numpy)


def narrow(name):
    work = Filled(name, rows(LARGE[0]), LARGE[1])
    half = np.empty(work.out.shape, np.float32)

    def table():
        return work.schedule.table(work.steps, dtype=np.float32, out=half, threads=1)

    if not np.array_equal(table(), work.table().astype(np.float32)):
        raise AssertionError(f"{name}: float32 is not the float64 value rounded once")
    return ratio(table, work.table)


def two_threads(name):
    work = Filled(name, rows(LARGE[0]), LARGE[1])
    return ratio(work.table, lambda: work.table(threads=2))


def ten_families():
    """One batch of ten families over the mean of the pure tables of the same size."""
    n, steps = rows(1000), 20_000
    batch, parts = mixed(n, steps)
    pure = np.concatenate([part.table(steps) for part in parts])
    out = np.empty_like(pure)

    def together():
        return batch.table(steps, out=out, threads=1)

    def apart():
        row = 0
        for part in parts:
            part.table(steps, out=out[row : row + part.size], threads=1)
            row += part.size

    if not np.array_equal(together(), pure):
        raise AssertionError("a mixed batch differs from its parts")
    return ratio(together, apart)


def _million():
    n = rows(1_000_000)
    decay = np.linspace(0.99, 0.9999, n)
    return dl.exponential(rates(n), decay), rates(n) * decay**7, np.empty(n)


def one_position():
    batch, expected, out = _million()
    require_close(batch(7, out=out), expected, "exponential")
    a, b = np.ones(out.size), np.ones(out.size)
    return ratio(lambda: batch(7, out=out), lambda: np.multiply(a, b, out=out))


def cursor_step():
    batch, expected, out = _million()
    cursor = batch.cursor(start=6)
    cursor.step()
    require_close(cursor.value, expected, "exponential")
    a, b = np.ones(out.size), np.ones(out.size)
    return ratio(cursor.step, lambda: np.multiply(a, b, out=out))


def fold_value(name):
    """Nanoseconds a value of a fold of 10^4 runs over 10^5 steps."""
    n, steps = rows(10_000), 100_000
    schedule = SHAPES[name].schedule(n, steps)
    few = schedule[:10]
    require_close(few.fold(2000).total, few.table(2000).sum(axis=1), name)
    return 1e9 * typical(lambda: schedule.fold(steps, threads=1), budget=2.0) / (n * steps)


def scalar(name):
    """Nanoseconds of `s(p)`."""
    schedule = SHAPES[name].schedule(1, 1000)[0]
    require_close([schedule(499)], schedule.table(500)[499:], name, ulp=0)

    def hundred():
        for _ in range(100):
            schedule(499)

    return 1e9 * typical(hundred, repeats=20) / 100


def build():
    """Milliseconds to build a batch of 10^6 runs and have its first value."""
    n = 1_000_000
    peak, decay = rates(n), np.linspace(0.9, 0.99, n)
    require_close(dl.exponential(peak, decay).fold(1).initial[:9], peak[:9], "exponential")
    return 1e3 * typical(lambda: dl.exponential(peak, decay))


def _interpreter(code):
    subprocess.run([sys.executable, "-c", code], check=True)


def imports():
    return ratio(lambda: _interpreter("import decaylr"), lambda: _interpreter("import numpy"))


def _of(measure, *arguments):
    return lambda: measure(*arguments)


ARITHMETIC = "arithmetic a value is above what one store takes: see the roofline below"
NARROW = ((("exponential",), 0.6), (("linear", "step"), 0.7), (("cosine", "polynomial"), 0.85))
OVER_FILL = {
    LARGE: {
        1.1: ("constant", "linear", "exponential", "step"),
        1.2: ("cosine", "polynomial", "warmup and cosine", "warmup, stable, decay", "restarts"),
        1.6: ("inverse", "inverse square root"),
        2.5: ("polynomial of power 1.5",),
        3.0: ("rex", "tanh", "pchip"),
    },
    CACHED: {1.6: ("exponential",), 2.0: ("cosine",)},
    SHORT: {
        1.3: ("linear", "step"),
        2.2: ("exponential",),
        2.5: ("cosine",),
        5.0: ("inverse square root",),
        20.0: ("polynomial of power 1.5",),
    },
}


def _figures():
    found = {}
    for size, limits in OVER_FILL.items():
        for wanted, names in limits.items():
            for name in names:
                work = f"table {size[0]} x {size[1]}: {name}"
                found[work] = Figure(
                    _of(over_fill, name, size), wanted, "x fill", reason=ARITHMETIC
                )
    for name in ("linear", "exponential", "cosine"):
        work = f"table by steps, 1000 x 20000: {name}"
        found[work] = Figure(_of(over_fill, name, LARGE, "steps"), 1.5, "x fill", reason=ARITHMETIC)
    for names, wanted in NARROW:
        for name in names:
            found[f"float32 over float64: {name}"] = Figure(_of(narrow, name), wanted, "x float64")
    for name, wanted in (("exponential", 6), ("cosine", 25), ("warmup and cosine", 15)):
        work = f"NumPy over decaylr: {name}"
        found[work] = Figure(_of(over_numpy, name), wanted, "x faster", at_most=False)
    for name in ("linear", "exponential", "cosine", "polynomial", "inverse", "rex", "tanh"):
        wanted = 0.06 if name in ("linear", "exponential", "cosine", "polynomial") else 0.12
        found[f"fold 10000 x 100000: {name}"] = Figure(_of(fold_value, name), wanted, "ns a value")
    for name, wanted in (
        ("exponential", 80),
        ("linear", 80),
        ("cosine", 100),
        ("polynomial of power 1.5", 120),
    ):
        found[f"s(p): {name}"] = Figure(_of(scalar, name), wanted, "ns")
    for name in ("polynomial of power 1.5", "tanh", "rex"):
        work = f"2 threads: {name}"
        found[work] = Figure(_of(two_threads, name), 1.7, "x faster", at_most=False)
    return found | {
        "mixed batch, 10 families": Figure(ten_families, 1.2, "x pure"),
        "one position of 10^6 runs": Figure(one_position, 5, "x multiply"),
        "cursor of 10^6 runs, a step": Figure(cursor_step, 2, "x multiply"),
        "building 10^6 runs": Figure(build, 50, "ms"),
        "import decaylr": Figure(imports, 1.3, "x import numpy"),
        "torch Scheduler.step(), 1 group": Figure(_of(torch_step, 1), 0.5, "us"),
        "torch Scheduler.step(), 200 groups": Figure(_of(torch_step, 200), 5, "us"),
        "Keras: the rate read eagerly": Figure(keras_read, 0.2, "ms"),
        "JAX: compilations for 1000 settings": Figure(compilations, 1, "compilations"),
    }


FIGURES = _figures()
