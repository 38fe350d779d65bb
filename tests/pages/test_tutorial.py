"""docs/tutorial.md, followed in an empty folder: its files are saved, its commands run in order."""

import re
import shutil

import pytest

import decaylr as dl
from tests.pages.following import follow
from tests.paths import ROOT
from tests.peers.installed import peer

PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")


@pytest.mark.skipif(not shutil.which("bash"), reason="the commands of the page are for a shell")
def test_a_reader_gets_to_a_sweep_and_a_resumed_training(tmp_path):
    for needed in ("torch", "click", "matplotlib", "plotly"):
        peer(needed)
    printed = follow(PAGE, tmp_path)
    made = {path.name for path in tmp_path.iterdir()} - {"bin"}
    assert made >= {
        "sweep.toml",
        "sweep.png",
        "summary.csv",
        "report.html",
        "train.py",
        "checkpoint.pt",
    }
    assert "25 runs" in printed
    schedule = dl.warmup_cosine(1e-5, 1e-2, 20, 200)
    rates = {int(p): float(v) for p, v in re.findall(r"step (\d+): rate (\S+),", printed)}
    expected = {p: pytest.approx(schedule(p), rel=6e-4, abs=0.0) for p in range(0, 200, 20)}
    assert rates == expected
