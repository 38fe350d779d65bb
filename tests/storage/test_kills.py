"""A store that is killed at any instant goes on: same bytes, nothing twice, nothing left over."""

import json
import subprocess
import sys

import pytest

from tests.paths import ROOT
from tests.peers.installed import peer

KILLS = 25


@pytest.mark.parametrize("suffix", ["zarr", "npy"])
def test_a_killed_store_goes_on(suffix, tmp_path):
    if suffix == "zarr":
        peer("zarr")
    # In a process of its own: it forks, and has no other threads when it does.
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.kills", suffix, str(KILLS), "--folder", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "killed": KILLS,
        "differences": 0,
        "computed twice": 0,
        "litter": 0,
    }
