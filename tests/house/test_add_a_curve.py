"""docs/inside/add-a-curve.md, followed to the letter in a copy of the repository."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.paths import ROOT
from tests.peers.installed import peer

PAGE = ROOT / "docs" / "inside" / "add-a-curve.md"
CURVE = "smoothstep"
MARKED = re.compile(
    r"<!-- (?P<what>[^\n]+?) -->\n```\w*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
PLACE = re.compile(r"file: (?P<path>[^,]+), (?P<side>after|before): (?P<anchor>.+)")
RUN = re.compile(r"run, with (.+)")
COPIED = ("benchmarks", "decay_ext", "docs", "src", "tests")
FILES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", ".ci")
BUILT = shutil.ignore_patterns("*.so", "*.py[cod]", "__pycache__", "*.egg-info", "env", "results")


class Step(NamedTuple):
    """A block of the page, and what its comment says of it."""

    what: str
    text: str


def steps(page: str) -> list[Step]:
    """The marked blocks in their order."""
    return [Step(match["what"], match["text"]) for match in MARKED.finditer(page)]


def insert(path: Path, side: str, anchor: str, text: str) -> None:
    """Put a text before or after the one line of a file that is the anchor, or begins as it does.

    "x = 1" is a whole line, "x..." the beginning of one.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    begin = anchor.removesuffix("...")
    whole = [line.strip() if begin == anchor else line.strip()[: len(begin)] for line in lines]
    found = [i for i, line in enumerate(whole) if line == begin]
    assert len(found) == 1, f"{path}: {len(found)} lines are {anchor!r}"
    lines.insert(found[0] + (side == "after"), text)
    path.write_text("".join(lines), encoding="utf-8")


def edit(repository: Path, step: Step) -> bool:
    """Make the edit of a step; whether it is one."""
    kind, _, rest = step.what.partition(": ")
    if kind == "new file":
        path = repository / rest
        assert not path.exists(), f"{rest} is there already"
        path.write_text(step.text, encoding="utf-8")
    elif place := PLACE.fullmatch(step.what):
        insert(repository / place["path"], place["side"], place["anchor"], step.text)
    else:
        return False
    return True


def copy(to: Path) -> Path:
    """The repository without what was built in it."""
    for name in COPIED:
        shutil.copytree(ROOT / name, to / name, ignore=BUILT)
    for name in FILES:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, to / name)
    return to


def run(repository: Path, *command: str) -> str:
    """What a command in the copy prints; a failure of this test where it fails."""
    path = os.pathsep.join([str(repository / "src"), os.environ.get("PYTHONPATH", "")])
    chosen = {"DECAYLR_INSTRUCTION_SET": "baseline", "DECAYLR_ISA": "baseline"}
    chosen["DECAYLR_DEBUG"] = "1"
    done = subprocess.run(
        command,
        cwd=repository,
        env=os.environ | chosen | {"PYTHONPATH": path.rstrip(os.pathsep), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (
        f"{shlex.join(command)}\n{done.stdout[-6000:]}{done.stderr[-4000:]}"
    )
    return done.stdout


def passed(repository: Path, *what: str) -> int:
    """How many tests pass in the copy; none may fail."""
    out = run(repository, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *what)
    return int(re.search(r"(\d+) passed", out)[1])


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A copy with the curve of the page, built for one instruction set without optimisation."""
    if shutil.which(os.environ.get("CXX", "g++")) is None:
        pytest.skip("no C++ compiler")
    for name in ("Cython", "pybind11", "setuptools"):
        peer(name)
    repository = copy(tmp_path_factory.mktemp("followed"))
    page = steps(PAGE.read_text(encoding="utf-8"))
    later = [step for step in page if not edit(repository, step)]
    unknown = [step.what for step in later if not RUN.fullmatch(step.what)]
    assert not unknown, f"blocks with the comments {unknown}"
    run(repository, sys.executable, "setup.py", "-q", "build_ext", "--inplace")
    for step in later:
        words = shlex.split(step.text)
        assert words[0] == "python"
        run(repository, sys.executable, *words[1:], *RUN.fullmatch(step.what)[1].split())
    return repository


def test_law_8_holds(followed):
    names = passed(followed, "tests/laws/test_law8_table.py", "-k", CURVE)
    assert names >= 10
    passed(followed, "tests/laws/test_law8_table.py")


def test_it_is_accurate_by_every_route(followed):
    laws = [f"tests/laws/{name}.py" for name in ("test_law3_accuracy", "test_law2_routes")]
    assert passed(followed, *laws, "-k", f"{CURVE} or batches") >= 2
    assert passed(followed, "tests/laws/test_law5_refusals_parameters.py", "-k", CURVE) >= 3


def test_its_formula_and_its_example_are_right(followed):
    page = "tests/pages/test_documentation.py"
    assert passed(followed, page, "-k", f"_{CURVE} or every_public") == 2
    if importlib.util.find_spec("jax"):
        assert passed(followed, "tests/jax/test_schedules.py", "-k", CURVE) >= 1


def test_its_benchmark_gives_the_same_values(followed):
    assert passed(followed, "tests/pages/test_benchmarks.py", "-k", CURVE) >= 1


def test_the_order_of_the_code_is_kept(followed):
    run(followed, sys.executable, ".ci/house")


def test_a_step_that_is_left_out_is_named(followed):
    """Law 8 fails without the row in the documentation."""
    page = followed / "docs" / "curves.md"
    text = page.read_text(encoding="utf-8")
    page.write_text("".join(x for x in text.splitlines(True) if CURVE not in x), encoding="utf-8")
    try:
        with pytest.raises(AssertionError, match=r"add a row for 'smoothstep'.*docs/curves\.md"):
            passed(followed, "tests/laws/test_law8_table.py", "-k", CURVE)
    finally:
        page.write_text(text, encoding="utf-8")


def test_an_anchor_that_is_gone_is_a_failure(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")
    for anchor in ("y = 1", "y...", "x", "x = 1", "x..."):
        with pytest.raises(AssertionError, match=r"[02] lines are"):
            edit(tmp_path, Step(f"file: a.py, after: {anchor}", "z = 1\n"))
