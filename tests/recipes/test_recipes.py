"""Recipes compared with formulas in scalar Python and with numbers from other libraries' tests."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest

import decaylr as dl
from decaylr import recipes
from decaylr.recipes.phases import FORMS
from tests.compare import close
from tests.paths import ROOT


@pytest.mark.parametrize(
    ("offset", "divisor", "progress"),
    [
        (0, None, lambda p: p / 8),
        (1, None, lambda p: (p + 1) / 8),
        (1, 9, lambda p: (p + 1) / 9),
        (0, 7, lambda p: p / 7),
        (0.5, 8, lambda p: (p + 0.5) / 8),
    ],
)
def test_warmup_counts(offset, divisor, progress):
    s = dl.warmup(dl.linear(2.0, 0.0, 50), 8, init_value=0.5, offset=offset, divisor=divisor)
    for p in range(8):
        close(s(p), 0.5 + 1.5 * progress(p))
    close([s(8), s(33), s(58)], [2.0, 1.0, 0.0])


def test_warmup_clocks():
    curve = dl.polynomial(1.0, 0.0, 100, 2)
    after, under = dl.warmup(curve, 10), dl.warmup(curve, 10, clock="under")
    close([after(5), after(10), after(60)], [0.5, 1.0, 0.25])
    close([under(5), under(10), under(50)], [0.81 / 2, 0.81, 0.25])
    assert (after.length, under.length) == (110, 100)


@pytest.mark.parametrize("peak", [0.7, 3 / 7, [0.2, 1.1]])
def test_warmup_to_another_peak(peak):
    s = dl.warmup(dl.cosine(0.5, 0.0, 90), 9, init_value=0.1, peak_value=peak)
    peaks = np.asarray(peak)
    for p in range(9):
        np.testing.assert_allclose(s(p), 0.1 + (peaks - 0.1) * p / 9, rtol=1e-15)
    np.testing.assert_array_equal(s(9), np.full(peaks.shape, 0.5))
    with pytest.raises(ValueError, match="peak_value must be finite, got nan"):
        dl.warmup(1.0, 9, peak_value=np.nan)


def test_warmup_of_no_length():
    s = dl.warmup(dl.cosine(1.0, 0.0, 100), [0, 10])
    close(
        s(np.array([[0], [5], [10]])),
        [[1.0, 0.0], [math.cos(math.pi / 40) ** 2, 0.5], [math.cos(math.pi / 20) ** 2, 1.0]],
    )


def test_warmup_fractional():
    s = dl.warmup(dl.exponential(1.0, 0.5), 2.5, init_value=0.1)
    close([s(0), s(1.25), s(2.5), s(4.5)], [0.1, 0.55, 1.0, 0.25])


def test_warmup_cosine():
    s = dl.warmup_cosine(0.1, 2.0, 100, 1100, end_value=0.3, exponent=1.5)
    for p in range(0, 100, 9):
        close(s(p), 0.1 + 1.9 * p / 100)
    for p in range(100, 1100, 90):
        close(s(p), 0.3 + 1.7 * math.cos(math.pi * (p - 100) / 2000) ** 3)
    assert s(1100) == s(5000) == 0.3
    assert s.length == 1100


def test_warmup_cosine_of_no_length():
    s = dl.warmup_cosine(0.0, 1.0, [0, 10, 10], [100, 10, 110])
    np.testing.assert_array_equal(s(0), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(s(10)[1:], [0.0, 1.0])
    np.testing.assert_array_equal(s.length, [100, 10, 110])


def test_wsd_phases_of_no_length():
    s = dl.wsd([1.0, 2.0, 3.0], [0, 10, 10], [10, 0, 10], [10, 10, 0], end_value=0.5)
    np.testing.assert_array_equal(s(0), [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(s(10), [1.0, 2.0, 3.0])
    close(s(15), [0.75, 1.25, 3.0])
    np.testing.assert_array_equal(s(20), [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(s.length, [20, 20, 20])
    assert dl.wsd(1.0, 0, 0, 0, end_value=0.25)(0) == 0.25


def test_trapezoid():
    s = dl.trapezoid(2.0, 100, 10, 40, init_value=1.0, end_value=0.5)
    assert s == dl.wsd(2.0, 10, 50, 40, 1.0, 0.5)
    with pytest.raises(ValueError, match=r"^total_steps must be >= warmup_steps \+ decay_steps"):
        dl.trapezoid(1.0, 100, 60, 50)


def test_wsd_s():
    s = dl.wsd_s(1.0, 100, [800, 1800, 2900], [1000, 2000, 3000], end_value=0.1)
    positions = [50, 100, 799, 900, 999, 1000, 1900, 2000, 2899, 2950, 3000, 9999]
    close(
        [s(p) for p in positions], [0.5, 1, 1, 0.55, 0.1 + 0.9 / 200, 1, 0.55, 1, 1, 0.55, 0.1, 0.1]
    )
    assert s.length == 3000


def test_wsd_s_in_a_batch():
    s = dl.wsd_s(1.0, [10, 20], [[50, 80], [60, 90]], [[60, 100], [60, 100]], decay="1-sqrt")
    one = dl.wsd_s(1.0, 10, [50, 80], [60, 100], decay="1-sqrt")
    two = dl.wsd_s(1.0, 20, [60, 90], [60, 100], decay="1-sqrt")
    for p in range(105):
        np.testing.assert_array_equal(s(p), [one(p), two(p)])
    assert two(60) == 1.0


def test_infinite():
    s = dl.infinite(1.0, 10, 100, 0.25, 500, 200, 0.01, cooldown=("inverse-sqrt", 3.0))
    f = lambda x: 1 / math.sqrt(1 + 3 * x) - 1  # noqa: E731
    for x in (0.1, 0.5, 0.9):
        close(s(10 + 100 * x), 1 - 0.75 * f(x) / f(1))
    close([s(110), s(609), s(610), s(710), s(810)], [0.25, 0.25, 0.25, 0.05, 0.01])
    assert s.length == 810
    assert dl.infinite(1.0, 10, 100, 0.25).length == math.inf
    with pytest.raises(
        ValueError, match=r"^constant_steps, anneal_steps and end_value must be give"
    ):
        dl.infinite(1.0, 10, 100, 0.25, 500)


def test_noam():
    s = dl.noam(512, 4000)
    for p in (1, 100, 3999, 4000, 4001, 10**6):
        close(s(p), 512**-0.5 * min(p**-0.5, p * 4000**-1.5))
    assert s(0) == 0.0
    published = [1.74693e-07, 0.000174867, 0.00034956, 0.000524253, 0.000698684, 0.000658735]
    close([s.advance(1)(p) for p in (0, 1000, 2000, 3000, 4000, 4500)], published, rtol=1e-5)


def test_warmup_inverse_sqrt():
    s = dl.warmup_inverse_sqrt(10.0, 2)
    close([s(p) for p in range(8)], [0, 5, *(10 * math.sqrt(2 / p) for p in range(2, 8))])
    t = dl.warmup_inverse_sqrt(10.0, [0, 5], timescale=100, init_value=1.0)
    close(t(305), [10 / math.sqrt(4.05), 5.0])
    with pytest.raises(ValueError, match=r"^timescale must be given where warmup_steps is 0"):
        dl.warmup_inverse_sqrt(1.0, [5, 0])


def test_layerwise():
    s = dl.layerwise(dl.warmup_cosine(0, [1.0, 2.0], 10, 100), 4, [0.5, 0.1], min_scale=0.01)
    assert s.shape == (2, 4)
    close(s(10), [[0.125, 0.25, 0.5, 1.0], [0.02, 0.02, 0.2, 2.0]])
    assert s[1].shape == (4,)
    np.testing.assert_array_equal(s.length, np.full((2, 4), 100))
    with pytest.raises(TypeError, match=r"^num_layers must be an integer, got float"):
        dl.layerwise(dl.constant(1.0), 4.0, 0.5)
    with pytest.raises(ValueError, match=r"^num_layers must be >= 1, got 0"):
        dl.layerwise(dl.constant(1.0), 0, 0.5)


def test_slanted_triangular():
    s = dl.slanted_triangular(0.5, 50, 0.1, 32)
    for p in range(51):
        share = p / 5 if p < 5 else 1 - (p - 5) / (5 * (1 / 0.1 - 1))
        close(s(p), 0.5 * (1 + share * 31) / 32, rtol=1e-12)
    with pytest.raises(ValueError, match=r"^total_steps must be at least 1 / cut_fraction, got 5"):
        dl.slanted_triangular(0.5, 5)


# One set of keyword arguments per recipe: arrays of three runs, including lengths of 0.
BATCHES = [
    (dl.warmup, {"schedule": [1.0, 2.0, 3.0], "steps": [0, 3, 4.5], "init_value": 0.5}),
    (
        dl.warmup_cosine,
        {
            "init_value": 0.1,
            "peak_value": [1.0, 2.0, 3.0],
            "warmup_steps": [0, 10, 20],
            "decay_steps": [50, 10, 60],
        },
    ),
    (
        dl.wsd,
        {
            "peak_value": [1.0, 2.0, 3.0],
            "warmup_steps": [0, 5, 5],
            "stable_steps": [9, 0, 9],
            "decay_steps": [8, 8, 0],
            "decay": "1-sqrt",
        },
    ),
    (
        dl.trapezoid,
        {
            "peak_value": 1.0,
            "total_steps": [50, 60, 70],
            "warmup_steps": [0, 60, 10],
            "decay_steps": [50, 0, 20],
        },
    ),
    (
        dl.infinite,
        {
            "peak_value": 1.0,
            "warmup_steps": [0, 4, 4],
            "cooldown_steps": [9, 0, 9],
            "constant_value": [0.5, 0.6, 0.7],
            "constant_steps": [0, 9, 9],
            "anneal_steps": [5, 6, 0],
            "end_value": 0.1,
        },
    ),
    (
        dl.one_cycle,
        {
            "max_value": [1.0, 2.0, 3.0],
            "total_steps": [40, 50, 60],
            "pct_start": [0.1, 0.3, 0.5],
            "three_phase": True,
        },
    ),
    (
        dl.cyclic,
        {
            "base_value": [0.1, 0.2, 0.3],
            "max_value": 1.0,
            "step_size_up": [0, 4, 5.5],
            "step_size_down": [6, 0, 7],
            "mode": "exp_range",
            "gamma": [0.9, 0.99, 1.0],
        },
    ),
    (
        dl.cosine_restarts,
        {
            "peak_value": [1.0, 2.0, 3.0],
            "first_steps": [5, 6, 7],
            "end_value": 0.1,
            "period_scale": [1, 1.5, 2],
            "peak_scale": [1, 0.5, 0.9],
            "warmup_steps": [0, 2, 3],
            "count": 4,
        },
    ),
    (
        dl.cosine_restarts,
        {
            "peak_value": 1.0,
            "first_steps": [5, 6, 7],
            "end_value": 0.1,
            "warmup_steps": [0, 2, 3],
            "init_value": 0.2,
            "peak_scale": 0.5,
        },
    ),
    (dl.noam, {"d_model": [256, 512, 1024], "warmup_steps": [10, 20, 30]}),
    (dl.warmup_inverse_sqrt, {"peak_value": 1.0, "warmup_steps": [0, 5, 10], "timescale": 10}),
    (
        dl.slanted_triangular,
        {"max_value": 1.0, "total_steps": [40, 50, 60], "cut_fraction": [0.1, 0.5, 1.0]},
    ),
]


def single(arguments, run):
    return {k: v[run] if isinstance(v, list) else v for k, v in arguments.items()}


@pytest.mark.parametrize(("recipe", "arguments"), BATCHES, ids=lambda x: getattr(x, "__name__", ""))
def test_a_batch_has_the_bits_of_its_runs(recipe, arguments):
    batch = recipe(**arguments)
    assert batch.shape == (3,)
    assert dl.from_json(batch.to_json()) == batch
    for run in range(3):
        alone = recipe(**single(arguments, run))
        assert alone.shape == ()
        assert alone.length == batch.length[run]
        np.testing.assert_array_equal(batch.table(80)[run], alone.table(80))
        np.testing.assert_array_equal(
            [batch(p)[run] for p in (0.5, 7.25)], [alone(p) for p in (0.5, 7.25)]
        )


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda: dl.wsd(1.0, -1, 2, 3),
            ValueError,
            r"^warmup_steps must be finite and >= 0, got -1",
        ),
        (lambda: dl.wsd(1.0, 1, [2, np.nan], 3), ValueError, r"^stable_steps .* nan at index 1"),
        (lambda: dl.wsd("1", 1, 2, 3), TypeError, r"^peak_value must be real numbers"),
        (lambda: dl.wsd(1.0, 1, 2, True), TypeError, r"^decay_steps must be real numbers"),
        (
            lambda: dl.wsd([1.0, 2.0], [1, 2, 3], 2, 3),
            ValueError,
            r"^parameters must broadcast together, got .* peak_value \(2,\), warmup",
        ),
        (
            lambda: dl.warmup_cosine(0, 1, [5, 20], 10),
            ValueError,
            r"^decay_steps must be >= warmup_steps .* got 10 at index 1",
        ),
        (
            lambda: dl.warmup(1.0, 10, clock="both"),
            ValueError,
            r"^clock must be one of after, under",
        ),
        (
            lambda: dl.wsd_s(1.0, 100, [50], [200]),
            ValueError,
            r"^decay_starts must be >= warmup_steps, got 50",
        ),
        (
            lambda: dl.wsd_s(1.0, 0, [50, 60], [70, 80]),
            ValueError,
            r"^decay_starts must be >= the decay_ends before them, got 60",
        ),
        (lambda: dl.wsd_s(1.0, 0, [50], [70, 80]), ValueError, r"^decay_ends must be as long as"),
        (lambda: dl.wsd_s(1.0, 0, 50, 70), TypeError, r"^decay_starts must be a list"),
        (lambda: dl.noam(512, 0), ValueError, r"^warmup_steps must be finite and > 0, got 0"),
        (lambda: dl.layerwise(1.0, 4, 0.5), TypeError, r"^schedule must be a Schedule, got 1.0"),
    ],
)
def test_refusals(call, error, match):
    with pytest.raises(error, match=match):
        call()


def test_the_page_on_recipes_is_true_and_complete():
    page = ROOT / "docs" / "recipes.md"
    outcome = doctest.testfile(str(page), module_relative=False)
    assert outcome.attempted > 40
    assert outcome.failed == 0
    text = page.read_text(encoding="utf-8")
    assert [name for name in recipes.__all__ if f"| `{name}(" not in text] == []
    assert [name for name in FORMS if f'"{name}"' not in text] == []
