"""Schedules as deep as they may be, of every combinator; and all that is done with schedules.

    python -m tests.robust.towers KIND

does everything with the towers of one kind, on a thread with a stack of 512 KiB, as macOS gives to
threads, called from a program that is itself 150 calls deep.
"""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

import decaylr as dl
from decaylr.tree.node import DEEPEST

SMALL_STACK = 512 * 1024
CALLS_AROUND = 150

# One level more: the schedule and a curve of its shape give a schedule.
LEVELS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda s, _: 1.0 + s,
    "product": lambda s, _: dl.linear(1.0, 0.9, 90) * s,
    "difference": lambda s, _: 1.0 - s,
    "negative": lambda s, _: -s,
    "quotient": lambda s, _: s / 1.01,
    "clip": lambda s, _: s.clip(0.0, 9.0),
    "join, first part": lambda s, curve: dl.join([s, curve], [40]),
    "join, last part": lambda s, curve: dl.join([curve, s], [1]),
    "join, fractions": lambda s, curve: dl.join([curve, s], [0.5]),
    "repeat": lambda s, _: s.repeat(7),
    "repeat, growing": lambda s, _: s.repeat(7, period_scale=1.5, value_scale=0.9),
    "repeat, fractions": lambda s, _: s.repeat(7.5, lengths="real"),
    "staircase": lambda s, _: s.staircase(2),
    "advance": lambda s, _: s.advance(1),
    "advance, fractions": lambda s, _: s.advance(0.25),
    "stretch": lambda s, _: s.stretch(1.01),
    "ending, repeat": lambda s, curve: dl.join([s, curve], [40]).ending("repeat"),
    "ending, mirror": lambda s, curve: dl.join([s, curve], [40]).ending("mirror"),
    "ending, raise": lambda s, curve: dl.join([s, curve], [90]).ending("raise"),
    "select": lambda s, _: 1.0 + dl.concatenate([s.reshape(-1), dl.linear([1.0], 0.0, 9)]),
}
ENDLESS = {"repeat", "repeat, growing", "repeat, fractions"}  # an ending needs a length
REFUSING = {"ending, raise"}
MIXED = [level for name, level in LEVELS.items() if name not in ENDLESS | REFUSING | {"select"}]


def tower(name: str, curve: Any) -> Any:
    """A schedule to which no level of this kind can be added."""
    levels = MIXED if name == "mixed" else [LEVELS[name]]
    schedule, number = curve, 0
    while True:
        try:
            schedule = levels[number % len(levels)](schedule, curve)
        except ValueError as error:
            if f"at most {DEEPEST} deep" not in str(error):
                raise
            return schedule
        number += 1


def taken_apart(s: Any) -> None:
    """Text, copies, data, parts and comparisons."""
    assert repr(s) == str(s)
    again = [pickle.loads(pickle.dumps(s, protocol)) for protocol in range(2, 6)]
    again += [dl.from_dict(s.to_dict()), dl.from_json(s.to_json()), copy.copy(s), copy.deepcopy(s)]
    for other in again:
        assert other == s
        assert hash(other) == hash(s)
        assert s.diff(other) == []
    assert len(s.diff(dl.constant(1.0))) == 1
    assert s.length.shape == s.shape
    flat = s.reshape(-1)
    assert dl.stack([flat, flat])[1, 0] == flat[0]


def evaluated(s: Any) -> None:
    """Every route gives the value of every other."""
    full = s.table(40)
    at = np.arange(40)
    np.testing.assert_array_equal(full[..., 3], s(3))
    np.testing.assert_array_equal(full, s(at) if s.shape == () else s(at[:, None]).T)
    np.testing.assert_array_equal(full, s.table(40, layout="steps").T)
    np.testing.assert_array_equal(full[..., ::3], s.table(14, stride=3))
    np.testing.assert_array_equal(full.astype(np.float32), s.table(40, dtype=np.float32))
    np.testing.assert_array_equal(
        np.concatenate([b for _, b in s.blocks(40, 80)], -1).ravel()[:5], full.ravel()[:5]
    )
    long = s.table(30_000, threads=2)
    np.testing.assert_array_equal(long[..., :40], full)
    assert np.shape(s(3.25)) == s.shape
    cursor = s.cursor()
    for k in range(40):
        np.testing.assert_array_equal(cursor.value, full[..., k])
        cursor.step()
    for steps in (40, 20_000):
        fold = s.fold(steps, threads=2)
        np.testing.assert_array_equal(fold.peak, long[..., :steps].max(-1))
        assert np.all(fold.below(0.5) < steps)
        assert np.all(fold.spent(0.5) <= 1.0)
        assert np.all(np.isfinite(fold.annealing(0.9)))
        np.testing.assert_allclose(fold.totals_at([1]), full[..., :2].sum(-1)[..., None])


def within_calls(count: int, work: Callable[[], None]) -> None:
    """Call `work` from so many calls around it."""
    if count:
        within_calls(count - 1, work)
    else:
        work()


def everything(name: str) -> None:
    """With a batch; with a single schedule too where all kinds are mixed."""
    curves = [dl.cosine([1.0, 2.0, 3.0], 0.1, 90)]
    if name == "mixed":
        curves.append(dl.cosine(1.0, 0.1, 90))
    for curve in curves:
        s = tower(name, curve)
        taken_apart(s)
        if name not in REFUSING:
            assert s._repr_html_().count("<svg") == 1
            evaluated(s)


def on_a_small_stack(work: Callable[[], None]) -> list[BaseException]:
    """What `work` raises on a thread with a small stack, far from its beginning."""
    raised: list[BaseException] = []

    def target() -> None:
        try:
            within_calls(CALLS_AROUND, work)
        except BaseException as error:
            raised.append(error)

    threading.stack_size(SMALL_STACK)
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return raised


if __name__ == "__main__":
    for error in on_a_small_stack(lambda: everything(sys.argv[1])):
        raise error
