"""Every way to the values of a schedule, compared bit for bit with single runs at one position."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import numpy as np

import decaylr as dl
from tests.compare import same

NAMES = vars(dl) | {"array": np.array, "inf": np.inf}  # for `eval(repr(schedule))`


LAST = 2**63 - 1  # position
LONGER = 20  # times the positions of a window, over which sums are compared too


@dataclass(frozen=True)
class Window:
    """Positions start, start + stride, ..., `steps` of them."""

    start: int
    stride: int
    steps: int

    @property
    def positions(self) -> list[int]:
        return [self.start + k * self.stride for k in range(self.steps)]

    @property
    def options(self) -> dict[str, int]:
        return {"start": self.start, "stride": self.stride}


def one_by_one(schedule, positions):
    """The reference: each run at each position alone, of shape `shape + positions.shape`."""
    runs = [schedule] if schedule.shape == () else list(schedule.ravel())
    values = [[run(p) for p in positions] for run in runs]
    return np.array(values).reshape(*schedule.shape, len(positions))


def gathered(schedule, positions):
    """The same values from one call with an array of positions."""
    array = np.array(positions).reshape(-1, *[1] * schedule.ndim)
    return np.moveaxis(schedule(array), 0, -1)


def compare(schedule, window: Window, rng: np.random.Generator) -> int:
    """Compare every route over a window; return the number of values that were compared."""
    expected = one_by_one(schedule, window.positions)
    tables = _tables(schedule, window, expected)
    calls = _calls(schedule, window, expected, rng)
    copies = _copies(schedule, window, expected)
    return tables + calls + copies + _cursor_and_fold(schedule, window)


def _tables(schedule, window, expected) -> int:
    """Both layouts, two threads, float32, pieces, blocks and single runs."""
    steps, options = window.steps, window.options
    same(schedule.table(steps, **options), expected)
    same(schedule.table(steps, threads=2, **options), expected)
    same(schedule.table(steps, layout="steps", **options), np.moveaxis(expected, -1, 0))
    with np.errstate(over="ignore"):
        narrow = expected.astype(np.float32)
    got = schedule.table(steps, dtype=np.float32, **options)
    np.testing.assert_array_equal(got.view(np.int32), narrow.view(np.int32))
    filled = np.full_like(expected, np.nan)
    for index, piece in schedule.blocks(steps, 8 * (steps // 3 + 1), **options):
        filled[index] = piece
    same(filled, expected)
    for run in range(len(schedule) if schedule.ndim else 0):
        same(schedule[run].table(steps, **options), expected[run])
    return (6 if schedule.ndim else 5) * expected.size


def _calls(schedule, window, expected, rng) -> int:
    """Positions in order, in any order, as floats, and all runs at one position."""
    positions = window.positions
    same(gathered(schedule, positions), expected)
    order = rng.permutation(window.steps)
    same(gathered(schedule, [positions[k] for k in order]), expected[..., order])
    exact = [k for k in range(window.steps) if positions[k] <= 2**53]
    if exact:
        same(gathered(schedule, [float(positions[k]) for k in exact]), expected[..., exact])
    some = order[:5]
    same(np.array([schedule(positions[k]) for k in some]), np.moveaxis(expected[..., some], -1, 0))
    runs = expected[..., 0].size
    return 2 * expected.size + runs * (len(exact) + len(some))


def _copies(schedule, window, expected) -> int:
    """After pickle, JSON and repr."""
    copies = [pickle.loads(pickle.dumps(schedule)), dl.from_json(schedule.to_json())]
    if schedule.size <= 1000:
        copies.append(eval(repr(schedule), NAMES))
    for copy in copies:
        assert copy == schedule
        same(copy.table(window.steps, **window.options), expected)
    return len(copies) * expected.size


def _cursor_and_fold(schedule, window) -> int:
    """Step by step, after seeks, and what a fold says of consecutive positions."""
    start, steps = window.start, window.steps
    table = schedule.table(steps, start=start)
    same(table, one_by_one(schedule, range(start, start + steps)))
    cursor = schedule.cursor(start)
    for k in range(steps):
        same(cursor.value, table[..., k])
        if k + 1 < steps:
            cursor.step()
    for k in (steps // 2, 0, steps - 1):
        cursor.seek(start + k)
        same(cursor.value, table[..., k])
    _fold(schedule, start, table)
    farther = min(LONGER * steps, LAST - start)
    _fold(schedule, start, schedule.table(farther, start=start))
    return 3 * table.size


def _fold(schedule, start, table) -> None:
    found = schedule.fold(table.shape[-1], start=start)
    same(found.initial, table[..., 0])
    same(found.final, table[..., -1])
    first = table.argmax(axis=-1)
    np.testing.assert_array_equal(found.peak_at, start + first)
    same(found.peak, np.take_along_axis(table, first[..., None], axis=-1)[..., 0])
    with np.errstate(invalid="ignore"):  # infinities of both signs have no sum
        sums, sizes = table.sum(axis=-1), np.abs(table).sum(axis=-1)
    finite = np.isfinite(sums)
    assert np.all(np.abs(found.total[finite] - sums[finite]) <= 1e-12 * sizes[finite])


def compare_fractions(schedule, positions: list[float], rng: np.random.Generator) -> int:
    """Compare the routes that take fractional positions: alone, in arrays of any order."""
    expected = one_by_one(schedule, positions)
    same(gathered(schedule, positions), expected)
    order = rng.permutation(len(positions))
    same(gathered(schedule, [positions[k] for k in order]), expected[..., order])
    same(np.array([schedule(p) for p in positions]), np.moveaxis(expected, -1, 0))
    same(gathered(pickle.loads(pickle.dumps(schedule)), positions), expected)
    return 4 * expected.size
