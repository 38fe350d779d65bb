"""Importing decaylr fails if compiled modules do not match each other or the Python code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import decaylr
from decaylr import _engine, _groups, _stepper

STALE = "the compiled core is from other sources: rebuild with `pip install .`"
CORE = Path(_engine._core.__file__)


@pytest.fixture
def package(tmp_path):
    """A copy of the package whose files can be changed."""
    copy = tmp_path / "decaylr"
    shutil.copytree(
        Path(decaylr.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    return copy


def imported(package, **variables):
    """Import the copy in a new interpreter and use every compiled module."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DECAYLR_ISA", "PYTHONPATH")}
    program = f"""
import sys
sys.path.insert(0, {str(package.parent)!r})
import decaylr
assert decaylr.__file__.startswith({str(package)!r}), decaylr.__file__
assert decaylr.linear(0.0, 1.0, 10)(5) == 0.5
print(decaylr._engine.INSTRUCTION_SET)
"""
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **variables},
        capture_output=True,
        text=True,
    )


def replace(file, old, new):
    before = file.read_bytes()
    assert old in before
    assert len(old) == len(new)
    file.write_bytes(before.replace(old, new))


def keep_only(package, *names):
    for file in package.glob("_core_*"):
        if file.name.split(".")[0] not in names:
            file.unlink()


def test_all_modules_of_one_build_report_the_same():
    interface, headers = _engine._core.BUILD
    assert interface == _engine.INTERFACE
    assert re.fullmatch("[0-9a-f]{12}", headers)
    assert _stepper.BUILD == _groups.BUILD == _engine._core.BUILD


def test_the_copy_itself_is_imported(package):
    done = imported(package)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["_stepper", "_groups", CORE.name.split(".")[0]])
def test_a_module_of_other_headers_is_refused(package, module):
    [file] = package.glob(f"{module}.*.so")
    replace(file, _stepper.BUILD[1].encode(), b"0123456789ab")
    done = imported(package, DECAYLR_ISA=_engine.INSTRUCTION_SET)
    assert done.returncode != 0
    assert f"ImportError: {STALE}" in done.stderr
    assert f"decaylr.{module} ({_engine.INTERFACE}, '0123456789ab')" in done.stderr


def test_modules_of_another_interface_are_refused(package):
    newer = _engine.INTERFACE + 1
    file = package / "_engine.py"
    file.write_text(
        re.sub(r"^INTERFACE = \d+", f"INTERFACE = {newer}", file.read_text(), flags=re.MULTILINE)
    )
    done = imported(package)
    assert done.returncode != 0
    assert f"ImportError: {STALE} (interface {newer} is needed" in done.stderr


def test_a_module_that_reports_nothing_is_refused(monkeypatch):
    monkeypatch.delattr(_stepper, "BUILD")
    with pytest.raises(ImportError, match=re.escape(STALE)):
        _engine._require_same_sources(_engine._core, _stepper, _groups)


def test_the_only_set_that_was_built_is_used(package):
    if not list(package.glob("_core_baseline.*")):
        pytest.skip("this build is of another instruction set")
    keep_only(package, "_core_baseline")
    for variables in ({}, {"DECAYLR_ISA": "baseline"}):
        done = imported(package, **variables)
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["baseline"]


def test_without_any_core_the_switch_is_named(package):
    keep_only(package)
    done = imported(package)
    assert done.returncode != 0
    assert "ImportError: the compiled core must be built for one of" in done.stderr
    assert "got none: rebuild with `pip install .`, without DECAYLR_INSTRUCTION_SET" in done.stderr


def test_a_named_set_must_have_been_built(package):
    named = _engine.INSTRUCTION_SET
    (package / CORE.name).unlink()
    done = imported(package, DECAYLR_ISA=named)
    assert done.returncode != 0
    assert f"the compiled core must be built for one of {named}, got" in done.stderr
    assert "DECAYLR_INSTRUCTION_SET" in done.stderr
