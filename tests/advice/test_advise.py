"""advise for a target: the decay meets it, checked with mpmath and with the schedule's fold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

import decaylr as dl


def exact_sum(init, time_constant, steps):
    """Sum of init * exp(-p / time_constant), in 60 digits."""
    with mp.workdps(60):
        speed = 1 / mpf(time_constant)
        return mpf(init) * mp.expm1(-speed * steps) / mp.expm1(-speed)


def relative(got, expected):
    with mp.workdps(60):
        return float(abs(mpf(got) / mpf(expected) - 1))


@given(steps=st.integers(1, 10**9), share=st.floats(1e-12, 0.999999))
def test_final(steps, share):
    found = dl.advise(init_value=0.1, steps=steps, final=0.1 * share)
    with mp.workdps(60):
        tau = steps / mp.log(mpf(0.1) / mpf(0.1 * share))
        assert relative(float(found.time_constant), tau) < 1e-14
        assert relative(float(found.half_life), tau * mp.log(2)) < 1e-14
        assert relative(float(found.decay_rate), mp.exp(-1 / tau)) < 1e-14
    assert relative(found.schedule(steps), 0.1 * share) < 1e-13
    assert relative(float(found.final), 0.1 * share) < 1e-13
    assert relative(float(found.total), exact_sum(0.1, float(found.time_constant), steps)) < 1e-13


@given(st.integers(2, 10**12), st.floats(0.0, 1.0, exclude_max=True))
def test_total(steps, where):
    ratio = max(float(steps) ** where, 1 + 1e-12)
    found = dl.advise(init_value=3.0, steps=steps, total=3 * ratio)
    assert relative(exact_sum(3, float(found.time_constant), steps), 3 * ratio) < 1e-12
    assert relative(float(found.total), 3 * ratio) < 1e-12


@pytest.mark.parametrize("ratio", [1.0 + 1e-9, 1.5, 2.0, 100.0, 5e4, 99999.0, 99999.999, 1e5])
def test_total_of_the_schedule_itself(ratio):
    found = dl.advise(init_value=0.25, steps=100_000, total=0.25 * ratio)
    assert relative(float(found.schedule.fold(100_000).total), 0.25 * ratio) < 1e-12


def test_total_of_two_steps_in_closed_form():
    found = dl.advise(init_value=1.0, steps=2, total=[1.25, 1.5, 1.75])
    np.testing.assert_allclose(found.decay_rate, [0.25, 0.5, 0.75], rtol=1e-14, atol=0)


@pytest.mark.parametrize("at", [1, 7.5, 1000])
def test_value(at):
    found = dl.advise(init_value=0.2, steps=500, value=(0.05, at))
    assert relative(found.schedule(at), 0.05) < 1e-14
    assert relative(float(found.half_life), at / 2) < 1e-14


def test_constant_target():
    found = dl.advise(init_value=0.1, steps=50, final=0.1)
    assert float(found.decay_rate) == 1.0
    assert float(found.time_constant) == float(found.half_life) == np.inf
    assert found.milestones.shape == (0,)
    assert float(found.total) == 0.1 * 50
    assert found.schedule.table(50).tolist() == [0.1] * 50
    same = dl.advise(init_value=0.1, steps=50, total=0.1 * 50)
    assert float(same.decay_rate) == 1.0


@pytest.mark.parametrize("gamma", [0.1, 0.5, 0.9])
def test_milestones_against_the_values(gamma):
    found = dl.advise(init_value=1.0, steps=1000, final=0.003, gamma=gamma)
    values = found.schedule.table(1000).tolist()
    expected = []
    for power in range(1, 1000):
        fallen = [p for p, value in enumerate(values) if value <= gamma**power]
        if not fallen:
            break
        expected.append(fallen[0])
    assert found.milestones.tolist() == expected


def test_milestones_on_whole_positions():
    found = dl.advise(init_value=1.0, steps=90, final=0.001)
    assert found.milestones.tolist() == [30, 60]
    stairs = dl.multi_step(1.0, found.milestones, 0.1)
    np.testing.assert_allclose(stairs([29, 30, 60]), [1, 0.1, 0.01], rtol=1e-15, atol=0)


def test_too_many_milestones_are_refused_where_they_are_asked_for():
    found = dl.advise(init_value=1.0, steps=10**9, final=0.1, gamma=1 - 2.3e-8)
    with pytest.raises(ValueError, match="gamma must be small enough for at most 10000000 miles"):
        found.milestones  # noqa: B018
    with mp.workdps(40):
        spacing = mp.log(mpf(1 - 2.3e-8)) / mp.log(mpf(0.1)) * 10**9
        places = ", ".join(str(int(mp.ceil(k * spacing))) for k in range(1, 9))
    assert str(found).endswith(f"step decay by 0.999999977: milestones {places}, ...")


def test_milestones_of_a_batch_are_those_of_each_run_then_its_steps():
    found = dl.advise(init_value=1.0, steps=[90, 50], value=(0.1, 20))
    assert found.milestones.tolist() == [[20, 40, 60, 80], [20, 40, 50, 50]]
    stairs = dl.multi_step(1.0, found.milestones, 0.1)
    for run, steps in enumerate([90, 50]):
        assert stairs[run].table(steps).tolist() == [
            pytest.approx(0.1 ** (p // 20), rel=1e-15, abs=0) for p in range(steps)
        ]


def test_a_run_without_decay_takes_no_milestones_from_the_others():
    found = dl.advise(init_value=1.0, steps=90, final=[0.001, 1.0])
    assert found.milestones.tolist() == [[30, 60], [90, 90]]
    lines = str(found).splitlines()
    assert lines[3].endswith("milestones 30, 60")
    assert lines[7].endswith("milestones none")


def test_broadcasting_and_single_runs_agree():
    init, totals = np.array([[0.1], [0.3]]), np.array([3.0, 5.0, 9.0])
    found = dl.advise(init_value=init, steps=[1000, 2000, 3000], total=totals)
    assert found.decay_rate.shape == found.final.shape == found.schedule.shape == (2, 3)
    assert found.milestones.shape[:-1] == (2, 3)
    for i in range(2):
        for j in range(3):
            one = dl.advise(init_value=init[i, 0], steps=1000 * (j + 1), total=totals[j])
            np.testing.assert_allclose(
                one.time_constant, found.time_constant[i, j], rtol=1e-13, atol=0
            )


def test_many_runs_at_once():
    rng = np.random.default_rng(5)
    steps = rng.integers(2, 10 ** rng.integers(1, 10, 50_000) + 3)
    ratio = np.clip(steps ** rng.random(50_000), 1 + 1e-9, steps)
    found = dl.advise(init_value=1.0, steps=steps, total=ratio)
    np.testing.assert_allclose(found.total, ratio, rtol=1e-12, atol=0)


def test_to_dict_and_text():
    found = dl.advise(init_value=[0.1, 0.2], steps=90, final=0.0001)
    data = found.to_dict()
    assert data["init_value"] == [0.1, 0.2]
    assert data["steps"] == [90, 90]
    assert data["milestones"] == found.milestones.tolist()
    assert str(found).splitlines()[0] == "run 0: 0.1 to 0.0001 over 90 steps"
    assert "run 1: 0.2 to 0.0001 over 90 steps" in str(found)
    many = dl.advise(init_value=np.full(30, 0.1), steps=90, final=0.0001)
    assert str(many).splitlines()[-1] == "... 10 more runs ..."


ONE = {"init_value": 1.0, "steps": 10}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({**ONE, "final": 0.0}, ValueError, "final must be finite and > 0, got 0.0"),
        ({**ONE, "final": 1.5}, ValueError, "final must be .* <= init_value, got 1.5 with init"),
        ({**ONE, "final": [0.5, 2.0]}, ValueError, "final must be .* got 2.0 .* at index 1"),
        ({**ONE, "final": float("nan")}, ValueError, "final must be finite and > 0, got nan"),
        ({**ONE, "final": "small"}, TypeError, "final must be real numbers"),
        ({**ONE, "total": 1.0}, ValueError, "total must be above init_value .* got 1.0"),
        ({**ONE, "total": 10.5}, ValueError, r"total must be .* init_value \* steps, got 10.5"),
        ({"init_value": 1.0, "steps": 1, "total": 1.0}, ValueError, "steps must be >= 2, got 1"),
        ({**ONE, "value": (2.0, 5)}, ValueError, r"value\[0\] must be .* got 2.0"),
        ({**ONE, "value": (0.5, 0)}, ValueError, r"value\[1\] must be finite and > 0, got 0"),
        ({**ONE, "value": 0.5}, TypeError, r"value must be a pair \(value, position\), got 0.5"),
        ({**ONE, "value": (1e-300, 1e-3)}, ValueError, "decay_rate must be > 0 for the target"),
        ({**ONE, "final": 0.1, "gamma": 1.0}, ValueError, r"gamma must be in \(0, 1\), got 1.0"),
        ({**ONE, "final": 0.1, "total": 5.0}, ValueError, "one of final, total, value, got"),
        (ONE, ValueError, "one of final, total, value, got init_value"),
        ({"steps": 10, "final": 0.1}, ValueError, "init_value and one of .* got final"),
        ({"init_value": 0, "steps": 10, "final": 0.1}, ValueError, "init_value must be finite"),
        ({"init_value": 1, "steps": 10.5, "final": 0.1}, TypeError, "steps must be integers"),
        ({"init_value": 1, "steps": 0, "final": 0.1}, ValueError, "steps must be >= 1, got 0"),
        (
            {"init_value": [1, 1, 1], "steps": 10, "final": [0.1, 0.2]},
            ValueError,
            r"parameters must broadcast together, got shapes init_value \(3,\), final \(2,\)",
        ),
    ],
)
def test_impossible_targets_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        dl.advise(**arguments)


def test_a_schedule_goes_with_steps_alone():
    with pytest.raises(ValueError, match="final must be left out for the diagnosis"):
        dl.advise(dl.constant(1.0), steps=10, final=0.1)
    with pytest.raises(TypeError, match="schedule must be a Schedule, got float"):
        dl.advise(0.1, steps=10)
