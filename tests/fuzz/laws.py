"""What must hold for every schedule that was accepted, whatever it was made of."""

from __future__ import annotations

import math
import pickle
from random import Random
from typing import Any

import numpy as np

import decaylr as dl

LARGEST = 64  # runs of a schedule that is evaluated
FEW = 9  # positions of a table
NAMES = vars(dl) | {"array": np.array, "inf": math.inf}


def hold(schedule: dl.Schedule, random: Random) -> None:
    """AssertionError where a route or a copy of a schedule gives other bits."""
    if schedule.size > LARGEST:
        return
    start = _start(schedule, random)
    try:
        table = schedule.table(FEW, start=start)
    except ValueError:
        if '"raise"' in schedule.to_json():  # an ending that refuses positions
            return
        raise
    _routes(schedule, start, table)
    _folds(schedule, start, table)
    _copies(schedule, start, table)


def _start(schedule: dl.Schedule, random: Random) -> int:
    length = float(np.max(schedule.length))
    near = [0, random.randrange(300), 2**53 - 4, 2**63 - FEW - 1]
    if length < 2**62:
        near.append(max(0, int(length) - random.randrange(FEW)))
    return random.choice(near)


def _same(got: Any, want: Any, what: str) -> None:
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, (what, got.shape, want.shape)
    equal = np.array_equal(got, want, equal_nan=got.dtype.kind == "f")
    assert equal, (what, got, want)


def _routes(s: dl.Schedule, start: int, table: Any) -> None:
    assert table.dtype == np.float64
    assert table.shape == (*s.shape, FEW)
    _same(np.stack([np.asarray(s(start + k)) for k in range(FEW)], axis=-1), table, "call")
    positions = np.arange(FEW, dtype=np.int64) + start
    _same(s(positions.reshape(-1, *[1] * s.ndim)), np.moveaxis(table, -1, 0), "array")
    _same(s.table(FEW, start=start, layout="steps"), np.moveaxis(table, -1, 0), "layout")
    _same(s.table((FEW + 1) // 2, start=start, stride=2), table[..., ::2], "stride")
    with np.errstate(over="ignore"):
        narrow = table.astype(np.float32)
    _same(s.table(FEW, start=start, dtype=np.float32), narrow, "float32")
    cursor = s.cursor(start)
    for k in range(FEW):
        _same(cursor.value, table[..., k], "cursor")
        cursor.step() if k < FEW - 1 else None
    if s.shape:
        last = (-1,) * s.ndim
        _same(s[last].table(FEW, start=start), table[last], "one run")


def _folds(s: dl.Schedule, start: int, table: Any) -> None:
    fold = s.fold(FEW, start=start)
    _same(fold.initial, table[..., 0], "initial")
    _same(fold.final, table[..., -1], "final")
    if not np.isnan(table).any():
        _same(fold.peak, table.max(axis=-1), "peak")
        _same(fold.peak_at, start + table.argmax(axis=-1), "peak_at")


def _copies(s: dl.Schedule, start: int, table: Any) -> None:
    assert dl.from_dict(s.to_dict()) == s
    for again in (dl.from_json(s.to_json()), pickle.loads(pickle.dumps(s))):
        assert again == s
        assert hash(again) == hash(s)
        _same(again.table(FEW, start=start), table, "copy")
    text = repr(s)
    if " array of shape " not in text and _depth(s) < 60:  # Python's own limit on parentheses
        assert eval(text, NAMES) == s, text


def _depth(schedule: Any) -> int:
    return 1 + max([_depth(child) for child in schedule.children], default=0)
