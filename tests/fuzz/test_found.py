"""What fuzzing has found: inputs that once raised what no page documents."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest

import decaylr as dl
from decaylr.clock import Clock
from decaylr.compat.torch import MultiplicativeLR, OneCycleLR
from decaylr.convert import convert
from decaylr.plateau.scale import Plateau

SCHEDULE = dl.linear(1.0, 0.0, 100)


def nested(depth, wrap=lambda value: [value]):
    value = 1.0
    for _ in range(depth):
        value = wrap(value)
    return value


class Nameless:
    def __repr__(self):
        raise RuntimeError


DEEP = nested(3000)
CONFIGURATIONS = (
    DEEP,
    {"scheduler": DEEP},
    {"StepLR": DEEP},
    {"StepLR": {"base_lr": DEEP, "step_size": 3}},
    {"SequentialLR": {"base_lr": 1.0, "schedulers": DEEP, "milestones": []}},
    {"class_name": DEEP, "config": {}},
    {"class_name": "CosineDecay", "config": DEEP},
    {"lr_decay_style": DEEP},
    nested(3000, lambda value: {"version": value, "schedule": value}),
    {"version": 1, "schedule": DEEP},
    {"ChainedScheduler": {"schedulers": [nested(3000, lambda value: {"1": value})]}},
)


@pytest.mark.parametrize("index", range(len(CONFIGURATIONS)))
def test_deep_configurations(index):
    with pytest.raises((TypeError, ValueError), match=r"must|missing"):
        convert(CONFIGURATIONS[index])


@pytest.mark.parametrize(
    "state", [DEEP, [1], None, {"version": DEEP}, {"version": 1, "best": DEEP}]
)
def test_states_of_plateaus(state):
    plateau = Plateau(SCHEDULE)
    with pytest.raises((TypeError, ValueError), match="state"):
        plateau.load_state_dict(state)


@pytest.mark.parametrize("value", [10**400, None, "1", DEEP])
def test_arrays_in_states_of_plateaus(value):
    plateau = Plateau(SCHEDULE)
    state = plateau.state_dict()
    with pytest.raises((TypeError, ValueError), match="state: best"):
        plateau.load_state_dict(state | {"best": value})


def test_factors_of_groups_are_no_lists():
    with pytest.raises(TypeError, match="lr_lambda must be a Schedule or a function"):
        MultiplicativeLR(1.0, DEEP)
    with pytest.raises(TypeError, match="lr_lambda must be a Schedule or a function"):
        MultiplicativeLR(1.0, [[lambda t: 0.5]], horizon=3)
    assert MultiplicativeLR(2.0, [lambda t: 0.5, dl.constant(0.1)], horizon=3)(1).tolist() == [
        1.0,
        0.2,
    ]


@pytest.mark.parametrize(
    ("indent", "error", "message"),
    [
        (2**63, ValueError, "indent must be at most 9223372036854775807"),
        (101, ValueError, "indent must be at most 100, got 101"),
        (-1, ValueError, "indent must be >= 0, got -1"),
        (1.5, TypeError, "indent must be an integer, got float 1.5"),
        (True, TypeError, "indent must be an integer"),
    ],
)
def test_indents(indent, error, message):
    with pytest.raises(error, match=message):
        SCHEDULE.to_json(indent=indent)
    assert dl.from_json(SCHEDULE.to_json(indent=100)) == SCHEDULE


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((Nameless(),), TypeError, "shape must be an integer, got Nameless an object of type"),
        ((2, "a"), TypeError, "shape must be an integer, got str 'a'"),
        (((1, 2.0),), TypeError, "shape must be an integer, got float 2.0"),
        ((2**63,), ValueError, "shape must be at most"),
        ((-2,), ValueError, "shape must be >= -1, got -2"),
        ((DEEP,), TypeError, "shape must be an integer"),
        ((1,) * 32, ValueError, "a batch must have at most 31 axes, got 32"),
    ],
)
def test_shapes(shape, error, message):
    with pytest.raises(error, match=message):
        SCHEDULE.reshape(*shape)
    assert dl.linear([1.0, 2.0], 0.0, 9).reshape(np.array([1, 2])).shape == (1, 2)


def test_axes_beyond_those_of_numpy():
    many = np.ones((1,) * 31)
    assert dl.constant(many).table(2).shape == (*many.shape, 2)
    with pytest.raises(ValueError, match="value must be of at most 31 axes, got 32"):
        dl.constant(many[None])
    with pytest.raises(ValueError, match="position must be of at most 31 axes, got 32"):
        SCHEDULE(many[None])


@pytest.mark.parametrize("count", [2.0**63, 1e300])
def test_counts_beyond_int64(count):
    with pytest.raises(ValueError, match="count must be at most 9223372036854775807"):
        SCHEDULE.repeat(10, count=count)


def test_rewarms_from_a_value_that_is_too_small():
    with pytest.raises(ValueError, match=r"at must be such that to / .* is finite, got 3"):
        dl.constant(5e-324).rewarm(3, 2, 1.0)


@pytest.mark.parametrize("kind", ["sum", "product", "difference"])
def test_operations_on_one_part(kind):
    node = {kind: {"parts": [{"constant": {"value": 0.5}}]}}
    with pytest.raises(ValueError, match="parts must be at least two, got 1"):
        dl.from_dict({"version": 1, "schedule": node})


@pytest.mark.parametrize(
    "columns",
    [
        "axes = { lr = { linear = [0, 1], num = 9223372036854775807 } }",
        "axes = { lr = { log = [1, 2], num = 1000000000000 } }",
        "random = { n = 1000000000000, seed = 1, lr = { uniform = [0, 1] } }",
    ],
)
def test_columns_that_no_memory_holds(columns, tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(f'version = 1\n[schedules.a]\n{columns}\nconstant = "$lr"\n')
    with pytest.raises(ValueError, match="must be at most 100000000, got"):
        dl.load(file)


def damaged(schedule, place, **changes):
    """The constructor of a pickle and its records, with changes of one."""
    restore, (records,) = schedule.__reduce__()
    records[place] = records[place]._replace(**changes)
    return restore, records


@pytest.mark.parametrize(
    ("schedule", "place", "changes", "message"),
    [
        (SCHEDULE.then(SCHEDULE), -1, {"children": ()}, "'join' as node"),
        (SCHEDULE.then(SCHEDULE), -1, {"children": (0,)}, "'join' as node"),
        (SCHEDULE.advance(3), -1, {"children": ()}, "'advance' as node 1"),
        (dl.exponential(1.0, 0.5), 0, {"options": {}}, "options must be"),
        (SCHEDULE.ending("repeat"), -1, {"parameters": {"length": np.array(9)}}, "length must be"),
        (SCHEDULE, 0, {"kind": "sine"}, "'sine' as node 0"),
        (SCHEDULE, 0, {"shape": (2,) * 32}, "at most 31 axes"),
        (dl.linear([1.0, 2.0], 0.0, 9), 0, {"shape": ()}, "shape must be"),
        (
            dl.step(1.0, 5, 0.5),
            0,
            {"parameters": {"init_value": np.array(1.0), "step_size": np.array(0.0)}},
            "'step' as node 0",
        ),
        (
            dl.cosine(1.0, 0.0, 9).repeat(),
            -1,
            {"parameters": {n: np.array(0) for n in ("period", "period_scale", "value_scale")}},
            "'repeat' as node 1",
        ),
        (dl.stack([SCHEDULE, dl.cosine(1.0, 0.0, 9)]), -1, {"children": (0,)}, "'select' as node"),
    ],
)
def test_records_of_damaged_pickles(schedule, place, changes, message):
    restore, records = damaged(schedule, place, **changes)
    with pytest.raises(ValueError, match=f"a pickle must be of a schedule, got .*{message}"):
        restore(records)
    assert pickle.loads(pickle.dumps(schedule)) == schedule


def test_noam_beyond_int64():
    assert dl.noam(2**53, 2**53, 1.0)(2**53) == 2.0**-53
    assert dl.noam(1e250, 2.0**60, 1.0)(2**60) == 1e-125 * 2.0**-30
    with pytest.raises(ValueError, match="finite"):
        dl.noam([1e-320, 1e300], 1e-300, 1.0)


@pytest.mark.parametrize("period", [2.0**63, 1e19, 1e300, 1.7976931348623157e308])
@pytest.mark.parametrize("count", [None, 3])
def test_cycles_that_no_position_ends(period, count):
    s = dl.linear(1.0, 2.0, 5).repeat(period, count=count)
    assert s.table(6, threads=1).tolist() == [s(p) for p in range(6)] == [
        1.0, 1.2000000000000002, 1.4000000000000001, 1.6, 1.8, 2.0,
    ]  # fmt: skip
    assert s.fold(6).final == 2.0
    assert s.table(3, start=2**63 - 4).tolist() == [2.0] * 3


@pytest.mark.parametrize("end", [1, 10, 60, 74, 1000])
def test_stretched_positions_that_are_later_than_the_last(end):
    """Where a curve begins before position 0, its own numbers are larger than the positions."""
    start, curve = 2**63 - 1 - end, dl.linear(0.0, 1.0, 10)
    for s in (curve, dl.cosine(0.0, 1.0, 10), curve.then(dl.cosine(1.0, 1.0, 90))):
        far = s.advance(30).stretch(2.4285714285714284)
        assert far(start) == 1.0
        assert far.table(2, start=start).tolist() == [1.0, 1.0]
        assert far.fold(2, start=start).total == 2.0
    levels = dl.piecewise_constant([1, 5], [3.0, 2.0, 1.0]).advance(0.5).stretch(60)
    assert levels(start) == levels.table(1, start=start)[0] == 1.0


@pytest.mark.parametrize("by", [3, 3.25, 0.001, 2**40])
@pytest.mark.parametrize("ratio", [1e3, 1e17, 1e18, 1e19, 1e25, 1e300])
@pytest.mark.parametrize("begin", [0, 1])
def test_advanced_positions_at_any_distance(by, ratio, begin):
    """q(p) = p / ratio + by - begin in exact arithmetic, up to the last position."""
    curve = dl.linear(0.0, 1.0, 10)
    s = dl.join([dl.constant(0.0), curve], [begin]).advance(by).stretch(ratio)
    for start in (0, 5, 2**53, 2**62, 2**63 - 3):
        positions = range(start, start + 3)
        places = [Fraction(p) / Fraction(ratio) + Fraction(by) - begin for p in positions]
        exact = [float(min(max(q / 10, 0), 1)) for q in places]
        np.testing.assert_allclose(s.table(3, start=start), exact, rtol=1e-15, atol=0.0)
        assert s.table(3, start=start).tolist() == [s(p) for p in positions]


@pytest.mark.parametrize("every", [19, 2.5])
def test_stairs_of_positions_beyond_int64(every):
    s = dl.linear(0.0, 1.0, 10).staircase(every).stretch(0.25)
    for start in (2**60, 2**61, 2**62, 2**63 - 10):
        positions = np.array([start, start + 1, 3])
        assert s(positions).tolist() == [1.0, 1.0, s(3)]
        assert s.table(2, start=start).tolist() == [s(start), s(start + 1)] == [1.0, 1.0]


def test_pickles_of_nothing():
    restore, _ = SCHEDULE.__reduce__()
    with pytest.raises(ValueError, match="a pickle must be of a schedule, got no nodes"):
        restore([])


@pytest.mark.parametrize("ratio", [5.242144883563642e-06, 5.2e-6, 1e-3, 1e-300])
def test_cycles_of_positions_beyond_int64(ratio):
    curve = dl.linear(0.0, 1.0, 10)
    for s in (curve.repeat(33), curve.repeat(33, count=9), curve.ending("mirror")):
        far = s.stretch(ratio)
        for start in (2**53, 2**62, 2**63 - 10):
            table = far.table(3, start=start)
            assert table.tolist() == [far(start + k) for k in range(3)]
            assert np.all((table >= 0.0) & (table <= 1.0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: dl.slanted_triangular(1e300, 100, ratio=1e-10), "ratio must be such that"),
        (lambda: dl.one_cycle(1e300, 100, div_factor=1e-10), "div_factor must be such that"),
        (lambda: dl.one_cycle(1.0, 100, final_div_factor=5e-324), "final_div_factor must be such"),
        (lambda: dl.one_cycle(1.0, 100, pct_start=1e308), "pct_start must be in"),
        (lambda: OneCycleLR(1e300, 100, div_factor=1e-10), "div_factor must be such that"),
        (lambda: Clock(steps_per_epoch=5e-324).epochs(steps=10), "epochs must be at most"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_quotients_beyond_the_range_of_floats(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.filterwarnings("error")
def test_the_text_of_a_join_whose_lengths_have_no_finite_sum():
    s = dl.join([dl.linear(1.0, 0.0, 1.7e308)] * 2 + [dl.constant(1.0)], [1, 2])
    assert eval(repr(s), {"join": dl.join, "linear": dl.linear, "constant": dl.constant}) == s


@pytest.mark.parametrize("size", [18.087356161964397, 1.1, 1.9, 3.3, 1e3 / 3, 2**40 / 3])
def test_stairs_up_to_the_last_position(size):
    """A stair may begin less than 512 positions before 2**63, where float64 rounds up to it."""
    start = 2**63 - 1200
    s = dl.linear(0.0, 1.0, 2.0**62).repeat(7.5 * size).staircase(size)
    calls = [s(p) for p in range(start, 2**63)]
    assert len(set(calls)) > 1 or size > 1200
    assert s.table(1200, start=start).tolist() == calls
