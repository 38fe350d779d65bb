"""Law 8: one table of curves; the core, constructors, formulas, docs and benchmarks agree.

Each test is a step of docs/inside/add-a-curve.md, and its failure names the file to edit.
"""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

import decaylr as dl
from decaylr import _engine, combinators, curves
from decaylr.pictures.family import FAMILIES
from decaylr.tree.node import KINDS, Kind, Node
from tests.laws.test_law5_refusals_parameters import CONSTRUCTORS
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points
from tests.paths import ROOT
from tests.strategies.curves import CURVES
from tests.training.schedules import SCHEDULES

NAMES = sorted(set(_engine.curve_names()) | set(curves.CURVES))


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def kinds_of(schedule: Node) -> set[str]:
    return {schedule.kind}.union(*map(kinds_of, schedule.children))


@pytest.mark.parametrize("name", NAMES)
def test_the_core_has_it(name):
    where = "decay_ext/core/registry"
    assert name in _engine.curve_names(), f"register {name!r} in {where} and build the core"


@pytest.mark.parametrize("name", NAMES)
def test_the_table_has_it(name):
    where = f"src/decaylr/curves/_{name}.py"
    assert name in curves.CURVES, f"write {where} and enter it in src/decaylr/curves/__init__.py"


@pytest.mark.parametrize("name", NAMES)
def test_it_is_public(name):
    where = "import it and name it in __all__ of src/decaylr/__init__.py"
    assert name in dl.__all__, f"{name}: {where}"
    assert getattr(dl, name, None) is curves.CURVES[name].make, f"{name}: {where}"


def test_combinators_are_those_of_the_core():
    here, there = set(combinators.COMBINATORS), set(_engine.combinator_names())
    assert here == there, (
        f"{here ^ there}: enter it in src/decaylr/combinators/__init__.py "
        "and in decay_ext/core/registry"
    )


@pytest.mark.parametrize("field", ["name", "make", "length", "formula", "family"])
def test_a_kind_cannot_be_written_without(field):
    given = {"name": "new", "make": dl.linear, "length": len, "formula": len, "family": "cosine"}
    del given[field]
    with pytest.raises(TypeError, match=field):
        Kind(**given)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_its_family_is_one_that_pictures_have(name):
    family = KINDS[name].family
    assert family in ("", *FAMILIES), (
        f"{name}: add its family {family!r} to FAMILIES of src/decaylr/pictures/family.py"
    )
    assert family or name in combinators.COMBINATORS, f"{name}: a curve has a family of pictures"


@pytest.mark.parametrize("name", NAMES)
def test_it_has_an_oracle(name):
    exact = getattr(oracle_curves, name, None) or getattr(oracle_points, name, None)
    assert exact is not None, f"write {name!r} in tests/oracles/curves.py"
    taken = list(inspect.signature(exact).parameters)
    wanted = list(inspect.signature(getattr(dl, name)).parameters)
    assert taken == wanted, f"{name}: tests/oracles/curves.py takes {taken}, decaylr {wanted}"


@pytest.mark.parametrize("name", NAMES)
def test_it_is_drawn_at_random(name):
    assert name in CURVES, f"add {name!r} to CURVES of tests/strategies/curves.py"


@pytest.mark.parametrize("name", NAMES)
def test_its_formula_is_compared_with_the_engine(name):
    held = set().union(*map(kinds_of, SCHEDULES.values()))
    assert name in held, f"add a schedule with {name!r} to tests/training/schedules.py"


@pytest.mark.parametrize("name", NAMES)
def test_its_length_is_where_it_comes_to_rest(name):
    """The value must not change after a finite length, and must still change just before it."""
    make, arguments = CONSTRUCTORS[name]
    s = make(**arguments)
    where = f"{name}: its length in src/decaylr/curves/_{name}.py"
    if np.isinf(s.length):
        assert s(1) != s(2000) or name == "constant", f"{where} is infinite, but it comes to rest"
        return
    end = int(s.length)
    np.testing.assert_array_equal(s.table(10, start=end), s(end), err_msg=where)
    assert name in ("constant", "samples") or s(end - 1) != s(end), f"{where} is too long"


@pytest.mark.parametrize("name", NAMES)
def test_wrong_parameters_of_it_are_refused(name):
    tested = [set(given) for _, given in CONSTRUCTORS.values()]
    here = CONSTRUCTORS.get(name)
    where = "tests/laws/test_law5_refusals_parameters.py"
    assert here is not None, f"add {name!r} to CONSTRUCTORS of {where}"
    options = {*curves.CURVES[name].options, "final", "end_value", "outside"}
    wanted = set(inspect.signature(here[0]).parameters) - options
    missing = wanted - set().union(*tested)
    assert not missing, f"{name}: no refusal of {missing} is tested in {where}"


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_row_in_the_docs(name):
    section = read("docs/curves.md").split("## Curves")[1].split("## ")[0]
    rows = re.findall(r"^\| `(\w+)\(", section, re.MULTILINE)
    assert name in rows, f"add a row for {name!r} to the table of curves of docs/curves.md"


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_benchmark(name):
    sources = "\n".join(path.read_text() for path in (ROOT / "benchmarks").glob("*.py"))
    assert re.search(rf"\b{name}\b", sources), f"add {name!r} to benchmarks/shapes.py"


@pytest.mark.parametrize("name", NAMES)
def test_its_accuracy_is_measured(name):
    row = re.search(rf"^\| {name}\b", read("docs/accuracy.md"), re.MULTILINE)
    assert row, (
        f"add {name!r} to tests/reports/accuracy.py and run "
        "`python -m tests.reports.accuracy --write docs/accuracy.md`"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_documented(name):
    text = inspect.getdoc(getattr(dl, name))
    for parameter in inspect.signature(getattr(dl, name)).parameters:
        assert re.search(rf"\b{parameter}\b", text.split("Returns")[0]), (
            f"describe {parameter!r} in the docstring of src/decaylr/curves/_{name}.py"
        )
