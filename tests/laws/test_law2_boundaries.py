"""Law 2 where things begin and end: every route, beside every boundary, and near 2^53, 2^55, 2^63.

`.ci/comparisons` draws the same without end, differently in each run.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routes import compare, compare_fractions
from tests.strategies.curves import CURVES, curves, examples, positions
from tests.strategies.places import windows
from tests.strategies.trees import PLACED, batches, placed, trees

seeds = st.integers(0, 2**32 - 1)


def check(drawn, data, longest=150):
    """One window of whole positions and one list of fractional ones."""
    rng = np.random.default_rng(data.draw(seeds))
    compare(drawn.schedule, data.draw(windows(drawn, longest)), rng)
    oracle = data.draw(st.sampled_from(drawn.oracles))
    fractional = data.draw(st.lists(positions(oracle), min_size=1, max_size=8))
    compare_fractions(drawn.schedule, [float(p) for p in fractional], rng)


@pytest.mark.parametrize("name", sorted(CURVES))
@examples(60)
@given(data=st.data())
def test_curves_by_every_route(name, data):
    check(data.draw(curves(name)), data)


@pytest.mark.parametrize("runs", [None, 3])
@pytest.mark.parametrize("name", sorted(PLACED))
@examples(150)
@given(data=st.data())
def test_curves_at_places_by_every_route(name, runs, data):
    check(data.draw(placed(name, runs)), data, longest=600)


@examples(200)
@given(drawn=trees(), data=st.data())
def test_trees_by_every_route(drawn, data):
    check(drawn, data)


@examples(150)
@given(drawn=batches(), data=st.data())
def test_batches_by_every_route(drawn, data):
    check(drawn, data)
