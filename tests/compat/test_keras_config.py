"""`decaylr.compat.keras.to_config` through Keras's own `deserialize`, and back."""

import json
from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl
from decaylr.compat import keras as compat
from tests.peers.installed import peer

keras = peer("keras")
schedules = keras.optimizers.schedules

ASKED = np.array([0, 1, 2, 9, 10, 11, 19, 20, 21, 30, 47, 99, 100, 101, 130])
# A schedule and its Keras class.
CASES = {
    "rate": (dl.exponential(0.5, 0.9, 7), "ExponentialDecay"),
    "half life": (dl.exponential(0.5, half_life=13), "ExponentialDecay"),
    "stairs of a rate": (dl.exponential(0.5, 0.9, 7, staircase=True), "ExponentialDecay"),
    "step": (dl.step(0.5, 10, 0.3), "ExponentialDecay"),
    "linear": (dl.linear(0.5, 0.1, 100), "PolynomialDecay"),
    "polynomial": (dl.polynomial(0.5, 0.1, 100, 1.7), "PolynomialDecay"),
    "cycles": (compat.PolynomialDecay(0.5, 10, 0.1, 2.0, cycle=True), "PolynomialDecay"),
    "inverse": (dl.inverse(0.5, 0.3, 11), "InverseTimeDecay"),
    "stairs of an inverse": (dl.inverse(0.5, 0.3, 11, staircase=True), "InverseTimeDecay"),
    "cosine": (dl.cosine(0.3, 0.1, 90), "CosineDecay"),
    "warmup": (dl.warmup_cosine(0.05, 0.5, 10, 100, end_value=0.01), "CosineDecay"),
    "restarts": (dl.cosine(0.5, 0.1, 13).repeat(period_scale=2, floor=0.1), "CosineDecayRestarts"),
    "falling restarts": (
        compat.CosineDecayRestarts(0.5, 13, t_mul=1.5, m_mul=0.7, alpha=0.1),
        "CosineDecayRestarts",
    ),
    "piecewise": (dl.piecewise_constant([10, 20], [0.5, 0.2, 0.1]), "PiecewiseConstantDecay"),
    "fractional edges": (
        dl.piecewise_constant([9.5, 20], [0.5, 0.2, 0.1]),
        "PiecewiseConstantDecay",
    ),
    "whole rate": (dl.exponential(2, 0.9, 7), "ExponentialDecay"),
    "whole stairs": (dl.step(1, 10, 0.3), "ExponentialDecay"),
    "whole line": (dl.linear(3, 1, 100), "PolynomialDecay"),
    "whole inverse": (dl.inverse(1, 0.3, 11), "InverseTimeDecay"),
    "whole cosine": (dl.cosine(1, 0, 90), "CosineDecay"),
    "whole warmup": (dl.linear(0, 1, 10).then(dl.cosine(1, 0, 90)), "CosineDecay"),
    "whole restarts": (dl.cosine(1, 0, 13).repeat(period_scale=2), "CosineDecayRestarts"),
    "whole cycles": (compat.PolynomialDecay(2, 10, 0, 2, cycle=True), "PolynomialDecay"),
    "multi-step": (dl.multi_step(0.5, [0, 10, 10, 30], 0.3), "PiecewiseConstantDecay"),
}


@pytest.mark.parametrize("name", CASES)
def test_keras_reads_it(name):
    schedule, class_name = CASES[name]
    config = json.loads(json.dumps(compat.to_config(schedule)))
    made = schedules.deserialize(config)
    assert type(made) is getattr(schedules, class_name)
    theirs = np.array([float(made(int(step))) for step in ASKED])
    slack = 3e-7 * np.abs(theirs).max()  # half a float32 ulp of the peak per operation
    np.testing.assert_allclose(schedule(ASKED), theirs, rtol=3e-6, atol=slack)


@pytest.mark.parametrize("name", CASES)
def test_what_is_written_is_read_again(name):
    schedule, _ = CASES[name]
    again = compat.from_config(compat.to_config(schedule))
    positions = np.arange(200)
    np.testing.assert_allclose(again(positions), schedule(positions), rtol=2.0**-51, atol=0)
    assert compat.from_config(compat.to_config(again)) == again


def test_a_constant_is_a_number():
    assert compat.to_config(dl.constant(0.25)) == 0.25


@pytest.mark.parametrize("end", [0.1, 0.3, 1e-5, 1 / 3])
@pytest.mark.parametrize("init", [0.7, 1e-3, 3.0])
def test_alpha_gives_the_end_as_nearly_as_a_share_can(init, end):
    alpha = compat.to_config(dl.cosine(init, end, 10))["config"]["alpha"]
    assert abs(alpha * init - end) <= np.spacing(end)


def test_cycles_without_end():
    first, length, end, power = 0.3, 7, 0.05, 3.0
    ours = compat.PolynomialDecay(first, length, end, power, cycle=True)
    for p in [*range(30), 448, 449, 450, 7 * 10**6, 7 * 10**6 + 1, 7 * 10**9 + 3]:
        cycle = max(1, -(-p // length))
        left = float((1 - Fraction(p, length * cycle)) ** 3)
        assert ours(p) == pytest.approx(end + (first - end) * left, rel=2.0**-50, abs=0)


@pytest.mark.parametrize(
    ("schedule", "error", "message"),
    [
        (0.1, TypeError, "schedule must be a Schedule, got float"),
        (dl.linear([1.0, 2.0], 0.0, 9), ValueError, "schedule must be a single one, since Keras"),
        (dl.rex(1.0, 0.0, 9), ValueError, r"one that Keras has a class for, got rex\(1"),
        (dl.polynomial(1.0, 0.0, 9, 2.0, rise=True), ValueError, "one that Keras has a class for"),
        (dl.cosine(1.0, 0.0, 9, exponent=2), ValueError, "one that Keras has a class for"),
        (dl.cosine(0.0, 1.0, 9), ValueError, "one that Keras has a class for"),
        (dl.inverse(1.0, 1.0, power=0.5), ValueError, "one that Keras has a class for"),
        (dl.exponential(1.0, 0.9, end_value=0.1), ValueError, "one that Keras has a class for"),
        (dl.exponential(1.0, time_constant=9), ValueError, "one that Keras has a class for"),
        (dl.cosine(1.0, 0.0, 9).repeat(count=3), ValueError, "one that Keras has a class for"),
        (dl.cosine(1.0, 0.5, 9).repeat(), ValueError, "one that Keras has a class for"),
        (dl.cosine(1.0, 0.0, 9).repeat(10), ValueError, "one that Keras has a class for"),
        (
            dl.cosine(1.0, 0.0, 9).repeat(period_scale=1.5),
            ValueError,
            "one that Keras has a class for",
        ),
        (dl.wsd(1.0, 5, 9, 9), ValueError, "one that Keras has a class for"),
        (
            dl.join([dl.linear(0.0, 1.0, 5), dl.cosine(1.0, 0.0, 9)], boundaries=[6]),
            ValueError,
            "one that Keras has a class for",
        ),
        (
            dl.join([dl.constant(1.0), dl.constant(1.0) + 2.0], boundaries=[1]),
            ValueError,
            "one that Keras has a class for",
        ),
        (
            dl.join(
                [dl.constant(0.4), dl.linear(1.0, 0.0, 5) * dl.inverse(1.0, 1.0) + 1.0],
                boundaries=[1],
            ),
            ValueError,
            "one that Keras has a class for",
        ),
    ],
)
def test_what_keras_has_no_class_for(schedule, error, message):
    with pytest.raises(error, match=message):
        compat.to_config(schedule)
