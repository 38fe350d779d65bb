"""The page: figures, reasons, peers and growth as Markdown, one line a row."""

import math

from benchmarks.peers import CURVES, PEERS
from benchmarks.report import results as of
from benchmarks.report.figures import Row, rounded
from benchmarks.report.growth import Line, lines, slope
from benchmarks.report.results import Results

COMMAND = "python -m benchmarks.report"
PICTURE = "images/growth.svg"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Cells as they are: padded ones would change with the widest of their column."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def beginning(facts: dict) -> list[str]:
    """What was measured, with what, and how."""
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    levels = ", ".join(f"{name} {size // 1024} KiB" for name, size in facts["caches"].items())
    page = [
        "# Performance",
        "",
        f"Measured {facts['date']} on {facts['processor']}, {facts['processors']} processors,",
        f"instruction set {facts['instruction set']}, caches {levels or 'unknown'};",
        f"{facts['compiler']}, {versions}.",
        "",
        f"`pip install '.[bench]' && {COMMAND}` measures all of it again with asv and writes",
        "this page; on what each benchmark does see [its README](../benchmarks/README.md).",
        "Ratios are medians of runs in turn within one process, in one thread unless said; times",
        "of a processor that others use as well are worth less than ratios.",
        "",
    ]
    if facts["scale"] != 1:
        page += [f"**Scaled: {facts['scale']:g} times the runs that the rows name.**", ""]
    return page


def figures(rows: list[Row], results: Results) -> list[str]:
    """Every row with what is wanted and what was reached."""
    cells, reached, wanted = [], 0, 0
    for row in rows:
        value = results.value(row.benchmark, *row.params)
        good = row.reached(value)
        wanted += bool(row.wanted)
        reached += bool(row.wanted) and good
        shown = row.shown(value) if good else f"**{row.shown(value)}**"
        cells.append([row.work, row.wanted, shown, f"`{row.name}`"])
    page = ["## Figures", ""]
    page += [f"{reached} of {wanted} are reached; the others are bold and explained below.", ""]
    return [*page, *table(["work", "wanted", "reached", "benchmark"], cells), ""]


def missed(rows: list[Row], results: Results) -> list[tuple[Row, float]]:
    """Rows that are not what is wanted, with their values."""
    values = [(row, results.value(row.benchmark, *row.params)) for row in rows]
    return [(row, value) for row, value in values if not row.reached(value)]


def not_reached(rows: list[Row], reasons: dict[str, str], results: Results) -> list[str]:
    """Each reason with the rows that it is the reason of."""
    together: dict[str, list[str]] = {}
    for row, value in missed(rows, results):
        line = f"- {row.work}: {row.shown(value)} instead of {row.wanted}"
        together.setdefault(reasons.get(row.name, "No reason is on record."), []).append(line)
    page = ["## Not reached, and why", ""]
    for why, bullets in together.items():
        page += [why, "", *bullets, ""]
    return page if together else [*page, "Every figure is reached.", ""]


def peers(results: Results) -> list[str]:
    """How many times faster than other libraries."""
    cells = [
        [curve, *(f"{rounded(results.value(of.PEERS, peer, curve)):g}" for peer in PEERS)]
        for curve in CURVES
    ]
    return [
        "## Beside other libraries",
        "",
        "Their time over ours for the same float64 table of 1000 × 5000, every parameter another",
        "in each run, one thread each (the loops in Python: 10 × 2000). The expressions are in",
        "[peers.py](../benchmarks/peers.py).",
        "",
        *table(["curve", *PEERS], cells),
        "",
    ]


def _number(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form)


def _cells(line: Line) -> list[str]:
    each = [_number(time / n * 1e9, ".3g") for n, time in line.points]
    return [line.work, line.way, *each, _number(slope(line), ".3f")]


def growth(results: Results) -> list[str]:
    """Time against the number of values: picture, numbers, and how linear it is."""
    found = lines(results)
    sizes = [f"10^{len(str(n)) - 1}" for n, _ in found[0].points]
    cells = [_cells(line) for line in found]
    return [
        "## Growth with runs × steps",
        "",
        f"![Time against values]({PICTURE})",
        "",
        "Nanoseconds a value of tables of up to 10 000 steps and as many runs as that takes:",
        "whole, by `table(out=)` into one buffer of all values that exists already, where half",
        "the memory holds it; in pieces, slices of the batch one after another into a buffer of",
        "64 MiB that they share. The last column is the exponent of growth from 10^7 values on,",
        "by least squares of the logarithms: 1 is linear, and more where a whole table of 10^7",
        "values still fits a cache.",
        "",
        *table(["work", "table", *sizes, "exponent"], cells),
        "",
    ]


def page(rows: list[Row], reasons: dict[str, str], results: Results, facts: dict) -> str:
    """The whole page."""
    parts = [
        *beginning(facts),
        *figures(rows, results),
        *not_reached(rows, reasons, results),
        *peers(results),
        *growth(results),
    ]
    return "\n".join(parts).rstrip() + "\n"
