"""Choosing runs by SQL: against plain Python, and without access to files."""

import os

import numpy as np
import pytest

import decaylr as dl
from tests.paths import ROOT


@pytest.fixture(scope="module")
def sweep():
    rng = np.random.default_rng(5)
    return dl.sweep.zip(
        lambda lr, warmup, steps: dl.warmup_cosine(0.0, lr, warmup, steps, 0.03 * lr),
        lr=rng.choice(np.arange(1, 10) / 10, 300),
        warmup=rng.integers(0, 20, 300),
        steps=rng.integers(30, 60, 300),
    )


@pytest.fixture(scope="module")
def grid():
    return dl.load(ROOT / "docs/examples/grid.toml")


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("total < 5 and peak_at > 10", lambda r: r["total"] < 5 and r["peak_at"] > 10),
        ("lr between 0.3 and 0.5", lambda r: 0.3 <= r["lr"] <= 0.5),
        (
            "warmup * 10 < steps or final > 0.01",
            lambda r: r["warmup"] * 10 < r["steps"] or r["final"] > 0.01,
        ),
        ("run % 7 = 0 AND name LIKE 'sw%'", lambda r: r["run"] % 7 == 0),
        ("LR > 0.7 -- as SQL, names have no case", lambda r: r["lr"] > 0.7),
    ],
)
def test_conditions(sweep, where, holds):
    summary = sweep.summary()
    kept = [row["run"] for row in summary.to_dicts() if holds(row)]
    assert 0 < len(kept) < 300
    assert summary.select(where)["run"].tolist() == kept
    chosen = sweep.select(where)
    assert chosen.schedule == sweep.schedule[kept]
    assert chosen.columns["lr"].tolist() == sweep.columns["lr"][kept].tolist()


@pytest.mark.parametrize(
    ("order_by", "key"),
    [
        ("total desc", lambda r: -r["total"]),
        ("lr, total desc", lambda r: (r["lr"], -r["total"])),
        ("lr", lambda r: r["lr"]),  # many are equal: they keep their order
        ("abs(lr - 0.5) desc", lambda r: -abs(r["lr"] - 0.5)),
        (None, lambda r: 0),
    ],
)
@pytest.mark.parametrize("limit", [None, 10, 1000])
def test_orders(sweep, order_by, key, limit):
    summary = sweep.summary()
    wanted = [row["run"] for row in sorted(summary.to_dicts(), key=key)][:limit]
    assert summary.select(order_by=order_by, limit=limit)["run"].tolist() == wanted
    assert sweep.select(order_by=order_by, limit=limit).schedule == sweep.schedule[wanted]


def test_steps_are_those_of_the_summary(sweep):
    fewest = np.argsort(sweep.schedule.fold(15).total, kind="stable")[:4]
    assert sweep.select(order_by="total", limit=4, steps=15).schedule == sweep.schedule[fewest]


def test_the_best_of_a_file_keep_entries_and_come_back_bit_for_bit(grid, tmp_path):
    where, order = "total < 30 and peak_at > 100", "total desc"
    rows = grid.summary().select(where, order, 10)
    best = grid.select(where, order, 10)
    assert best.names == tuple(dict.fromkeys(rows["name"].tolist()))
    assert len(best.names) > 1
    for name in best.names:
        runs = rows["run"][rows["name"] == name]
        assert best[name] == grid[name].ravel()[runs]
        for parameter, column in best.entries[name].columns.items():
            np.testing.assert_array_equal(
                column, grid.entries[name].columns[parameter].ravel()[runs]
            )
    best.save(tmp_path / "best.toml")
    again = dl.load(tmp_path / "best.toml")
    np.testing.assert_array_equal(again.schedule.table(2000), best.schedule.table(2000))
    totals = sorted(again.summary()["total"].tolist(), reverse=True)
    assert totals == rows["total"].tolist()


def test_columns_that_an_entry_lacks_are_null(grid):
    chosen = grid.select("half_life is not null and warmup is null", limit=3)
    assert chosen.names == ("exponential",)
    assert grid.select("horizon > 1999", "horizon", 1).names == ("linear",)


@pytest.mark.parametrize(
    "text",
    [
        "lr in (select column0 from read_csv('{file}'))",
        "(select count(*) from read_text('{file}')) > 0",
        "exists (select * from '{file}')",
        "exists (select * from glob('/*'))",
        "exists (select * from sniff_csv('{file}'))",
        "exists (select * from read_json('{file}'))",
        "exists (select * from read_blob('http://127.0.0.1/x'))",
        "exists (select * from sweep)",
        "exists (select * from python_frame)",
        "1 = 1; copy summary to '{new}'",
        "1 = 1) to '{new}' --",
        "getenv('HOME') = 'x'",
        "total in (select * from duckdb_secrets())) or (1 = 1",
    ],
)
@pytest.mark.parametrize("parameter", ["where", "order_by"])
def test_files_the_network_and_python_cannot_be_reached(sweep, text, parameter, tmp_path):
    python_frame = {"a": np.arange(3)}
    assert python_frame
    (tmp_path / "x.csv").write_text("0.5\n")
    before = set(os.listdir(tmp_path))
    text = text.format(file=tmp_path / "x.csv", new=tmp_path / "new.csv")
    with pytest.raises(ValueError, match="must be an SQL expression of the columns"):
        sweep.select(**{parameter: text})
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"where": "nope > 3"}, ValueError, "columns name, run, .*got 'nope > 3': .*nope"),
        ({"where": "total <"}, ValueError, "where must be an SQL expression"),
        ({"where": ""}, ValueError, "where must be an SQL expression"),
        ({"order_by": "total up"}, ValueError, "order_by must be an SQL expression"),
        ({"order_by": ""}, ValueError, "order_by must be an SQL expression"),
        ({"where": 3}, TypeError, "where must be an SQL expression, got 3"),
        ({"where": "cast(name as integer) > 3"}, ValueError, "where and order_by must be"),
        ({"limit": 0}, ValueError, "limit must be >= 1, got 0"),
        ({"limit": 2.5}, TypeError, "limit must be an integer"),
        ({"where": "total < 0"}, ValueError, "a selection must be of at least one run, got none"),
    ],
)
def test_refusals(sweep, arguments, error, says):
    with pytest.raises(error, match=says):
        sweep.select(**arguments)


def test_names_that_sql_cannot_tell_apart_are_refused():
    sweep = dl.sweep.zip(lambda lr, LR: dl.linear(lr, LR, 4), lr=1.0, LR=2.0)  # noqa: N803
    assert sweep.summary()["LR"].tolist() == [2.0]
    with pytest.raises(
        ValueError, match="names that differ without case, as in SQL, got lr and LR"
    ):
        sweep.select("total > 0")
