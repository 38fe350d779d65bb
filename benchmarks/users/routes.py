"""Other routes to the values: strides, arrays of positions, and many runs at few positions."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import decaylr as dl
from benchmarks.timing import rows as scaled
from benchmarks.users.case import Case, check
from benchmarks.users.draws import SEED
from benchmarks.users.rows import ROWS

Work = Callable[[], object]
FEW = 20  # runs that are compared with NumPy

# The rows that every route is measured with, by how hard they are to evaluate at one position.
GROUPS = {
    "straight": ("linear", "exponential, half_life", "torch StepLR", "step, tenths"),
    "curved": ("cosine", "rex"),
    "inverse": ("keras InverseTimeDecay",),
    "power": ("polynomial, 0.5 to 3", "inverse, power 0.5 to 3", "tanh", "cosine, k 0.5 to 3"),
    "joined": (
        "warmup_cosine",
        "wsd, 1-sqrt",
        "torch OneCycleLR",
        "torch CosineAnnealingWarmRestarts, T_mult 2 or 3",
        "timm CosineLRScheduler, cycles that grow",
        "repeat, fractional periods",
        "stretch",
    ),
    "points": ("interpolate, linear", "interpolate, pchip"),
}
GROUP = {name: group for group, names in GROUPS.items() for name in names}


@dataclass(frozen=True)
class Route:
    """How a row is evaluated: the work, its reference, and the largest ratio of the two.

    `prepare` compares the values with NumPy's, and returns the two works.
    """

    name: str
    prepare: Callable[[Case], tuple[Work, Work]]
    over: str
    most: Callable[[str], float]


def _checked(case: Case, d, got: np.ndarray, positions: np.ndarray) -> None:
    """Compare the first runs with NumPy's; `got` is runs by positions."""
    check(case, d[:FEW], got[:FEW], positions.astype(np.float64))


def _linear_table(runs: int, steps: int) -> Work:
    schedule, out = dl.linear(np.linspace(0.5, 1.0, runs), 0.0, steps), np.empty((runs, steps))
    return lambda: schedule.table(steps, out=out, threads=1)


def _strided(stride: int, over_whole_table: bool):
    """A table with a stride, over the whole table or over as many values of a linear one."""

    def prepare(case: Case) -> tuple[Work, Work]:
        runs, steps = scaled(200), 4000
        d = case.drawn(runs, steps * stride)
        schedule, out = case.make(d), np.empty((runs, steps))

        def table():
            return schedule.table(steps, stride=stride, out=out, threads=1)

        _checked(case, d, table(), np.arange(steps) * stride)
        if not over_whole_table:
            return table, _linear_table(runs, steps)
        whole = np.empty((runs, steps * stride))
        return table, lambda: schedule.table(steps * stride, out=whole, threads=1)

    return prepare


def _random_positions(case: Case) -> tuple[Work, Work]:
    """A single schedule at any positions, over as many values of a linear table."""
    number = scaled(200_000)
    d = case.drawn(1, number)
    schedule = case.make(d)[0]
    positions = np.random.default_rng(SEED).integers(0, number, number)
    _checked(case, d, schedule(positions)[None], positions)
    return lambda: schedule(positions), _linear_table(1, number)


def _consecutive_positions(case: Case) -> tuple[Work, Work]:
    """A single schedule at an array of consecutive positions, over its table."""
    number = scaled(200_000)
    d = case.drawn(1, number)
    schedule, positions = case.make(d)[0], np.arange(number)
    _checked(case, d, schedule(positions)[None], positions)
    return lambda: schedule(positions), lambda: schedule.table(number, threads=1)


def _few_steps(runs: int, steps: int):
    """A table of few steps of many runs, over `fill`."""

    def prepare(case: Case) -> tuple[Work, Work]:
        d = case.drawn(scaled(runs), 20_000)
        schedule, out = case.make(d), np.empty((scaled(runs), steps))

        def table():
            return schedule.table(steps, start=7001, out=out, threads=1)

        _checked(case, d, table(), np.arange(7001, 7001 + steps))
        return table, lambda: out.fill(1.0)

    return prepare


def _one_position(case: Case) -> tuple[Work, Work]:
    """One position of many runs into a buffer, over a product of two arrays."""
    runs = scaled(1_000_000)
    d = case.drawn(runs, 20_000)
    schedule, (out, a, b) = case.make(d), np.ones((3, runs))
    _checked(case, d, schedule(7001, out=out)[:, None], np.array([7001]))
    return lambda: schedule(7001, out=out), lambda: np.multiply(a, b, out=out)


def _always(most: float):
    return lambda group: most


def _few(most: float):
    return lambda group: {"inverse": 90, "power": 90, "points": 120}.get(group, most)


ONE = {"straight": 5, "curved": 12, "inverse": 12, "power": 40, "joined": 40, "points": 60}
TOKENS = 4096 * 96  # of a step
ROUTES = {
    route.name: route
    for route in (
        Route("stride 2", _strided(2, True), "the whole table", _always(1.2)),
        Route("stride 3", _strided(3, True), "the whole table", _always(1.2)),
        Route("stride 7", _strided(7, False), "a linear table", _always(80)),
        Route("stride in tokens", _strided(TOKENS, False), "a linear table", _always(80)),
        Route("any positions", _random_positions, "a linear table", _always(80)),
        Route("consecutive positions", _consecutive_positions, "its table", _always(1.5)),
        Route("10^6 runs x 1", _few_steps(1_000_000, 1), "fill", _few(40)),
        Route("200 000 runs x 5", _few_steps(200_000, 5), "fill", _few(30)),
        Route("100 000 runs x 10", _few_steps(100_000, 10), "fill", _few(25)),
        Route("one position of 10^6 runs", _one_position, "multiply", ONE.__getitem__),
    )
}


def most(route: str, row: str) -> float:
    """The target of a route with a row."""
    return ROUTES[route].most(GROUP[row])


def works(route: str, row: str) -> tuple[Work, Work]:
    """The work of a route with a row, and its reference."""
    return ROUTES[route].prepare(ROWS[row])
