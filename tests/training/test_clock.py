"""Clock: exact conversions between steps, samples, tokens and epochs."""

from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl

FULL = dl.Clock(32, 65536, 500, gradient_accumulation=2, num_processes=4)
PER_STEP = {"steps": 1, "samples": 256, "tokens": 65536, "epochs": Fraction(1, 500)}
PAIRS = [(a, b) for a in PER_STEP for b in PER_STEP if a != b]


@pytest.mark.parametrize(("wanted", "unit"), PAIRS)
@given(amount=st.integers(0, 2**40))
def test_integers_against_fractions(wanted, unit, amount):
    exact = Fraction(amount) / PER_STEP[unit] * PER_STEP[wanted]
    if exact > 2**63 - 1:
        with pytest.raises(ValueError, match=f"{wanted} must be at most"):
            getattr(FULL, wanted)(**{unit: amount})
        return
    got = getattr(FULL, wanted)(**{unit: amount})
    assert got == (int(exact) if exact.denominator == 1 else float(exact))
    assert type(got) is (int if exact.denominator == 1 else float)


def test_whole_arrays_are_int64_and_others_float64():
    whole = FULL.steps(samples=[256, 512])
    assert whole.dtype == np.int64
    assert whole.tolist() == [1, 2]
    mixed = FULL.steps(samples=np.array([[128], [256]]))
    assert mixed.dtype == np.float64
    assert mixed.tolist() == [[0.5], [1.0]]


def test_floats_that_come_out_whole_are_integers():
    got = FULL.steps(epochs=0.1)
    assert (got, type(got)) == (50, int)
    assert FULL.samples(epochs=np.array([0.5, 1.0])).dtype == np.int64
    assert FULL.steps(epochs=0.0001) == 0.05


def test_exact_above_two_to_the_53():
    assert dl.Clock(batch_size=3).samples(steps=3**38) == 3**39
    assert dl.Clock(batch_size=3).steps(samples=3**39) == 3**38
    assert dl.Clock(batch_size=1).steps(samples=2**63 - 1) == 2**63 - 1


@pytest.mark.parametrize(("wanted", "unit"), PAIRS)
@given(amount=st.integers(0, 2**35))
def test_round_trips_give_the_integer_back(wanted, unit, amount):
    # A whole number of epochs (500 steps) is a whole number in all other units.
    start = getattr(FULL, unit)(epochs=amount) if unit != "epochs" else amount
    there = getattr(FULL, wanted)(**{unit: start})
    back = getattr(FULL, unit)(**{wanted: there})
    assert (back, type(there), type(back)) == (start, int, int)


@given(st.floats(0, 1e11), st.sampled_from(PAIRS))
def test_round_trips_of_fractions(amount, pair):
    wanted, unit = pair
    back = getattr(FULL, unit)(**{wanted: getattr(FULL, wanted)(**{unit: amount})})
    # Four rounding errors: product and quotient, in both directions.
    np.testing.assert_allclose(back, amount, rtol=4 * 2.0**-53, atol=1e-300)


@given(st.integers(0, 10**6), st.integers(1, 10**7))
def test_exact_about_ten_to_the_15_tokens(offset, tokens_per_step):
    clock = dl.Clock(tokens_per_step=tokens_per_step)
    tokens = 10**15 + offset
    exact = Fraction(tokens, tokens_per_step)
    assert clock.steps(tokens=tokens) == (exact if exact.denominator == 1 else float(exact))
    assert clock.tokens(steps=tokens // tokens_per_step) == tokens - tokens % tokens_per_step


@given(st.integers(0, 2**62), st.integers(1, 10**4))
def test_whole_floats_are_the_integers_they_equal(amount, tokens_per_step):
    clock, whole = dl.Clock(tokens_per_step=tokens_per_step), float(amount)
    got, wanted = clock.steps(tokens=whole), clock.steps(tokens=int(whole))
    assert (got, type(got)) == (wanted, type(wanted))


@pytest.mark.parametrize("epochs", [10, 10.0])
def test_a_decimal_rate_gives_whole_steps(epochs):
    got = dl.Clock(steps_per_epoch=97.3).steps(epochs=epochs)
    assert (got, type(got)) == (973, int)


def test_fractional_epochs():
    assert dl.Clock(steps_per_epoch=390.625).steps(epochs=8) == 3125


@pytest.mark.parametrize("amount", [2**62, np.array([0, 2**62]), 2.0**62])
def test_overflow_is_refused(amount):
    with pytest.raises(ValueError, match=r"samples must be at most 9223372036854775807, got"):
        dl.Clock(batch_size=2).samples(steps=amount)


@pytest.mark.parametrize(
    ("unit", "rate"),
    [("samples", "batch_size"), ("tokens", "tokens_per_step"), ("epochs", "steps_per_epoch")],
)
def test_missing_rates_are_named(unit, rate):
    message = f"{rate} must be given to convert {unit}, got None"
    with pytest.raises(ValueError, match=message):
        dl.Clock().steps(**{unit: 1})
    with pytest.raises(ValueError, match=message):
        getattr(dl.Clock(), unit)(steps=1)


@pytest.mark.parametrize(
    "given_units", [{}, {"steps": 1}, {"samples": 1, "epochs": 1}, {"hours": 1}]
)
def test_exactly_one_other_unit(given_units):
    with pytest.raises(TypeError, match="steps must be given exactly one of samples, tokens, epo"):
        FULL.steps(**given_units)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be >= 1, got 0"),
        ({"batch_size": 1.5}, TypeError, "batch_size must be an integer, got float 1.5"),
        ({"tokens_per_step": True}, TypeError, "tokens_per_step must be an integer"),
        ({"steps_per_epoch": 0}, ValueError, "steps_per_epoch must be finite and > 0, got 0"),
        ({"steps_per_epoch": [1, 2]}, TypeError, "steps_per_epoch must be one number"),
        ({"num_processes": None}, TypeError, "num_processes must be an integer"),
        ({"gradient_accumulation": -1}, ValueError, "gradient_accumulation must be >= 1, got -1"),
    ],
)
def test_rates_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        dl.Clock(**parameters)


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), [1, -1]])
def test_quantities_refused(amount):
    with pytest.raises(ValueError, match=r"epochs must be finite and >= 0, got"):
        FULL.steps(epochs=amount)


def test_clocks_are_frozen_values():
    assert dl.Clock(32) == dl.Clock(batch_size=32)
    assert hash(dl.Clock(32)) == hash(dl.Clock(batch_size=32))
    with pytest.raises(FrozenInstanceError, match="batch_size"):
        FULL.batch_size = 1
