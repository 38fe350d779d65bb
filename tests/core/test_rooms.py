"""The folders (rooms) of the C++ core include each other in one direction only."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

EXTENSION = Path(__file__).parents[2] / "decay_ext"

# Each room may include itself and the rooms before it.
ROOMS = [
    "arithmetic",
    "tree",
    "blocks",
    "across_runs",
    "curves",
    "combinators",
    "registry",
    "evaluation",
    "folds",
    "laws",
    "plateau",
]


GENERATED = {"headers_hash.h"}  # written by setup.py


def included(file: Path) -> list[str]:
    """The files that a file includes with quotes."""
    return re.findall(r'^\s*#\s*include\s*"([^"]*)"', file.read_text(), re.MULTILINE)


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".h", ".cpp"))


def faults_of(core: Path) -> list[str]:
    """Includes that break the order of the rooms, or are not written as room/name.h."""
    faults = []
    graph: dict[str, list[str]] = {}
    for file in files_of(core):
        own = file.relative_to(core)
        if len(own.parts) != 2 or own.parts[0] not in ROOMS:
            faults.append(f"{own} is in no room")
            continue
        graph[str(own)] = included(file)
        for name in graph[str(own)]:
            room = name.split("/")[0]
            if name.count("/") != 1 or room not in ROOMS:
                faults.append(f"{own} includes {name}, which is not written as room/name.h")
            elif not (core / name).is_file():
                faults.append(f"{own} includes {name}, which does not exist")
            elif ROOMS.index(room) > ROOMS.index(own.parts[0]):
                faults.append(f"{own} includes {name}, of a later room")
        if re.search(r'#\s*include\s*[<"](Python\.h|pybind11/)', file.read_text()):
            faults.append(f"{own} knows Python")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        faults.append(f"a circle of files: {error.args[1]}")
    return faults


def test_rooms_include_in_one_direction_only():
    assert faults_of(EXTENSION / "core") == []


def test_every_room_has_files():
    for room in ROOMS:
        assert files_of(EXTENSION / "core" / room), room


@pytest.mark.parametrize("folder", ["bindings", "tests"])
def test_what_stands_on_the_core_includes_it_in_the_same_style(folder):
    for file in files_of(EXTENSION / folder):
        for name in included(file):
            beside = "/" not in name and ((file.parent / name).is_file() or name in GENERATED)
            assert beside or (EXTENSION / "core" / name).is_file(), f"{file.name}: {name}"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("tree/position.h", '#include "curves/linear.h"', "of a later room"),
        ("tree/node.h", '#include "linear.h"', "not written as room/name.h"),
        ("tree/node.h", '#include "../arithmetic/sum.h"', "not written as room/name.h"),
        ("tree/node.h", '#include "core/arithmetic/sum.h"', "not written as room/name.h"),
        ("tree/node.h", '#include "arithmetic/gone.h"', "does not exist"),
        ("tree/node.h", "  #  include <Python.h>", "knows Python"),
        ("curves/linear.h", '#include "curves/cosine.h"', "a circle of files"),
        ("node.h", "", "in no room"),
        ("attic/node.h", "", "in no room"),
    ],
)
def test_faults_are_found(tmp_path, name, text, fault):
    good = {
        "arithmetic/sum.h": "#include <cmath>",
        "tree/node.h": '#include "arithmetic/sum.h"',
        "curves/linear.h": '#include "tree/node.h"',
        "curves/cosine.h": '#include "curves/linear.h"',
    }
    for path, content in good.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)
    assert faults_of(tmp_path) == []
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    faults = faults_of(tmp_path)
    assert len(faults) == 1
    assert fault in faults[0]
