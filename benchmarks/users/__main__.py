"""Print all rows of the users' table, worst first: `python -m benchmarks.users [WORD ...]`.

The words select rows that contain one of them. DECAYLR_BENCH_SCALE=0.1 is faster, and
DECAYLR_BENCH_SEED=n draws other parameters.
"""

import argparse
import sys

from benchmarks.timing import rows as scaled
from benchmarks.users.draws import SEED
from benchmarks.users.measure import Measured, measure
from benchmarks.users.rows import ROWS

RUNS, STEPS = 400, 20_000
MOST_FOLD = 0.5  # nanoseconds per value
HEAD = f"{'x fill':>8} {'target':>6} {'ns':>8} {'fold ns':>8} {'numpy ns':>8}  row"


def line(name: str, found: Measured) -> str:
    """One row; figures that miss their target are marked."""
    most = ROWS[name].most
    slow, fold = found.over_fill > most, found.fold > MOST_FOLD
    return (
        f"{found.over_fill:7.2f}{'*' if slow else ' '} {most:6g} {found.table:8.3f} "
        f"{found.fold:7.3f}{'*' if fold else ' '} {found.numpy:8.2f}  {name}"
    )


def main() -> int:
    """Measure the rows; fail if the values of one are wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="parts of the names of rows")
    words = parser.parse_args().words or [""]
    chosen = [name for name in ROWS if any(word in name for word in words)]
    found, wrong = {}, []
    for name in chosen:
        try:
            found[name] = measure(ROWS[name], scaled(RUNS), STEPS)
        except (AssertionError, TypeError, ValueError) as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
        print(".", end="", flush=True, file=sys.stderr)
    print(f"\n{scaled(RUNS)} runs of {STEPS} steps, seed {SEED}, one thread\n{HEAD}")
    for name in sorted(found, key=lambda name: found[name].over_fill, reverse=True):
        print(line(name, found[name]))
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
