"""What the core is compiled for is asked of the processor, and of the compiler."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import types

import pytest
from setuptools.errors import CompileError

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


@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++")
@pytest.mark.parametrize(
    "macros",
    [
        ("-U__GNUC__",),
        ("-U__GNUC__", "-D__GNUC__=10"),
        ("-D__INTEL_COMPILER=2021",),
        ("-D__NVCOMPILER=1",),
        ("-D__clang__", "-D__clang_major__=13"),
    ],
)
def test_compilers_of_other_rounding_are_refused(macros):
    refused = compiled(*macros, "-w")
    assert refused.returncode != 0
    assert "must be compiled by GCC 11 or Clang 14, or a later version" in refused.stderr


@pytest.fixture
def setup_module(tmp_path, monkeypatch):
    """setup.py as a module that builds nothing."""
    shutil.copytree(ROOT / "decay_ext", tmp_path / "decay_ext")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("setuptools.setup", lambda **_: None)
    monkeypatch.setattr("Cython.Build.cythonize", lambda modules, **_: modules)
    return runpy.run_path(str(SETUP))


@pytest.mark.parametrize(
    ("kind", "command", "message"),
    [
        ("msvc", [], "decaylr must be compiled by GCC or Clang, got msvc"),
        ("bcpp", [], "decaylr must be compiled by GCC or Clang, got bcpp"),
        ("unix", ["g++", "-U__GNUC__"], "must be compiled by GCC 11 or Clang 14"),
        ("unix", ["no-such-compiler"], "no-such-compiler"),
    ],
)
def test_setup_names_what_compiles(setup_module, kind, command, message):
    compiler = types.SimpleNamespace(compiler_type=kind, compiler_so_cxx=command)
    with pytest.raises(CompileError, match=re.escape(message)):
        setup_module["refuse_other_compilers"](compiler)


def test_setup_takes_the_compiler_of_this_machine(setup_module):
    compiler = types.SimpleNamespace(compiler_type="unix", compiler_so_cxx=["g++"])
    setup_module["refuse_other_compilers"](compiler)
