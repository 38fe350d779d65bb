"""Law 8: one table of curves; the core, the constructors, the docs and the benchmarks agree."""

from __future__ import annotations

import inspect
import re

import pytest

import decaylr as dl
from decaylr import _engine, combinators, curves
from tests.oracles import curves as oracle_curves
from tests.oracles import points as oracle_points
from tests.paths import ROOT
from tests.strategies.curves import CURVES

NAMES = sorted(_engine.curve_names())


def test_constructors():
    assert sorted(curves.CURVES) == NAMES
    for name in NAMES:
        assert getattr(dl, name) is curves.CURVES[name].make


def test_layouts_of_nodes():
    assert sorted(curves.CURVES) == NAMES
    assert sorted(combinators.COMBINATORS) == sorted(_engine.combinator_names())


def test_every_curve_has_an_oracle_and_a_strategy():
    assert sorted(CURVES) == NAMES
    for name in NAMES:
        exact = getattr(oracle_curves, name, None) or getattr(oracle_points, name)
        taken = list(inspect.signature(exact).parameters)
        assert taken == list(inspect.signature(getattr(dl, name)).parameters)


def test_documentation():
    section = (ROOT / "docs" / "curves.md").read_text().split("## Curves")[1].split("## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)\(", section, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_curve_has_a_benchmark(name):
    sources = "\n".join(path.read_text() for path in (ROOT / "benchmarks").glob("*.py"))
    assert re.search(rf"\b{name}\b", sources)


@pytest.mark.parametrize("name", NAMES)
def test_every_curve_is_measured(name):
    page = (ROOT / "docs" / "accuracy.md").read_text()
    assert re.search(rf"^\| {name}\b", page, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_documented(name):
    text = inspect.getdoc(getattr(dl, name))
    for parameter in inspect.signature(getattr(dl, name)).parameters:
        assert re.search(rf"\b{parameter}\b", text.split("Returns")[0])
