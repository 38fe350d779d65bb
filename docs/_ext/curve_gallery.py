"""Writes docs/gallery.md: every curve and recipe with picture, formula, call and users.

Nothing is listed here: the curves are those of the package's table of kinds, the recipes those of
`decaylr.recipes`; formulas and calls are those of the docstrings. The names in other libraries are
those of `decaylr.compat` and of theirs.md, the trainings those of examples/published.toml.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sphinx.application import Sphinx

import decaylr as dl
from decaylr import compat
from decaylr.curves import CURVES

RECIPES = dl.recipes.__all__
MODES = {  # mode: line colours, colour of axes and text
    "light": (("#1f5fae", "#c2571a", "#2b7f3a", "#7a3fa0"), "#333333"),
    "dark": (("#7db4ff", "#ffae70", "#86d993", "#d3a4f5"), "#cccccc"),
}
MOST_LINES = 4
MOST_NAMES = 6
INTRODUCTION = """# Gallery

Every curve and recipe: the picture of one call, its formula, and who uses it. Names in other
libraries are followed by [Other libraries' schedules](compat.md) and [Migrating](theirs.md), where
parameters may differ. Trainings are those of
[examples/published.toml](examples/published.toml), which has their sources.
"""


def call_of(name: str) -> str:
    """The first call of a function in the examples of its docstring."""
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(getattr(dl, name)) or "")
    for example in examples:
        for node in ast.walk(ast.parse(example.source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"dl.{name}":
                return ast.unparse(node)
    raise LookupError(f"the docstring of {name} has no example that calls it")


def formula_of(name: str) -> str:
    """The paragraph of a docstring that begins with a formula."""
    paragraphs = (inspect.getdoc(getattr(dl, name)) or "").split("\n\n")
    found = next((p for p in paragraphs if re.match(r"\s*[vs](\[[^]]*\])?\(p\)", p)), "")
    return inspect.cleandoc(found)


def summary_of(name: str) -> str:
    return (inspect.getdoc(getattr(dl, name)) or "").split("\n\n")[0].replace("\n", " ")


# -- pictures


def draw(schedule: dl.Schedule, mode: str) -> str:
    """An SVG of at most four runs, with a transparent background."""
    lines, ink = MODES[mode]
    figure = Figure((4.8, 2.0), layout="constrained")
    figure.patch.set_alpha(0)
    ax = figure.subplots()
    ax.patch.set_alpha(0)
    schedule.ravel()[:MOST_LINES].plot(ax=ax)
    for line, color in zip(ax.get_lines(), lines, strict=False):
        line.set(color=color, linewidth=1.8)
    if ax.get_legend():
        ax.get_legend().remove()
    ax.set(xlabel="", ylabel="")
    ax.spines[["top", "right"]].set_visible(False)
    for spine in ax.spines.values():
        spine.set_color(ink)
    ax.tick_params(colors=ink, labelsize="small")
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


# -- names in other libraries


def form(schedule: Any) -> tuple[Any, ...]:
    """The kinds of a schedule's tree; a polynomial of power 1 is a line, endings do not count."""
    if schedule.kind == "ending":
        return form(schedule.children[0])
    line = schedule.kind == "polynomial" and np.all(schedule.parameters["power"] == 1)
    kind = "linear" if line else schedule.kind
    return (kind, *(form(child) for child in schedule.children))


def compat_names() -> dict[tuple[Any, ...], list[str]]:
    """Functions of decaylr.compat by the form of the schedule in their first example."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for library in compat.__all__:
        module = getattr(compat, library)
        for name in module.__all__:
            if name.startswith(("from_", "to_")):
                continue
            made = _example(getattr(module, name), name)
            if isinstance(made, dl.Schedule):
                found.setdefault(form(made), []).append(f"{library} `{name}`")
    return found


def _example(function: Callable[..., Any], name: str) -> Any:
    """What the first call in a docstring's examples returns, or None without examples."""
    space: dict[str, Any] = {}
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(function) or ""):
        tree = ast.parse(example.source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                return eval(ast.unparse(node), space)
        exec(example.source, space)
    return None


def migrated_names(page: str) -> Iterator[tuple[str, str]]:
    """Pairs of the outermost function and the name in another library, from theirs.md."""
    library = ""
    for line in page.splitlines():
        if line.startswith("## "):
            library = line[3:]
        found = re.match(r"\| `(\w[^`( ]*)[^`]*` \| `dl\.(\w+)\(([^`]*)\)` \|", line)
        if found and ").then(" not in line and " * " not in line and "," not in library:
            yield found[2], f"{library} `{found[1]}`"


# -- trainings


def trainings(file: Path) -> Iterator[tuple[set[str], str, int]]:
    """The functions that each published training uses, with its name and year."""
    for entry in tomllib.loads(file.read_text(encoding="utf-8"))["schedules"].values():
        yield set(_keys(entry)), entry["name"], entry["year"]


def _keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _keys(part)


def _some(names: list[str]) -> str:
    kept = ", ".join(names[:MOST_NAMES])
    return kept + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")


# -- the page


def section(name: str, others: list[str], users: list[str]) -> list[str]:
    lines = [f"### {name}", "", summary_of(name), ""]
    lines += [
        f"```{{image}} _gallery/{name}_{mode}.svg\n:class: only-{mode} gallery-picture\n"
        f":alt: {call_of(name)}\n```"
        for mode in MODES
    ]
    lines += ["", "```python", call_of(name), "```", ""]
    if formula_of(name):
        lines += ["```text", formula_of(name), "```", ""]
    lines += [f"Reference: {{py:obj}}`decaylr.{name}`.", ""]
    if others:
        lines += [f"Elsewhere: {_some(others)}.", ""]
    if users:
        lines += [f"Used in {len(users)} of the published trainings: {_some(users)}.", ""]
    return lines


def write_gallery(app: Sphinx) -> None:
    """Write the page and its pictures."""
    source = Path(app.srcdir)
    pictures = source / "_gallery"
    pictures.mkdir(exist_ok=True)
    elsewhere = compat_names()
    migrated = list(migrated_names((source / "theirs.md").read_text(encoding="utf-8")))
    published = sorted(trainings(source / "examples/published.toml"), key=lambda t: -t[2])
    text = [INTRODUCTION]
    for title, names in (("Curves", CURVES), ("Recipes", RECIPES)):
        text += [f"## {title}", ""]
        for name in names:
            with np.errstate(all="ignore"):
                schedule = eval(call_of(name), {"dl": dl})
            for mode in MODES:
                (pictures / f"{name}_{mode}.svg").write_text(draw(schedule, mode))
            others = list(elsewhere.get(form(schedule), []))
            others += [other for used, other in migrated if used == name]
            users = [f"{who} ({year})" for used, who, year in published if name in used]
            text += section(name, list(dict.fromkeys(others)), users)
    (source / "gallery.md").write_text("\n".join(text), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", write_gallery)
    return {"parallel_read_safe": True}
