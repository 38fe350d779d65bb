"""Fits find constants again, hold as well as the published ones, and say how sure they are."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import decaylr as dl
from decaylr.laws import Annealing, ConvexBound, Functional, LossCurve, MultiPower
from tests.losses.published import TESTED, TRAINED, curves

TRUE = [
    Annealing(2.6, 0.43, 0.55, 0.6, 0.998, drops_from=100),
    MultiPower(2.6, 0.6, 0.45, 440.0, 2.1, 0.6, 0.65, warmup_sum=0.03),
    Functional(2.6, 0.6, 0.45, 150.0, 1.1, 20.0, 0.6),
    ConvexBound(0.8, 11.0, 2.5),
]


def simulated(law, noise=0.0, seed=0):
    """Loss curves that a law predicts, of a few schedules."""
    warmup = dl.linear(1e-6, 3e-4, 100)
    schedules = [
        warmup.then(dl.cosine(3e-4, 3e-5, 2900)),
        warmup.then(dl.constant(3e-4)),
        warmup.then(dl.constant(3e-4, 1400), dl.constant(9e-5)),
        warmup.then(dl.constant(3e-4, 2000), dl.linear(3e-4, 3e-5, 900)),
    ]
    generator = np.random.default_rng(seed)
    at = np.arange(150, 3000, 57)
    return [
        LossCurve(s, at, law.predict(s, 3000, at) * np.exp(noise * generator.normal(size=at.size)))
        for s in schedules
    ]


@pytest.mark.parametrize("law", TRUE, ids=lambda law: type(law).__name__)
def test_constants_of_simulated_curves_are_found_again(law):
    conventions = {k: v for k, v in law.to_dict().items() if k in ("warmup_sum", "drops_from")}
    fit = type(law).fit(simulated(law), bootstrap=0, **conventions)
    assert fit.objective < 1e-12
    assert fit.errors.worst.max() < 1e-6
    for name, value in fit.constants.items():
        assert value == pytest.approx(getattr(law, name), rel=2e-2), name


def test_intervals_cover_the_constants_of_noisy_curves():
    law = TRUE[0]
    fit = Annealing.fit(simulated(law, noise=1e-3), bootstrap=40, seed=3, drops_from=100)
    assert set(fit.intervals) == set(Annealing.constants())
    for name, (low, high) in fit.intervals.items():
        assert low < fit.constants[name] < high
        assert low < getattr(law, name) < high, name
    again = Annealing.fit(simulated(law, noise=1e-3), bootstrap=40, seed=3, drops_from=100)
    assert again.intervals == fit.intervals
    text = str(fit)
    assert all(name in text for name in Annealing.constants())
    assert law.convention in text
    assert f"by start: {fit.starts[0]:.4g}" in text


@pytest.mark.parametrize("millions", [25, 100, 400])
def test_a_fit_holds_as_well_as_the_published_constants(millions):
    published = MultiPower.published(f"{millions}M")
    fit = MultiPower.fit(curves(millions, TRAINED), bootstrap=0)
    ours, theirs = fit.errors, published.errors(curves(millions, TRAINED))
    assert ours.mae.mean() <= theirs.mae.mean()
    assert np.ptp(fit.starts[:2]) <= 1e-2 * fit.starts[0]  # two starts found one minimum
    unseen = fit.law.errors(curves(millions, TESTED)).mae.mean()
    assert unseen <= 1.15 * published.errors(curves(millions, TESTED)).mae.mean()


def test_errors_by_hand():
    law = ConvexBound(1.0, 0.0, 0.0)  # 1 / (2 * sum of rates)
    found = law.errors([(dl.constant(1.0), [1, 0], [0.2, 0.5])])
    assert found.mae.tolist() == [pytest.approx(0.025)]
    assert found.rmse.tolist() == [pytest.approx(0.05 / 2**0.5)]
    assert found.worst.tolist() == [pytest.approx(0.25)]
    assert found.relative.tolist() == [pytest.approx(0.125)]
    assert found.r2.tolist() == [pytest.approx(1 - 0.05**2 / (2 * 0.15**2))]


REFUSED = [
    ([], ValueError, "curves must be at least one"),
    ([1.0], TypeError, r"curves\[0\] must be a tuple"),
    ([(1.0, [1], [1.0])], TypeError, r"curves\[0\]\[0\] must be a Schedule"),
    ([(dl.constant([1.0, 2.0]), [1], [1.0])], ValueError, "a single schedule"),
    ([(dl.constant(1.0), [1.5], [1.0])], TypeError, "a list of integers"),
    ([(dl.constant(1.0), [-1], [1.0])], ValueError, ">= 0"),
    ([(dl.constant(1.0), [1], [0.0])], ValueError, "> 0"),
    ([(dl.constant(1.0), [1, 2], [1.0])], ValueError, "one loss per position"),
]


@pytest.mark.parametrize(("given", "error", "text"), REFUSED)
def test_refused_curves(given, error, text):
    with pytest.raises(error, match=text):
        MultiPower.fit(given)


def test_laws_predict_without_scipy_and_say_what_a_fit_needs():
    code = """
import sys
sys.modules["scipy"] = None
import decaylr as dl
law = dl.laws.MultiPower.published("100M")
assert law.predict(dl.constant(3e-4), 100) > 2
try:
    law.fit([(dl.constant(3e-4), [1, 2], [3.0, 2.9])])
except ImportError as error:
    assert "decaylr[laws]" in str(error)
else:
    raise SystemExit("fitted without SciPy")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
