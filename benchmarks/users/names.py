"""The names of the figures, which are those of asv's benchmarks in `bench_users.py`."""

from benchmarks.users import routes
from benchmarks.users.measure import MOST_FOLD
from benchmarks.users.rows import ROWS

TABLE = "bench_users.Users.track_over_fill"
FOLD = "bench_users.Users.track_fold_nanoseconds"
NUMPY = "bench_users.Users.track_times_faster"
PEER = "bench_users.Live.track_times_faster"
ROUTE = "bench_users.Routes.track_over_reference"
BENCHMARKS = (TABLE, FOLD, NUMPY, PEER, ROUTE)


def named(benchmark: str, *params: str) -> str:
    """A benchmark with its parameters."""
    return f"{benchmark}({', '.join(params)})"


def targets() -> dict[tuple[str, tuple[str, ...]], float]:
    """The largest value of every figure that has a target."""
    found = {(TABLE, (name,)): case.most for name, case in ROWS.items()}
    found |= {(FOLD, (name,)): MOST_FOLD for name in ROWS}
    return found | {
        (ROUTE, (route, name)): routes.most(route, name)
        for route in routes.ROUTES
        for name in routes.GROUP
    }
