"""Random trees of combinators over random curves, with their oracles."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

import decaylr as dl
from tests.oracles import combinators as oracle_combinators
from tests.strategies.curves import Column, Drawn, column, curves, nonzero, values
from tests.strategies.numbers import written

scalars = st.one_of(st.sampled_from([0.5, 2.0, -1.0, 0.1]), values)


def _each(parts, combine):
    """The oracles of a combination, one per run."""
    return tuple(combine(*runs) for runs in zip(*(part.oracles for part in parts), strict=True))


def _moved(drawn: Drawn, schedule, exact, columns: dict[str, Column]) -> Drawn:
    oracles = tuple(
        exact(oracle, **{name: c.runs[run] for name, c in columns.items()})
        for run, oracle in enumerate(drawn.oracles)
    )
    return Drawn(schedule, oracles)


def joins(draw, runs, depth):
    parts = [draw(trees(runs, depth)) for _ in range(draw(st.integers(2, 3)))]
    if all(part.finite for part in parts[:-1]) and draw(st.booleans()):
        schedule = dl.join([part.schedule for part in parts])
        return Drawn(schedule, _each(parts, lambda *of: oracle_combinators.join(of)))
    places, begin = [], 0
    for _ in parts[1:]:
        after = column(draw, written(0.0, 300.0), runs)
        places.append(Column(after.given + begin, tuple(x + begin for x in after.runs)))
        begin = max(places[-1].runs)
    schedule = dl.join([part.schedule for part in parts], [place.given for place in places])
    oracles = tuple(
        oracle_combinators.join(
            [part.oracles[run] for part in parts], [p.runs[run] for p in places]
        )
        for run in range(runs or 1)
    )
    return Drawn(schedule, oracles)


def arithmetic(draw, runs, depth):
    parts = [draw(trees(runs, depth)) for _ in range(2)]
    a, b = (part.schedule for part in parts)
    kind = draw(st.sampled_from(["sum", "product", "difference"]))
    if kind == "sum":
        return Drawn(a + b, _each(parts, oracle_combinators.add))
    if kind == "product":
        return Drawn(a * b, _each(parts, oracle_combinators.multiply))
    return Drawn(a - b, _each(parts, oracle_combinators.subtract))


def scaled(draw, runs, depth):
    drawn = draw(trees(runs, depth))
    kind = draw(st.sampled_from(["negative", "quotient", "lo", "hi", "clip"]))
    if kind == "negative":
        return _moved(drawn, -drawn.schedule, oracle_combinators.negative, {})
    if kind == "quotient":
        by = column(draw, nonzero, runs)
        schedule = drawn.schedule / by.given
        return _moved(drawn, schedule, oracle_combinators.quotient, {"divisor": by})
    lo = column(draw, values, runs)
    bounds = {"lo": lo}
    if kind == "hi":
        bounds = {"hi": lo}
    elif kind == "clip":
        bounds["hi"] = Column(np.add(lo.given, 0.25), tuple(x + 0.25 for x in lo.runs))
    schedule = drawn.schedule.clip(**{name: c.given for name, c in bounds.items()})
    return _moved(drawn, schedule, oracle_combinators.clip, bounds)


def shifted(draw, runs, depth):
    drawn = draw(trees(runs, depth))
    kind = draw(st.sampled_from(["staircase", "advance", "stretch"]))
    name = {"staircase": "every", "advance": "by", "stretch": "ratio"}[kind]
    size = column(draw, written(0.1, 70.0), runs)
    schedule = getattr(drawn.schedule, kind)(size.given)
    return _moved(drawn, schedule, getattr(oracle_combinators, kind), {name: size})


def endings(draw, runs, depth):
    drawn = draw(trees(runs, depth).filter(_ends_later))
    mode = draw(st.sampled_from(["hold", "repeat", "mirror"]))
    schedule = drawn.schedule.ending(mode)
    return Drawn(schedule, tuple(oracle_combinators.ending(o, mode) for o in drawn.oracles))


def _ends_later(drawn: Drawn) -> bool:
    return all(1 <= oracle.length < math.inf for oracle in drawn.oracles)


def repeats(draw, runs, depth):
    drawn = draw(trees(runs, depth).filter(_ends_later))
    columns = {}
    if draw(st.booleans()):
        columns["period"] = column(draw, written(1.0, 90.0), runs)
    columns["period_scale"] = column(draw, st.sampled_from([1, 1, 2, 1.1, 1.2, 4 / 3, 1.5]), runs)
    if draw(st.booleans()):
        equal = all(scale == 1 for scale in columns["period_scale"].runs)
        columns["count"] = column(draw, st.integers(1, 300 if equal else 5), runs)
    if draw(st.booleans()):
        columns["value_scale"] = column(draw, st.sampled_from([0.5, 0.9, 1.0, 0.0]), runs)
        columns["floor"] = column(draw, st.sampled_from([0.0, 0.125, 0.1]), runs)
    options = {"lengths": draw(st.sampled_from(["floor", "real", "real"]))}
    schedule = drawn.schedule.repeat(**{n: c.given for n, c in columns.items()}, **options)
    oracles = tuple(
        oracle_combinators.repeat(o, **{n: c.runs[run] for n, c in columns.items()}, **options)
        for run, o in enumerate(drawn.oracles)
    )
    return Drawn(schedule, oracles)


def mixtures(draw, runs, depth):
    """A batch of runs of different families."""
    if runs is None or runs < 2:
        return draw(curves(runs=runs))
    first = draw(st.integers(1, runs - 1))
    parts = [draw(trees(first, depth)), draw(trees(runs - first, depth))]
    schedule = dl.concatenate([part.schedule for part in parts])
    return Drawn(schedule, parts[0].oracles + parts[1].oracles)


COMBINATIONS = (joins, arithmetic, scaled, shifted, endings, repeats, mixtures)
PLACED = {"join": joins, "shift": shifted, "ending": endings, "repeat": repeats}


@st.composite
def trees(draw, runs=None, depth=2):
    """A tree with at most `depth` combinators above each curve."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(curves(runs=runs))
    return draw(st.sampled_from(COMBINATIONS))(draw, runs, depth - 1)


@st.composite
def placed(draw, name, runs=None):
    """A combinator that places curves at positions of its own."""
    return draw(st.composite(PLACED[name])(runs, 0))


@st.composite
def batches(draw, depth=2, largest=4):
    """A tree over a one-dimensional batch."""
    return draw(trees(draw(st.integers(1, largest)), depth))
