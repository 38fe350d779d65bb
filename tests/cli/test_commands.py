"""The command line prints and writes the values of the schedules."""

import csv
import errno
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

import decaylr as dl
from decaylr.cli import main, report
from decaylr.evaluation.machine import processor
from decaylr.sweep.figures import FIGURES, EntryFigures

TWO = """
version = 1
[schedules.short]
linear = [1.0, 0.0]
steps = 4
[schedules.batch]
length = 4
columns = { lr = [1.0, 2.0, 4.0] }
linear = ["$lr", 0.0]
steps = 4
"""
MIXED = """
version = 1
[schedules.epochs]
unit = "epoch"
length = 90
multi_step = [0.1, [30, 60], 0.1]
[schedules.tokens]
unit = "token"
length = 3_000_000_000_000
linear = [1.0, 0.0]
steps = 3_000_000_000_000
[schedules.steps]
cosine = [1.0, 0.0]
steps = 10_000
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Write a sweep file into the working directory and return its name."""
    monkeypatch.chdir(tmp_path)

    def written(text, name="sweep.toml"):
        (tmp_path / name).write_text(text)
        return name

    return written


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def succeed(*arguments):
    found = run(*arguments)
    assert found.exit_code == 0, found.output
    return found.stdout


def refused(*arguments):
    """The one line that an error prints on stderr."""
    found = run(*arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    return line


def rows_of(path):
    with open(path, newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_has_the_figures_of_every_entry(file):
    lines = succeed("sweep", file(TWO)).splitlines()
    assert lines[0].split() == [
        *("name", "unit", "length", "initial", "peak", "peak_at", "final", "total", "mean"),
        "<1%",
    ]
    # 1, 0.75, 0.5, 0.25
    assert lines[1].split() == [
        "short",
        "step",
        *["4", "1", "1", "0", "0.25", "2.5", "0.625", "0.0%"],
    ]
    assert "batch (3 runs)" in lines[2]
    assert "1 to 4" in lines[2]
    assert "0.625 to 2.5" in lines[2]
    assert lines[-1].startswith("2 entries, 4 runs, 16 values in ")


def test_a_narrow_terminal_cuts_nothing():
    figures = {name: np.array([1.234e-05, 5.678e-05]) for name in FIGURES}
    lengths, positions = np.full(2, 3e12), np.full(2, 4096)
    entry = EntryFigures(
        "a-name-of-some-length", "token", 3e12, figures, lengths, positions, False, 1.0
    )
    with (page := Console(width=80, file=io.StringIO())).capture() as caught:
        report.print_summary(page, [entry])
    text = caught.get()
    assert "…" not in text
    assert text.count("5.678e-05") == 6  # every column but the percentage


def test_the_caption_says_what_is_read_on_a_grid(file):
    text = " ".join(succeed("sweep", file(MIXED)).split())
    assert "~ 2 of 3 entries" in text
    assert "even grid of 4096 positions" in text
    assert "3 entries, 3 runs, 18,192 values" in text  # 2 * 4096 + 10 000
    assert "grid" not in succeed("sweep", "sweep.toml", "--select", "steps")


def test_the_summary_has_every_run_in_full_precision(file):
    succeed("sweep", file(TWO), "--summary", "s.csv", "--quiet")
    rows = rows_of("s.csv")
    assert [(row["name"], row["run"]) for row in rows] == [
        *(("short", "0"), ("batch", "0")),
        *(("batch", "1"), ("batch", "2")),
    ]
    assert [float(row["total"]) for row in rows] == [2.5, 2.5, 5.0, 10.0]
    assert [row["lr"] for row in rows] == ["", "1.0", "2.0", "4.0"]
    assert [int(row["positions"]) for row in rows] == [4] * 4


def test_the_summary_as_json_agrees_with_fold(file):
    succeed("sweep", file(MIXED), "--summary", "s.json", "--quiet")
    rows = {row["name"]: row for row in json.loads(Path("s.json").read_text())}
    fold = dl.cosine(1.0, 0.0, 10_000).fold(10_000)
    assert rows["steps"]["mean"] == float(fold.mean)
    assert rows["steps"]["under_1_percent"] == float(fold.spent(0.01))
    assert (rows["epochs"]["initial"], rows["epochs"]["peak"]) == (0.1, 0.1)
    assert rows["epochs"]["final"] == dl.multi_step(0.1, [30, 60], 0.1)(89)
    assert rows["tokens"]["positions"] == 4096
    assert rows["tokens"]["mean"] == pytest.approx(0.5 + 0.5 / 4096, rel=1e-9)


def test_npz_has_each_entry_and_its_positions(file):
    succeed("sweep", file(TWO + MIXED.replace("version = 1", "")), "--out", "t.npz", "--quiet")
    with np.load("t.npz") as archive:
        found = dict(archive)
    np.testing.assert_array_equal(found["short"], [1, 0.75, 0.5, 0.25, 0])
    np.testing.assert_array_equal(
        found["batch"], dl.linear(np.array([1.0, 2.0, 4.0]), 0.0, 4).table(5)
    )
    np.testing.assert_array_equal(found["short.positions"], np.arange(5))
    np.testing.assert_array_equal(found["epochs.positions"], np.linspace(0, 90, 4097))
    tokens = found["tokens.positions"]
    assert (tokens.dtype, tokens[1], tokens[-1]) == (np.int64, 732421875, 3 * 10**12)
    np.testing.assert_array_equal(
        found["tokens"], dl.linear(1.0, 0.0, 3 * 10**12)(found["tokens.positions"])
    )


def test_npy_is_one_table_of_all_runs(file):
    succeed("sweep", file(TWO), "--out", "t.npy", "--quiet")
    falling = np.array([1, 0.75, 0.5, 0.25, 0])
    np.testing.assert_array_equal(np.load("t.npy"), np.outer([1, 1, 2, 4], falling))


def test_npy_of_unequal_lengths_is_refused_before_any_work(file):
    line = refused("sweep", file(MIXED), "--out", "t.npy")
    assert "out must be .npz where lengths differ (3 lengths here)" in line


def test_npz_refuses_an_entry_named_as_positions(file):
    text = TWO.replace("schedules.batch", 'schedules."short.positions"')
    line = refused("sweep", file(text), "--out", "t.npz")
    assert "not be .npz for an entry named short.positions" in line
    assert not Path("t.npz").exists()


def test_csv_is_one_row_a_value(file):
    succeed("sweep", file(TWO), "--out", "t.csv", "--quiet")
    rows = rows_of("t.csv")
    assert len(rows) == 20
    assert rows[1] == {"name": "short", "run": "0", "position": "1", "value": "0.75"}
    assert rows[-2] == {"name": "batch", "run": "2", "position": "3", "value": "1.0"}


def test_a_csv_of_too_many_rows_is_refused_with_their_number(file):
    many = TWO.replace("[1.0, 2.0, 4.0]", "[1.0, 2.0, 4.0, 5.0, 6.0]")
    line = refused("sweep", file(many), "--steps", 4_000_000, "--out", "t.csv")
    assert "for more than 20,000,000 rows of .csv, got 24,000,006" in line


def test_pieces_of_a_batch_give_the_figures_of_the_whole(file, monkeypatch):
    succeed("sweep", file(TWO), "--summary", "whole.csv", "--out", "whole.npy", "--quiet")
    monkeypatch.setattr("decaylr.sweep.figures.SLICE_VALUES", 10)  # two runs of five positions
    succeed("sweep", "sweep.toml", "--summary", "cut.csv", "--out", "cut.npy", "--quiet")
    np.testing.assert_array_equal(np.load("cut.npy"), np.load("whole.npy"))
    columns = ("name", "run", *FIGURES)
    whole, cut = (
        [[row[c] for c in columns] for row in rows_of(p)] for p in ("whole.csv", "cut.csv")
    )
    assert cut == whole


UNEQUAL = """
version = 1
[schedules.batch]
columns = { n = [1000, 4, 99, 4] }
linear = [1.0, 0.0]
steps = "$n"
"""


def test_the_figures_of_each_run_are_over_its_own_length(file):
    out = succeed("sweep", file(UNEQUAL), "--summary", "s.json")
    rows = json.loads(Path("s.json").read_text())
    for row, steps in zip(rows, (1000, 4, 99, 4), strict=True):
        fold = dl.linear(1.0, 0.0, steps).fold(steps)
        assert row["mean"] == fold.mean
        assert row["under_1_percent"] == fold.spent(0.01)
        assert (row["initial"], row["peak_at"], row["final"]) == (1.0, 0, fold.final)
    assert "4 to 1,000" in out
    assert "1 entries, 4 runs, 1,107 values in " in out  # 1000 + 4 + 99 + 4


def test_a_stated_length_is_that_of_every_run(file):
    text = UNEQUAL.replace("columns", "length = 2000\ncolumns")
    for name, arguments in ((file(text), ()), (file(UNEQUAL, "b.toml"), ("--steps", 2000))):
        out = succeed("sweep", name, *arguments, "--summary", "s.json", "--overwrite")
        rows = json.loads(Path("s.json").read_text())
        fold = dl.linear(1.0, 0.0, [1000, 4, 99, 4]).fold(2000)
        assert [row["mean"] for row in rows] == fold.mean.tolist()
        assert "1 entries, 4 runs, 8,000 values in " in out


def test_a_run_of_fractional_length_has_the_positions_before_it(file):
    out = succeed("sweep", file(UNEQUAL.replace("99", "9.5")), "--summary", "s.json")
    rows = json.loads(Path("s.json").read_text())
    assert rows[2]["total"] == dl.linear(1.0, 0.0, 9.5).fold(10).total
    assert rows[1]["mean"] == 0.625
    assert "1,018 values in " in out  # 1000 + 4 + 10 + 4


def test_steps_replaces_every_length(file):
    succeed("sweep", file(TWO), "--steps", 9, "--summary", "s.json", "--quiet")
    rows = json.loads(Path("s.json").read_text())
    assert {row["length"] for row in rows} == {9}
    assert rows[0]["mean"] == 2.5 / 9


def test_quiet_prints_nothing_and_threads_are_given_back(file, monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "2")
    assert succeed("sweep", file(TWO), "--quiet", "--threads", 1) == ""
    assert os.environ["DECAYLR_NUM_THREADS"] == "2"


def test_sweep_and_plot_write_pictures(file, tmp_path):
    out = succeed("sweep", file(TWO), "--plot", "p.svg")
    assert out.splitlines()[-1] == "wrote p.svg"
    assert "<svg" in (tmp_path / "p.svg").read_text()
    assert succeed("plot", "sweep.toml", "--select", "short", "--y", "log") == "wrote sweep.png\n"
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert succeed("plot", "sweep.toml", "--x", "position", "--out", "q.pdf") == "wrote q.pdf\n"
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = 1\n[schedules", "malformed TOML"),
        ("version = 7\n", "version must be 1, got 7"),
        ("version = 1\n[schedules.a]\nlinearr = [1, 0]\nsteps = 3\n", "linearr"),
        ("version = 1\n[schedules.a]\nlinear = [1, 0]\nsteps = -3\n", "steps must be"),
        ("version = 1\n[schedules.a]\nstep = [0.1, 30, 0.1]\n", "schedules.a never ends"),
        ("version = 1\n[schedules]\n", "at least one entry"),
    ],
)
def test_a_malformed_file_prints_one_line(file, text, says):
    assert says in refused("sweep", file(text))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sweep", "nowhere.toml"), "nowhere.toml: No such file"),
        (("sweep", "."), ".: must be a file, got a directory"),
        (("plot", "nowhere.toml"), "nowhere.toml: No such file"),
        (("advise", "nowhere.toml"), "nowhere.toml: No such file"),
        (("sweep", "sweep.toml", "--select", "x*"), "select must be a pattern that matches"),
        (("sweep", "sweep.toml", "--out", "t.parquet"), "out must be a .zarr, .npy, .npz or .csv"),
        (
            ("sweep", "sweep.toml", "--summary", "t.txt"),
            "summary must be a .csv, .json or .parquet",
        ),
        (("sweep", "sweep.toml", "--plot", "p.gif"), "plot must be a .png, .svg or .pdf"),
        (("sweep", "sweep.toml", "--quiet", "--out", "no/t.npz"), "No such file"),
        (("advise", "sweep.toml", "--final", "1"), "FILE must be given without"),
        (("advise", "--init-value", "1"), "one of --final, --total and --value must be given"),
        (
            ("advise", "--init-value", "1", "--steps", "9", "--final", "0.1", "--total", "2"),
            "one of --final, --total and --value must be given",
        ),
        (("advise", "--init-value", "-1", "--steps", "9", "--final", "0.1"), "init_value must be"),
    ],
)
def test_unusable_input_prints_one_line(file, arguments, says):
    file(TWO)
    assert says in refused(*arguments)


@pytest.mark.parametrize("name", ["[/x] run", "lr[bold]", ":smile:", "_$a_$"])
def test_a_name_is_printed_and_drawn_as_it_is(file, name):
    text = TWO.replace("schedules.short", f'schedules."{name}"')
    out = succeed("sweep", file(text), "--plot", "p.png")
    assert out.splitlines()[1].startswith(f"{name} ")


def test_a_reader_that_stops_early_is_no_error(file, monkeypatch):
    def closed(*_, **__):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    name = file(TWO)
    monkeypatch.setattr("click.echo", closed)
    found = run("advise", name, "--select", "short")
    assert (found.exit_code, found.stderr) == (1, "")


def test_a_wrong_option_is_refused_by_its_name(file):
    found = run("sweep", file(TWO), "--steps", "0")
    assert found.exit_code == 2
    assert "'--steps'" in found.stderr


def test_advise_prints_the_rates_for_a_target():
    common = ("advise", "--init-value", 0.1, "--steps", 100)
    final = succeed(*common, "--final", 0.001)
    assert final == f"{dl.advise(init_value=0.1, steps=100, final=0.001)}\n"
    value = succeed(*common, "--value", 0.05, 30)
    assert value == f"{dl.advise(init_value=0.1, steps=100, value=(0.05, 30.0))}\n"
    total = succeed(*common, "--total", 3)
    assert total == f"{dl.advise(init_value=0.1, steps=100, total=3.0)}\n"
    assert len({final, value, total}) == 3


def test_advise_diagnoses_the_entries_of_a_file(file):
    out = succeed("advise", file(MIXED), "--select", "[es]*")
    diagnosed = dl.advise(dl.multi_step(0.1, [30, 60], 0.1), steps=91)
    assert out.startswith(f"epochs (epochs)\n{diagnosed}\nsteps (steps)\n")
    tokens = succeed("advise", "sweep.toml", "--select", "tokens")
    assert tokens.startswith("tokens: not diagnosed, a length of 1 to 4,194,303 whole positions")


def test_info_names_the_versions_and_threads(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "3")
    facts = dict(line.split(maxsplit=1) for line in succeed("info").splitlines())
    assert facts["decaylr"] == dl.__version__
    assert facts["numpy"] == np.__version__
    assert facts["threads"] == "3"
    assert facts["processor"] == processor()
    as_json = json.loads(succeed("info", "--json"))
    assert {name.replace("_", " "): str(fact) for name, fact in as_json.items()} == {
        name: fact.strip() for name, fact in wide(succeed("info"))
    }


def wide(text):
    """The names and facts of lines whose names are padded to 16 characters."""
    return [(line[:16].strip(), line[16:]) for line in text.splitlines()]


def test_version_and_help():
    assert dl.__version__ in succeed("--version")
    for command in ("sweep", "plot", "advise", "info"):
        assert command in succeed("--help")
        assert f"main {command}" in succeed(command, "--help")


def test_without_click_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "click", None)
    monkeypatch.delitem(sys.modules, "decaylr.cli")
    with pytest.raises(SystemExit, match=r"needs pip install 'decaylr\[cli\]'"):
        __import__("decaylr.cli")
