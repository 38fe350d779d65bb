"""Every name `decaylr.x` in the documentation is available after `import decaylr` alone."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.peers.installed import REQUIRED

NAME = re.compile(r"(?<![\w./-])(?:decaylr|dl)(?:\.[A-Za-z_]\w*)+")
FRAMEWORKS = ("jax", "keras", "torch")  # each module is imported once for all its names
# Frameworks that the extra `test` does not install.
OTHER_FRAMEWORKS = ("mlx", "paddle", "tf_keras", "thinc", "transformers")

# Dotted names that are not attributes: files and commands.
FILES = (".json", ".md", ".py", ".so", ".svg", ".toml", ".zip")
ADDED = re.compile(r"\b_?(smoothstep|acme)\b")  # by the examples of docs/inside/add-a-*.md
NO_ATTRIBUTES = {
    "decaylr.v1": "a schedule that is registered with thinc",
    "decaylr.advice.__main__": "run by `python -m decaylr.advice`",
}

# Look up each name in a process that has only run `import decaylr`.
LOOKUP = """
import functools, json, os, sys, decaylr
failed = []
for names in json.load(sys.stdin):
    read, write = os.pipe()
    if os.fork() == 0:
        problems = []
        for name in names:
            try:
                functools.reduce(getattr, name.split(".")[1:], decaylr)
            except BaseException as problem:
                problems.append(f"{name}: {type(problem).__name__}: {problem}")
        os.write(write, json.dumps(problems).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        failed += json.loads(answer.read() or '["no answer for ' + names[0] + '"]')
    os.wait()
json.dump(failed, sys.stdout)
"""


def texts(root: Path):
    """The pages and docstrings, each with its location."""
    for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        yield str(path.relative_to(root)), path.read_text(encoding="utf-8")
    for path in sorted((root / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = ast.get_docstring(node, clean=False)
                if text:
                    yield str(path.relative_to(root)), text


def names_in(root: Path) -> dict[str, set[str]]:
    """Every dotted name with its location."""
    found = defaultdict(set)
    for where, text in texts(root):
        for name in NAME.findall(text):
            if not name.endswith(FILES):
                found[re.sub(r"^dl\b", "decaylr", name)].add(where)
    return found


def unresolved(names) -> list[str]:
    """The names that are not available after `import decaylr` alone, with the error."""
    groups = defaultdict(list)
    for name in sorted(names):
        root = name.split(".")[1]
        groups[root if root in (*FRAMEWORKS, *OTHER_FRAMEWORKS) else name].append(name)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOKUP],
        input=json.dumps([*groups.values()]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def named():
    """The names in the documentation of this repository."""
    return names_in(ROOT)


def test_every_name_in_the_documentation_resolves(named):
    missing = [f for f in FRAMEWORKS if importlib.util.find_spec(f) is None]
    assert not (missing and REQUIRED), f"not installed: {missing}"
    missing += [f for f in OTHER_FRAMEWORKS if importlib.util.find_spec(f) is None]
    left_out = [*NO_ATTRIBUTES, *filter(ADDED.search, named)]
    wanted = {name for name in named if name not in left_out and name.split(".")[1] not in missing}
    assert len(wanted) > 60
    failed = unresolved(wanted)
    assert failed == [], [(name, sorted(named[name.split(":")[0]])) for name in failed]


def test_every_exception_is_used(named):
    assert set(NO_ATTRIBUTES) <= set(named)


def test_a_name_that_is_gone_is_seen(tmp_path):
    for folder in ("docs/inside", "src/decaylr"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "README.md").write_text(
        "`decaylr.lineal` or `dl.Schedule.tabel`, not decaylr.linear."
    )
    (tmp_path / "docs/inside/a.md").write_text("see `decaylr.compat.torch.Gone(...)`")
    (tmp_path / "src/decaylr/a.py").write_text('def f():\n    """As `decaylr.curves.gone`."""')
    found = names_in(tmp_path)
    assert len(found) == 5
    failed = unresolved(found)
    gone = ["compat.torch.Gone", "curves.gone", "lineal", "Schedule.tabel"]
    assert sorted(f.split(":")[0] for f in failed) == sorted(f"decaylr.{name}" for name in gone)
