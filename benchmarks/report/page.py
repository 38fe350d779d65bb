"""Write the page as Markdown: figures, reasons, other libraries and growth."""

import math

from benchmarks.peers import CURVES, PEERS
from benchmarks.report import results as of
from benchmarks.report import users as written
from benchmarks.report.figures import Row, rounded
from benchmarks.report.growth import Line, lines, slope
from benchmarks.report.results import Results

COMMAND = "python -m benchmarks.report"
PICTURE = "images/growth.svg"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table, without padding, so that a wider cell changes only its own row."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def beginning(facts: dict) -> list[str]:
    """The head of the page: machine, versions and method."""
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    levels = ", ".join(f"{name} {size // 1024} KiB" for name, size in facts["caches"].items())
    page = [
        "# Performance",
        "",
        f"Measured {facts['date']} on {facts['processor']}, {facts['processors']} processors,",
        f"instruction set {facts['instruction set']}, caches {levels or 'unknown'};",
        f"{facts['compiler']}, {versions}.",
        "",
        f"`pip install '.[bench]' && {COMMAND}` measures everything again with asv",
        "and writes this page. [benchmarks/README.md](../benchmarks/README.md) explains each",
        "benchmark. For a ratio, both sides are measured alternately in one process, with one",
        "thread unless stated, and the ratio of the medians is reported. The machine is shared",
        "with other work: trust ratios more than absolute times.",
        "",
    ]
    if facts["scale"] != 1:
        page += [f"**Scaled: {facts['scale']:g} times the number of runs in each row.**", ""]
    return page


def figures(rows: list[Row], results: Results) -> list[str]:
    """The table of all rows with target and measured value."""
    cells, reached, wanted = [], 0, 0
    for row in rows:
        value = results.value(row.benchmark, *row.params)
        good = row.reached(value)
        wanted += bool(row.wanted)
        reached += bool(row.wanted) and good
        shown = row.shown(value) if good else f"**{row.shown(value)}**"
        cells.append([row.work, row.wanted, shown, f"`{row.name}`"])
    page = ["## Figures", ""]
    page += [f"{reached} of {wanted} targets are met; the others are bold and explained below.", ""]
    return [*page, *table(["work", "target", "measured", "benchmark"], cells), ""]


def users(results: Results) -> list[str]:
    """All rows of schedules as people write them, worst first."""
    name, times = written.worst(results)
    return [
        "## Schedules as people write them",
        "",
        f"The slowest is {name}: {times:g} times `ndarray.fill`.",
        "",
        "Every function of `decaylr.compat`, every recipe, curve and combinator, with parameters",
        "drawn at random that differ between runs; lengths, periods and boundaries lie between",
        "steps where people put them there. 400 runs of 20 000 steps. Figures that miss their",
        "target are bold. The last two columns are how many times faster decaylr is than three",
        "lines of NumPy, and than the library's own schedule for one run under JAX's `jit` and",
        "`vmap`.",
        "",
        *table(
            ["schedule", "table, × fill", "target", "fold, ns", "× NumPy", "× library"],
            written.tables(results),
        ),
        "",
        "The same by other routes, each relative to what is named:",
        "",
        *table(["route", "schedule", "measured", "target"], written.by_routes(results)),
        "",
    ]


def missed(rows: list[Row], results: Results) -> list[tuple[Row, float]]:
    """Rows that miss their target, with their values."""
    values = [(row, results.value(row.benchmark, *row.params)) for row in rows]
    return [(row, value) for row, value in values if not row.reached(value)]


def not_reached(rows: list[Row], reasons: dict[str, str], results: Results) -> list[str]:
    """Each reason with the rows that it explains."""
    together: dict[str, list[str]] = {}
    for row, value in missed(rows, results):
        line = f"- {row.work}: {row.shown(value)}, target {row.wanted}"
        together.setdefault(reasons.get(row.name, "No reason is recorded."), []).append(line)
    page = ["## Missed targets", ""]
    for why, bullets in together.items():
        page += [why, "", *bullets, ""]
    return page if together else [*page, "Every target is met.", ""]


def peers(results: Results) -> list[str]:
    """The speedups over other libraries."""
    cells = [
        [curve, *(f"{rounded(results.value(of.PEERS, peer, curve)):g}" for peer in PEERS)]
        for curve in CURVES
    ]
    return [
        "## Comparison with other libraries",
        "",
        "How many times faster decaylr fills the same float64 table of 1000 × 5000 (10 × 2000 for",
        "Python loops). Every parameter differs between runs, and each side uses one thread. The",
        "expressions are in [peers.py](../benchmarks/peers.py).",
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
    """Time against the number of values: picture, numbers and growth exponents."""
    found = lines(results)
    sizes = [f"10^{len(str(n)) - 1}" for n, _ in found[0].points]
    cells = [_cells(line) for line in found]
    return [
        "## Growth with runs × steps",
        "",
        f"![Time against values]({PICTURE})",
        "",
        "Nanoseconds per value, for tables of up to 10 000 steps and the number of runs that gives",
        'the number of values. "whole" writes the table with `table(out=)` into one existing',
        'buffer, if the buffer fits into half of the memory. "pieces" writes slices of the batch,',
        "one after another, into one buffer of 64 MiB. The last column is the exponent of growth",
        "from 10^7 values on, by least squares of the logarithms. 1 is linear; the exponent is",
        "larger if a whole table of 10^7 values still fits into a cache.",
        "",
        *table(["work", "table", *sizes, "exponent"], cells),
        "",
    ]


def page(rows: list[Row], reasons: dict[str, str], results: Results, facts: dict) -> str:
    """The whole page."""
    parts = [
        *beginning(facts),
        *users(results),
        *figures(rows, results),
        *not_reached(rows, reasons, results),
        *peers(results),
        *growth(results),
    ]
    return "\n".join(parts).rstrip() + "\n"
