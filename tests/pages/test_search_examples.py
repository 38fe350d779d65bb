"""The examples of docs/examples/search run, and find the row with the smallest loss."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import decaylr as dl
from tests.paths import ROOT
from tests.peers.installed import REQUIRED, peer

FOLDER = ROOT / "docs" / "examples" / "search"


@pytest.fixture(scope="module")
def rows():
    """The module that the examples share."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("rows")
    finally:
        sys.path.remove(str(FOLDER))


def printed(example):
    """The last line that an example prints."""
    done = subprocess.run(
        [sys.executable, FOLDER / example],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path(dl.__file__).parents[1])},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def best(sweep, rows):
    """What an example prints, found by trying all rows one after the other."""
    losses = [rows.final_loss(row) for row in sweep.schedule.reshape(-1).table(rows.STEPS)]
    row = losses.index(min(losses))
    assert losses.count(min(losses)) == 1
    peak, warmup = (sweep.columns[name].ravel()[row] for name in ("peak", "warmup"))
    return f"best row {row}: peak {peak:g}, warmup {warmup}"


@pytest.mark.parametrize("library", ["joblib", "optuna", "ray"])
def test_an_example_finds_the_best_row(library, rows, tmp_path):
    if library == "ray" and REQUIRED != "all":  # it has a step of its own
        pytest.importorskip("ray.tune", exc_type=ImportError)
    peer(library)
    assert printed(f"{library}_rows.py") == best(rows.stored_sweep(tmp_path).sweep, rows)


def test_a_sweep_file_of_weights_and_biases_is_drawn(rows):
    peer("yaml")
    sweep = importlib.import_module("wandb_rows").drawn(FOLDER / "wandb_sweep.yaml", 64)
    peaks, warmups = sweep.columns["peak"], sweep.columns["warmup"]
    assert (peaks.min() >= 0.005) & (peaks.max() <= 0.15)
    assert set(warmups.tolist()) <= set(range(5, 41))
    assert printed("wandb_rows.py") == best(sweep, rows)
