"""Writes llms.txt: every page of the site with its first sentence, for language models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

HEAD = """# decaylr

> Learning-rate schedules for Python. A schedule maps a training step to a value; any parameter can
> be a NumPy array, so one object holds a whole sweep. A C++ core evaluates all runs; adapters give
> the same values to PyTorch, Keras and JAX.

The links lead to the plain text of each page.

## Pages
"""


def first_sentence(document: nodes.document) -> str:
    """The first sentence of a page's first paragraph."""
    for paragraph in document.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        return text.split(". ")[0].rstrip(".:") + "."
    return ""


def write(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name != "html":
        return
    lines = [HEAD]
    for page in sorted(app.env.all_docs):
        title = app.env.titles[page].astext()
        suffix = Path(app.env.doc2path(page)).suffix
        sentence = first_sentence(app.env.get_doctree(page))
        lines.append(f"- [{title}](_sources/{page}{suffix}.txt): {sentence}")
    Path(app.outdir, "llms.txt").write_text("\n".join([*lines, ""]), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
