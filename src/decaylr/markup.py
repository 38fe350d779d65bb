"""HTML of tables for notebooks; every text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SHOWN = 10  # rows at each end of a long table


def escape(text: str) -> str:
    """Text for HTML; the module is loaded when something is shown, not by `import decaylr`."""
    import html

    return html.escape(text)


def ends(rows: int) -> list[int]:
    """The numbers of the rows that are shown: all, or some at each end."""
    if rows <= 2 * SHOWN:
        return list(range(rows))
    return [*range(SHOWN), *range(rows - SHOWN, rows)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]], total: int) -> str:
    """A table of texts, and how many rows are left out of `total`."""
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    left = total - len(lines)
    note = f"<p>{left:,} more rows between the first and the last {SHOWN}</p>" if left else ""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"
