"""Too little memory is a MemoryError on every route; nothing is left behind by use."""

import json
import subprocess
import sys

import pytest

from tests.paths import ROOT
from tests.robust.memory import LIMITED


def run(*words):
    command = [sys.executable, "-m", "tests.robust.memory", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{done.returncode}: {done.stdout} {done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.parametrize("name", LIMITED)
def test_too_little_memory_is_a_memory_error(name):
    assert json.loads(run("limit", name)) == ["MemoryError", 0.75]


def test_calls_that_run_out_of_memory_anywhere_end_with_an_error_or_the_value():
    found = json.loads(run("limit", "starved"))
    assert found["value"] > 0
    assert found["MemoryError"] > 0


def test_rounds_of_use_leave_nothing_behind():
    assert "bytes are left behind" in run("rounds", "2000")
