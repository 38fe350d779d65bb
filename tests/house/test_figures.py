"""`.ci/house`: the repository is within its limits, and each check detects its fault."""

import importlib.util
import subprocess
import sys
from importlib.machinery import SourceFileLoader

import pytest

from tests.paths import ROOT

LOADER = SourceFileLoader("house", str(ROOT / ".ci" / "house"))
house = importlib.util.module_from_spec(importlib.util.spec_from_loader("house", LOADER))
sys.modules["house"] = house  # dataclasses look up their module
write_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
LOADER.exec_module(house)
sys.dont_write_bytecode = write_bytecode

LAYERS = """
[[tool.importlinter.contracts]]
type = "layers"
layers = ["schedule", "curves | shapes", "tree"]
"""
CURVES = ("linear", "cosine", "step", "rex")
SOUND = {
    "__init__": "from decaylr.curves import linear, cosine, step, rex",
    "schedule": "class Schedule:\n    def table(self): ...",
    "curves/__init__": "\n".join(f"from decaylr.curves._{n} import {n}" for n in CURVES),
    **{f"curves/_{name}": f"{name.upper()} = Kind(name='{name}')" for name in CURVES},
    "shapes/__init__": "",
    "tree/__init__": "",
    "tree/node": "KINDS: dict[str, Kind] = {}\nclass Node:\n    __slots__ = ('_key',)",
}
TITLES = {
    "circles": "circles of imports",
    "upward": "upward imports",
    "deferred": "own imports inside functions",
    "private": "modules that read others' private attributes",
    "tables": "tables keyed by kinds (KINDS alone)",
    "curve": "modules to touch for a curve",
    "verbs": "verbs with two signatures",
    "flat": "modules directly in the package",
}


@pytest.fixture
def counts(tmp_path, monkeypatch):
    """The figures of a package with these sources, by title."""
    monkeypatch.setattr(house, "DEFERRED", {})

    def count(sources):
        (tmp_path / "pyproject.toml").write_text(LAYERS)
        for name, text in sources.items():
            path = tmp_path / "src" / "decaylr" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return {figure.title: figure for figure in house.figures(tmp_path)}

    return count


def test_they_hold_here():
    command = [sys.executable, str(ROOT / ".ci" / "house")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_sound_package_passes(counts):
    found = counts(SOUND)
    assert {key for key, title in TITLES.items() if not found[title].holds} == set()


FAULTS = {
    "a circle": (
        "circles",
        {"tree/a": "from decaylr.tree import b", "tree/b": "import decaylr.tree.a"},
    ),
    "a circle closed inside a function": (
        "circles",
        {
            "tree/a": "from decaylr.tree.b import x",
            "tree/b": "def f():\n    from decaylr.tree import a",
        },
    ),
    "up": ("upward", {"tree/a": "from decaylr.schedule import Schedule"}),
    "up inside a function": (
        "upward",
        {"tree/a": "def f():\n    from decaylr.curves import linear"},
    ),
    "up for types": (
        "upward",
        {"tree/a": "if TYPE_CHECKING:\n    from decaylr.schedule import Schedule"},
    ),
    "beside": ("upward", {"curves/a": "import decaylr.shapes"}),
    "the package itself": ("upward", {"tree/a": "from decaylr import linear"}),
    "a room without a layer": ("upward", {"attic/__init__": "import decaylr.tree"}),
    "inside a function": (
        "deferred",
        {"curves/a": "def f():\n    from decaylr.tree import node"},
    ),
    "inside a method": (
        "deferred",
        {"curves/a": "class A:\n    def f(self):\n        import decaylr.tree.node"},
    ),
    "by name": ("deferred", {"curves/a": "import_module('decaylr.tree')"}),
    "another's attribute": ("private", {"curves/a": "def f(node):\n    return node._key"}),
    "a table of kinds": (
        "tables",
        {"curves/a": "T = {'linear': 1, 'cosine': 2, 'rex': 3, 'x': 4}"},
    ),
    "a table by dict": ("tables", {"curves/a": "T = dict(linear=1, cosine=2, rex=3)"}),
    "a table of pairs": ("tables", {"curves/a": "T = (('linear', 1), ('cosine', 2), ('rex', 3))"}),
    "a table in a function": (
        "tables",
        {"curves/a": "def f(x):\n    return {'linear': 1, 'cosine': 2, 'rex': 3}[x]"},
    ),
    "a match": (
        "tables",
        {
            "curves/a": "match x:\n"
            + "".join(f"    case '{n}': pass\n" for n in ("linear", "cosine", "rex"))
        },
    ),
    "no table": ("tables", {"tree/node": ""}),
    "one more list of curves": ("curve", {"curves/a": "NAMES = ['linear', 'cosine', 'rex']"}),
    "one more import of curves": (
        "curve",
        {"schedule": "from decaylr.curves import linear, cosine, step"},
    ),
    "a verb twice": ("verbs", {f"tree/{n}": f"def {n}(): ..." for n in ("table", "fold", "clip")}),
    "flat files": ("flat", {f"file{i}": "" for i in range(12)}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_seen(counts, fault):
    figure, sources = FAULTS[fault]
    face = "class Schedule:\n" + "".join(
        f"    def {n}(self): ...\n" for n in ("table", "fold", "clip")
    )
    found = counts({**SOUND, "schedule": face, **sources})
    assert not found[TITLES[figure]].holds


def test_compiled_modules_are_asked_for_their_names(counts, tmp_path):
    (tmp_path / "src" / "decaylr").mkdir(parents=True)
    (tmp_path / "src" / "decaylr" / "_compiled.pyi").write_text("x: int")
    forms = {"from decaylr._compiled import x": True, "from decaylr import _compiled": False}
    for line, holds in forms.items():
        found = counts({**SOUND, "tree/a": line})
        assert found[TITLES["upward"]].holds is holds
        assert found[TITLES["circles"]].holds


def test_own_attributes_are_no_fault(counts):
    own = "class A:\n    __slots__ = ('_x',)\n    def f(self, other):\n        return other._x"
    assert counts({**SOUND, "tree/a": own})[TITLES["private"]].holds


def test_an_exception_that_nothing_needs_is_seen(counts, monkeypatch):
    for table in ("FOREIGN", "TABLES", "LOADERS"):
        monkeypatch.setattr(house, table, {})
    title = "exceptions that nothing needs"
    assert counts(SOUND)[title].holds
    monkeypatch.setattr(house, "DEFERRED", {("decaylr.schedule", "decaylr.tree"): "a reason"})
    assert not counts(SOUND)[title].holds
