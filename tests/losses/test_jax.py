"""Losses inside JAX: those of the core, and their derivatives by the parameters of a schedule."""

from __future__ import annotations

import numpy as np
import pytest

import decaylr as dl
from decaylr.laws import Annealing, ConvexBound, Functional, MultiPower
from tests.peers.installed import peer

jax = peer("jax")
import decaylr.jax as dj  # noqa: E402

LAWS = [
    Annealing(2.6, 0.43, 0.55, 0.41, 0.999, drops_from=30),
    MultiPower.published("100M", warmup_sum=0.01),
    Functional(2.6, 0.6, 0.45, 150.0, 1.0, 20.0, 0.6),
    ConvexBound(0.8, 11.0, 2.5),
]


@pytest.fixture
def float64():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def named(law):
    return type(law).__name__


def runs():
    warmup = dl.linear(1e-5, 3e-4, 100)
    return dl.stack(
        [
            warmup.then(dl.cosine(3e-4, 3e-6, 900)),
            warmup.then(dl.constant(3e-4, 500), dl.linear(3e-4, 1e-7, 400)),
            dl.exponential(3e-4, 0.999),
            dl.step(3e-4, 300, 0.1),
        ]
    ).reshape(2, 2)


RATE = dj.schedule(runs())


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_losses_are_those_of_the_core(law):
    at = [[999, 3], [500, 700]]
    found = jax.jit(lambda rate: dj.loss(law, rate, 1000, at))(RATE)
    assert found.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(found, law.predict(runs(), 1000, at), 1e-5)


def test_a_schedule_or_a_function_of_the_step():
    law, s = LAWS[1], dl.linear(3e-4, 1e-6, 300)
    want = law.predict(s, 250)
    found = dj.loss(law, s, 250)
    assert found.shape == ()
    np.testing.assert_allclose(found, want, 1e-5)
    np.testing.assert_allclose(dj.loss(law, lambda p: 3e-4 - p * (2.99e-4 / 300), 250), want, 1e-5)


def cosine(init_value, end_value, steps):
    """`dl.cosine` as a function of the step, in JAX."""

    def rate(p):
        half = (1 + jax.numpy.cos(jax.numpy.pi * jax.numpy.minimum(p / steps, 1.0))) / 2
        return end_value + (init_value - end_value) * half

    return rate


@pytest.mark.parametrize("law", LAWS, ids=named)
def test_losses_and_derivatives_in_float64(law, float64):
    usual = (3e-4, 3e-5, 873.5)
    both = jax.jit(jax.value_and_grad(lambda x: dj.loss(law, cosine(*x), 900, 880)))
    found, slopes = both(usual)
    assert abs(found / law.predict(dl.cosine(*usual), 900, 880) - 1) < 1e-12
    for i, value in enumerate(usual):
        width = 1e-5 * value
        beside = [
            law.predict(dl.cosine(*usual[:i], value + change, *usual[i + 1 :]), 900, 880)
            for change in (width, -width)
        ]
        np.testing.assert_allclose(slopes[i], (beside[0] - beside[1]) / (2 * width), 1e-6)


def test_derivatives_by_the_parameters_of_a_schedule():
    law, s = LAWS[1], dl.linear(3e-4, 3e-5, 500)
    slope = jax.jit(jax.grad(lambda rate: dj.loss(law, rate, 400)))(dj.schedule(s))
    for name, value in (("init_value", 3e-4), ("end_value", 3e-5)):
        above, below = (law.predict(s.replace(**{name: value * x}), 400) for x in (1.001, 0.999))
        quotient = (above - below) / (0.002 * value)
        np.testing.assert_allclose(slope.parameters[name][0], quotient, 1e-3)


def test_derivatives_are_finite_where_rates_are_0(float64):
    falling = dl.linear(3e-4, 0.0, 50).then(dl.constant(0.0, 5), dl.constant(1e-4))
    rates = jax.numpy.asarray(falling.table(80))
    for steps in (53, 80):
        both = jax.jit(jax.value_and_grad(lambda r, n=steps: dj.loss(LAWS[1], r.take, n)))
        found, slopes = both(rates)
        assert abs(found - LAWS[1].predict(falling, steps)) < 1e-12
        assert np.isfinite(slopes).all()


def test_refusals():
    with pytest.raises(TypeError, match="law must be one of Annealing, MultiPower"):
        dj.loss(1.0, dl.constant(1.0), 10)
    with pytest.raises(ValueError, match=r"at must be within \[0, 9\]"):
        dj.loss(LAWS[1], dl.constant(1.0), 10, 10)
    with pytest.raises(TypeError, match="rate must be a schedule or a function"):
        dj.loss(LAWS[1], 1.0, 10)
