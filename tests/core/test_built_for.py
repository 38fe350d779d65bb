"""What the core is compiled for is asked of the processor, and of the compiler."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.paths import ROOT

SETUP, STEPPER = (ROOT / name for name in ("setup.py", "decay_ext/bindings/stepper.pyx"))


@pytest.mark.parametrize("level", ["v3", "v4"])
def test_every_instruction_that_a_build_may_use_is_asked_for(level):
    flags = re.search(rf"^    {level} = \[(.*)\]$", SETUP.read_text(), re.MULTILINE)
    assert flags is not None
    asked = STEPPER.read_text()
    for name in re.findall(r"-m(\w+)", flags[1]):
        assert f'supports("{name}")' in asked or f"bit_{name.upper()}" in asked, name


def compiled(*flags):
    header = ROOT / "decay_ext/core/arithmetic/double_double.h"
    command = ["g++", "-std=c++17", *flags, "-fsyntax-only", "-x", "c++", "-include", str(header)]
    return subprocess.run([*command, "/dev/null"], capture_output=True, text=True, check=False)


@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++")
def test_flags_that_change_sums_are_refused():
    assert compiled("-O3").returncode == 0
    for flag in ("-ffast-math", "-Ofast", "-ffinite-math-only"):
        refused = compiled(flag)
        assert refused.returncode != 0
        assert "without -ffast-math" in refused.stderr
