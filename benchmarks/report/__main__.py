"""Measure every figure with asv and write docs/performance.md: `python -m benchmarks.report`.

`--kept` writes the page from the last measurement, for example after you edited a reason.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.report import facts, figures, growth, page, results, users

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/performance.md"
LAST = results.SUITES / "results" / "report.json"


def measure(rows: list[figures.Row], scale: float) -> None:
    """Run asv and the users' rows, and record their results."""
    found = {
        "facts": facts.gather(scale),
        "results": str(results.run(rows, scale)),
        "users": results.run_users(scale),
    }
    LAST.write_text(json.dumps(found, indent=1))


def write(rows: list[figures.Row], reasons: dict[str, str], to: Path) -> list[str]:
    """Write the page and its picture; return the rows that miss their target without a reason."""
    last = json.loads(LAST.read_text())
    found = results.Results(Path(last["results"]), last["users"])
    text = page.page(rows, reasons, found, last["facts"])
    growth.draw(growth.lines(found), last["facts"]["caches"], to.parent / page.PICTURE)
    to.write_text(text)
    every = [*rows, *users.rows()]
    return [row.name for row, _ in page.missed(every, found) if row.name not in reasons]


def main() -> int:
    """Fail if a benchmark does, or if a row is neither reached nor explained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0, help="of the runs of large tables")
    parser.add_argument("--kept", action="store_true", help="write from the last measurement")
    parser.add_argument("--write", type=Path, default=PAGE, help="file of the page")
    options = parser.parse_args()
    rows, reasons = figures.load()
    if not options.kept:
        measure(rows, options.scale)
    unexplained = write(rows, reasons, options.write)
    for name in unexplained:
        print(f"missed target without a reason in figures.toml: {name}", file=sys.stderr)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
