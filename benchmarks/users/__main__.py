"""Print the users' rows, worst first: `python -m benchmarks.users [--routes] [WORD ...]`.

The words select rows that contain one of them. DECAYLR_BENCH_SCALE=0.1 is faster, and
DECAYLR_BENCH_SEED=n draws other parameters. A row with wrong values is a failure.
"""

import argparse
import sys
from collections.abc import Callable, Iterable

from benchmarks.timing import medians
from benchmarks.timing import rows as scaled
from benchmarks.users import routes
from benchmarks.users.draws import SEED
from benchmarks.users.measure import MOST_FOLD, RUNS, STEPS, measure
from benchmarks.users.rows import ROWS

Line = tuple[float, str]  # how far from the target, and the text


def marked(value: float, most: float) -> str:
    """A figure, with a star where it misses its target."""
    return f"{value:9.3f}{'*' if value > most else ' '}"


def table_line(name: str) -> Line:
    """Table and fold of one row."""
    most, found = ROWS[name].most, measure(ROWS[name], scaled(RUNS), STEPS)
    cells = (
        f"{marked(found.over_fill, most)} {most:6g} {found.table:8.3f} "
        f"{marked(found.fold, MOST_FOLD)} {found.numpy_times:9.2f}"
    )
    return found.over_fill, f"{cells}  {name}"


def route_line(route: str, name: str) -> Line:
    """One row by one route."""
    most = routes.most(route, name)
    ours, reference = medians(*routes.works(route, name))
    over = ours / reference
    return (
        over / most,
        f"{marked(over, most)} {most:6g}  {route} / {routes.ROUTES[route].over}: {name}",
    )


def measured(works: Iterable[tuple[str, Callable[[], Line]]]) -> tuple[list[str], list[str]]:
    """The lines, worst first, and the errors."""
    lines, wrong = [], []
    for name, work in works:
        print(".", end="", flush=True, file=sys.stderr)
        try:
            lines.append(work())
        except (AssertionError, TypeError, ValueError) as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    return [text for _, text in sorted(lines, reverse=True)], wrong


def main() -> int:
    """Measure the rows; fail if the values of one are wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="parts of the names of rows")
    parser.add_argument("--routes", action="store_true", help="strides, positions, few steps")
    options = parser.parse_args()
    pairs = [(route, row) for route in routes.ROUTES for row in routes.GROUP]
    if options.routes:
        head = f"{'ratio':>9}  {'target':>6}  route / what it is compared with: row"
        works = [(f"{route}: {row}", lambda p=(route, row): route_line(*p)) for route, row in pairs]
    else:
        head = f"{'x fill':>9}  {'target':>6} {'ns':>8} {'fold ns':>9}  {'x faster':>9}  row"
        works = [(row, lambda row=row: table_line(row)) for row in ROWS]
    words = options.words or [""]
    lines, wrong = measured((n, work) for n, work in works if any(word in n for word in words))
    print(f"\nseed {SEED}, one thread\n{head}", *lines, sep="\n")
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
