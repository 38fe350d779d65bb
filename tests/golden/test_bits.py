"""tests/golden/bits.py, with which wheels are tested: it passes here and sees one changed bit."""

import json

import numpy as np

import decaylr as dl
from decaylr.curves import CURVES
from tests.golden import bits


def test_the_bits_are_those_on_record():
    record = json.loads(bits.FILE.read_text(encoding="utf-8"))
    assert bits.differing(record) == []
    assert 2 * bits.RUNS * bits.STEPS * len(record) > 10**5


def test_every_curve_takes_part():
    def kinds(schedule):
        return {schedule.kind}.union(*map(kinds, schedule.children))

    used = set().union(*(kinds(schedule) for _, schedule in bits.schedules()))
    assert {*CURVES} <= used


def test_one_changed_bit_is_seen(monkeypatch):
    record = bits.digests()
    changed = dl.linear(np.nextafter(bits.INIT, 9.0), bits.END, bits.WHOLE)
    drawn = [(name, changed if name == "linear, whole" else s) for name, s in bits.schedules()]
    monkeypatch.setattr(bits, "schedules", lambda: iter(drawn))
    assert bits.differing(record) == ["linear, whole"]
    assert bits.differing(record | {"gone": ""}) == ["linear, whole", "gone"]
