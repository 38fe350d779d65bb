"""Cycles compared with formulas in scalar Python and with numbers from other libraries' tests."""

from __future__ import annotations

import math

import numpy as np
import pytest

import decaylr as dl
from tests.compare import close


def values(schedule, positions):
    return [schedule(p) for p in positions]


def test_one_cycle_linear_as_torch():
    s = dl.one_cycle(25.0, 10, anneal="linear", final_div_factor=2)
    close(values(s, range(10)), [1, 13, 25, 21.5, 18, 14.5, 11, 7.5, 4, 0.5])
    assert s.length == 9


def test_one_cycle_three_phases_against_the_rate():
    momentum = dl.one_cycle(1.0, 10, 0.4, "linear", three_phase=True, init_value=22, end_value=22)
    close(values(momentum, range(10)), [22, 15, 8, 1, 8, 15, 22, 22, 22, 22])


def test_one_cycle_cosine_three_phases_as_paddle():
    s = dl.one_cycle(1.0, 20, 0.3, div_factor=9, end_value=1e-4, three_phase=True)
    expected = [
        1 / 9,
        0.19599244694446782,
        0.41821466916669003,
        0.692896441944421,
        0.9151186641666432,
        1.0,
        0.9151186641666433,
        0.692896441944421,
    ]
    close(values(s, range(8)), expected)
    close(values(s, (10, 11, 18, 19)), [1 / 9, 0.10776371652373339, 0.003447394587377722, 0.0001])


def test_one_cycle_as_optax():
    s = dl.one_cycle(1000, 10, 0.3, "linear", 10, 100, True, pct_final=0.7, inclusive=False)
    close(values(s, range(12)), [100, 400, 700, 1000, 775, 550, 325, 100, 67, 34, 1, 1])
    assert s.length == 10


def test_one_cycle_without_a_rise():
    s = dl.one_cycle(1.0, 10, [0.1, 0.3], "linear", final_div_factor=1)
    close(s(0), [1.0, 0.04])
    close(s(9), [0.04, 0.04])


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"pct_start": 0.05}, r"^pct_start must be at least 1 / total_steps, got 0.05"),
        ({"pct_start": 1.5}, r"^pct_start must be in \[0, 1\], got 1.5"),
        ({"pct_start": 0.6, "three_phase": True}, r"^pct_start must be in \[0, 0.5\] with three"),
        (
            {"pct_final": 0.2, "three_phase": True},
            r"^pct_final must be in \[pct_start, 1\], got 0.2",
        ),
        ({"pct_final": 0.9}, r"^pct_final must be left out unless three_phase is True, got 0.9"),
        ({"div_factor": 0}, r"^div_factor must be finite and > 0, got 0"),
        ({"anneal": "spline"}, r"^anneal must be one of linear, .* got 'spline'"),
    ],
)
def test_one_cycle_refuses(arguments, match):
    with pytest.raises(ValueError, match=match):
        dl.one_cycle(1.0, 10, **arguments)


def test_one_cycle_takes_flags():
    with pytest.raises(TypeError, match=r"^three_phase must be True or False, got 1"):
        dl.one_cycle(1.0, 10, three_phase=1)
    with pytest.raises(TypeError, match=r"^inclusive must be True or False, got 'no'"):
        dl.one_cycle(1.0, 10, inclusive="no")


def triangle(p, up, down):
    q = p % (up + down)
    return q / up if q < up else 1 - (q - up) / down


@pytest.mark.parametrize(
    ("mode", "gamma", "scale"),
    [
        ("triangular", None, lambda p, c: 1.0),
        ("triangular2", None, lambda p, c: 0.5**c),
        ("exp_range", 0.9, lambda p, c: 0.9**p),
        ("exp_cycle", 0.8, lambda p, c: 0.8**c),
    ],
)
def test_cyclic_modes(mode, gamma, scale):
    s = dl.cyclic(1.0, 5.0, 2, 6, mode, gamma)
    for p in range(50):
        close(s(p), 1 + 4 * triangle(p, 2, 6) * scale(p, p // 8))


def test_cyclic_against_the_rate():
    momentum = dl.cyclic(5.0, 1.0, 2, 6, "exp_range", 0.9)
    close(values(momentum, range(8)), [5.0, 3.2, 1.76, 2.57, 3.2504, 3.81902, 4.291412, 4.6811354])


def test_cyclic_far_out():
    s = dl.cyclic(0.0, 1.0, 3, 4)
    base = 7 * (10**15 // 7)
    close(values(s, range(base, base + 8)), [0, 1 / 3, 2 / 3, 1, 0.75, 0.5, 0.25, 0])


def test_cyclic_counts_and_fractions():
    s = dl.cyclic(0.25, 1.0, 1.5, 0.5, count=[2, 3])
    close(s(1.5), [1.0, 1.0])
    close(s(3.75), [0.625, 0.625])
    close(s(5.5), [0.25, 1.0])
    np.testing.assert_array_equal(s.length, [4.0, 6.0])


def test_cyclic_without_a_rise_or_a_fall():
    s = dl.cyclic(0.25, 1.0, [0, 4], [4, 0])
    close(
        s(np.arange(5)[:, None]),
        [[1, 0.25], [0.8125, 0.4375], [0.625, 0.625], [0.4375, 0.8125], [1, 0.25]],
    )


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"mode": "square"}, r"^mode must be one of triangular, .* got 'square'"),
        ({"gamma": 0.9}, r"^gamma must be given for exp_range and exp_cycle, .* got 0.9"),
        ({"mode": "exp_range"}, r"^gamma must be given for exp_range .* got None"),
        ({"step_size_up": 0}, r"^step_size_up \+ step_size_down must be finite and > 0"),
    ],
)
def test_cyclic_refuses(arguments, match):
    with pytest.raises(ValueError, match=match):
        dl.cyclic(0.0, 1.0, **arguments)


def half_wave(x):
    return math.cos(math.pi * x / 2) ** 2


@pytest.mark.parametrize("period_scale", [1, 2, 3, 1.5, 1.2])
@pytest.mark.parametrize("lengths", ["floor", "real"])
def test_restarts(period_scale, lengths):
    s = dl.cosine_restarts(2.0, 10, 0.5, period_scale, peak_scale=0.9, lengths=lengths)
    begin = 0.0
    for c in range(6):
        span = 10 * float(period_scale) ** c
        span = math.floor(span) if lengths == "floor" else span
        for p in range(math.ceil(begin), math.ceil(begin + span)):
            expected = 0.5 + 1.5 * 0.9**c * half_wave((p - begin) / span)
            close(s(p), expected, rtol=1e-12)
        begin += span


@pytest.mark.parametrize(
    ("first", "scale", "restart"), [(10, 3, 1210), (1, 3, 29524), (5, 10, 555), (1000, 2, 4095000)]
)
def test_restarts_are_exact(first, scale, restart):
    """Positions where a logarithm finds the previous cycle (torch, timm, Keras)."""
    s = dl.cosine_restarts(1.0, first, period_scale=scale)
    assert s(restart) == 1.0
    assert 0 < s(restart - 1) < 0.1


def test_restarts_of_peers():
    torch = dl.cosine_restarts(0.05, 10, 1e-10, 4)
    close(
        values(torch, (0, 5, 9.5, 10, 29.5)),
        [0.05, 0.025000000050000002, 0.00030779158450597554, 0.05, 0.025981495442013728],
    )
    keras = dl.cosine_restarts(1.0, 1000, period_scale=2, peak_scale=0.9)
    close(values(keras, (250, 1000, 1250)), [0.8535533905932737, 0.9, 0.8657457896300791])


def test_restarts_end():
    s = dl.cosine_restarts(1.0, 10, 0.1, 2, count=3)
    assert s.length == 70
    assert s(30) == 1.0
    assert s(70) == s(10**6) == 0.1


def warmed_cycle(q, span, ramp, low, peak, end):
    return (
        low + (peak - low) * q / ramp
        if q < ramp
        else end + (peak - end) * half_wave((q - ramp) / (span - ramp))
    )


@pytest.mark.parametrize("period_scale", [1, 1.5])
def test_restarts_with_a_warmup_of_the_same_length_in_every_cycle(period_scale):
    s = dl.cosine_restarts(2.0, 10, 0.5, period_scale, 0.8, warmup_steps=4, init_value=1.0, count=4)
    begin = 0
    for c in range(4):
        span = math.floor(10 * period_scale**c)
        for q in range(span):
            m = 0.8**c
            expected = warmed_cycle(q, span, 4, 0.5 + m * 0.5, 0.5 + m * 1.5, 0.5)
            close(s(begin + q), expected, rtol=1e-12)
        begin += span
    assert s.length == begin
    assert s(begin) == 0.5


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"first_steps": 0}, r"^first_steps must be finite and > 0, got 0"),
        ({"period_scale": 0}, r"^period_scale must be finite and > 0, got 0"),
        ({"warmup_steps": 11}, r"^warmup_steps must be <= first_steps, got 11"),
        (
            {"warmup_steps": 5, "period_scale": 2},
            r"^count must be given if cycles with a warmup change",
        ),
        (
            {"warmup_steps": 5, "period_scale": 0.5, "count": 3},
            r"^warmup_steps must be <= the short",
        ),
        ({"lengths": "round"}, r"^lengths must be one of floor, real, got 'round'"),
    ],
)
def test_restarts_refuse(arguments, match):
    with pytest.raises(ValueError, match=match):
        dl.cosine_restarts(**{"peak_value": 1.0, "first_steps": 10, **arguments})


WAVE = dl.cosine(1.0, 0.1, 7)
SHORT_CYCLES = {
    "for ever": WAVE.repeat(),
    "a count": WAVE.repeat(40),
    "a count that ends in the window": WAVE.repeat(200),
    "lengths rounded down": WAVE.repeat(period=7.5),
    "falling": WAVE.repeat(value_scale=0.9),
    "of one position": dl.cosine(1.0, 0.1, 1).repeat(),
    "ends repeat": WAVE.ending("repeat"),
    "to and fro": WAVE.ending("mirror"),
    "to and fro, of one position": dl.linear(1.0, 0.1, 1).ending("mirror"),
    "cycles of cycles": dl.join([WAVE.repeat(3), dl.linear(1.0, 0.0, 5)], [21]).repeat(period=26),
}


@pytest.mark.parametrize("start", [0, 3, 36, 1399, 2**53 + 1, 2**63 - 5000])
@pytest.mark.parametrize("name", SHORT_CYCLES)
def test_long_tables_of_short_cycles_are_the_values_one_by_one(name, start):
    s = SHORT_CYCLES[name]
    expected = np.array([s(start + i) for i in range(5000)])
    np.testing.assert_array_equal(s.table(5000, start=start), expected)
    narrow = s.table(5000, start=start, dtype=np.float32)
    np.testing.assert_array_equal(narrow, expected.astype(np.float32))
