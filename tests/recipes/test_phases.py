"""Shapes of phases compared with their formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest

import decaylr as dl
from decaylr.recipes.phases import FORMS
from tests.compare import close

# f(x) of every shape, from 1 to 0, except the two whose value is not affine in f.
SHAPES = {
    "linear": lambda x: 1 - x,
    "cosine": lambda x: math.cos(math.pi * x / 2) ** 2,
    "quarter-cosine": lambda x: math.sin(math.pi * (1 - x) / 2),
    "mirror-cosine": lambda x: 2 * (1 - x) - math.cos(math.pi * x / 2) ** 2,
    ("polynomial", 3): lambda x: (1 - x) ** 3,
    ("power", 2): lambda x: 1 - x**2,
    "sqrt": lambda x: math.sqrt(1 - x),
    "1-sqrt": lambda x: 1 - math.sqrt(x),
    ("1-exp", 4.0): lambda x: -math.expm1(-4.0 * (1 - x)),
    "rex": lambda x: (1 - x) / (1 - x / 2),
    ("rex", 0.1): lambda x: (1 - x) / (1 - 0.9 * x),
    ("scaled-exponential", 0.5): lambda x: 2 * 0.5**x - 1,
    ("scaled-exponential", 8.0): lambda x: (8.0**x - 8) / -7,
    ("inverse-sqrt", 5.0): lambda x: 1 - (1 / math.sqrt(1 + 5 * x) - 1) / (1 / math.sqrt(6) - 1),
}
FALL_ONLY = {("inverse-sqrt", 5.0)}
ids = [str(shape) for shape in SHAPES]


def test_every_shape_is_tried():
    tried = {shape if isinstance(shape, str) else shape[0] for shape in SHAPES}
    assert tried | {"exponential", "reciprocal", "constant"} == set(FORMS)


@pytest.mark.parametrize("shape", SHAPES, ids=ids)
def test_decay_shapes(shape):
    f = SHAPES[shape]
    s = dl.wsd(3.0, 0, 20, 100, end_value=0.5, decay=shape)
    for p in range(1, 100, 7):
        close(s(20 + p), 0.5 + 2.5 * f(p / 100), rtol=1e-14 * 20)
    assert s(19) == 3.0
    assert s(120) == s(10**9) == 0.5
    assert s.length == 120


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in FALL_ONLY], ids=str)
def test_a_warmup_is_its_decay_run_backwards(shape):
    f = SHAPES[shape]
    s = dl.wsd(3.0, 100, 20, 0, init_value=0.5, warmup=shape)
    for p in range(1, 100, 7):
        close(s(p), 0.5 + 2.5 * f(1 - p / 100), rtol=1e-14 * 20)
    close(s(0), 0.5)
    assert s(100) == 3.0


def test_shapes_between_positive_values():
    s = dl.wsd(
        1.0, 100, 0, 100, init_value=0.01, end_value=0.04, warmup="exponential", decay="exponential"
    )
    close([s(50), s(100), s(150), s(175)], [0.1, 1.0, 0.2, 0.2 * math.sqrt(0.2)])
    r = dl.wsd(1.0, 0, 10, 100, end_value=0.2, decay="reciprocal")
    close([r(10), r(35), r(60), r(110)], [1.0, 1 / 2, 1 / 3, 0.2])


def test_constant_shape_jumps():
    s = dl.wsd(1.0, 10, 10, 10, init_value=0.3, end_value=0.1, warmup="constant", decay="constant")
    assert [s(p) for p in (0, 9, 10, 29, 30)] == [0.3, 0.3, 1.0, 1.0, 0.1]


def test_a_shape_may_be_a_function():
    given = dl.wsd(1.0, 10, 10, 40, decay=lambda a, b, n: dl.polynomial(a, b, n, [2.0, 3.0]))
    close(given(40), [0.25, 0.125])
    assert given.shape == (2,)


def test_shape_numbers_are_arrays():
    s = dl.warmup(1.0, 10, shape=("polynomial", [1, 2, 3]))
    close(s(5), [0.5, 0.25, 0.125])


@pytest.mark.parametrize(
    ("shape", "error", "match"),
    [
        ("bent", ValueError, r"^decay must be one of linear, cosine.* got 'bent'"),
        (3, TypeError, r"^decay must be a shape's name.* got 3"),
        ("polynomial", ValueError, r"^decay must be a pair \('polynomial', power\)"),
        (("cosine", 2), ValueError, r"^decay must be 'cosine' without a number"),
        (("power", -1), ValueError, r"^decay\[1\] must be finite and > 0, got -1"),
        (("scaled-exponential", 1), ValueError, r"^decay\[1\] must be other than 1"),
        ("exponential", ValueError, r"^the value where the exponential decay ends must be > 0"),
    ],
)
def test_bad_shapes(shape, error, match):
    with pytest.raises(error, match=match):
        dl.wsd(1.0, 10, 10, 10, decay=shape)


def test_falls_only():
    with pytest.raises(ValueError, match=r"^warmup must be a shape that can rise"):
        dl.wsd(1.0, 10, 10, 10, init_value=0.1, warmup="reciprocal")


SCALED = [("scaled-exponential", 10.0), ("scaled-exponential", 0.1)]


def _drawn():
    rng = np.random.default_rng(7)
    low, peak = rng.choice([0.0, 1e-5, 3e-7], 50), 10 ** rng.uniform(-3, -1, 50)
    return low, peak, rng.integers(1, 5000, 50) / rng.choice([1, 10], 50)


@pytest.mark.parametrize("shape", ["quarter-cosine", "mirror-cosine", ("1-exp", 5.0), *SCALED])
def test_warmups_begin_and_end_exactly(shape):
    low, peak, steps = _drawn()
    up = dl.warmup(peak, steps, init_value=low, shape=shape)
    np.testing.assert_array_equal(up(0), low)
    np.testing.assert_array_equal([up[i](float(n)) for i, n in enumerate(steps)], peak)


@pytest.mark.parametrize("shape", ["quarter-cosine", "mirror-cosine", ("inverse-sqrt", 3), *SCALED])
def test_decays_begin_and_end_exactly(shape):
    low, peak, steps = _drawn()
    down = dl.wsd(peak, 0, 0, steps, end_value=low, decay=shape)
    np.testing.assert_array_equal(down(0), peak)
    np.testing.assert_array_equal([down[i](float(n)) for i, n in enumerate(steps)], low)
