"""`Plateau` compared with scalar rules; its shapes, errors and state."""

import json
import math
import pickle
import random

import numpy as np
import pytest

import decaylr as dl
from decaylr import _engine
from decaylr.plateau.rules import RULES
from tests.plateau.rules import PaddleRule, ThincRule, metric_stream

SEEDS = range(40)


def test_the_core_and_the_constructor_know_the_same_rules():
    assert sorted(_engine.plateau_rules()) == sorted(RULES)


@pytest.mark.parametrize("seed", SEEDS)
def test_paddle_rule_equals_its_definition(seed):
    generator = random.Random(seed)
    chosen = {
        "mode": generator.choice(["min", "max"]),
        "factor": generator.choice([0.1, 0.5, 0.9]),
        "patience": generator.randrange(4),
        "threshold": generator.choice([0.0, 1e-4, 0.05]),
        "threshold_mode": generator.choice(["rel", "abs"]),
        "cooldown": generator.randrange(4),
    }
    least = generator.choice([0.0, 1e-3])
    theirs = PaddleRule(0.1, *chosen.values(), least, 1e-8)
    ours = dl.Plateau(dl.constant(0.1), rule="paddle", min_value=least, **chosen)
    for metric in metric_stream(generator, 150):
        ours.update(metric)
        assert ours.value(0) == pytest.approx(theirs.step(metric), rel=1e-13, abs=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_thinc_rule_equals_its_definition(seed):
    generator = random.Random(seed)
    patience, scale = generator.randrange(1, 5), generator.choice([0.5, 0.9, 1.5])
    theirs = ThincRule(0.1, patience, scale)
    ours = dl.Plateau(dl.constant(0.1), rule="thinc", factor=scale, patience=patience)
    for metric in metric_stream(generator, 150):
        ours.update(metric)
        assert ours.value(0) == pytest.approx(theirs.step(metric), rel=1e-12, abs=0)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_batch_equals_its_single_runs_bit_for_bit(rule):
    generator = random.Random(5)
    shape = (2, 3)
    draw = lambda options: np.array(generator.choices(options, k=6)).reshape(shape)  # noqa: E731
    chosen = {
        "factor": draw([0.3, 0.5, 0.9]),
        "patience": draw([0, 1, 3]),
        "cooldown": draw([0, 2]),
    }
    chosen["threshold"] = draw([1e-3, 0.01])
    extra = {"smooth": True, "window_size": 3, "reset_start": draw([1, 2])}
    options = extra if rule == "greedy" else {}
    batch = dl.Plateau(dl.constant(0.1), rule=rule, min_value=1e-3, **chosen, **options)
    picked = lambda value, i: value[i] if isinstance(value, np.ndarray) else value  # noqa: E731
    singles = {
        index: dl.Plateau(
            dl.constant(0.1),
            rule=rule,
            min_value=1e-3,
            **{k: picked(v, index) for k, v in (chosen | options).items()},
        )
        for index in np.ndindex(shape)
    }
    met = set()
    for _ in range(80):
        metrics = np.array(metric_stream(generator, 6)).reshape(shape)
        scales = batch.update(metrics)
        for index, single in singles.items():
            assert single.update(metrics[index]) == scales[index]
            assert single.value(7) == batch.value(7)[index]
        met |= set(scales.ravel())
    assert len(met) > 5


def test_a_scale_on_a_decaying_schedule_keeps_the_floor():
    s = dl.linear(1.0, 0.0, 10)
    p = dl.Plateau(s, factor=0.5, patience=0, min_value=0.15)
    p.update(1.0)
    assert p.update(2.0, position=1) == 0.5
    assert [p.value(t) for t in (0, 5, 8, 10)] == [0.5, 0.25, 0.15, 0.15]


def test_positions_broadcast_as_in_a_schedule():
    p = dl.Plateau(dl.linear([1.0, 2.0], 0.0, 4), factor=[0.5, 0.25], patience=0)
    p.update(1.0)
    p.update(2.0)
    np.testing.assert_array_equal(
        p.value(np.arange(3)[:, None]), [[0.5, 0.5], [0.375, 0.375], [0.25, 0.25]]
    )
    assert isinstance(dl.Plateau(dl.constant(1.0)).value(3), float)


def test_state_survives_saving_at_any_point():
    generator = random.Random(11)
    metrics = metric_stream(generator, 120)
    options = {"rule": "greedy", "patience": 1, "smooth": True, "window_size": 4, "reset_start": 2}
    whole = dl.Plateau(dl.constant([0.1, 0.2]), factor=0.5, min_value=0.01, **options)
    told = [whole.update(m) for m in metrics]
    for cut in (0, 1, 37, 90):
        first = dl.Plateau(dl.constant([0.1, 0.2]), factor=0.5, min_value=0.01, **options)
        for m in metrics[:cut]:
            first.update(m)
        kept = json.loads(
            json.dumps({k: np.asarray(v).tolist() for k, v in first.state_dict().items()})
        )
        second = dl.Plateau(dl.constant([0.1, 0.2]), factor=0.5, min_value=0.01, **options)
        second.load_state_dict(kept)
        third = pickle.loads(pickle.dumps(first))
        for m, scale in zip(metrics[cut:], told[cut:], strict=True):
            np.testing.assert_array_equal(second.update(m), scale)
            np.testing.assert_array_equal(third.update(m), scale)


def test_as_data_and_back():
    p = dl.Plateau(dl.cosine(1.0, 0.0, 9), patience=[1, 2], rule="optax", atol=0.1, mode="max")
    data = json.loads(json.dumps(p.to_dict()))
    q = dl.Plateau.from_dict(data)
    assert q == p
    assert q != dl.Plateau(
        dl.cosine(1.0, 0.0, 9), patience=[1, 3], rule="optax", atol=0.1, mode="max"
    )
    assert eval(repr(p), vars(dl)) == p


def test_replace_keeps_the_state():
    p = dl.Plateau(dl.linear(1.0, 0.0, 10), patience=0, factor=0.5)
    p.update(1.0)
    p.update(1.0)
    longer = p.replace(p.schedule.extend(20))
    assert longer.value(10) == 0.25
    assert p.value(10) == 0.0
    with pytest.raises(
        ValueError, match=r"schedule must be of a shape that gives \(\), got \(2,\)"
    ):
        p.replace(dl.constant([1.0, 2.0]))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"factor": 1.0}, ValueError, "factor must be >= 0 and below 1, got 1.0"),
        ({"factor": [0.5, -0.1]}, ValueError, "factor must be .* got -0.1 at index 1"),
        ({"factor": 0.0, "rule": "optax"}, ValueError, "factor must be above 0 and below 1"),
        ({"patience": 1.5}, ValueError, "patience must be a whole number >= 0, got 1.5"),
        ({"patience": -1}, ValueError, "patience must be a whole number >= 0, got -1"),
        ({"cooldown": True}, TypeError, "cooldown must be real numbers, got bool"),
        ({"threshold": math.nan}, ValueError, "threshold must be finite and >= 0, got nan"),
        (
            {"threshold": 0.0, "rule": "optax"},
            ValueError,
            "threshold must be above 0 where atol is 0",
        ),
        ({"threshold": 1.5, "rule": "optax"}, ValueError, "threshold must be at most 1, got 1.5"),
        ({"mode": "low"}, ValueError, "mode must be one of min, max, got 'low'"),
        ({"threshold_mode": 1}, TypeError, "threshold_mode must be one of rel, abs, got 1"),
        ({"rule": "fast"}, ValueError, "rule must be one of torch, .* got 'fast'"),
        ({"eps": 0.1, "rule": "keras"}, TypeError, "the rule keras has no option 'eps', .* none"),
        ({"warmup": 1}, TypeError, "the rule torch has no option 'warmup', its options are: eps"),
        ({"smooth": 1, "rule": "greedy"}, TypeError, "smooth must be True or False, got 1"),
        ({"min_value": math.inf}, ValueError, "min_value must be finite, got inf"),
        ({"patience": [1, 2], "factor": [0.1] * 3}, ValueError, "parameters must broadcast"),
    ],
)
def test_what_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        dl.Plateau(dl.constant(1.0), **arguments)


def test_wrong_metrics_leave_the_state_alone():
    p = dl.Plateau(dl.constant([1.0, 2.0]), patience=0)
    before = p.state_dict()
    for metrics, error, message in [
        ([1.0, 2.0, 3.0], ValueError, r"metrics must be of a shape that broadcasts to \(2,\)"),
        ("low", TypeError, "metrics must be real numbers"),
        (None, TypeError, "metrics must be real numbers"),
    ]:
        with pytest.raises(error, match=message):
            p.update(metrics)
    with pytest.raises(ValueError, match="position must be"):
        p.update(1.0, position=-1)
    for name, array in before.items():
        np.testing.assert_array_equal(p.state_dict()[name], array)


def test_states_that_do_not_fit_are_refused():
    p = dl.Plateau(dl.constant([1.0, 2.0]))
    good = p.state_dict()
    for change, error, message in [
        ({"version": 2}, ValueError, "state: version must be 1, got 2"),
        ({"rule": "keras"}, ValueError, "state: rule must be 'torch', got 'keras'"),
        ({"scale": np.ones(3)}, ValueError, r"state: scale must be of shape \(2,\), got \(3,\)"),
        (
            {"seen": np.array([0, -1])},
            ValueError,
            "state: seen must be a whole number >= 0, got -1",
        ),
        ({"more": 1}, ValueError, "state: unknown key 'more'"),
    ]:
        with pytest.raises(error, match=message):
            p.load_state_dict({**good, **change})
    del good["best"]
    with pytest.raises(ValueError, match="state must be with the key best"):
        p.load_state_dict(good)


# -- more or fewer runs ----------------------------------------------------------------------------


def taught(plateau, metrics):
    for metric in metrics:
        plateau.update(metric)
    return plateau


STREAM = ([1.0, 1.0], [0.5, 2.0], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8])


@pytest.mark.parametrize("rule", ["torch", "keras", "optax", "paddle", "greedy"])
def test_runs_take_their_state_along(rule):
    options = {"smooth": True, "window_size": 3} if rule == "greedy" else {}
    plateau = dl.Plateau(dl.constant([1.0, 2.0]), rule=rule, factor=0.5, patience=1, **options)
    taught(plateau, STREAM[:3])
    fresh = dl.Plateau(dl.constant(4.0), rule=rule, factor=0.5, patience=1, **options)
    more = plateau.replace(dl.constant([2.0, 4.0, 1.0]), runs=[1, None, 0])
    for a, b in STREAM[3:] * 3:
        first, second = plateau.update([a, b])
        assert more.update([b, a, a]).tolist() == [second, fresh.update(a), first]
    assert more.value(0).tolist() == [2.0 * second, 4.0 * fresh.scale, 1.0 * first]


def test_fewer_runs_and_one_for_all():
    plateau = dl.Plateau(dl.constant([1.0, 2.0]), factor=[0.5, 0.25], patience=0)
    taught(plateau, STREAM[:2])
    one = plateau.replace(dl.constant(3.0), runs=[1])
    assert (one.shape, one.scale) == ((), 0.25)
    assert one.update(9.0) == 0.25 * 0.25
    several = one.replace(dl.constant([[1.0], [2.0]]), runs=[0, 0])
    assert several.scale.tolist() == [[0.0625], [0.0625]]
    assert plateau.scale.tolist() == [1.0, 0.25]


@pytest.mark.parametrize(
    ("runs", "error", "text"),
    [
        ([0], ValueError, "runs must be of 2 runs, as many as the schedule's, got 1"),
        ([0, 2], ValueError, "runs must be below 2, the runs of this plateau, got 2"),
        ([0, -1], ValueError, "runs must be >= 0"),
        ([0, 0.5], TypeError, "runs must be an integer"),
        ([0, None], ValueError, "runs must be numbers, as factor differs by run, got None"),
        (None, ValueError, r"that gives \(2,\), got \(3,\); for more or fewer runs say with runs="),
    ],
)
def test_runs_that_are_refused(runs, error, text):
    options = {"factor": [0.5, 0.25]} if runs else {}
    plateau = dl.Plateau(dl.constant([1.0, 2.0]), **options)
    count = 2 if runs else 3
    with pytest.raises(error, match=text):
        plateau.replace(dl.constant([1.0] * count), runs=runs)
