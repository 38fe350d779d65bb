"""What notebooks show of sweeps, summaries and folds."""

import re

import numpy as np
import pytest

import decaylr as dl
from decaylr.sweep import Entry, Sweep

BATCH = dl.linear(np.arange(1, 31) / 10, 0.0, 8)
NAME = "<img src=x>"
SWEEP = Sweep.of(
    (
        Entry("all", BATCH, length=8.0, columns={"peak": np.arange(1, 31) / 10}),
        Entry(NAME, dl.cosine(0.7, 0.0, 9), length=9.0),
    )
)


def cells(html):
    """The texts of a table, row by row, the header first."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[dh]>(.*?)</t[dh]>", row) for row in rows]


def test_a_summary_shows_both_ends_and_what_it_leaves_out():
    summary = SWEEP.summary()
    rows = cells(summary._repr_html_())
    assert rows[0] == list(summary)
    assert len(rows) == 21
    assert rows[1][:5] == ["all", "0", "step", "8", "0.1"]
    assert rows[-1][0] == "&lt;img src=x&gt;"
    assert rows[-1][4] == ""  # it has no parameter `peak`
    assert float(rows[-1][list(summary).index("total")]) == pytest.approx(
        float(dl.cosine(0.7, 0.0, 9).fold(9).total), rel=1e-5
    )
    assert "11 more rows" in summary._repr_html_()


def test_a_fold_shows_its_runs():
    rows = cells(BATCH[:3].fold(8)._repr_html_())
    assert rows[0] == ["run", "initial", "peak", "peak_at", "final", "total", "mean", "half_at"]
    assert [float(row[5]) for row in rows[1:]] == pytest.approx([0.45, 0.9, 1.35], rel=1e-6)
    assert "more rows" not in BATCH[:3].fold(8)._repr_html_()


def test_a_sweep_shows_a_picture_and_its_entries():
    html = SWEEP._repr_html_()
    assert html.count("<svg") == 1
    assert NAME not in html
    assert cells(html)[1:] == [
        ["all", "30", "step", "8", "peak"],
        ["&lt;img src=x&gt;", "1", "step", "9", ""],
    ]
    made = dl.sweep.zip(dl.constant, value=[0.1, 0.3], steps=4)
    assert cells(made._repr_html_())[1] == ["sweep", "2", "step", "4", "value, steps"]
