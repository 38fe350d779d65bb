"""Law 5: schedules that cannot be combined, and data that is not a schedule, raise errors."""

from __future__ import annotations

import json

import numpy as np
import pytest

import decaylr as dl

S = dl.linear(1.0, 0.0, 10)
BATCH = dl.linear([1.0, 2.0, 3.0], 0.0, 10)
ENDLESS = dl.constant(1.0)

VALUES = [
    (lambda: dl.join([]), "schedules must be at least one schedule, got none"),
    (lambda: dl.join([S, S], [3, 4]), "boundaries must be one fewer than the 2 parts, got 2"),
    (lambda: dl.join([S, S], []), "boundaries must be one fewer than the 2 parts, got 0"),
    (lambda: dl.join([S, S, S], [4, 3]), "boundaries must be non-decreasing, got 3 after 4"),
    (lambda: dl.join([S, S, S], [[4, 9], [5, 8]]), "boundaries must be non-decreasing"),
    (lambda: dl.join([S, S], [-1]), r"boundaries\[0\] must be .*>= 0, got -1"),
    (lambda: dl.join([S, S], [np.nan]), r"boundaries\[0\] must be .*, got nan"),
    (lambda: dl.join([S, S], [np.inf]), r"boundaries\[0\] must be .*, got inf"),
    (lambda: dl.join([S, S], [[1, 2, -3]]), r"boundaries\[0\] must be .*, got -3 at index 2"),
    (lambda: dl.join([ENDLESS, S]), "boundaries must be given where a part .* part 0 is infinite"),
    (lambda: ENDLESS.then(S), "finite length, got one of infinite length"),
    (lambda: dl.exponential(1.0, 0.5).then(S), "finite length, got one of infinite length"),
    (lambda: S.then(), "parts must be at least one schedule, got none"),
    (lambda: S / 0, "divisor must be other than zero, got 0"),
    (lambda: S / [1.0, 0.0], "divisor must be other than zero, got 0.0 at index 1"),
    (lambda: S / np.nan, "divisor must be finite, got nan"),
    (lambda: S * np.inf, "operand must be finite, got inf"),
    (lambda: S + np.array([0.0, np.nan]), "operand must be finite, got nan at index 1"),
    (lambda: S.clip(lo=2, hi=1), "hi must be >= lo, got hi 1 with lo 2"),
    (lambda: S.clip(lo=np.nan), "lo must be a number, got nan"),
    (lambda: S.repeat(0), "period must be .*, got 0"),
    (lambda: S.repeat(0.5), "period must be .*, got 0.5"),
    (lambda: S.repeat(-3, lengths="real"), "period must be .*, got -3"),
    (lambda: S.repeat(np.inf), "period must be .*, got inf"),
    (lambda: S.repeat(count=0), "count must be .*, got 0"),
    (lambda: S.repeat(count=1.5), "count must be a whole number, got 1.5"),
    (lambda: S.repeat(period_scale=0), "period_scale must be .*> 0, got 0"),
    (lambda: S.repeat(period_scale=-2), "period_scale must be .*> 0, got -2"),
    (lambda: S.repeat(period_scale=np.nan), "period_scale must be .*, got nan"),
    (lambda: S.repeat(period_scale=0.5), "count must be given where period_scale < 1"),
    (lambda: S.repeat(period_scale=0.5, count=9), "count must be such that the last cycle"),
    (lambda: S.repeat(value_scale=-1), "value_scale must be .*>= 0, got -1"),
    (lambda: S.repeat(floor=np.inf), "floor must be finite, got inf"),
    (lambda: S.repeat(lengths="round"), "lengths must be one of floor, real, got 'round'"),
    (lambda: ENDLESS.repeat(), "period must be given for a schedule of infinite length"),
    (lambda: S.ending("bounce"), "mode must be one of hold, repeat, mirror, raise, got 'bounce'"),
    (lambda: ENDLESS.ending("mirror"), "mode must be 'hold' for a schedule of infinite length"),
    (lambda: S.stretch(0), "ratio must be .*> 0, got 0"),
    (lambda: S.stretch([1, -1]), "ratio must be .*> 0, got -1 at index 1"),
    (lambda: S.staircase(0), "every must be .*> 0, got 0"),
    (lambda: S.advance(-1), "by must be .*>= 0, got -1"),
    (lambda: dl.stack([]), "schedules must be at least one schedule, got none"),
    (lambda: dl.concatenate([]), "schedules must be at least one schedule, got none"),
    (lambda: dl.stack([S, BATCH]), r"schedules must be of one shape \(\), got \(3,\) at index 1"),
    (lambda: dl.concatenate([BATCH, S]), "schedules must be batches .* at index 1"),
    (lambda: BATCH.replace_run(1, BATCH), r"schedule must be a single schedule, got shape \(3,\)"),
    (lambda: S.replace_run(0, S), "the batch must be of one axis"),
    (lambda: BATCH.reshape(2, 2), "cannot reshape"),
    (lambda: BATCH[[]], "a batch must hold at least one run"),
    (lambda: BATCH[5:], "a batch must hold at least one run"),
    (lambda: S.replace(step=3), "unknown key 'step', known are init_value, end_value, steps"),
    (lambda: S.replace(steps=0), "steps must be .*> 0, got 0"),
    (lambda: S.fold(0), "steps must be >= 1, got 0"),
    (lambda: S.fold(10).below(np.nan), "fraction must be finite, got nan"),
    (lambda: S.fold(10).annealing(1.0), r"momentum must be in \[0, 1\), got 1.0"),
    (lambda: S.fold(10).totals_at([10]), r"positions must be within \[0, 9\], got 10 at index 0"),
]

TYPES = [
    (lambda: dl.join(S), "schedules must be a sequence of schedules, got a single Schedule"),
    (lambda: dl.join([1.0]), r"schedules\[0\] must be a Schedule, got float"),
    (lambda: dl.join([S, None]), r"schedules\[1\] must be a Schedule, got NoneType"),
    (lambda: dl.join([S, S], 3), "boundaries must be a sequence, got 3"),
    (lambda: dl.join([S, S], "3"), "boundaries must be a sequence, got '3'"),
    (lambda: dl.join([S, S], ["3"]), r"boundaries\[0\] must be real numbers, got <U1 '3'"),
    (lambda: dl.join([S, S], [True]), r"boundaries\[0\] must be real numbers, got bool"),
    (lambda: S.then(3), r"parts\[0\] must be a Schedule, got int"),
    (lambda: S / S, "unsupported operand"),
    (lambda: 1 / S, "unsupported operand"),
    (lambda: S * "a", "operand must be real numbers, got <U1 'a'"),
    (lambda: None + S, "operand must be real numbers, got NoneType None"),
    (lambda: S - (1 + 2j), "operand must be real numbers, got complex128"),
    (lambda: S.clip(lo="a"), "lo must be real numbers, got <U1 'a'"),
    (lambda: S.repeat("10"), "period must be real numbers, got <U2 '10'"),
    (lambda: S.repeat(lengths=1), "lengths must be one of floor, real, got 1"),
    (lambda: S.ending(None), "mode must be one of hold.* got None"),
    (lambda: S.stretch(True), "ratio must be real numbers, got bool True"),
    (lambda: dl.stack(S), "schedules must be a sequence of schedules, got a single Schedule"),
    (lambda: dl.stack([S, 3]), r"schedules\[1\] must be a Schedule, got int"),
    (lambda: BATCH.replace_run(0, 3), "schedule must be a Schedule, got int"),
    (lambda: (S * 2).replace(steps=3), "replace needs a curve, got a schedule of kind product"),
    (lambda: S.diff(3), "other must be a Schedule, got int"),
    (lambda: len(S), "a single schedule has no len"),
    (lambda: list(S), "a single schedule cannot be iterated"),
    (lambda: S.fold(10.0), "steps must be an integer, got float 10.0"),
]

INDICES = [
    (lambda: BATCH[3], "index 3 is out of bounds"),
    (lambda: BATCH[-4], "index -4 is out of bounds"),
    (lambda: BATCH[2**63], "out of bounds|cannot fit"),
    (lambda: BATCH[1.5], "only integers, slices"),
    (lambda: BATCH["a"], "only integers, slices"),
    (lambda: BATCH[0, 0], "too many indices"),
    (lambda: BATCH[[True, False]], "boolean index did not match"),
    (lambda: S[0], "too many indices"),
    (lambda: BATCH.replace_run(3, S), "out of range"),
]


@pytest.mark.parametrize(("make", "message"), VALUES)
def test_values(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), TYPES)
def test_kinds(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), INDICES)
def test_indices(make, message):
    with pytest.raises(IndexError, match=message):
        make()


def node(body):
    return {"version": 1, "schedule": body}


LINEAR = {"init_value": 1, "end_value": 0, "steps": 3}
DATA = [
    ({}, ValueError, "version"),
    ({"version": 2, "schedule": {"linear": LINEAR}}, ValueError, "version must be 1, got 2"),
    ({"version": "1", "schedule": {"linear": LINEAR}}, (TypeError, ValueError), "version must be"),
    ({"version": True, "schedule": {"linear": LINEAR}}, (TypeError, ValueError), "version must"),
    (node({"linear": LINEAR}) | {"name": "a"}, ValueError, "name"),
    (node({"lin": LINEAR}), ValueError, "unknown key 'lin', known are constant, linear"),
    (node({"linear": LINEAR | {"step": 3}}), ValueError, "unknown key 'step', known are init_v"),
    (node({"linear": {"init_value": 1}}), (TypeError, ValueError), "linear.*end_value"),
    (node({"linear": [1, 2, 3]}), TypeError, "linear"),
    (node({"linear": LINEAR, "cosine": LINEAR}), (TypeError, ValueError), "schedule"),
    (node({}), (TypeError, ValueError), "schedule"),
    (node([]), TypeError, "schedule"),
    (node(None), TypeError, "schedule"),
    (node({"linear": LINEAR | {"steps": "3"}}), (TypeError, ValueError), "steps must be"),
    (node({"linear": LINEAR | {"steps": 0}}), ValueError, "steps must be .*> 0, got 0"),
    (node({"linear": LINEAR | {"steps": "inf"}}), ValueError, "steps must be .*, got inf"),
    (node({"join": {"parts": [], "boundaries": []}}), (TypeError, ValueError), "parts must be"),
    (node({"join": {"parts": {"linear": LINEAR}}}), (TypeError, ValueError), "parts"),
    (node({"negative": {"of": 3}}), TypeError, "of"),
    (node({"negative": {}}), (TypeError, ValueError), "of"),
    (node({"repeat": {"of": {"linear": LINEAR}, "count": -1}}), ValueError, "count must be"),
    (3, TypeError, "data must be|schedule must be|mapping"),
    ([], TypeError, "data must be|schedule must be|mapping"),
]


@pytest.mark.parametrize(("data", "error", "message"), DATA)
def test_data_that_is_no_schedule(data, error, message):
    with pytest.raises(error, match=message):
        dl.from_dict(data)
    with pytest.raises(error, match=message):
        dl.from_json(json.dumps(data))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text must be JSON, got .*line 1 column 1"),
        ('{"version": 1,\n "schedule": {]}', "text must be JSON, got .*line 2 column 15"),
        ("[" * 10**6, "must be nested at most 256 deep"),
        ('{"version": 1, "schedule": ' + '{"negative": {"of": ' * 10**6, "nested at most 256|JSON"),
        ('{"version": 1, "version": 1}', "version|schedule"),
        ('{"version": 1, "schedule": {"constant": {"value": NaN}}}', "NaN|nan"),
        ('{"version": 1, "schedule": {"constant": {"value": 1e999}}}', "finite|inf|JSON"),
    ],
)
def test_text_that_is_no_schedule(text, message):
    with pytest.raises(ValueError, match=message):
        dl.from_json(text)


@pytest.mark.parametrize("text", [None, 3, {"version": 1}])
def test_what_is_no_text(text):
    with pytest.raises(TypeError, match="text must be"):
        dl.from_json(text)


def test_deep_trees_are_refused_before_they_overflow_the_stack():
    def negated(times):
        s = S
        for _ in range(times):
            s = -s
        return s

    with pytest.raises(ValueError, match="nested at most 256 deep"):
        negated(1000)
    assert negated(100)(3) == S(3)
