"""Folds at the largest positions, compared with sums over single values."""

from __future__ import annotations

import math

import numpy as np
import pytest

import decaylr as dl

LAST = 2**63 - 1
PEAKS = np.array([0.3, 1.0, -0.7])


def near(end):
    """Schedules of every kind with lengths and boundaries a little before `end`."""
    line = dl.linear(PEAKS, 0.1, end - 40)
    up = dl.linear(0.0, 1.0, end - 70)
    return {
        "constant": dl.constant(PEAKS),
        "short line": dl.linear(PEAKS, 0.0, 5),
        "line": line,
        "square": dl.polynomial(PEAKS, 0.1, end - 40, 2),
        "root": dl.polynomial(PEAKS, 0.1, end - 40, 0.5),
        "cosine": dl.cosine(PEAKS, 0.0, end - 40),
        "rex": dl.rex(PEAKS, 0.1, end - 40),
        "tanh": dl.tanh(PEAKS, 0.1, end - 40, -3.0, 3.0),
        "short tanh": dl.tanh(PEAKS, 0.1, 50, -3.0, 3.0),
        "exponential": dl.exponential(PEAKS, 1 - 1e-15),
        "to a floor": dl.exponential(PEAKS[:2], 0.9, end_value=1e-3),
        "short stairs": dl.exponential(PEAKS, 0.9999, 1, staircase=True, end_value=-1.5),
        "stairs": dl.exponential(PEAKS, 0.5, end - 40, staircase=True),
        "short steps": dl.step(PEAKS, [1, 2, 3], 1.0),
        "steps": dl.step(PEAKS, end - 40, 0.5),
        "milestones": dl.multi_step(PEAKS, [3, end - 40], 0.5),
        "pieces": dl.piecewise_constant([3, end - 40], [1.0, 3.0, 2.0]),
        "inverse": dl.inverse(PEAKS, 0.01, 1, [1, 0.5, 1.3]),
        "knots": dl.interpolate([3, end - 90, end - 40], [0.1, 1.0, 0.2]),
        "smooth": dl.interpolate([3, end - 90, end - 40], [0.1, 1.0, 0.2], "pchip"),
        "samples": dl.samples([0.1, 0.7, 0.3]),
        "again": line.ending("repeat"),
        "to and fro": line.ending("mirror"),
        "short cycles": dl.cosine(PEAKS, 0.0, 7).repeat(),
        "long cycles": line.repeat(end - 40, value_scale=0.5),
        "steps of growing cycles": dl.step(PEAKS, 3, 0.9).repeat(
            end - 40, period_scale=1.25, lengths="real"
        ),
        "held": dl.cosine(PEAKS, 0.0, 7).repeat(count=9),
        "phases": up.then(dl.cosine(PEAKS, 0.0, 50)).then(dl.constant(0.5)),
        "moved": line.advance(end - 99),
        "stretched": line.stretch(3),
        "staircase": line.staircase(end - 99),
        "scaled": -0.3 * line / 7.0,
        "clipped": line.clip(lo=0.2),
        "together": dl.stack([line[0], up]),
    }


def plain(values, momentum):
    """Sum, sum of magnitudes, and annealing area by their definitions."""
    m = area = 0.0
    for before, value in zip(values[:1].tolist() + values.tolist(), values, strict=False):
        m = momentum * m + (before - value)
        area += m
    return math.fsum(values), math.fsum(abs(values)), area


@pytest.mark.parametrize("end", [2**53, 2**55, 2**62, LAST], ids=lambda end: f"{end:#x}")
@pytest.mark.parametrize("name", near(2**53))
def test_folds_at_the_largest_positions_are_those_of_single_values(name, end):
    s = near(end)[name]
    for steps in (1, 3, 64, 200, 600):
        start = min(end + 60, LAST) - (steps - 1)
        found = s.fold(steps, start=start)
        values = np.stack([s(start + i) for i in range(steps)], axis=-1)
        at = start + values.argmax(axis=-1)
        np.testing.assert_array_equal(found.initial, values[..., 0])
        np.testing.assert_array_equal(found.final, values[..., -1])
        np.testing.assert_array_equal(found.peak, values.max(axis=-1))
        np.testing.assert_array_equal(found.peak_at, at)
        limit = 0.5 * found.peak[..., None]
        np.testing.assert_array_equal(found.spent(0.5), (values < limit).sum(axis=-1) / steps)
        under = (values <= limit) & (np.arange(steps) >= (at - start)[..., None])
        first = np.where(under.any(axis=-1), start + under.argmax(axis=-1), -1)
        np.testing.assert_array_equal(found.half_at, first)
        totals, areas = (
            found.totals_at([start + steps // 2, start + steps - 1]),
            found.annealing(0.9),
        )
        np.testing.assert_array_equal(totals[..., 1], found.total)
        for run in np.ndindex(s.shape):
            total, size, area = plain(values[run], 0.9)
            half, _, _ = plain(values[run][: steps // 2 + 1], 0.9)
            assert abs(found.total[run] - total) <= 2**-49 * size
            assert abs(totals[run][0] - half) <= 2**-49 * size
            assert abs(areas[run] - area) <= 2**-44 * size
