"""docs/performance.md: the generator that reads asv's results, and the committed page."""

import math
import re
import subprocess

import pytest

from benchmarks.report import facts, figures, growth, page, results, users
from benchmarks.report.results import Results, pattern
from benchmarks.users import names, routes
from benchmarks.users.rows import ROWS as USERS
from tests.paths import ROOT

PAGE = (ROOT / "docs/performance.md").read_text()
ROWS, REASONS = figures.load()
FIXED = Results(ROOT / "tests/pages/asv_results.json")

FIGURES = """
[[figures]]
work = "table"
benchmark = "bench_table.Table.track_over_fill"
unit = "×"
rows = [
    { of = "linear", params = ["linear", "large"], most = 1.04 },
    { of = "cosine", params = ["cosine", "large"], most = 1.32 },
]
[[figures]]
work = "ten families"
benchmark = "bench_table.Mixed.track_over_pure"
unit = "×"
rows = [{ most = 1.2 }]
[[figures]]
work = "times faster"
benchmark = "bench_peers.Optax.track_times_faster"
unit = "×"
rows = [{ of = "cosine", params = ["cosine"], least = 10.0 }]
[[figures]]
work = "in Python"
benchmark = "bench_position.Python.track_nanoseconds"
unit = "ns"
rows = [{}]
[[reasons]]
rows = ["bench_table.Mixed.track_over_pure", "bench_peers.Optax.track_times_faster(cosine)"]
why = \"\"\"
Written over
two lines.\"\"\"
"""


@pytest.fixture
def fixed(tmp_path):
    (tmp_path / "figures.toml").write_text(FIGURES)
    return figures.load(tmp_path / "figures.toml")


def test_a_table_of_figures(fixed):
    assert page.figures(fixed[0], FIXED) == [
        "## Figures",
        "",
        "1 of 4 targets are met; the others are bold and explained below.",
        "",
        "| work | target | measured | benchmark |",
        "| --- | --- | --- | --- |",
        "| table: linear | ≤ 1.04 × | 1.04 × "
        "| `bench_table.Table.track_over_fill(linear, large)` |",
        "| table: cosine | ≤ 1.32 × | **1.33 ×** "
        "| `bench_table.Table.track_over_fill(cosine, large)` |",
        "| ten families | ≤ 1.2 × | **1.25 ×** | `bench_table.Mixed.track_over_pure` |",
        "| times faster: cosine | ≥ 10 × | **9.88 ×** "
        "| `bench_peers.Optax.track_times_faster(cosine)` |",
        "| in Python |  | 63.2 ns | `bench_position.Python.track_nanoseconds` |",
        "",
    ]


def test_missed_targets_are_listed_with_their_reasons(fixed):
    assert page.not_reached(*fixed, FIXED) == [
        "## Missed targets",
        "",
        "No reason is recorded.",
        "",
        "- table: cosine: 1.33 ×, target ≤ 1.32 ×",
        "",
        "Written over\ntwo lines.",
        "",
        "- ten families: 1.25 ×, target ≤ 1.2 ×",
        "- times faster: cosine: 9.88 ×, target ≥ 10 ×",
        "",
    ]


def test_no_missed_targets():
    assert page.not_reached([], {}, FIXED)[-2:] == ["Every target is met.", ""]


def test_growth_is_an_exponent_of_the_sizes_that_memory_holds():
    whole, pieces = growth.lines(FIXED)[:2]
    assert (whole.work, whole.way) == ("fill", "whole")
    assert math.isnan(whole.points[2][1])
    assert growth.slope(whole) == pytest.approx(1.0, rel=1e-12)
    assert pieces.points == [(10**7, 1e-3), (10**8, 1e-2), (10**9, 0.1)]
    assert page.growth(FIXED)[-6:-4] == [
        "| exponential | pieces | 0.2 | 0.2 | 0.2 | 1.000 |",
        "| cosine | whole | 0.3 | 0.3 |  | 1.000 |",
    ]
    assert growth.slope(growth.Line("", "", [(10**7, 1e-2), (10**9, 100.0)])) == pytest.approx(2.0)


def test_peers_side_by_side():
    assert page.peers(FIXED)[-7:] == [
        "| curve | python | numexpr | numba | torch | jax |",
        "| --- | --- | --- | --- | --- | --- |",
        "| linear | 640 | 5.43 | 3.6 | 5.37 | 1.92 |",
        "| exponential | 737 | 30.5 | 33.2 | 3.46 | 5.16 |",
        "| cosine | 741 | 19 | 31.3 | 5.66 | 22 |",
        "| warmup cosine | 933 | 31.2 | 10.3 | 15.8 | 18.3 |",
        "",
    ]


def test_the_page_begins_with_machine_and_versions():
    found = {
        "date": "2026-01-02",
        "scale": 0.5,
        "processor": "Some CPU",
        "processors": 4,
        "instruction set": "x86-64-v3",
        "compiler": "gcc 12",
        "versions": {"Python": "3.11", "numpy": "2.0"},
        "caches": {"L1": 2**15, "L2": 2**20},
    }
    lines = page.beginning(found)
    assert lines[2:5] == [
        "Measured 2026-01-02 on Some CPU, 4 processors,",
        "instruction set x86-64-v3, caches L1 32 KiB, L2 1024 KiB;",
        "gcc 12, Python 3.11, numpy 2.0.",
    ]
    assert lines[-2] == "**Scaled: 0.5 times the number of runs in each row.**"
    assert not any("Scaled" in line for line in page.beginning(found | {"scale": 1.0}))


def test_caches_are_those_that_hold_data(tmp_path, monkeypatch):
    of_data = [("1", "Data", "48K"), ("2", "Unified", "2M")]
    for i, facts_of in enumerate([*of_data, ("1", "Instruction", "32K")]):
        (tmp_path / f"index{i}").mkdir()
        for name, text in zip(("level", "type", "size"), facts_of, strict=True):
            (tmp_path / f"index{i}" / name).write_text(f"{text}\n")
    monkeypatch.setattr(facts, "CACHES", tmp_path)
    assert facts.caches() == {"L1": 49152, "L2": 2097152}


def test_the_picture_depends_on_the_numbers_alone(tmp_path):
    for name in ("a.svg", "b.svg"):
        growth.draw(growth.lines(FIXED), {"L1": 2**15, "L2": 2**21}, tmp_path / name)
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert text.count(" L2<") == 2


def test_a_benchmark_without_a_result_stops_the_report():
    with pytest.raises(ValueError, match=r"asv has no result of .*track_over_fill\('linear', 'in"):
        FIXED.value("bench_table.Table.track_over_fill", "linear", "in cache")
    with pytest.raises(ValueError, match="no result of bench_fold"):
        FIXED.value("bench_fold.Fold.track_nanoseconds")


def test_a_benchmark_that_fails_stops_the_report(monkeypatch, tmp_path):
    asked = []

    def run(command, **options):
        asked.append((command, options.get("env", {}).get("DECAYLR_BENCH_SCALE")))
        return subprocess.CompletedProcess(command, 2 if "run" in command else 0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(results, "SUITES", tmp_path)
    with pytest.raises(SystemExit, match="a benchmark failed"):
        results.run(ROWS, 0.5)
    command, scale = asked[1]
    assert (command[3], scale) == ("run", "0.5")
    assert sum(word.startswith("--bench=") for word in command) == len(ROWS) + 3


def test_asv_is_asked_for_one_benchmark_with_its_parameters():
    one = next(row for row in ROWS if row.name.endswith("TorchStep.track_microseconds(200)"))
    assert re.search(pattern(one), "bench_adapters.TorchStep.track_microseconds(200)")
    assert not re.search(pattern(one), "bench_adapters.TorchStep.track_microseconds(1)")
    assert not re.search(pattern(one), "bench_adapters.TorchStep.track_times_faster(200)")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_page_has_every_figure(row):
    start, end = f"| {row.work} | {row.wanted} | ", f" | `{row.name}` |"
    lines = [line for line in PAGE.splitlines() if line.startswith(start) and line.endswith(end)]
    assert len(lines) == 1
    reached = lines[0][len(start) : -len(end)]
    value = float(reached.strip("*").split()[0])
    assert reached == (row.shown(value) if row.reached(value) else f"**{row.shown(value)}**")


def test_the_page_explains_missed_targets():
    bold = [row for row in ROWS if re.search(rf"\*\* \| `{re.escape(row.name)}` \|$", PAGE, re.M)]
    for row in bold:
        assert REASONS[row.name] in PAGE


def measured_users():
    """A figure for every row of the users: small ones, but for two."""
    figures = {names.named(names.TABLE, name): 1.0 for name in USERS}
    figures |= {names.named(names.FOLD, name): 0.125 for name in USERS}
    figures |= {names.named(names.NUMPY, name): 20.0 for name in USERS}
    figures |= {names.named(names.PEER, name): 30.0 for name in USERS}
    pairs = [(route, name) for route in routes.ROUTES for name in routes.GROUP]
    figures |= {names.named(names.ROUTE, *pair): 0.5 for pair in pairs}
    figures[names.named(names.TABLE, "optax sgdr_schedule")] = 4.321
    figures[names.named(names.ROUTE, "stride 7", "rex")] = 200.0
    return Results(ROOT / "tests/pages/asv_results.json", figures)


def test_schedules_as_people_write_them_are_listed_worst_first():
    found = measured_users()
    lines = page.users(found)
    assert lines[2] == "The slowest is optax sgdr_schedule: 4.32 times `ndarray.fill`."
    first = next(i for i, line in enumerate(lines) if line.startswith("| schedule |"))
    assert lines[first + 2] == "| optax sgdr_schedule | **4.32** | 4 | 0.125 | 20 | 30 |"
    assert len([line for line in lines if line.endswith(" | 0.125 | 20 | 30 |")]) == len(
        [case for case in USERS.values() if case.peer]
    )
    second = next(i for i, line in enumerate(lines) if line.startswith("| route |"))
    assert lines[second + 2] == "| stride 7, over a linear table | rex | **200** | 80 |"
    missed = [row.name for row, _ in page.missed(users.rows(), found)]
    assert missed == [
        "bench_users.Users.track_over_fill(optax sgdr_schedule)",
        "bench_users.Routes.track_over_reference(stride 7, rex)",
    ]


def test_readme_names_the_slowest_schedule_of_the_page():
    slowest = re.search(r"^The slowest is (.+): [\d.e+]+ times `ndarray.fill`\.$", PAGE, re.M)
    readme = " ".join((ROOT / "README.md").read_text().split())
    assert f"the slowest is {slowest[1]}," in readme


def test_users_rows_that_fail_stop_the_report(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "SUITES", tmp_path)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(SystemExit, match="a row of the users' schedules is wrong"):
        results.run_users(0.5)


def test_the_page_shows_its_picture():
    assert f"({page.PICTURE})" in PAGE
    assert "<svg" in (ROOT / "docs" / page.PICTURE).read_text()
