"""The extensions of the documentation site: reference, gallery, links, llms.txt."""

import importlib
import json
import subprocess
import sys

import pytest

import decaylr as dl
from tests.paths import ROOT

pytest.importorskip("sphinx", reason="Sphinx is not installed: it comes with the extra docs")


@pytest.fixture(scope="module")
def extensions():
    """The modules of docs/_ext by name."""
    sys.path.insert(0, str(ROOT / "docs/_ext"))
    try:
        names = ("reference", "curve_gallery", "repository_links")
        yield {name: importlib.import_module(name) for name in names}
    finally:
        sys.path.remove(str(ROOT / "docs/_ext"))


@pytest.fixture(scope="module")
def reference(extensions):
    return extensions["reference"]


@pytest.fixture(scope="module")
def gallery(extensions):
    return extensions["curve_gallery"]


class App:
    """As much of Sphinx's application as the hooks read."""

    srcdir = str(ROOT / "docs")


@pytest.mark.parametrize(
    ("line", "escaped"),
    [
        ("init * gamma**n, with n_ of `a*b`", r"init \* gamma\*\*n, with n\_ of `a*b`"),
        ("A **new trailing axis** of |x|", r"A **new trailing axis** of \|x\|"),
        ("2**3 and (a)**b or c**2", r"2\*\*3 and (a)\*\*b or c\*\*2"),
    ],
)
def test_formulas_are_no_markup(reference, line, escaped):
    assert reference.escape(line) == escaped


def test_a_paragraph_that_begins_with_a_formula_is_code(reference):
    lines = ["A line.", "", "v(p) = a * p", "for p < n.", "", "And a * b."]
    reference.prepare(None, "function", "f", None, None, lines)
    code = [".. code-block:: text", "", "    v(p) = a * p", "    for p < n."]
    assert lines == ["A line.", "", *code, "", r"And a \* b."]


def test_tables_and_examples_stay_as_they_are(reference):
    lines = ["===  ===", "a*b  c*d", "===  ===", "", ">>> a * b", "", "a * b"]
    reference.prepare(None, "function", "f", None, None, lines)
    assert lines == ["===  ===", "a*b  c*d", "===  ===", "", ">>> a * b", "", r"a \* b"]


def test_a_constant_does_not_have_the_docstring_of_its_type(reference):
    lines = list(dict.__doc__.splitlines())
    reference.prepare(None, "data", "decaylr.convert.DIALECTS", {}, None, lines)
    assert lines == []


PAGES = """
import json, runpy, sys
sys.path.insert(0, "docs/_ext")
from sphinx.ext.autodoc.mock import mock
with mock(runpy.run_path("docs/conf.py")["autodoc_mock_imports"]):
    import reference
    names = [f"{p.module}.{n}" for p in reference.pages().values() for n in p.names]
    everything = reference.missing(set())
    one = reference.missing({*everything} - {"decaylr.Schedule.table"})
    none = reference.missing({*everything})
json.dump([names, [*reference.pages()], everything, one, none], sys.stdout)
"""


def test_every_public_name_has_a_page_and_one_without_an_entry_is_found():
    # In a process of its own: modules that were imported with mocks must not stay.
    run = [sys.executable, "-W", "ignore", "-c", PAGES]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    names, pages, everything, one, none = json.loads(done.stdout)
    assert {f"decaylr.{n}" for n in dl.__all__ if callable(getattr(dl, n))} <= {*names}
    assert {"decaylr.compat.torch.StepLR", "decaylr.history.History"} <= {*names}
    assert "others" not in pages
    assert {"decaylr.cosine", "decaylr.Schedule.table", "decaylr.sweep.grid"} <= {*everything}
    assert one == ["decaylr.Schedule.table"]
    assert none == []


def test_every_curve_and_recipe_has_a_call_and_nearly_all_a_formula(gallery):
    names = [*gallery.CURVES, *gallery.RECIPES]
    assert len(names) >= 26
    assert all(gallery.call_of(name).startswith(f"dl.{name}(") for name in names)
    assert all(isinstance(eval(gallery.call_of(name)), dl.Schedule) for name in names)
    assert gallery.formula_of("step") == "v(p) = init * gamma**floor(p / step_size)."
    assert sum(bool(gallery.formula_of(name)) for name in names) >= 18


def test_names_in_other_libraries_are_those_of_equal_forms(gallery):
    found = gallery.compat_names()
    assert "torch `StepLR`" in found[gallery.form(dl.step(0.1, 30, 0.1))]
    assert "torch `CosineAnnealingLR`" in found[gallery.form(dl.cosine(0.1, 0.0, 10))]
    assert "optax `linear_schedule`" in found[gallery.form(dl.linear(0.1, 0.0, 10))]
    page = '## composer\n| `StepScheduler("30ba")` | `dl.step(0.1, 30, 0.1)` |\n'
    assert list(gallery.migrated_names(page)) == [("step", "composer `StepScheduler`")]


def test_trainings_are_listed_under_what_they_use(gallery):
    file = ROOT / "docs/examples/published.toml"
    users = [who for used, who, _ in gallery.trainings(file) if "multi_step" in used]
    assert 10 < len(users) < 150
    assert "nanoGPT GPT-2 124M (OpenWebText)" not in users


def test_both_pictures_of_a_call(gallery):
    light, dark = (gallery.draw(dl.cosine(1.0, 0.0, 4), mode) for mode in gallery.MODES)
    assert light.startswith("<?xml")
    assert gallery.MODES["light"][0][0] in light
    assert gallery.MODES["dark"][0][0] in dark


def test_links_to_other_files_lead_to_the_repository(extensions):
    links = extensions["repository_links"]
    source = ["[a](../benchmarks/README.md#x) [b](theirs.md) [c](../docs/curves.md)"]
    links.rewrite(App, "performance", source)
    assert source == [
        f"[a]({links.REPOSITORY}benchmarks/README.md#x) [b](theirs.md) [c](../docs/curves.md)"
    ]
    with pytest.raises(Exception, match=r"\.\./gone\.md does not exist"):
        links.rewrite(App, "performance", ["[a](../gone.md)"])
