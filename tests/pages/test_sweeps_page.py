"""docs/sweeps.md, followed in an empty folder with fewer runs."""

import shutil

import numpy as np
import pyarrow.parquet
import pytest

import decaylr as dl
from tests.pages.following import follow
from tests.paths import ROOT
from tests.peers.installed import peer


@pytest.mark.skipif(not shutil.which("bash"), reason="the commands of the page are for a shell")
def test_a_reader_gets_to_the_ten_best_and_a_report(tmp_path):
    for needed in ("click", "duckdb", "plotly", "optuna"):
        peer(needed)
    page = (ROOT / "docs/sweeps.md").read_text(encoding="utf-8")
    printed = follow(page.replace("n = 1_000_000", "n = 3_000"), tmp_path)
    best, sweep = (dl.load(tmp_path / name) for name in ("best.toml", "million.toml"))
    assert best.schedule.size == 10
    summary = sweep.summary()
    inside = (summary["total"] < 30) & (summary["peak_at"] > 100)
    wanted = np.sort(summary["total"][inside])[::-1][:10]
    np.testing.assert_array_equal(np.sort(best.summary()["total"])[::-1], wanted)
    rows = pyarrow.parquet.read_table(tmp_path / "million.parquet")
    np.testing.assert_array_equal(rows["total"].to_numpy(), summary["total"])
    assert np.load(tmp_path / "best.npy").shape == (10, 2000)
    assert len(np.load(tmp_path / "tables.npz").files) == 2 * len(best.names)
    assert "more rejected by constraints" in printed
    assert "best run" in printed
    assert (tmp_path / "report.html").stat().st_size < 12_000_000
