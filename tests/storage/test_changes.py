"""A store of another table is refused by the name of what differs."""

import numpy as np
import pytest

import decaylr as dl
from decaylr.sweep import Entry, Sweep
from tests.peers.installed import peer

WARMUPS = np.array([k * 3 for k in range(1, 13)])
PEAKS = 0.03 * np.arange(1, 13)
SETTINGS = {"steps": 40, "start": 2, "stride": 3, "dtype": "float64", "chunks": (5, 40)}


def sweep(peak=PEAKS, warmup=WARMUPS, end=1000, column=PEAKS, **entry):
    entry = {"name": "cosine", "unit": "step", "length": 1000.0, "about": {}} | entry
    schedule = dl.warmup_cosine(0.0, peak, warmup, end)
    first = Entry(schedule=schedule, columns={"peak": column}, **entry)
    return Sweep.of((first, Entry("step", dl.step(0.1, 30, 1 / 3), length=100.0)))


def one_changed(array, index):
    changed = array.copy()
    changed[index] = np.nextafter(changed[index], np.inf) if array.dtype.kind == "f" else 500
    return changed


CHANGES = {
    "steps": ({}, {"steps": 41}, "steps: 40 there, 41 here"),
    "start": ({}, {"start": 3}, "start: 2 there, 3 here"),
    "stride": ({}, {"stride": 4}, "stride: 3 there, 4 here"),
    "dtype": ({}, {"dtype": "float32"}, "dtype: float64 there, float32 here"),
    "chunks": ({}, {"chunks": (6, 40)}, r"chunks: \[5, 40\] there, \[6, 40\] here"),
    "a value": ({"peak": one_changed(PEAKS, 7)}, {}, r"schedules\.cosine\.join\[0\]\.linear\.end"),
    "a length": ({"warmup": one_changed(WARMUPS, 3)}, {}, r"join\[0\]\.linear\.steps"),
    "an end": ({"end": 1001}, {}, r"join\[1\]\.cosine\.steps"),
    "a column": ({"column": one_changed(PEAKS, 0)}, {}, r"schedules\.cosine\.columns\.peak"),
    "the name": ({"name": "sine"}, {}, "entries: cosine, step there, sine, step here"),
    "the unit": ({"unit": "token"}, {}, r"schedules\.cosine\.unit: step there, token here"),
    "the horizon": ({"length": 999.0}, {}, r"cosine\.length: 1000\.0 there, 999\.0 here"),
    "the note": ({"about": {"note": "b"}}, {}, r"schedules\.cosine\.about: \{\} there, \{'note"),
    "the runs": ({"peak": PEAKS[:5], "warmup": WARMUPS[:5], "column": PEAKS[:5]}, {}, "shape"),
}


@pytest.mark.parametrize("suffix", ["zarr", "npy"])
def test_every_change_is_named(suffix, tmp_path):
    if suffix == "zarr":
        peer("zarr")
    path = tmp_path / f"x.{suffix}"
    dl.store(sweep(), path, **SETTINGS)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for changed, settings, says in CHANGES.values():
        with pytest.raises(ValueError, match=f"path must be a new path, or a store.*{says}"):
            dl.store(sweep(**changed), path, **(SETTINGS | settings))
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert dl.store(sweep(), path, **SETTINGS).complete
    assert len(CHANGES) >= 12
