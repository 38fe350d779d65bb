"""Links of pages to folders and to files outside of docs lead to the repository, if these exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

REPOSITORY = "https://github.com/decaylr/decaylr/blob/main/"
LINK = re.compile(r"\]\(((?:\.\./)*[\w./-]+)(#[\w-]+)?\)")


def rewrite(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace relative links to folders and to what is outside the folder of the pages."""
    docs = Path(app.srcdir).resolve()
    folder = (docs / page).parent

    def target(link: re.Match[str]) -> str:
        path = (folder / link[1]).resolve()
        if path.is_relative_to(docs) and not path.is_dir():
            return link[0]
        if not path.exists():
            raise ExtensionError(f"{page}: {link[1]} does not exist")
        return f"]({REPOSITORY}{path.relative_to(docs.parent)}{link[2] or ''})"

    source[0] = LINK.sub(target, source[0])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", rewrite)
    return {"parallel_read_safe": True}
