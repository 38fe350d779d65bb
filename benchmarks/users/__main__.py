"""Print the users' rows, worst first: `python -m benchmarks.users [--routes] [WORD ...]`.

The words select rows that contain one of them. DECAYLR_BENCH_SCALE=0.1 is faster, and
DECAYLR_BENCH_SEED=n draws other parameters. A row with wrong values is a failure.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import ratio
from benchmarks.timing import rows as scaled
from benchmarks.users import names, routes
from benchmarks.users.draws import SEED
from benchmarks.users.measure import MOST_FOLD, RUNS, STEPS, beside_peer, measure
from benchmarks.users.rows import ROWS

TABLE_HEAD = f"{'x fill':>9}  {'target':>6} {'ns':>8} {'fold ns':>9}  {'x faster':>9}  row"
ROUTE_HEAD = f"{'ratio':>9}  {'target':>6}  route / what it is compared with: row"


class Line(NamedTuple):
    """How bad a row is, its text, and its figures by name."""

    bad: float
    text: str
    figures: dict[str, float]


def marked(value: float, most: float) -> str:
    """A figure, with a star where it misses its target."""
    return f"{value:9.3f}{'*' if value > most else ' '}"


def table_line(name: str) -> Line:
    """Table and fold of one row."""
    most, found = ROWS[name].most, measure(ROWS[name], scaled(RUNS), STEPS)
    text = (
        f"{marked(found.over_fill, most)} {most:6g} {found.table:8.3f} "
        f"{marked(found.fold, MOST_FOLD)} {found.numpy_times:9.2f}  {name}"
    )
    figures = {names.TABLE: found.over_fill, names.FOLD: found.fold, names.NUMPY: found.numpy_times}
    return Line(found.over_fill, text, {names.named(k, name): v for k, v in figures.items()})


def route_line(route: str, name: str) -> Line:
    """One row by one route."""
    most, over = routes.most(route, name), ratio(*routes.works(route, name))
    text = f"{marked(over, most)} {most:6g}  {route} / {routes.ROUTES[route].over}: {name}"
    return Line(over / most, text, {names.named(names.ROUTE, route, name): over})


def peer_line(name: str) -> Line:
    """One row beside the library's own schedule."""
    faster = beside_peer(ROWS[name], STEPS)
    return Line(-faster, f"{faster:9.2f}  {name}", {names.named(names.PEER, name): faster})


Works = Iterable[tuple[str, Callable[[], Line]]]


def measured(works: Works) -> tuple[list[Line], list[str]]:
    """The lines, worst first, and the errors."""
    lines, wrong = [], []
    for name, work in works:
        print(".", end="", flush=True, file=sys.stderr)
        try:
            lines.append(work())
        except (AssertionError, TypeError, ValueError) as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    return sorted(lines, reverse=True, key=lambda line: line.bad), wrong


def tables() -> Works:
    return [(name, lambda name=name: table_line(name)) for name in ROWS]


def all_routes() -> Works:
    pairs = [(route, name) for route in routes.ROUTES for name in routes.GROUP]
    return [(": ".join(pair), lambda pair=pair: route_line(*pair)) for pair in pairs]


def peers() -> Works:
    return [(n, lambda n=n: peer_line(n)) for n, case in ROWS.items() if case.peer]


def record(path: Path) -> int:
    """Write every figure by its name, for the report; fail if a row is wrong."""
    lines, wrong = measured([*tables(), *all_routes(), *peers()])
    figures = {name: value for line in lines for name, value in line.figures.items()}
    path.write_text(json.dumps(figures, indent=1))
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


def main() -> int:
    """Measure the rows; fail if the values of one are wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="parts of the names of rows")
    parser.add_argument("--routes", action="store_true", help="strides, positions, few steps")
    parser.add_argument("--peers", action="store_true", help="beside optax and Keras")
    parser.add_argument("--record", type=Path, help="write all figures as JSON")
    options = parser.parse_args()
    if options.record:
        return record(options.record)
    head, works = (ROUTE_HEAD, all_routes()) if options.routes else (TABLE_HEAD, tables())
    head, works = (f"{'x faster':>9}  row", peers()) if options.peers else (head, works)
    words = options.words or [""]
    lines, wrong = measured((n, work) for n, work in works if any(word in n for word in words))
    print(f"\nseed {SEED}, one thread\n{head}", *(line.text for line in lines), sep="\n")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
