"""Predicted losses are those of the formulas, for every family, position and convention."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr.laws import Annealing, ConvexBound, Functional, MultiPower
from tests.losses import oracles
from tests.losses.published import DATA, SIZES, TESTED, curves, schedule_of
from tests.paths import ROOT
from tests.strategies.curves import examples
from tests.strategies.numbers import written

LAWS = {
    Annealing: (oracles.annealing, oracles.exact_annealing),
    MultiPower: (oracles.multi_power, oracles.exact_multi_power),
    Functional: (oracles.functional, oracles.exact_functional),
    ConvexBound: (oracles.convex_bound, oracles.exact_convex_bound),
}
USUAL = {
    Annealing: (2.6, 0.43, 0.55, 0.41, 0.999),
    MultiPower: (2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.655),
    Functional: (2.6, 0.6, 0.45, 150.0, 1.0, 20.0, 0.6),
    ConvexBound: (0.8, 11.0, 2.5),
}


def values_of(law):
    return [getattr(law, name) for name in type(law).constants()]


@st.composite
def laws(draw, kind):
    """A law of constants near the usual ones, and of any convention."""
    constants = [value * draw(written(0.3, 3.0)) for value in USUAL[kind]]
    if kind is Annealing:
        constants[-1] = 1.0 - draw(st.sampled_from([0.01, 0.003, 1 / 7, 2e-4, 1.0]))
    if kind is ConvexBound:
        return kind(*constants), {}
    convention = {
        "warmup_sum": draw(st.sampled_from([0.0, 0.324, 1 / 3])),
        "drops_from": draw(st.sampled_from([0, 1, 7, 40])),
    }
    return kind(*constants, **convention), convention


@st.composite
def trainings(draw):
    """A schedule of one of many families, all rates > 0 up to its length."""
    peak = draw(st.sampled_from([3e-4, 0.1, 1 / 3, 0.03 * 7]))
    n = draw(st.integers(3, 120))
    low = peak * draw(st.sampled_from([0.1, 1e-3, 0.7, 1e-9]))
    cut = draw(st.integers(1, n))
    return draw(
        st.sampled_from(
            [
                dl.constant(peak),
                dl.linear(peak, low, n),
                dl.cosine(peak, low, n),
                dl.exponential(peak, 0.9),
                dl.inverse(peak, 0.1, 1, 0.5),
                dl.step(peak, max(n // 4, 1), 0.3),
                dl.cosine(peak, low, max(n // 3, 1)).repeat(),
                dl.linear(low, peak, cut).then(dl.polynomial(peak, low, n, 2)),
                dl.linear(low, peak, 10).then(dl.constant(peak, n), dl.linear(peak, low, n)),
            ]
        )
    )


@pytest.mark.parametrize("kind", LAWS)
@given(st.data())
@examples(30)
def test_predictions_are_exact_on_short_curves(kind, data):
    law, convention = data.draw(laws(kind))
    schedule = data.draw(trainings())
    t = data.draw(st.integers(0, 150))
    rates = schedule.table(t + 1)
    with mpmath.workdps(oracles.DIGITS):
        exact = LAWS[kind][1](rates, t, values_of(law), **convention)
        error = abs(law.predict(schedule, t + 1) / exact - 1)
        assert error <= 1e-12, f"{law} at {t}: {float(error):.2g}"


@pytest.mark.parametrize("kind", LAWS)
@pytest.mark.parametrize("t", [1023, 1024, 1025, 2047, 2048, 5000])
def test_pieces_of_long_curves_are_joined(kind, t):
    law = kind(*USUAL[kind])
    schedule = dl.linear(1e-6, 3e-4, 300).then(dl.constant(3e-4, 900), dl.cosine(3e-4, 3e-6, 3800))
    rates = schedule.table(t + 1).astype(np.longdouble)
    constants = [np.longdouble(c) for c in values_of(law)]
    expected = LAWS[kind][0](rates, [t], constants)[0]
    assert abs(law.predict(schedule, t + 1) / expected - 1) <= 1e-13


@pytest.mark.parametrize("millions", [25, 100, 400])
def test_published_constants_at_the_published_points(millions):
    law = MultiPower.published(f"{millions}M")
    for curve in (c for c in DATA if c["model_millions"] == millions):
        schedule, at = schedule_of(curve["schedule"]), curve["step"]
        expected = oracles.multi_power(schedule.table(at[-1] + 1), at, values_of(law))
        np.testing.assert_allclose(law.predict(schedule, at[-1] + 1, at), expected, 1e-12, 0)


@given(trainings(), st.integers(0, 5000))
@examples(30)
def test_sums_are_within_4_ulp(schedule, t):
    of_the_sum = MultiPower(0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0)  # its loss is 1 / S
    with mpmath.workdps(oracles.DIGITS):
        exact = oracles.exact_sum(schedule.table(t + 1), 0, t)
        error = abs(1 / mpmath.mpf(of_the_sum.predict(schedule, t + 1)) - exact)
        assert error <= 4 * np.spacing(float(exact))


@pytest.mark.parametrize("millions", SIZES)
def test_errors_that_the_page_states(millions):
    found = MultiPower.published(f"{millions}M").errors(curves(millions, TESTED))
    columns = found.r2, found.mae, found.rmse, found.relative, found.worst
    cells = " | ".join(f"{round(float(column.mean()), 5)}" for column in columns)
    page = (ROOT / "docs" / "laws.md").read_text()
    assert f"| {millions}M, these points | {cells} |" in page


@pytest.mark.parametrize("kind", LAWS)
def test_one_value_by_every_route(kind):
    law = kind(*USUAL[kind])
    runs = dl.stack(
        [
            dl.cosine(3e-4, 3e-5, 3000),
            dl.linear(3e-4, 1e-7, 2500),
            dl.polynomial(3e-4, 1e-5, 700.3, 1.7),
            dl.step(3e-4, 700, 0.5),
        ]
    ).reshape(2, 2)
    at = np.array([[2999, 1, 1500], [1024, 1500, 7]])
    together = law.predict(runs, 3000, at, threads=1)
    assert together.shape == (2, 2, 2, 3)
    np.testing.assert_array_equal(together, law.predict(runs, 3000, at, threads=3))
    for run in np.ndindex(2, 2):
        for place in np.ndindex(2, 3):
            alone = law.predict(runs[run], 3000, int(at[place]))
            assert together[run + place] == alone == law.predict(runs[run], int(at[place]) + 1)
    steps = np.array([[3000, 1], [1025, 3000]])
    ends = [[law.predict(runs[i, j], int(steps[i, j])) for j in range(2)] for i in range(2)]
    np.testing.assert_array_equal(law.predict(runs, steps), ends)


@pytest.mark.parametrize("kind", LAWS)
def test_slopes_are_the_derivatives_by_the_constants(kind):
    law = kind(*USUAL[kind])
    schedule, at = (
        dl.linear(1e-6, 3e-4, 300).then(dl.cosine(3e-4, 3e-6, 2000)),
        np.array([200, 2200]),
    )
    curve = dl.laws.LossCurve(schedule, at, np.ones(2))
    slopes = law.slopes_on(curve)
    for i, value in enumerate(USUAL[kind]):
        width = 1e-4 * (1 - value if law.kinds[kind.constants()[i]] == "share" else value)
        beside = []
        for change in (width, -width):
            constants = list(USUAL[kind])
            constants[i] += change
            beside.append(kind(*constants).predict(schedule, 2201, at))
        np.testing.assert_allclose(slopes[:, i], (beside[0] - beside[1]) / (2 * width), 1e-6, 0)


def test_rates_of_0_count_as_the_limit_of_small_ones():
    law = MultiPower.published("100M")
    schedule = dl.linear(3e-4, 0.0, 50).then(dl.constant(0.0, 5), dl.constant(1e-4))
    for t in (50, 53, 55, 70):
        with mpmath.workdps(oracles.DIGITS):
            exact = oracles.exact_multi_power(schedule.table(t + 1), t, values_of(law))
            assert abs(law.predict(schedule, t + 1) / exact - 1) <= 1e-13


def test_before_any_rate_the_loss_is_infinite():
    law = MultiPower.published("100M")
    assert law.predict(dl.linear(0.0, 3e-4, 10), 1) == np.inf
    assert ConvexBound().predict(dl.linear(1.0, 0.0, 10), 11) == np.inf


def test_a_warmup_may_be_left_out():
    whole = schedule_of("cosine_24000")
    counted = MultiPower.published("100M", drops_from=2160)
    behind = MultiPower.published("100M", warmup_sum=0.324)
    rest = dl.cosine(3e-4, 3e-5, 21840)
    assert abs(counted.predict(whole, 24000) / behind.predict(rest, 21840) - 1) < 1e-15
    assert "2160" in counted.convention
    assert "0.324" in behind.convention


REFUSED = [
    (lambda law: law.predict(1.0, 10), TypeError, "schedule must be a Schedule"),
    (lambda law: law.predict(dl.constant(1.0), 0), ValueError, "steps must be >= 1"),
    (lambda law: law.predict(dl.constant(1.0), 2.5), TypeError, "steps must be integers"),
    (lambda law: law.predict(dl.constant(1.0), [3, 4]), ValueError, "steps must be of a shape"),
    (lambda law: law.predict(dl.constant(1.0), 9, 9), ValueError, r"at must be within \[0, 8\]"),
    (lambda law: law.predict(dl.constant(1.0), 9, 0.5), TypeError, "at must be integers"),
    (
        lambda law: law.predict(dl.linear([1.0, 0.5], [0.0, -1.0], 10), 10),
        ValueError,
        "schedule must be >= 0 .* at position 4 of run 1",
    ),
    (lambda law: law.predict(dl.exponential(1.0, 1e300), 9), ValueError, "below 2.*500"),
]


@pytest.mark.parametrize("kind", LAWS)
@pytest.mark.parametrize(("call", "error", "text"), REFUSED)
def test_refusals(kind, call, error, text):
    with pytest.raises(error, match=text):
        call(kind(*USUAL[kind]))


def test_refused_constants():
    with pytest.raises(ValueError, match=r"alpha must be >= 0, got -1\.0"):
        Annealing(1.0, 1.0, -1.0, 1.0, 0.9)
    with pytest.raises(ValueError, match=r"momentum must be < 1, got 1\.0"):
        Annealing(1.0, 1.0, 1.0, 1.0, 1.0)
    with pytest.raises(TypeError, match="D must be one number"):
        ConvexBound([1.0, 2.0])
    with pytest.raises(ValueError, match="size must be one of 25M, 100M, 400M"):
        MultiPower.published("7B")
    with pytest.raises(TypeError, match="drops_from must be an integer"):
        MultiPower.published("25M", drops_from=1.5)
