"""Law 2: every instruction set that this processor supports returns the same bits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from decaylr import _engine
from decaylr._stepper import instruction_sets

DIGESTS = Path(__file__).with_name("digests.py")


def run(isa, *program):
    return subprocess.run(
        [sys.executable, *program],
        env={**os.environ, "DECAYLR_ISA": isa},
        capture_output=True,
        text=True,
    )


def test_the_best_is_used_unless_another_is_named():
    wanted = os.environ.get("DECAYLR_ISA") or instruction_sets()[-1]
    assert wanted == _engine.INSTRUCTION_SET
    assert _engine.build_info()["instruction_set"] == wanted


def test_the_same_bits_from_all():
    digests = {}
    for isa in instruction_sets():
        done = run(isa, str(DIGESTS))
        assert done.returncode == 0, done.stderr
        used, *digests[isa] = done.stdout.splitlines()
        assert used == isa
    baseline = digests["baseline"]
    assert len(baseline) > 60
    for isa, lines in digests.items():
        assert lines == baseline, isa


@pytest.mark.parametrize("isa", ["avx1024", "x86-64-v5", "BASELINE"])
def test_others_are_refused(isa):
    done = run(isa, "-c", "import decaylr")
    assert done.returncode != 0
    assert "DECAYLR_ISA must be one that this processor has (baseline" in done.stderr
    assert f"got {isa!r}" in done.stderr
