"""The examples of docs/examples/search run, and find the row with the smallest loss."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import decaylr as dl
from tests.paths import ROOT
from tests.peers.installed import peer

FOLDER = ROOT / "docs" / "examples" / "search"


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What an example prints, found by trying all rows one after the other."""
    sys.path.insert(0, str(FOLDER))
    try:
        from rows import final_loss, stored_sweep
    finally:
        sys.path.remove(str(FOLDER))
    stored = stored_sweep(tmp_path_factory.mktemp("rows"))
    losses = [final_loss(row) for row in stored.sweep.schedule.table(stored.steps)]
    best = losses.index(min(losses))
    assert losses.count(min(losses)) == 1
    peak, warmup = stored.columns["peak"][best], stored.columns["warmup"][best]
    return f"best row {best}: peak {peak:g}, warmup {warmup}"


@pytest.mark.parametrize("library", ["joblib", "optuna"])
def test_an_example_finds_the_best_row(library, expected):
    peer(library)
    done = subprocess.run(
        [sys.executable, FOLDER / f"{library}_rows.py"],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path(dl.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == expected
