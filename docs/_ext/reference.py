"""Writes the reference pages from the public names, and fails where a name has no entry.

The public names are those in `__all__` of `decaylr` and of the modules in `MODULES`.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.ext.autodoc.mock import mock
from sphinx.util import logging

import decaylr

LOGGER = logging.getLogger(__name__)
FOLDER = "reference"

INDEX = """# Reference

Signatures, parameters, units, errors and an example of every public name, from the docstrings.
"""

# Pages of the names in `decaylr.__all__`: title, introduction, modules in which they are defined.
SECTIONS = {
    "curves": ("Curves", "See also: [Gallery](../gallery.md).", ("decaylr.curves",)),
    "recipes": ("Recipes", "See also: [Recipes](../recipes.md).", ("decaylr.recipes",)),
    "schedule": (
        "Schedule",
        "See also: [What a schedule can do](../schedule.md).",
        ("decaylr.schedule",),
    ),
    "combining": (
        "Combining schedules",
        "Most combinators are [methods of a schedule](schedule.md).",
        ("decaylr.combinators",),
    ),
    "training": (
        "Metrics, clocks, advice",
        "See also: [Plateau](../plateau.md), [Choosing a decay rate](../choosing.md).",
        ("decaylr.plateau", "decaylr.clock", "decaylr.advice"),
    ),
    "sweeps": (
        "Sweeps",
        "See also: [Sweep files](../files.md), [Storing tables](../storing.md).",
        ("decaylr.sweep", "decaylr.storage", "decaylr.dask", "decaylr.convert"),
    ),
}
OTHERS = "others"  # the page of public names of `decaylr` for which there is no other


def modules() -> dict[str, Any]:
    """Public modules other than `decaylr` itself, by name; of packages of modules, the parts."""
    found = {}
    for name in decaylr._LAZY_MODULES:
        module = importlib.import_module(f"decaylr.{name}")
        parts = [n for n in getattr(module, "__all__", ()) if inspect.ismodule(getattr(module, n))]
        found |= {f"decaylr.{name}.{part}": getattr(module, part) for part in parts}
        if not parts:
            found[f"decaylr.{name}"] = module
    return found


def public_names(module: Any) -> list[str]:
    """Names in `__all__`, or else the public functions and classes that a module defines."""
    listed = getattr(module, "__all__", None)
    if listed is None:
        listed = [n for n, value in vars(module).items() if _defined_in(value, module, n)]
    return [n for n in listed if not inspect.ismodule(getattr(module, n))]


def _defined_in(value: Any, module: Any, name: str) -> bool:
    return not name.startswith("_") and getattr(value, "__module__", None) == module.__name__


@dataclass(frozen=True)
class Page:
    """A page of the reference: the names of one module."""

    title: str
    introduction: str
    module: str
    names: list[str]


def pages() -> dict[str, Page]:
    """All pages, by file name; each public object is on one of them."""
    found = {}
    owners = {id(getattr(m, n)): m for m in modules().values() for n in public_names(m)}
    homes: dict[str, list[str]] = {}
    for name in public_names(decaylr):
        value = getattr(decaylr, name)
        home = getattr(value, "__module__", None) or ""
        page = next((p for p, (_, _, parts) in SECTIONS.items() if home.startswith(parts)), None)
        if page or id(value) not in owners:
            homes.setdefault(page or OTHERS, []).append(name)
    for page, names in homes.items():
        title, introduction, _ = SECTIONS.get(page, (OTHERS.title(), "", ()))
        found[page] = Page(title, introduction, "decaylr", names)
    placed = {id(getattr(decaylr, name)) for names in homes.values() for name in names}
    for module, value in modules().items():
        names = [n for n in public_names(value) if id(getattr(value, n)) not in placed]
        if names:
            page = module.removeprefix("decaylr.").replace(".", "_")
            found[page] = Page(module, inspect.getdoc(value) or "", module, names)
    return found


def _directive(page: Page, name: str) -> Iterator[str]:
    value = getattr(importlib.import_module(page.module), name)
    kind = "class" if inspect.isclass(value) else "function" if callable(value) else "data"
    yield f".. auto{kind}:: {page.module}.{name}"
    if kind == "data":
        yield "   :no-value:"
    if kind == "class":
        yield "   :members:"
        yield "   :inherited-members: Evaluator, tuple"
    yield ""


def _text(page: Page) -> str:
    lines = [f"# {page.title}", "", page.introduction, "", "```{eval-rst}"]
    for name in page.names:
        lines += _directive(page, name)
    return "\n".join([*lines, "```", ""])


def write_pages(app: Sphinx) -> None:
    """Write the pages, and the index that lists them."""
    folder = Path(app.srcdir, FOLDER)
    folder.mkdir(exist_ok=True)
    with mock(app.config.autodoc_mock_imports):
        texts = {name: _text(page) for name, page in pages().items()}
    listed = "\n".join(texts)
    texts["index"] = f"{INDEX}\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    for name, text in texts.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


# -- docstrings are plain text with formulas; reStructuredText takes * and _ for markup

STRONG = re.compile(r"(?<!\S)\*\*\w[^*]*\w\*\*(?=[\s.,;:)]|$)")
LITERAL = re.compile(r"``.*?``|`[^`]*`")
RULE = re.compile(r"=+( +=+)+")  # above, in and below a table
FORMULA = re.compile(r"[vsp]\(p\)(\s|\[)")


def escape(text: str) -> str:
    """A line in which only code and **strong** words are markup."""
    kept = sorted(
        [m.span() for m in LITERAL.finditer(text)] + [m.span() for m in STRONG.finditer(text)]
    )
    out, position = [], 0
    for begin, end in kept:
        if begin < position:
            continue
        out += [re.sub(r"([*|]|_(?!\w))", r"\\\1", text[position:begin]), text[begin:end]]
        position = end
    return "".join([*out, re.sub(r"([*|]|_(?!\w))", r"\\\1", text[position:])])


def prepare(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Escape the formulas of a docstring; paragraphs that begin with one become code."""
    if what == "data":  # a constant has no docstring of its own: this one is its type's
        lines.clear()
    result: list[str] = []
    literal = formula = table = False
    for line in lines:
        table = (table and bool(line.strip())) or bool(RULE.fullmatch(line.strip()))
        if formula and not line.strip():
            formula = False
        starts = not result or not result[-1].strip()
        if starts and FORMULA.match(line) and not literal:
            result += [".. code-block:: text", ""]
            formula = True
        if formula:
            result.append(f"    {line}")
            continue
        if literal and line.strip() and not line.startswith((" ", "\t")):
            literal = False
        code = literal or table or line.lstrip().startswith((">>>", "...", ".. "))
        result.append(line if code else escape(line))
        literal = literal or line.endswith("::")
    lines[:] = result


def missing(known: set[str]) -> list[str]:
    """Public names, and public members of public classes, that are not among known entries."""
    wanted = []
    for page in pages().values():
        owner = importlib.import_module(page.module)
        for name in page.names:
            value = getattr(owner, name)
            wanted.append(f"{page.module}.{name}")
            if inspect.isclass(value):
                own = [n for n in vars(value) if not n.startswith("_")]
                wanted += [f"{page.module}.{name}.{n}" for n in own if callable(vars(value)[n])]
    return [name for name in wanted if name not in known]


def check(app: Sphinx, error: Exception | None) -> None:
    """Fail where a public name has no entry."""
    if error or app.builder.name != "html":
        return
    known = {name for name, *_ in app.env.get_domain("py").get_objects()}
    with mock(app.config.autodoc_mock_imports):
        without = missing(known)
    if without:
        raise ExtensionError(f"public names without an entry in the reference: {without}")
    LOGGER.info("reference: every public name has an entry")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", write_pages)
    app.connect(
        "autodoc-process-docstring", prepare, priority=400
    )  # before napoleon, which writes markup
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
