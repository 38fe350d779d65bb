"""Few positions of many runs, and any positions of one run, are evaluated by vectors across runs.

Their values have the bits of single positions.
"""

import numpy as np
import pytest

import decaylr as dl
from tests.compare import same
from tests.routes import one_by_one

RUNS = 75  # more than one vector across runs holds


def _numbers(seed: int):
    """Peaks, lengths and shares as people write them: k/10, k/4, n/3, 0.03 n, whole numbers."""
    rng = np.random.default_rng(seed)
    peak = 10 ** rng.uniform(-4, -1, RUNS)
    whole = rng.integers(40, 400, RUNS).astype(float)
    written = np.stack([whole, whole / 10 + 30, whole / 4, whole / 3, 0.03 * whole + 20])
    length = written[rng.integers(0, 5, RUNS), np.arange(RUNS)]
    warmup = np.where(rng.random(RUNS) < 0.2, 0.0, 0.03 * length + rng.integers(0, 8, RUNS) / 4)
    return peak, length, warmup


SCHEDULES = {
    "linear": lambda v, n, w: dl.linear(v, v / 10, n),
    "cosine": lambda v, n, w: dl.cosine(v, 0.0, n),
    "cosine, k": lambda v, n, w: dl.cosine(v, 0.0, n, k=1.5),
    "exponential": lambda v, n, w: dl.exponential(v, half_life=n),
    "exponential, bounded": lambda v, n, w: dl.exponential(v, half_life=n, end_value=v / 2),
    "warmup, cosine": lambda v, n, w: dl.warmup_cosine(0.0, v, w, w + n),
    "warmup, exponential": lambda v, n, w: dl.linear(0.0, v, w + 1).then(dl.exponential(v, 0.9, n)),
    "wsd": lambda v, n, w: dl.wsd(v, w, n, n / 5),
    "one cycle": lambda v, n, w: dl.one_cycle(v, 3 * n),
    "repeat": lambda v, n, w: dl.cosine(v, 0.0, n).repeat(lengths="real"),
    "repeat, whole": lambda v, n, w: dl.linear(v, 0.0, n).repeat(np.floor(n), value_scale=0.9),
    "repeat, grows": lambda v, n, w: dl.cosine(v, 0.0, n).repeat(period_scale=1.5),
    "repeat, grows and decays": lambda v, n, w: dl.warmup_cosine(0.0, v, w, w + n).repeat(
        period_scale=1 + w / 10, value_scale=0.8, lengths="real", count=3
    ),
    "stretch": lambda v, n, w: dl.cosine(v, 0.0, n).stretch(n / 100),
    "stretch, exponential": lambda v, n, w: dl.exponential(v, 0.99, n, end_value=v / 9).stretch(
        1.37
    ),
    "epochs": lambda v, n, w: dl.warmup_cosine(0.0, v, w, w + n).stretch(1 / 3.91),
    "extend": lambda v, n, w: dl.wsd(v, w + 1, n, n / 5).extend(3 * n + 50, at=5),
    "advance": lambda v, n, w: dl.cosine(v, 0.0, n).advance(w),
    "mirror": lambda v, n, w: dl.cosine(v, 0.0, n).ending("mirror"),
    "ends again": lambda v, n, w: dl.warmup_cosine(0.0, v, w, w + n).ending("repeat"),
    "staircase": lambda v, n, w: dl.cosine(v, 0.0, n).staircase(w + 1),
    "sum": lambda v, n, w: (dl.cosine(v, 0.0, n) + dl.linear(v, 0.0, w + 5)).stretch(1.5),
    "clip": lambda v, n, w: dl.cosine(v, 0.0, n).clip(v / 3, v / 2).advance(w),
    "mixed": lambda v, n, w: dl.concatenate(
        [dl.cosine(v, 0.0, n), dl.rex(v, 0.0, n), dl.linear(0.0, v, w + 1)]
    ).repeat(150.5, lengths="real"),
    "many parts": lambda v, n, w: dl.join([dl.linear(v, i / 10, n) for i in range(12)]),
}


def _starts(schedule, rng):
    """0, places inside, and beside where the first and the last run end."""
    ends = [float(x) for x in np.ravel(schedule.length)[[0, -1]] if np.isfinite(x)]
    beside = [max(int(x) - 4, 0) for x in ends]
    return [0, 1, 60, *rng.integers(0, 900, 2).tolist(), *beside]


@pytest.mark.parametrize("name", SCHEDULES)
def test_few_positions_of_many_runs(name):
    schedule = SCHEDULES[name](*_numbers(len(name)))
    rng = np.random.default_rng(1)
    for start in _starts(schedule, rng):
        for steps in (1, 3, 10, 31):
            expected = one_by_one(schedule[::9], range(start, start + steps))
            by_run = schedule.table(steps, start=start)
            same(by_run[::9], expected)
            same(schedule.table(steps, start=start, layout="steps").T, by_run)
            narrow = schedule.table(steps, start=start, dtype=np.float32)
            same(narrow, by_run.astype(np.float32))
        same(schedule(start), schedule.table(1, start=start)[..., 0])


@pytest.mark.parametrize("name", SCHEDULES)
def test_any_positions_of_one_run(name):
    schedule = SCHEDULES[name](*_numbers(len(name)))
    rng = np.random.default_rng(2)
    for run in (0, 7, 31, 74):
        single = schedule[run]
        together = np.arange(130, 330)
        positions = np.concatenate([rng.integers(0, 1200, 300), together, rng.integers(0, 90, 70)])
        same(single(positions), np.array([single(int(p)) for p in positions]))
        table = single.table(40, start=3, stride=4096 * 7)
        same(table, np.array([single(3 + k * 4096 * 7) for k in range(40)]))
