"""Run asv and read its results."""

import json
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

from benchmarks.report.figures import Row

SUITES = Path(__file__).parents[1]
PEERS = "bench_peers.Peers.track_times_faster"
WHOLE, PIECES = "bench_growth.Growth.track_whole", "bench_growth.Growth.track_pieces"
TABLES = (PEERS, WHOLE, PIECES)  # shown for all parameters


class Results:
    """The values in one result file of asv, by benchmark and parameters, and the users' rows."""

    def __init__(self, path: Path, users: dict[str, float] | None = None) -> None:
        data = json.loads(path.read_text())
        self._users = users or {}
        column = data["result_columns"].index
        self._values = {
            name: dict(
                zip(product(*entry[column("params")]), entry[column("result")] or [], strict=False)
            )
            for name, entry in data["results"].items()
        }

    def value(self, benchmark: str, *params: object) -> float:
        """One value. Raises an error if the benchmark failed or was not run."""
        found = self._values.get(benchmark, {}).get(tuple(map(repr, params)))
        if found is None:
            found = self._users.get(f"{benchmark}({', '.join(map(str, params))})")
        if found is None:
            raise ValueError(f"asv has no result of {benchmark}{params or ''}")
        return found

    def sizes(self, benchmark: str) -> list[int]:
        """The values of the benchmark's last parameter, which must be numbers."""
        return sorted({int(params[-1]) for params in self._values.get(benchmark, {})})


def pattern(row: Row) -> str:
    """A regular expression that selects one benchmark with its parameters in asv."""
    params = f"({', '.join(map(repr, row.params))})" if row.params else ""
    return f"^{re.escape(row.benchmark + params)}$"


def settings(scale: float) -> dict[str, str]:
    """The environment of a measurement: its scale, and no library may be missing."""
    return {"DECAYLR_BENCH_SCALE": str(scale), "DECAYLR_BENCH_LIBRARIES": "required"}


def run_users(scale: float) -> dict[str, float]:
    """Measure the users' rows, in one process; exit if one of them has wrong values."""
    to = SUITES / "results" / "users.json"
    to.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.users", "--record", str(to)]
    environment = os.environ | settings(scale)
    if subprocess.run(command, cwd=SUITES.parent, env=environment, check=False).returncode:
        raise SystemExit("a row of the users' schedules is wrong, see above; nothing was written")
    figures: dict[str, float] = json.loads(to.read_text())
    return figures


def run(rows: list[Row], scale: float) -> Path:
    """Run the page's benchmarks with the installed decaylr; exit if one of them fails."""
    asv = [sys.executable, "-m", "asv"]
    wanted = [*map(pattern, rows), *(f"^{re.escape(name)}" for name in TABLES)]
    command = [*asv, "run", "--quick", "--show-stderr", "-E", f"existing:{sys.executable}"]
    command += ["--set-commit-hash", "HEAD", *(f"--bench={regex}" for regex in wanted)]
    environment = os.environ | settings(scale)
    subprocess.run([*asv, "machine", "--yes"], cwd=SUITES, check=True, capture_output=True)
    if subprocess.run(command, cwd=SUITES, env=environment, check=False).returncode:
        raise SystemExit("a benchmark failed, see the output of asv above; nothing was written")
    return max(SUITES.glob("results/*/*-existing-*.json"), key=lambda path: path.stat().st_mtime)
