"""Ranges of whole positions, most of them across a boundary of a drawn schedule."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from tests.routes import LAST, Window
from tests.strategies.curves import Drawn, boundaries

far = st.sampled_from([2**53, 2**55, 2**62, LAST])
strides = st.one_of(st.just(1), st.integers(2, 7), st.integers(1, 70), st.integers(1, 2**40))


@st.composite
def windows(draw, drawn: Drawn, longest: int = 150):
    """A start before a boundary, near a power of two or anywhere, a stride and a number."""
    steps, stride = draw(st.integers(1, longest)), draw(strides)
    around = [_before_a_boundary(drawn, steps), far.map(lambda p: p - steps // 2)]
    start = draw(st.one_of(around[0], around[0], around[1], st.integers(0, 2**50)))
    start = min(max(start, 0), LAST - 2 * longest)
    return Window(start, min(stride, (LAST - start) // steps), steps)


@st.composite
def _before_a_boundary(draw, drawn: Drawn, steps: int):
    oracle = draw(st.sampled_from(drawn.oracles))
    boundary = math.floor(draw(boundaries(oracle, 2**62)))
    return boundary - draw(st.integers(0, steps))
