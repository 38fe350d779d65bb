"""Law 5: any argument either works or raises a TypeError or ValueError; nothing crashes."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import decaylr as dl
from decaylr import curves
from tests.strategies.curves import examples

REFUSALS = (TypeError, ValueError)

numbers = st.one_of(
    st.integers(),
    st.integers(-3, 70),
    st.floats(),
    st.floats(0.0, 100.0),
    st.sampled_from([0, -0.0, 5e-324, 1e308, 2**53, 2**62, 2**63 - 1, 2**63, -(2**63), 1e-300]),
)
oddities = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.complex_numbers(),
    st.decimals(),
    st.fractions(),
    st.sampled_from(
        [dl.constant(1.0), dl, {}, object(), ..., NotImplemented, int, "inf", "linear"]
    ),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
grids = arrays.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, bool, object, "U1", complex]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
garbage = st.one_of(
    numbers, numbers, oddities, grids, st.lists(numbers, max_size=4), st.lists(oddities, max_size=3)
)


def harmless(value):
    """The result must be a float64 or an array of float64."""
    assert isinstance(value, float) or value.dtype == np.float64


@pytest.mark.parametrize("name", sorted(curves.CURVES))
@examples(120)
@given(data=st.data())
def test_constructors(name, data):
    make = curves.CURVES[name].make
    parameters = inspect.signature(make).parameters
    arguments = {key: data.draw(garbage) for key in parameters if data.draw(st.integers(0, 5))}
    try:
        s = make(**arguments)
    except REFUSALS:
        return
    assert isinstance(s, dl.Schedule)
    harmless(s(0))
    harmless(s.table(3, start=2**40))
    harmless(s(data.draw(st.floats(0.0, 1e18))))


CALLS = {
    "call": lambda s, draw: s(draw()),
    "out": lambda s, draw: s(draw(), out=draw()),
    "table": lambda s, draw: s.table(_small(draw()), start=draw(), stride=draw()),
    "layout": lambda s, draw: s.table(3, layout=draw(), threads=_small(draw())),
    "into": lambda s, draw: s.table(3, out=draw()),
    "cursor": lambda s, draw: s.cursor(draw()).value,
    "clip": lambda s, draw: s.clip(draw(), draw()),
    "repeat": lambda s, draw: s.repeat(draw(), count=draw(), value_scale=draw(), floor=draw()),
    "staircase": lambda s, draw: s.staircase(draw()),
    "advance": lambda s, draw: s.advance(draw()),
    "stretch": lambda s, draw: s.stretch(draw()),
    "ending": lambda s, draw: s.ending(draw()),
    "sum": lambda s, draw: s + draw(),
    "right": lambda s, draw: draw() * s,
    "quotient": lambda s, draw: s / draw(),
    "then": lambda s, draw: s.then(draw(), draw()),
    "join": lambda s, draw: dl.join([s, s], draw()),
    "boundaries": lambda s, draw: dl.join([s, s, s], [draw(), draw()]),
    "stack": lambda s, draw: dl.stack(draw()),
    "index": lambda s, draw: s[draw()],
    "reshape": lambda s, draw: s.reshape(draw()),
    "replace": lambda s, draw: s.replace(steps=draw(), init_value=draw()),
    "fold": lambda s, draw: s.fold(_small(draw()), start=draw()).total,
    "from_dict": lambda s, draw: dl.from_dict({"version": 1, "schedule": draw()}),
    "from_json": lambda s, draw: dl.from_json(draw()),
}


def _small(value):
    """Exclude sizes that need much memory; another test covers them."""
    return value % 50 if isinstance(value, int) and value > 50 else value


@pytest.mark.parametrize("name", sorted(CALLS))
@examples(120)
@given(data=st.data())
def test_members(name, data):
    s = data.draw(st.sampled_from([dl.linear(1.0, 0.0, 10), dl.cosine([1.0, 2.0], 0.0, [5, 9])]))
    refusals = (*REFUSALS, IndexError) if name in ("index", "reshape") else REFUSALS
    try:
        result = CALLS[name](s, lambda: data.draw(garbage))
    except refusals:
        return
    if isinstance(result, dl.Schedule):
        harmless(result(3))
        harmless(result.table(3, start=2**40))


@examples(200)
@given(text=st.text(st.sampled_from('{}[]":,0123456789.eE-+ aversionschdulinft'), max_size=80))
def test_text(text):
    with pytest.raises(REFUSALS, match=r"text must be JSON|data must be|nested at most"):
        dl.from_json(text)


@examples(200)
@given(position=st.one_of(st.integers(), st.floats()))
def test_positions_alone_and_in_arrays_are_judged_alike(position):
    s = dl.linear(1.0, 0.0, 1000)
    fine = not math.isnan(position) and 0 <= position < 2**63
    for shaped in (position, [position], np.array([position, 0])):
        if fine:
            harmless(s(shaped))
        else:
            with pytest.raises(REFUSALS, match="position must be"):
                s(shaped)
