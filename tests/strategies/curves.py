"""Random curves, trees and batches. Each draw is a schedule with the oracles of its runs.

By default, every test run draws the same examples. DECAYLR_EXAMPLES=20 draws twenty times as many,
different ones in each run.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import decaylr as dl
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points
from tests.oracles.base import Oracle
from tests.strategies.numbers import written

MORE = int(os.environ.get("DECAYLR_EXAMPLES", "1"))


def examples(number: int) -> settings:
    """Settings of a property test."""
    unhurried = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=number * MORE,
        derandomize=MORE == 1,
        deadline=None,
        suppress_health_check=unhurried,
    )


# -- parameters ---------------------------------------------------------------------------

magnitudes = st.floats(-9.0, 2.0).map(lambda exponent: 10.0**exponent)
values = st.one_of(st.sampled_from([0.0, 1.0, 0.1, 3e-4]), magnitudes, magnitudes.map(lambda x: -x))
nonzero = st.one_of(st.sampled_from([1.0, 0.1]), magnitudes, magnitudes.map(lambda x: -x))
lengths = st.one_of(
    st.integers(1, 300),
    st.integers(1, 2**45),
    st.floats(1.0, 1e6),
    st.sampled_from([1, 2, 63, 64, 65, 127, 128, 1000, 0.5, 2.5]),
    written(0.01, 1e4),
)
powers = st.one_of(st.sampled_from([1, 2, 3, 0.5, 1.5]), st.floats(0.1, 8.0))
rates = st.one_of(
    st.sampled_from([0.5, 0.9, 0.999, 1.0, 2.0, 1 - 2**-53, 1 - 2**-50, 1 + 2**-52]),
    st.floats(-14.0, -0.1).map(lambda exponent: 1.0 - 10.0**exponent),
)
gammas = st.sampled_from([0.0, 0.1, 0.5, 0.97, 1.0, 1.5])
bends = st.one_of(st.sampled_from([0.5, 1.0]), st.floats(0.01, 5.0))


@dataclass(frozen=True)
class Drawn:
    """A schedule with one oracle per run, in C order."""

    schedule: dl.Schedule
    oracles: tuple[Oracle, ...]

    @property
    def finite(self) -> bool:
        return all(oracle.length < math.inf for oracle in self.oracles)

    @property
    def single(self) -> bool:
        return self.schedule.shape == ()


@dataclass(frozen=True)
class Column:
    """The argument for decaylr, and the value of each run."""

    given: object
    runs: tuple


def column(draw, strategy, runs: int | None) -> Column:
    """One value for all runs, or an array with one value per run."""
    if runs is None or draw(st.booleans()):
        value = draw(strategy)
        return Column(value, (value,) * (runs or 1))
    drawn = [draw(strategy) for _ in range(runs)]
    array = np.array(drawn)
    if draw(st.booleans()):
        array = array.astype(np.float64)
    return Column(array, tuple(array.tolist()))


def constructed(
    runs: int | None,
    make: Callable[..., dl.Schedule],
    exact: Callable[..., Oracle],
    columns: dict[str, Column],
    **options,
) -> Drawn:
    """A curve from columns. The batch has the drawn size even if all values are shared."""
    schedule = make(**{name: c.given for name, c in columns.items()}, **options)
    number = runs or 1
    oracles = tuple(
        exact(**{name: c.runs[run] for name, c in columns.items()}, **options)
        for run in range(number)
    )
    if runs is not None and schedule.shape == ():
        schedule = dl.stack([schedule] * runs)
    return Drawn(schedule, oracles)


# -- curves -------------------------------------------------------------------------------


def _ends(draw, runs):
    return {
        "init_value": column(draw, values, runs),
        "end_value": column(draw, values, runs),
        "steps": column(draw, lengths, runs),
    }


def constants(draw, runs):
    columns = {"value": column(draw, values, runs)}
    if draw(st.booleans()):
        columns["steps"] = column(draw, lengths, runs)
    return constructed(runs, dl.constant, oracle_curves.constant, columns)


def linears(draw, runs):
    return constructed(runs, dl.linear, oracle_curves.linear, _ends(draw, runs))


def polynomials(draw, runs):
    columns = _ends(draw, runs) | {"power": column(draw, powers, runs)}
    if draw(st.booleans()):
        columns["k"] = column(draw, powers, runs)
    rise = draw(st.booleans())
    return constructed(runs, dl.polynomial, oracle_curves.polynomial, columns, rise=rise)


def cosines(draw, runs):
    columns = _ends(draw, runs)
    for name in ("exponent", "k"):
        if draw(st.booleans()):
            columns[name] = column(draw, powers, runs)
    return constructed(runs, dl.cosine, oracle_curves.cosine, columns)


def rexes(draw, runs):
    columns = _ends(draw, runs) | {"beta": column(draw, bends, runs)}
    return constructed(runs, dl.rex, oracle_curves.rex, columns)


def tanhs(draw, runs):
    columns = _ends(draw, runs)
    columns["lower"] = column(draw, st.floats(-40.0, 40.0), runs)
    columns["upper"] = column(draw, st.floats(-40.0, 40.0), runs)
    return constructed(runs, dl.tanh, oracle_curves.tanh, columns)


def exponentials(draw, runs):
    form = draw(st.sampled_from(["decay_rate", "time_constant", "half_life", "final"]))
    columns = {"init_value": column(draw, nonzero, runs)}
    if draw(st.booleans()):
        columns["end_value"] = column(draw, values, runs)
    options = {}
    if form == "decay_rate":
        columns["decay_rate"] = column(draw, rates, runs)
        columns["decay_steps"] = column(draw, lengths, runs)
        options["staircase"] = draw(st.booleans())
    elif form == "final":
        return _finals(draw, runs, columns)
    else:
        columns[form] = column(draw, lengths, runs)
    return constructed(runs, dl.exponential, oracle_curves.exponential, columns, **options)


def _finals(draw, runs, columns):
    share = column(draw, magnitudes.filter(lambda x: x != 1), runs)
    where = column(draw, lengths, runs)
    number = runs or 1
    init = columns["init_value"].runs
    reached = [abs(share.runs[run]) * math.copysign(1.0, init[run]) for run in range(number)]
    given = reached[0] if runs is None else np.array(reached)
    columns["final"] = Column((given, where.given), tuple(zip(reached, where.runs, strict=True)))
    return constructed(runs, dl.exponential, oracle_curves.exponential, columns)


def inverses(draw, runs):
    columns = {
        "init_value": column(draw, values, runs),
        "decay_rate": column(draw, magnitudes | st.just(0.0), runs),
        "decay_steps": column(draw, lengths, runs),
        "power": column(draw, powers, runs),
    }
    staircase = draw(st.booleans())
    return constructed(runs, dl.inverse, oracle_curves.inverse, columns, staircase=staircase)


def steps(draw, runs):
    columns = {
        "init_value": column(draw, values, runs),
        "step_size": column(draw, lengths, runs),
        "gamma": column(draw, gammas.filter(lambda x: x <= 1), runs),
    }
    return constructed(runs, dl.step, oracle_curves.step, columns)


def _marks(smallest: int, unique: bool):
    mark = st.one_of(st.integers(0, 200), st.integers(0, 2**40), written(0.0, 500.0))
    return st.lists(mark, min_size=smallest, max_size=smallest, unique=unique).map(sorted)


def multi_steps(draw, runs):
    columns = {
        "init_value": column(draw, values, runs),
        "milestones": column(draw, _marks(draw(st.integers(1, 5)), False), runs),
        "gamma": column(draw, gammas, runs),
    }
    return constructed(runs, dl.multi_step, oracle_curves.multi_step, columns)


def _list_of(number: int):
    return st.lists(values, min_size=number, max_size=number)


def piecewise_constants(draw, runs):
    number = draw(st.integers(1, 5))
    columns = {
        "boundaries": column(draw, _marks(number, False), runs),
        "values": column(draw, _list_of(number + 1), runs),
    }
    return constructed(runs, dl.piecewise_constant, oracle_points.piecewise_constant, columns)


def interpolations(draw, runs, kind=None):
    number = draw(st.integers(2, 6))
    columns = {
        "positions": column(draw, _marks(number, True), runs),
        "values": column(draw, _list_of(number), runs),
    }
    kind = kind or draw(st.sampled_from(["previous", "linear", "pchip", "cubic"]))
    return constructed(runs, dl.interpolate, oracle_points.interpolate, columns, kind=kind)


def sampled(draw, runs):
    columns = {"values": column(draw, _list_of(draw(st.integers(1, 6))), runs)}
    return constructed(runs, dl.samples, oracle_points.samples, columns)


CURVES = {
    "constant": constants,
    "linear": linears,
    "polynomial": polynomials,
    "cosine": cosines,
    "exponential": exponentials,
    "inverse": inverses,
    "rex": rexes,
    "tanh": tanhs,
    "step": steps,
    "multi_step": multi_steps,
    "piecewise_constant": piecewise_constants,
    "interpolate": interpolations,
    "samples": sampled,
}


@st.composite
def curves(draw, name=None, runs=None):
    """A curve of the given family, or of any family."""
    return CURVES[name or draw(st.sampled_from(sorted(CURVES)))](draw, runs)


# Multiples of written numbers that are integers but for rounding errors: 10 * 1.1, 100 * 1.02.
_next_to_integers = st.builds(
    lambda parts, number: parts * number, st.sampled_from([3, 10, 100]), st.integers(1, 60)
)


@st.composite
def boundaries(draw, oracle: Oracle, largest: int = 2**53):
    """The exact position where something of a run begins or ends, or 0."""
    k = draw(st.integers(0, 30) | st.integers(0, 4000) | _next_to_integers)
    return draw(st.sampled_from([Fraction(0), *oracle.marks(k)]).filter(lambda x: x <= largest))


@st.composite
def beside(draw, boundary: Fraction):
    """A position next to a boundary: the integers on both sides, or the nearest floats."""
    if draw(st.booleans()):
        whole = math.floor(boundary) + draw(st.sampled_from([0, 1, -1, 2]))
        return max(whole, 0)
    nearest = float(boundary)
    return max(
        draw(
            st.sampled_from(
                [nearest, math.nextafter(nearest, math.inf), math.nextafter(nearest, 0.0)]
            )
        ),
        0.0,
    )


@st.composite
def positions(draw, oracle: Oracle | None = None, largest: int = 2**53):
    """A position near a boundary, near a power of two, or anywhere; sometimes fractional."""
    if oracle is not None and draw(st.booleans()):
        return min(draw(beside(draw(boundaries(oracle, largest)))), largest)
    near = [st.integers(0, 200), st.integers(0, largest), st.integers(0, 60).map(lambda e: 2**e)]
    if oracle is not None and oracle.length < math.inf:
        end = int(min(oracle.length, largest))
        near.append(st.integers(max(0, end - 70), end + 3))
        near.append(st.integers(0, end))
    whole = min(draw(st.one_of(near)), largest)
    kind = draw(st.integers(0, 5))
    if whole < 2**50 and kind == 0:
        return whole + draw(st.floats(0.0, 1.0, exclude_max=True))
    return draw(written(0.0, 5000.0)) if kind == 1 else whole
