"""Horizon edits: earlier values do not change, later values are as documented."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import decaylr as dl
from tests.compare import close
from tests.strategies.curves import examples
from tests.strategies.trees import batches

BASES = [
    dl.warmup_cosine(0.1, 1.0, 20, 100, 0.05),
    dl.linear(1.0, 0.1, 100),
    dl.wsd([1.0, 2.0], 10, [60, 40], [30, 50], end_value=0.25, decay="1-sqrt"),
    dl.cosine(1.0, 0.2, 25).repeat(count=4),
    dl.piecewise_constant([30, 100], [4, 2, 1]),
]


@pytest.mark.parametrize("base", BASES, ids=lambda s: repr(s)[:20])
@pytest.mark.parametrize("at", [1, 40, 99])
def test_values_before_the_edit_are_bit_identical(base, at):
    tail = dl.constant(0.5)
    edits = [base.branch(at, tail), base.rewarm(at, 5, 2.0, tail), base.extend(300, at)]
    for edited in edits:
        np.testing.assert_array_equal(edited.table(at), base.table(at))
        assert edited.shape == base.shape


def test_joint_states_both_sides():
    s = dl.linear(1.0, 0.0, 100).then(dl.constant(0.5))
    joint = s.joint(100)
    assert joint.at == 100
    assert 0 < joint.before < 1e-14
    assert joint.after == 0.5
    assert joint.jump == 0.5 - joint.before
    batch = dl.step([1.0, 2.0], 10, 0.5).joint([10, 15])
    np.testing.assert_array_equal(batch.before, [1.0, 1.0])
    np.testing.assert_array_equal(batch.after, [0.5, 1.0])
    np.testing.assert_array_equal(batch.jump, [-0.5, 0.0])


@pytest.mark.parametrize(
    ("at", "error", "match"),
    [
        (0, ValueError, r"^at must be finite and > 0, got 0"),
        (math.nan, ValueError, r"^at must be finite and > 0, got nan"),
        ("1", TypeError, r"^at must be real numbers"),
    ],
)
def test_joint_refuses(at, error, match):
    with pytest.raises(error, match=match):
        dl.constant(1.0).joint(at)


def test_branch_from_the_value_at_the_cut():
    s = dl.cosine(1.0, 0.0, 1000)
    cooled = s.branch(500, lambda value: dl.linear(value, 0.0, 100))
    close([cooled(500), cooled(550), cooled(575)], [0.5, 0.25, 0.125])
    assert cooled(600) == 0.0
    assert cooled.length == 600
    assert abs(cooled.joint(500).jump) <= 2**-52


def test_branch_to_a_schedule():
    s = dl.constant(1.0).branch(10, dl.linear(0.5, 0.0, 10))
    np.testing.assert_array_equal(s.table(22)[[9, 10, 15, 20, 21]], [1.0, 0.5, 0.25, 0.0, 0.0])
    assert s.joint(10) == (10, 1.0, 0.5)


def test_branch_past_the_end_of_a_schedule_that_refuses_it():
    s = dl.linear(1.0, 0.0, 10).ending("raise")
    assert s.branch(20, dl.constant(0.5))(25) == 0.5
    with pytest.raises(ValueError, match=r"20"):
        s.branch(20, dl.constant)


def test_branch_at_a_position_of_each_run():
    s = dl.linear([1.0, 2.0], 0.0, 100)
    cooled = s.branch([50, 75], lambda value: dl.cosine(value, 0.0, 20))
    close(cooled(np.array([[49], [60], [85]])), [[0.51, 1.02], [0.25, 0.8], [0.0, 0.25]])
    np.testing.assert_array_equal(cooled.length, [70, 95])


def test_one_schedule_branched_at_many_positions():
    cooled = dl.constant(1.0).branch([10, 20, 30], lambda value: dl.linear(value, 0.0, 10))
    assert cooled.shape == (3,)
    np.testing.assert_array_equal(cooled(25), [0.0, 0.5, 1.0])


def test_branch_as_an_override_of_a_sequence():
    """Values from OLMo's sequential scheduler, with annealing from step 2000 on."""
    s = dl.warmup(10.0, 1000).branch(2000, lambda value: dl.linear(value, 2.0, 1000))
    np.testing.assert_array_equal([s(p) for p in (2000, 2500, 3000, 10000)], [10, 6, 2, 2])


@pytest.mark.parametrize(
    ("at", "tail", "error", "match"),
    [
        (-1, dl.constant(1.0), ValueError, r"^at must be finite and >= 0, got -1"),
        (5, 0.5, TypeError, r"^tail must be a Schedule or a function that returns one, got 0.5"),
        (5, lambda value: value, TypeError, r"^tail must be a Schedule or a function .* got 1.0"),
    ],
)
def test_branch_refuses(at, tail, error, match):
    with pytest.raises(error, match=match):
        dl.constant(1.0).branch(at, tail)


def test_rewarm_scales_the_rest():
    s = dl.linear(1.0, 0.0, 1000)
    w = s.rewarm(400, 100, 2.0)
    close([w(399), w(400), w(425), w(500)], [0.601, 0.6, 0.95, 2.0])
    close([w(p) for p in (600, 750, 999)], [s(p) * 4 for p in (600, 750, 999)])
    assert w(1000) == w(5000) == 0.0
    assert w.length == 1000


def test_rewarm_after_the_end():
    s = dl.warmup_cosine(0.0, 1.0, 10, 100)
    w = s.rewarm(100, 20, 0.5, lambda value: dl.cosine(value, 0.0, 80))
    close([w(110), w(120), w(160)], [0.25, 0.5, 0.25])
    assert w(200) == 0.0
    assert w.length == 200
    with pytest.raises(ValueError, match=r"^at must be such that the schedule is not 0 .* got 100"):
        s.rewarm(100, 20, 0.5)


def test_rewarm_at_once():
    w = dl.linear(1.0, 0.0, 100).rewarm([20, 40], [0, 10], 1.0)
    close(
        w(np.array([[19], [20], [45], [60]])), [[0.81, 0.81], [1.0, 0.8], [0.6875, 0.8], [0.5, 0.8]]
    )
    np.testing.assert_array_equal(w.length, [100, 100])


def test_extend_stretches_the_rest():
    s = dl.warmup_cosine(0.0, 1.0, 100, 1100)
    longer = s.extend(2100, at=100)
    for p in (100, 101, 600, 1500, 2099):
        close(longer(p), s(100 + (p - 100) / 2))
    assert longer(2100) == 0.0
    assert longer.length == 2100
    assert longer.joint(100).before == pytest.approx(longer.joint(100).after, rel=1e-15, abs=0)


def test_extend_does_not_jump():
    s = dl.cosine(1.0, 0.1, 1000)
    half = s.extend(2000, at=500)
    assert half(500) == s(500)
    assert abs(half.joint(500).jump) <= 1e-15
    assert half(501) < half(500) < half(499)


def test_extend_the_whole_curve():
    s = dl.linear(1.0, 0.0, 100)
    twice = s.extend(200)
    assert twice == s.stretch(2)
    np.testing.assert_array_equal([twice(0), twice(100), twice(200)], [1.0, 0.5, 0.0])


@pytest.mark.parametrize("total", [107, 333, 700, 1001, 99])
@pytest.mark.parametrize("at", [0, 3, 49])
def test_extend_ends_where_it_was_asked_to(total, at):
    s = dl.linear(1.0, 0.25, [100, 90, 97]).extend(total, at)
    np.testing.assert_array_equal(s.length, [total, total, total])
    np.testing.assert_array_equal(s(total), [0.25, 0.25, 0.25])
    assert np.all(s(total - 1) > 0.25)


@pytest.mark.parametrize(
    ("base", "arguments", "match"),
    [
        (
            dl.constant(1.0),
            (100,),
            r"^the schedule's horizon must be finite to be ext",
        ),
        (dl.linear(1, 0, 10), (20, 10), r"^at must be < the schedule's length, got 10"),
        (dl.linear(1, 0, 10), (5, 5), r"^total must be > at, got 5"),
        (dl.linear(1, 0, [10, 20]), (15, [5, 15]), r"^total must be > at, got 15 at index 1"),
        (dl.linear(1, 0, 10), (-5,), r"^total must be finite and > 0, got -5"),
    ],
)
def test_extend_refuses(base, arguments, match):
    with pytest.raises(ValueError, match=match):
        base.extend(*arguments)


def test_edits_follow_each_other():
    s = dl.warmup_cosine(0.0, 1.0, 100, 1000)
    edited = s.extend(2000, at=500).branch(1500, lambda value: dl.linear(value, 0.0, 100))
    value = s(500 + 1000 / 3)
    close([edited(500), edited(1500), edited(1550)], [s(500), value, value / 2])
    assert edited.length == 1600
    assert dl.from_json(edited.to_json()) == edited


def each_edit(kinds, number, base):
    s = base
    for i in range(number):
        at = 150 + 3 * i
        match kinds[i % len(kinds)]:
            case "extend":
                s = s.extend(s.length + 20, at)
            case "rewarm":
                s = s.rewarm(at, 2, 0.9)
            case "branch":
                s = s.branch(at, lambda value: dl.linear(value, 0.0, 3000))
    return s


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    "kinds", [["extend"], ["rewarm"], ["branch"], ["extend", "rewarm", "branch"]]
)
def test_hundreds_of_edits_are_as_many_parts(kinds, batch):
    base = dl.warmup_cosine(0.0, [1.0, 2.0] if batch else 1.0, 100, 3000)
    few, many = each_edit(kinds, 100, base), each_edit(kinds, 300, base)
    assert many._depth == few._depth < 10
    assert len(many.children) < 700
    assert len(many.to_json()) < 4 * len(few.to_json())
    assert pickle.loads(pickle.dumps(many)) == dl.from_dict(many.to_dict()) == many
    assert eval(repr(many), {**vars(dl), "array": np.array}) == many
    np.testing.assert_array_equal(many.table(450), few.table(450))  # to the 100th edit at least
    np.testing.assert_array_equal(many.table(1100)[..., -1], many(1099))


def old_branch(s, at, tail):
    return dl.join([s, tail], boundaries=[at])


def old_rewarm(s, at, steps, to, tail):
    ramp = dl.linear(s(at), to, np.where(np.equal(steps, 0), 2.0**-60, steps))
    return dl.join([s, ramp, tail], boundaries=[at, at + steps])


def test_a_rewarm_where_the_schedule_is_infinite_is_refused():
    growing = dl.exponential(1.0, 1e10)
    for at, steps, message in ((40, 5, "finite there"), (20, 20, r"finite at at \+ steps")):
        with pytest.raises(ValueError, match=f"at must be such that the schedule is {message}"):
            growing.rewarm(at, steps, 2.0)


@examples(100)
@given(batches(), batches(), st.data())
def test_edits_have_the_bits_of_nested_joins(drawn, other, data):
    s = nested = drawn.schedule
    tail = other.schedule[0]
    for at in sorted(data.draw(st.lists(st.integers(0, 200) | st.floats(0, 200), max_size=4))):
        if data.draw(st.booleans()):
            at = at + np.arange(s.size) * 7
        steps = data.draw(st.sampled_from([None, 0, 5, 2.5]))
        if steps is None:
            s, nested = s.branch(at, tail), old_branch(nested, at, tail)
        elif np.all(np.isfinite(s(at))):
            s, nested = s.rewarm(at, steps, 2.0, tail), old_rewarm(nested, at, steps, 2.0, tail)
        else:
            with pytest.raises(ValueError, match="at must be such that the schedule is finite"):
                s.rewarm(at, steps, 2.0, tail)
    assert s.shape == nested.shape
    np.testing.assert_array_equal(s.table(260), nested.table(260))
    np.testing.assert_array_equal(s(77.3), nested(77.3))


@examples(100)
@given(batches(), st.integers(0, 150), st.integers(0, 30))
def test_the_rest_after_a_rewarm_is_scaled(drawn, at, steps):
    s = drawn.schedule
    value = np.abs(s(at + steps))
    assume(np.all((value > 1e-3) & (value < 1e3)))
    once = s.rewarm(at, steps, 2.0)
    twice = once.rewarm(at + steps + 5, 3, 0.5) if np.all(once(at + steps + 8) != 0) else once
    for p in range(at + steps, at + steps + 5):
        np.testing.assert_allclose(twice(p), s(p) * (2.0 / s(at + steps)), rtol=1e-13)
    if twice is not once:
        for p in range(at + steps + 8, at + steps + 60):
            wanted = once(p) * (0.5 / once(at + steps + 8))
            np.testing.assert_allclose(twice(p), wanted, rtol=1e-13)


lengths, levels = st.integers(1, 60), st.floats(0, 2)
phases = st.one_of(
    st.builds(dl.linear, levels, levels, lengths),
    st.builds(dl.cosine, levels, levels, lengths),
    st.builds(dl.constant, levels, lengths),
    st.builds(
        lambda gaps: dl.piecewise_constant(np.cumsum(gaps), [*range(len(gaps) + 1)]),
        st.lists(st.integers(1, 30), min_size=1, max_size=4),
    ),
)


def test_a_boundary_inside_of_a_part_that_begins_between_positions():
    pieces = [dl.piecewise_constant([1, 2, 3, end], [0, 1, 2, 3, 4]) for end in (33, 26)]
    longer = dl.join(pieces).extend(15, 13)  # of 59: 23 positions become one
    assert [longer(p) for p in (13, 14, 15)] == [3.0, 3.0, 4.0]


@examples(100)
@given(st.lists(phases, min_size=1, max_size=4), st.integers(1, 500), st.data())
def test_positions_after_an_extension_are_exact(parts, more, data):
    """Where the original's position is whole, it is met from the right side of every boundary."""
    s = dl.join(parts)
    length = int(s.length)
    at = data.draw(st.integers(0, length - 1))
    total = at + more
    longer = s.extend(total, at)
    assert longer.length == total
    np.testing.assert_array_equal(longer.table(at + 1)[: at + 1], s.table(at + 1))
    for p in range(at, total + 3):
        q = at + Fraction((p - at) * (length - at), total - at)
        if q.denominator == 1:
            assert longer(p) == pytest.approx(s(int(q)), rel=1e-12, abs=1e-12)
    assert longer(total) == s(length)


@pytest.mark.parametrize("at", [0, 7, 30, 45])
def test_every_extension_of_steps_is_exact(at):
    s = dl.piecewise_constant([30, 60], [1.0, 0.5, 0.1])
    for total in range(61, 200):
        places = [at + Fraction((p - at) * (60 - at), total - at) for p in range(at, total + 2)]
        wanted = [1.0 if q < 30 else 0.5 if q < 60 else 0.1 for q in places]
        assert s.extend(total, at).table(total + 2)[at:].tolist() == wanted


@pytest.mark.parametrize("at", [0, 5, 10, 40])
@pytest.mark.parametrize("decay", ["linear", "1-sqrt", "cosine"])
def test_every_extension_ends_at_the_end_value(decay, at):
    s = dl.wsd([1.0, 2.0], 10, 60, 30, end_value=0.1, decay=decay)
    for total in range(101, 400):
        longer = s.extend(total, at)
        assert longer.length.tolist() == [total, total]
        assert longer(total).tolist() == [0.1, 0.1]
        assert np.all(longer(total - 1) > 0.1)
        np.testing.assert_array_equal(longer(at), s(at))
