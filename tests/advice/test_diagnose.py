"""advise(schedule, steps=...): each result compared with plain Python over the whole table."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import decaylr as dl
from decaylr.advice import diagnosis
from decaylr.advice.__main__ import worked_table
from decaylr.compat import deepspeed, torch, transformers
from tests.paths import ROOT
from tests.strategies.curves import examples
from tests.strategies.trees import batches, trees

FIGURES = (
    *("initial", "peak", "peak_at", "final", "half_life", "below_1_percent", "below_10_percent"),
    *("over_decay", "no_decay", "jumps", "largest_jump", "largest_jump_at", "non_positive"),
    *("negative", "zero_between", "ended_at", "cut_off"),
)

SCHEDULES = {
    "step": dl.step(0.1, 30, 0.1),
    "exponential": dl.exponential(0.1, 0.9),
    "none": dl.constant(0.1),
    "warmup": dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 80)),
    "drop": dl.constant(1.0, 64).then(dl.constant(0.5, 1)).then(dl.linear(0.2, -0.1, 30)),
    "saw": dl.linear(1.0, 0.1, 20).repeat(),
    "short": dl.linear(1.0, 0.0, 4),
    "negative": -dl.linear(0.5, 1.0, 40),
    "last": dl.constant(1.0, 99).then(dl.constant(0.1)),
    "first": dl.constant(1.0, 1).then(dl.constant(0.1)),
}


def expected(values):
    """The results for one run in plain Python."""
    peak = max(values)
    at = values.index(peak)
    halved = [p for p in range(at, len(values)) if values[p] <= 0.5 * peak]
    change = [abs(b - a) for a, b in pairwise(values)]
    jumps = {}
    for i, size in enumerate(change if len(change) > 1 else []):
        beside = max(change[j] for j in (i - 1, i + 1) if 0 <= j < len(change))
        if size > 0.05 * abs(peak) and size > 3 * beside:
            jumps[i + 1] = size / abs(peak)
    below = sum(v < 0.01 * peak for v in values) / len(values)
    wrong = [p for p, v in enumerate(values) if v <= 0]
    positive = [p for p, v in enumerate(values) if v > 0]
    between = [p for p in wrong if positive and positive[0] < p < positive[-1]]
    changes = [p for p in range(1, len(values)) if values[p] != values[p - 1]]
    last = changes[-1] if changes else -1
    held = last > 1 and last - 1 in changes and last < len(values) - 1
    restarts = [p for p in jumps if values[p] > values[p - 1]]
    restart = max(restarts, default=-1)
    cut = 0 < restart < len(values) - 1 and values[-1] - values[restart - 1] > 0.05 * abs(peak)
    return {
        "initial": values[0],
        "peak": peak,
        "peak_at": at,
        "final": values[-1],
        "half_life": halved[0] - at if halved else -1,
        "below_1_percent": below,
        "below_10_percent": sum(v < 0.1 * peak for v in values) / len(values),
        "over_decay": below > 0.5,
        "no_decay": peak > 0 and values[-1] >= 0.99 * peak,
        "jumps": len(jumps),
        "largest_jump": max(jumps.values(), default=0.0),
        "largest_jump_at": max(jumps, key=jumps.get, default=-1),
        "non_positive": wrong[0] if wrong else -1,
        "negative": next((p for p in wrong if values[p] < 0), -1),
        "zero_between": between[0] if between else -1,
        "ended_at": last if held and values[-1] < 0.99 * abs(peak) else -1,
        "cut_off": restart if cut else -1,
    }


@pytest.mark.parametrize("steps", [1, 2, 3, 100])
@pytest.mark.parametrize("name", SCHEDULES)
def test_figures_of_single_schedules(name, steps):
    schedule = SCHEDULES[name]
    found = dl.advise(schedule, steps=steps)
    wanted = expected(schedule.table(steps).tolist())
    assert {figure: getattr(found, figure).item() for figure in FIGURES} == wanted


@pytest.mark.parametrize("block", [2, 3, 7, 64])
def test_batches_and_block_edges(monkeypatch, block):
    monkeypatch.setattr(diagnosis, "BLOCK_STEPS", block)
    monkeypatch.setattr(diagnosis, "BLOCK_VALUES", 3 * block)
    batch = dl.stack(list(SCHEDULES.values())).reshape(2, 5)
    found = dl.advise(batch, steps=100)
    wanted = [expected(values.tolist()) for values in batch.table(100).reshape(10, 100)]
    for figure in FIGURES:
        array = getattr(found, figure)
        assert array.shape == (2, 5)
        assert array.ravel().tolist() == [run[figure] for run in wanted]


@pytest.mark.parametrize(
    ("schedule", "steps", "unreached"),
    [
        (dl.linear(1.0, 0.0, 100), 100, False),
        (dl.linear(1.0, 0.0, 100), 98, True),
        (dl.linear(0.0, 1.0, 100), 50, False),
        (dl.exponential(1.0, 0.9, end_value=0.1), 10, True),
        (dl.exponential(1.0, 0.9, end_value=0.1), 30, False),
        (dl.exponential(1.0, 0.9), 10, False),
        (dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 90)), 100, False),
        (dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 90)), 60, True),
        (dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, 90)), 5, False),
        (dl.linear(0.0, 1.0, 10) * dl.cosine(1.0, 0.0, 90), 60, True),
        (dl.step(0.1, 30, 0.1), 100, False),
        (dl.linear(1.0, 0.0, 100).stretch(2), 150, True),
        (dl.linear(1.0, 0.0, 100).stretch(2), 200, False),
        (dl.linear(1.0, 0.0, 100).advance(40), 50, True),
        (dl.linear(1.0, 0.0, 100).advance(40), 60, False),
        (dl.linear(1.0, 0.0, 100).staircase(10), 99, True),
        (dl.linear(1.0, 0.0, 100).staircase(10), 100, False),
        (dl.linear(1.0, 0.0, 100).clip(lo=0.1), 80, True),
        (dl.linear(1.0, 0.0, 100).clip(lo=0.1), 95, False),
        (dl.linear(1.0, 0.0, 100).clip(hi=0.5), 95, True),
        (dl.linear(1.0, 0.0, 100).ending("mirror"), 50, True),
        (dl.linear(1.0, 0.0, 100) / 10, 50, True),
        (dl.linear(1.0, 0.0, 100) - dl.linear(0.1, 0.0, 200), 100, False),
    ],
)
def test_floor_never_reached(schedule, steps, unreached):
    assert dl.advise(schedule, steps=steps).floor_never_reached.item() is unreached


def test_floors_of_batches():
    warmups = dl.linear(0.0, 1.0, 10).then(dl.cosine(1.0, 0.0, [40, 90, 200]))
    assert dl.advise(warmups, steps=60).floor_never_reached.tolist() == [False, True, True]
    stretched = dl.linear(1.0, 0.0, [[50], [100]]).stretch([1, 2])
    assert dl.advise(stretched, steps=100).floor_never_reached.tolist() == [
        [False, False],
        [False, True],
    ]
    mixed = dl.stack([dl.step(1.0, 5, 0.1), dl.linear(1.0, 0.0, 100), dl.cosine(1.0, 0.0, 50)])
    assert dl.advise(mixed, steps=60).floor_never_reached.tolist() == [False, True, False]


def test_findings_to_dict_and_text():
    batch = dl.stack([dl.exponential(1.0, 0.9), dl.constant(1.0), dl.linear(1.0, -1.0, 200)])
    found = dl.advise(batch, steps=101)
    assert found.findings() == [
        ["over-decay: 56.4% of training is under 1 % of the peak"],
        ["no decay: the last value is at least 99 % of the peak"],
        [
            "floor never reached: the end_value lies past the end of training",
        ],
    ]
    assert found.to_dict()["half_life"] == [7, -1, 50]
    assert found.to_dict()["steps"] == 101
    assert str(found).startswith("run 0: 101 steps from 1 to 2.656e-05, peak 1 at 0, halves in 7;")
    assert "run 1: 101 steps from 1 to 1, peak 1 at 0, never halves;" in str(found)
    many = dl.advise(dl.constant(np.ones(25)), steps=3)
    assert str(many).splitlines()[-1] == "... 5 more runs ..."


def test_one_jump_reads_as_one():
    found = dl.advise(SCHEDULES["last"], steps=100)
    assert found.findings()[0] == ["1 jump of 90 % of the peak at position 99"]


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (0, ValueError, "steps must be >= 1, got 0"),
        (1.5, TypeError, "steps must be an integer, got float 1.5"),
        ([10, 20], TypeError, "steps must be an integer, got list"),
    ],
)
def test_steps_refused(steps, error, message):
    with pytest.raises(error, match=message):
        dl.advise(dl.constant(1.0), steps=steps)


def test_worked_table_against_closed_forms():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in worked_table().split("\n")]
    for rate, epochs, share, half, *_ in rows[2:]:
        factor = 1.0 if rate == "none" else float(rate)
        assert share == f"{100 * factor ** (int(epochs) - 1):.3g} %"
        halved = [p for p in range(int(epochs)) if factor**p <= 0.5]
        assert half == (str(halved[0]) if halved else "never")
    assert len(rows) == 14


def test_the_page_holds_the_table_of_the_command():
    command = [sys.executable, "-W", "error", "-m", "decaylr.advice"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed == worked_table() + "\n"
    assert printed in (ROOT / "docs/choosing.md").read_text(encoding="utf-8")


@st.composite
def combined_batches(draw):
    """Trees over one axis, combined with numbers, single schedules and batches of other shapes."""
    s = draw(batches()).schedule
    match draw(st.integers(0, 7)):
        case 0:
            return 2.0 * s
        case 1:
            return s + draw(trees()).schedule
        case 2:
            return draw(trees()).schedule * s.reshape(1, -1)
        case 3:
            return s.reshape(-1, 1) - draw(batches()).schedule
        case 4:
            return draw(batches()).schedule.reshape(-1, 1, 1) * (s / [[2.0], [-1.0]])
        case 5:
            return dl.layerwise(s, 3, 0.5)
        case 6:
            return dl.warmup(1.0, 10) * s
    return s


@examples(100)
@given(combined_batches(), st.integers(1, 300))
def test_each_run_of_a_batch_is_diagnosed_as_if_alone(batch, steps):
    found = dl.advise(batch, steps=steps)
    for run in np.ndindex(batch.shape):
        alone = dl.advise(batch[run], steps=steps)
        for figure in (*FIGURES, "floor_never_reached"):
            array = getattr(found, figure)
            assert array.shape == batch.shape
            # Schedules that overflow have figures that are not numbers, alone as in a batch.
            np.testing.assert_array_equal(array[run], getattr(alone, figure), err_msg=figure)


@pytest.mark.parametrize(
    "batch",
    [
        2.0 * dl.cosine([1.0, 2.0], 0.0, [50, 200]),
        dl.cosine([1.0, 2.0], 0.0, [50, 200]) + 1.0,
        dl.layerwise(dl.cosine(1.0, 0.0, 200), 2, 0.5),
        dl.warmup(1.0, 10) * dl.linear([1.0, 2.0], 0.0, [50, 200]),
        dl.constant(1.0) * dl.stack([dl.step(1.0, 9, 0.5), dl.linear(1.0, 0.0, 200)]),
        dl.linear(1.0, 0.0, [[50], [200]]) + dl.constant([1.0, 2.0, 3.0]),
    ],
)
def test_batches_combined_with_numbers_and_other_batches(batch):
    found = dl.advise(batch, steps=100).floor_never_reached
    wanted = [dl.advise(s, steps=100).floor_never_reached for s in batch.reshape(-1)]
    assert found.shape == batch.shape
    assert found.ravel().tolist() == wanted
    assert found.any()


COSINE = transformers.get_cosine_schedule_with_warmup(1e-3, 100, 1000)


@pytest.mark.parametrize(
    ("schedule", "steps", "finding"),
    [
        # The decay is as long as the training without its warmup.
        (dl.warmup_cosine(0.0, 1.0, 50, 950), 1000, "ends before the training does: constant from"),
        (dl.linear(1.0, 0.1, 95), 100, "ends before the training does: constant from position 95"),
        (COSINE, 1200, "rises again past its end: it was made for 1000 steps of 1199"),
        (torch.CosineAnnealingLR(0.1, 90), 130, "rises again past its end: it was made for 90"),
        (torch.CosineAnnealingLR(0.1, 90) * 0.5, 300, "rises again past its end: it was made for"),
        (dl.warmup_cosine(0.0, 1.0, 500, 1000), 1000, "warmup longer than usual: the peak comes"),
        (COSINE, 300, "warmup longer than usual: the peak comes after 33.3% of training, most"),
        (COSINE, 800, "floor never reached"),
        (
            dl.cosine(1.0, 0.0, 30).repeat(),
            100,
            "restarts cut off by the end: the cycle that begins",
        ),
        (dl.cosine_restarts(1.0, 20, period_scale=2), 100, "restarts cut off by the end"),
        (dl.linear(1.0, -0.5, 100), 100, "a value below zero, first at position 67"),
        (
            dl.linear(1.0, 0.0, 20).then(dl.linear(0.0, 1.0, 20)),
            30,
            "a value of zero between others",
        ),
        (-dl.constant(1.0), 5, "no value above zero"),
    ],
)
def test_findings_about_the_course(schedule, steps, finding):
    (lines,) = dl.advise(schedule, steps=steps).findings()
    assert any(line.startswith(finding) for line in lines), lines


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (dl.warmup_cosine(0.0, 1.0, 50, 1000), 1000),
        (dl.warmup_cosine(0.0, 1.0, 50, 1000), 1001),
        (COSINE, 1000),
        (COSINE, None),
        (transformers.get_linear_schedule_with_warmup(2e-5, 30, 1000), 1001),
        (transformers.get_wsd_schedule(1e-3, 50, 200, 1000), None),
        (torch.OneCycleLR(0.1, 300), 300),
        (deepspeed.WarmupDecayLR(1000, warmup_num_steps=100, warmup_type="linear"), 1000),
        (dl.wsd(1.0, 100, 700, 200), 1000),
        (dl.warmup_inverse_sqrt(1.0, 100), 1000),
    ],
)
def test_usual_schedules_have_no_findings(schedule, steps):
    assert dl.advise(schedule, steps=steps).findings() == [[]]


def test_whole_cycles_are_not_cut_off():
    (lines,) = dl.advise(dl.cosine(1.0, 0.0, 25).repeat(), steps=100).findings()
    assert lines == ["3 jumps, the largest of 99.6 % of the peak at position 25"]


def test_steps_are_needed_where_there_is_no_horizon():
    assert dl.advise(COSINE).steps == 1001
    with pytest.raises(ValueError, match="steps must be given for a schedule that never ends"):
        dl.advise(dl.exponential(1.0, 0.9))


def test_the_courses_of_a_batch():
    totals = np.array([80, 100, 300])
    batch = dl.warmup_cosine(0.0, 1.0, 10, totals)
    found = dl.advise(batch, steps=100)
    assert found.ended_at.tolist() == [80, -1, -1]
    rising = dl.advise(torch.CosineAnnealingLR(0.1, [50, 100]), steps=100)
    assert rising.rises_again.tolist() == [50, -1]
