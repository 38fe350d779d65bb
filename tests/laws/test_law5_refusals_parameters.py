"""Law 5: the error for an invalid parameter names the parameter, the rule and the value."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl

MASKED = np.ma.array([1.0, 2.0], mask=[False, True])
KINDS = {
    "string": ("0.1", "got <U3 '0.1'"),
    "complex": (1 + 2j, "got complex128"),
    "bool": (True, "got bool True"),
    "none": (None, "got NoneType None"),
    "object": (np.array([1.0, None]), "got ndarray"),
    "decimal": (Decimal("0.1"), "got Decimal"),
    "rational": (Fraction(1, 3), "got Fraction"),
    "bools": ([True, False], "got bool"),
    "strings": (["1", "2"], "got <U1"),
    "masked": (MASKED, "without a mask, got a masked array"),
    "ragged": ([[1.0, 2.0], [3.0]], "a regular array, got"),
    "long double": (np.longdouble(1), "got float128|got float96"),
    "dates": (np.array(["2020-01-01"], "M8[D]"), "got datetime64"),
    "dict": ({"a": 1}, "got dict"),
    "schedule": (dl.constant(1.0), "got Schedule"),
}
if np.dtype(np.longdouble) == np.float64:
    del KINDS["long double"]
CONSTRUCTORS = {
    "constant": (dl.constant, {"value": 1.0, "steps": 5}),
    "linear": (dl.linear, {"init_value": 1.0, "end_value": 0.0, "steps": 5}),
    "polynomial": (
        dl.polynomial,
        {"init_value": 1.0, "end_value": 0.0, "steps": 5, "power": 2, "k": 1},
    ),
    "cosine": (
        dl.cosine,
        {"init_value": 1.0, "end_value": 0.0, "steps": 5, "exponent": 1, "k": 1},
    ),
    "exponential": (dl.exponential, {"init_value": 1.0, "decay_rate": 0.5, "decay_steps": 1}),
    "time_constant": (dl.exponential, {"init_value": 1.0, "time_constant": 3}),
    "half_life": (dl.exponential, {"init_value": 1.0, "half_life": 3}),
    "inverse": (
        dl.inverse,
        {"init_value": 1.0, "decay_rate": 0.5, "decay_steps": 1, "power": 1},
    ),
    "rex": (dl.rex, {"init_value": 1.0, "end_value": 0.0, "steps": 5, "beta": 0.5}),
    "tanh": (
        dl.tanh,
        {"init_value": 1.0, "end_value": 0.0, "steps": 5, "lower": -3.0, "upper": 3.0},
    ),
    "step": (dl.step, {"init_value": 1.0, "step_size": 5, "gamma": 0.5}),
    "multi_step": (dl.multi_step, {"init_value": 1.0, "milestones": [5], "gamma": 0.5}),
    "piecewise_constant": (dl.piecewise_constant, {"boundaries": [5], "values": [1.0, 2.0]}),
    "interpolate": (dl.interpolate, {"positions": [0, 5], "values": [1.0, 2.0]}),
    "samples": (dl.samples, {"values": [1.0, 2.0]}),
}
EVERY = [(c, p) for c, (_, parameters) in CONSTRUCTORS.items() for p in parameters]
LISTS = {"milestones", "boundaries", "positions", "values"}
POSITIVE = {"steps", "power", "k", "exponent", "decay_steps", "time_constant", "half_life"} | {
    "beta",
    "step_size",
}


def build(constructor, **changed):
    make, parameters = CONSTRUCTORS[constructor]
    return make(**{**parameters, **changed})


# At 0 these mean their limit: init_value up to the end, then end_value.
MAY_BE_ZERO = {("polynomial", "power"), ("cosine", "exponent"), ("rex", "beta")}
LEFT_OUT_BY_NONE = {"decay_rate", "time_constant", "half_life"}


@pytest.mark.parametrize(
    ("constructor", "parameter", "kind"),
    [
        (c, p, kind)
        for c, p in EVERY
        for kind in sorted(KINDS)
        if not (kind == "none" and p in LEFT_OUT_BY_NONE and c != "inverse")
    ],
)
def test_wrong_kinds(constructor, parameter, kind):
    value, message = KINDS[kind]
    with pytest.raises(TypeError, match=f"^{parameter} must be .*({message})"):
        build(constructor, **{parameter: value})


@pytest.mark.parametrize(("constructor", "parameter"), EVERY)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nothing_infinite(constructor, parameter, bad):
    if (constructor, parameter) == ("constant", "steps") and bad == np.inf:
        assert build(constructor, steps=bad).length == np.inf
        return
    at_zero = [bad, 1.0] if parameter == "values" else [bad]
    for value, place in ((at_zero, " at index 0"), ([[0.0, bad]], r" at index \(0, 1\)")):
        if parameter in LISTS:
            with pytest.raises(ValueError, match=rf"^{parameter} must be .*, got {bad}{place}"):
                build(constructor, **{parameter: value})
    if parameter not in LISTS:
        with pytest.raises(ValueError, match=rf"^{parameter} must be .*, got {bad}$"):
            build(constructor, **{parameter: bad})
        with pytest.raises(ValueError, match=rf"^{parameter} must be .*, got {bad} at index 1$"):
            build(constructor, **{parameter: np.array([1.0, bad])})


@pytest.mark.parametrize(("constructor", "parameter"), [e for e in EVERY if e[1] in POSITIVE])
@pytest.mark.parametrize("bad", [0, -1, -0.5])
def test_what_must_be_positive(constructor, parameter, bad):
    if (constructor, parameter) == ("inverse", "power"):
        assert build(constructor, power=bad)(0) == 1.0
        return
    rule, hint = "> 0", "$"
    if (constructor, parameter) in MAY_BE_ZERO:
        rule = ">= 0"
        if bad == 0:
            at_zero = build(constructor, **{parameter: np.array([0.0, 1.0])})
            np.testing.assert_array_equal(at_zero[0](np.arange(8)), [1.0] * 5 + [0.0] * 3)
            assert at_zero[1] == build(constructor, **{parameter: 1.0})
            return
    if parameter == "steps" and bad == 0 and constructor != "constant":
        hint = ": a phase of no steps is left out by the boundaries of join, and by recipes"
    with pytest.raises(ValueError, match=rf"^{parameter} must be .*{rule}, got {bad}{hint}"):
        build(constructor, **{parameter: bad})
    there = r"at index \(1, 0\)"
    with pytest.raises(ValueError, match=rf"^{parameter} must be .*{rule}, got .* {there}{hint}"):
        build(constructor, **{parameter: np.array([[3.0], [bad]])})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dl.exponential(1.0, 0), "decay_rate must be finite and > 0, got 0"),
        (lambda: dl.exponential(1.0, -0.5), "decay_rate must be finite and > 0, got -0.5"),
        (lambda: dl.inverse(1.0, -0.5), "decay_rate must be finite and >= 0, got -0.5"),
        (lambda: dl.step(1.0, 5, -0.1), "gamma must be finite and >= 0, got -0.1"),
        (lambda: dl.multi_step(1.0, [5], [0.5, -1]), "gamma must be .* got -1.0 at index 1"),
        (lambda: dl.multi_step(1.0, [], 0.5), "milestones must be .* at least one.* got an empty"),
        (lambda: dl.multi_step(1.0, [5, 3], 0.5), "non-decreasing, got 5 before 3 at index 0"),
        (lambda: dl.multi_step(1.0, [[1, 2], [4, 3]], 0.5), r"got 4 before 3 at index \(1, 0\)"),
        (lambda: dl.multi_step(1.0, [-1, 3], 0.5), "milestones must be .* got -1 at index 0"),
        (lambda: dl.piecewise_constant([], [1.0]), "boundaries must be .* got an empty list"),
        (lambda: dl.piecewise_constant([3, 1], [1, 2, 3]), "boundaries must be non-decreasing"),
        (lambda: dl.piecewise_constant([3], [1.0]), "values must be one more than the 1 boundar"),
        (lambda: dl.interpolate([5, 5, 5], [1, 2, 3]), "positions must be strictly increasing, or"),
        (lambda: dl.interpolate([5, 0], [1.0, 2.0]), "positions must be non-decreasing"),
        (lambda: dl.interpolate([0, 0], [1, 2], "pchip"), "positions must be strictly increasing"),
        (
            lambda: dl.interpolate([0, 5], [1, 2], "cubic", "extend"),
            "outside must be 'hold' for cubic, got 'extend'",
        ),
        (
            lambda: dl.interpolate([0, 5, 5], [1, 2, 3], outside="extend"),
            "positions must be different at both ends to be extended",
        ),
        (lambda: dl.interpolate([0], [1.0]), "positions must be at least two, got 1"),
        (lambda: dl.interpolate([0, 1], [1.0]), "values must be one for each of the 2 positions"),
        (lambda: dl.interpolate([0, 1], [1, 2], "spline"), "kind must be one of .* got 'spline'"),
        (lambda: dl.samples([]), "values must be a list of at least one element"),
        (lambda: dl.samples(np.empty((3, 0))), "values must be a list of at least one element"),
        (lambda: dl.exponential(1.0), "exactly one of decay_rate, .* got none"),
        (lambda: dl.exponential(1.0, 0.5, half_life=3), "exactly one of .*'half_life'"),
        (lambda: dl.exponential(1.0, half_life=3, decay_steps=2), "left out without decay_rate"),
        (lambda: dl.exponential(1.0, half_life=3, staircase=True), "left out without decay_rate"),
        (lambda: dl.exponential(1.0, final=(-0.5, 3)), r"final\[0\] / init_value must be > 0"),
        (lambda: dl.exponential(1.0, final=(0.0, 3)), r"final\[0\] / init_value must be > 0"),
        (lambda: dl.exponential(0.0, final=(0.5, 3)), r"final\[0\] / init_value must be > 0"),
        (lambda: dl.exponential(1.0, final=(0.5, 0)), r"final\[1\] must be finite and > 0, got 0"),
        (lambda: dl.exponential(1.0, 0.5, end_value=np.nan), "end_value must be finite, got nan"),
        (lambda: dl.linear(1e308, -1e308, 5), "init_value - end_value must be finite, got inf"),
        (lambda: dl.linear(2**63, 0, 5), "init_value must be at most 9223372036854775807"),
        (lambda: dl.linear(1.0, 0.0, 10**30), "steps must be at most 9223372036854775807"),
        (lambda: dl.linear(np.uint64(2**64 - 1), 0, 5), "at most .* got 18446744073709551615"),
    ],
)
def test_wrong_values(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dl.multi_step(1.0, 5, 0.5), "milestones must be a list"),
        (lambda: dl.samples(1.0), "values must be a list"),
        (lambda: dl.interpolate(0, 1), "positions must be a list"),
        (lambda: dl.interpolate([0, 1], [1, 2], kind=3), "kind must be one of previous.* got 3"),
        (lambda: dl.exponential(1.0, final=0.5), r"final must be a pair \(value, position\)"),
        (lambda: dl.exponential(1.0, final=(1, 2, 3)), r"final must be a pair"),
        (lambda: dl.exponential(1.0, 0.5, staircase=1), "staircase must be True or False, got 1"),
        (lambda: dl.polynomial(1.0, 0.0, 5, 2, rise="no"), "rise must be True or False, got 'no'"),
        (lambda: dl.Schedule(), "Schedule cannot be created directly"),
    ],
)
def test_wrong_kinds_of_arguments(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dl.linear([1, 2], [1, 2, 3], 5), r"init_value \(2,\), end_value \(3,\)"),
        (lambda: dl.linear(1.0, [1, 2, 3], [5, 6]), r"end_value \(3,\), steps \(2,\)"),
        (lambda: dl.cosine(np.ones((2, 3)), 0.0, [5, 6]), r"init_value \(2, 3\), steps \(2,\)"),
        (lambda: dl.exponential([1, 2], [0.5, 0.6, 0.7]), r"init_value \(2,\), decay_rate \(3,\)"),
        (
            lambda: dl.multi_step([1, 2], [[1], [2], [3]], 0.5),
            r"init_value \(2,\), milestones \(3,\)",
        ),
        (
            lambda: dl.interpolate([[0, 1]] * 2, [[1, 2]] * 3),
            r"positions \(2,\), values \(3,\)",
        ),
        (
            lambda: dl.join([dl.constant([1, 2]), dl.constant([1, 2, 3])], [5]),
            r"part 0 \(2,\), part 1 \(3,\)",
        ),
        (
            lambda: dl.linear([1, 2], 0, 5) * dl.linear([1, 2, 3], 0, 5),
            r"part 0 \(2,\), part 1 \(3,\)",
        ),
        (lambda: dl.linear([1, 2], 0, 5).clip([1, 2, 3]), r"lo \(3,\), part 0 \(2,\)"),
        (lambda: dl.linear([1, 2], 0, 5).stretch([1, 2, 3]), r"ratio \(3,\), part 0 \(2,\)"),
    ],
)
def test_shapes_that_do_not_broadcast(make, message):
    with pytest.raises(ValueError, match=f"must broadcast together, got shapes {message}"):
        make()


@pytest.mark.parametrize(
    "make",
    [
        lambda: dl.linear([], 0.0, 5),
        lambda: dl.linear(np.empty((0, 3)), 0.0, 5),
        lambda: dl.exponential(1.0, np.empty((2, 0))),
        lambda: dl.multi_step(1.0, np.empty((0, 2)), 0.5),
    ],
)
def test_batches_without_runs(make):
    with pytest.raises(ValueError, match=r"a batch must hold at least one run, got shapes .*0"):
        make()
