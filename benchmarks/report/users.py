"""The section of schedules as people write them: all rows, worst first."""

from benchmarks.report.figures import Row, rounded
from benchmarks.report.results import Results
from benchmarks.users import names, routes
from benchmarks.users.rows import ROWS

UNITS = {names.TABLE: "× fill", names.FOLD: "ns", names.ROUTE: "×"}


def rows() -> list[Row]:
    """The figures of the section that have a target."""
    return [
        Row(_work(benchmark, params), benchmark, params, UNITS[benchmark], most, None)
        for (benchmark, params), most in names.targets().items()
    ]


def _work(benchmark: str, params: tuple[str, ...]) -> str:
    if benchmark == names.ROUTE:
        route, name = params
        return f"{route}, over {routes.ROUTES[route].over}: {name}"
    return {names.TABLE: "table: ", names.FOLD: "fold: "}[benchmark] + params[0]


def _shown(value: float, most: float) -> str:
    text = f"{rounded(value):g}"
    return f"**{text}**" if rounded(value) > most else text


def _table_cells(results: Results, name: str) -> list[str]:
    case = ROWS[name]
    peer = f"{rounded(results.value(names.PEER, name)):g}" if case.peer else ""
    return [
        name,
        _shown(results.value(names.TABLE, name), case.most),
        f"{case.most:g}",
        _shown(results.value(names.FOLD, name), names.MOST_FOLD),
        f"{rounded(results.value(names.NUMPY, name)):g}",
        peer,
    ]


def tables(results: Results) -> list[list[str]]:
    """One line for each row: name, table, target, fold, and speedups; worst table first."""
    worst = sorted(ROWS, key=lambda name: results.value(names.TABLE, name), reverse=True)
    return [_table_cells(results, name) for name in worst]


def by_routes(results: Results) -> list[list[str]]:
    """One line for each route of a row: worst share of the target first."""
    pairs = [(route, name) for route in routes.ROUTES for name in routes.GROUP]
    value = {pair: results.value(names.ROUTE, *pair) for pair in pairs}
    worst = sorted(pairs, key=lambda pair: value[pair] / routes.most(*pair), reverse=True)
    return [
        [
            f"{route}, over {routes.ROUTES[route].over}",
            name,
            _shown(value[route, name], routes.most(route, name)),
            f"{routes.most(route, name):g}",
        ]
        for route, name in worst
    ]


def worst(results: Results) -> tuple[str, float]:
    """The row whose table takes longest, and how many times as long as `fill`."""
    name = max(ROWS, key=lambda name: results.value(names.TABLE, name))
    return name, rounded(results.value(names.TABLE, name))
