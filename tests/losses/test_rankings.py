"""The best runs of a sweep, by a law."""

from __future__ import annotations

import numpy as np
import pytest

import decaylr as dl
from decaylr.laws import ConvexBound, MultiPower, named

LAW = MultiPower.published("100M", drops_from=100)


def test_runs_ascend_by_loss_and_keep_their_parameters():
    def way(peak, cut):
        stable = dl.linear(0.0, peak, 100).then(dl.constant(peak, 900 - cut))
        return stable.then(dl.linear(peak, peak / 100, cut))

    sweep = dl.sweep.grid(way, peak=[1e-4, 3e-4, 0.03 * 0.02], cut=[50, 100, 300, 800])
    found = LAW.best(sweep, 1000, 5)
    losses = LAW.predict(sweep.schedule, 1000).ravel()
    np.testing.assert_array_equal(found.losses, np.sort(losses)[:5])
    np.testing.assert_array_equal(losses[found.runs], found.losses)
    assert len(found) == 5
    for name, column in found.columns.items():
        np.testing.assert_array_equal(column, sweep.columns[name].ravel()[found.runs])
    np.testing.assert_array_equal(LAW.predict(found.schedule, 1000), found.losses)
    assert len(str(found).splitlines()) == 5
    assert f"{found.losses[0]:.6f}  run {found.runs[0]}  peak" in str(found)


def test_equal_losses_keep_the_order_of_runs():
    same = dl.constant([1e-4, 2e-4, 1e-4, 2e-4, 2e-4])
    assert LAW.best(same, 500, 5).runs.tolist() == [1, 3, 4, 0, 2]


def test_refusals():
    with pytest.raises(ValueError, match="n must be at most the number of runs, 2"):
        LAW.best(dl.constant([1.0, 2.0]), 10, 3)
    with pytest.raises(ValueError, match="n must be >= 1"):
        LAW.best(dl.constant([1.0, 2.0]), 10, 0)
    with pytest.raises(TypeError, match="sweep must be a Sweep or a Schedule, got list"):
        LAW.best([1.0], 10, 1)


def test_the_best_of_a_small_search_is_near_the_optimum_over_all_rates():
    # Of 21 840 free rates behind the warmup, by the law's authors: 3.14968, 2.79414, 2.53322.
    for size, optimum in (("25M", 3.14968), ("100M", 2.79414), ("400M", 2.53322)):
        law = MultiPower.published(size, warmup_sum=0.324)

        def way(part, power, end):
            cut = np.rint(part * 21840)
            decay = dl.polynomial(3e-4, 3e-4 * end, cut, power)
            return dl.join([dl.constant(3e-4), decay], [21840 - cut])

        sweep = dl.sweep.grid(way, part=[0.08, 0.1, 0.15], power=[1.0, 1.5, 2.0], end=[0.0, 0.004])
        assert 0 <= law.best(sweep, 21840).losses[0] - optimum <= 3e-4


def test_laws_by_name():
    assert named("multi-power:25M", drops_from=7) == MultiPower.published("25M", drops_from=7)
    assert named("convex-bound") == ConvexBound()
    with pytest.raises(ValueError, match="law must be one of multi-power:25M"):
        named("multi-power")
    with pytest.raises(TypeError, match="law must be one of"):
        named(3)
