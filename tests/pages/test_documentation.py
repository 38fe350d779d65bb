"""Every example in the docstrings, the README and the docs runs and prints the shown output."""

import doctest
import pkgutil
import re

import pytest

import decaylr
from tests.paths import ROOT
from tests.peers.installed import peer

# Their libraries are not in the extra test: tests/plugs/test_examples.py runs their examples.
PLUGGED = ("decaylr.mlx", "decaylr.paddle", "decaylr.tf_keras", "decaylr.thinc")
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(decaylr.__path__, "decaylr.")
    if not module.name.startswith(PLUGGED)
)
PAGES = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples(name):
    assert doctest.testmod(peer(name)).failed == 0


def test_package_docstring_example():
    result = doctest.testmod(decaylr)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES)
def test_page_examples(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / page).read_text(encoding="utf-8")
    for framework in ("torch", "keras", "jax"):
        if re.search(rf"^>>> import .*\b{framework}\b", text, re.MULTILINE):
            peer(framework)
    assert doctest.testfile(str(ROOT / page), module_relative=False).failed == 0


def test_every_public_callable_has_an_example():
    public = [getattr(decaylr, name) for name in decaylr.__all__]
    without = [f.__name__ for f in public if callable(f) and ">>>" not in (f.__doc__ or "")]
    assert without == []


def test_every_test_that_is_named_exists():
    page = (ROOT / "docs" / "troubles.md").read_text()
    named = re.findall(r"`(\w+/test_\w+\.py)::(test_\w+)`", page)
    rows = [line for line in page.splitlines() if line.startswith("| ") and "| test |" not in line]
    assert len(named) == len(rows) > 40
    for file, test in named:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(), f"{file}::{test}"


def test_every_question_is_answered_in_ten_lines():
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    questions = page.split("\n## ")[1:]
    assert len(questions) == 25
    for question in questions:
        blocks = re.findall(r"```python\n(.*?)```", question, re.DOTALL)
        assert blocks, question.splitlines()[0]
        for block in blocks:
            typed = [line for line in block.splitlines() if line.startswith((">>> ", "... "))]
            assert 0 < len(typed) <= 10, question.splitlines()[0]
