"""Files are written whole or not at all, and never over the input or over one another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

import decaylr as dl
from decaylr import files
from decaylr.cli import main
from decaylr.evaluation.grid import Grid
from decaylr.storage import npy_files
from decaylr.sweep import Entry, export

THREE = """
version = 1
[schedules.a]
linear = [1.0, 0.0]
steps = 4
[schedules.b]
linear = [2.0, 0.0]
steps = 4
[schedules.c]
linear = [3.0, 0.0]
steps = 4
"""
CONFIG = {"StepLR": {"base_lr": 0.5, "step_size": 30, "gamma": 0.5}}
WRITES = [
    ("sweep", "in.toml", "--quiet", "--overwrite", "--out", "x.npy"),
    ("sweep", "in.toml", "--quiet", "--overwrite", "--out", "x.npz"),
    ("sweep", "in.toml", "--quiet", "--overwrite", "--out", "x.csv"),
    ("sweep", "in.toml", "--quiet", "--overwrite", "--summary", "x.csv"),
    ("sweep", "in.toml", "--quiet", "--overwrite", "--summary", "x.json"),
    ("sweep", "in.toml", "--quiet", "--overwrite", "--plot", "x.svg"),
    ("plot", "in.toml", "--overwrite", "--out", "x.png"),
    ("plot", "in.toml", "--overwrite", "--out", "x.pdf"),
    ("convert", "config.json", "--overwrite", "--out", "x.json"),
]
FROM_PYTHON = {
    "save": lambda path: dl.load("in.toml").save(path),
    "plot_sweep": lambda path: dl.plot.plot_sweep(dl.load("in.toml"), path),
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working directory with the files that the commands read."""
    monkeypatch.chdir(tmp_path)
    Path("in.toml").write_text(THREE)
    Path("in.json").write_text(
        json.dumps({"version": 1, "schedules": {"a": {"linear": [1, 0, 4]}}})
    )
    Path("config.json").write_text(json.dumps(CONFIG))
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(*arguments):
    """The one line that an error prints on stderr; nothing is written."""
    before = contents()
    found = run(*arguments)
    assert found.exit_code == 2, found.output
    assert contents() == before
    (line,) = found.stderr.splitlines()
    return line


def contents():
    return {path.name: path.read_bytes() for path in Path().iterdir() if path.is_file()}


def python(program, *arguments):
    """Run a program in another process, in this directory, with the same decaylr."""
    environment = os.environ | {"PYTHONPATH": str(Path(dl.__file__).parents[1])}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )


@pytest.mark.parametrize("arguments", WRITES[1:], ids=" ".join)  # an .npy goes on: see below
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, OSError("no space")])
def test_a_failure_while_writing_leaves_the_earlier_file(arguments, error, monkeypatch):
    Path(arguments[-1]).write_text("before")
    before = contents()

    def fail(path):
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(files, "_synchronise", fail)
    assert run(*arguments).exit_code != 0
    assert contents() == before


LIMITED = """
import resource, sys
import decaylr as dl
import decaylr.plot
from click.testing import CliRunner
from decaylr.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))
calls = {
    "save.toml": lambda path: dl.load("in.toml").save(path),
    "save.json": lambda path: dl.load("in.toml").save(path),
    "plot.png": lambda path: dl.plot.plot_sweep(dl.load("in.toml"), path),
}
for path, call in calls.items():
    try:
        call(path)
    except OSError as error:
        print(path, "refused", path in str(error))
for line in sys.argv[1:]:
    found = CliRunner().invoke(main, line.split())
    name = line.split()[-1]
    print(line, found.exit_code, len(found.stderr.splitlines()), name in found.stderr)
"""


def test_where_the_disk_is_full_every_earlier_file_is_left():
    lines = [" ".join(arguments) for arguments in WRITES]
    names = ["save.toml", "save.json", "plot.png"]
    for name in (*names, *(line.split()[-1] for line in lines)):
        Path(name).write_text("before")
    before = contents()
    done = python(LIMITED, *lines)
    assert done.stdout.splitlines() == [
        *(f"{name} refused True" for name in names),
        *(f"{line} 2 1 True" for line in lines),
    ], done.stderr
    assert contents() == before


INTERRUPTED = """
import os, signal, sys
from decaylr.cli import main
from decaylr.evaluation.grid import Grid
from decaylr.storage import npy_files
from decaylr.sweep import export
evaluate, calls = export.values_at, []
def interrupted(entry, positions):
    calls.append(entry.name)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGINT)
    return evaluate(entry, positions)
export.values_at = interrupted
main(sys.argv[1:])
"""


@pytest.mark.parametrize("suffix", [".npz", ".csv"])
@pytest.mark.parametrize("earlier", [True, False])
def test_an_interrupt_in_the_middle_leaves_the_earlier_file(suffix, earlier):
    if earlier:
        Path(f"x{suffix}").write_text("before")
    before = contents()
    done = python(INTERRUPTED, "sweep", "in.toml", "--quiet", "--overwrite", "--out", f"x{suffix}")
    assert done.returncode == 1
    assert "Aborted" in done.stderr
    assert contents() == before


@pytest.mark.parametrize("suffix", [".npy", ".zarr"])
def test_an_interrupted_store_goes_on_with_the_same_command(suffix, monkeypatch):
    table = ("sweep", "in.toml", "--out", f"x{suffix}")
    with monkeypatch.context() as context:
        context.setattr(Grid, "block", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(*table).exit_code == 1
    assert not dl.open(f"x{suffix}").complete
    done = run(*table)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"wrote x{suffix}"
    np.testing.assert_array_equal(
        dl.open(f"x{suffix}").values[:], dl.load("in.toml").schedule.table(5)
    )
    monkeypatch.setattr(Grid, "block", lambda *_: pytest.fail("work was done"))
    assert run(*table).exit_code == 0  # it is complete
    assert "schedules.a.length: 4.0 there, 9.0 here" in refused(*table, "--steps", "9")


def test_an_npy_stays_until_the_one_that_overwrites_it_is_complete(monkeypatch):
    Path("x.npy").write_text("before")
    table = ("sweep", "in.toml", "--overwrite", "--out", "x.npy")
    with monkeypatch.context() as context:
        context.setattr(Grid, "block", lambda *_: (_ for _ in ()).throw(MemoryError))
        assert run(*table).exit_code == 2
    assert Path("x.npy").read_text() == "before"
    assert run(*table).exit_code == 0
    assert np.load("x.npy").shape == (3, 5)


@pytest.mark.parametrize(
    "text", ['unit = "epoch"\nlinear = [1.0, 0.0, 4]', "linear = [1.0, 0.0, 4.5]"]
)
def test_a_zarr_store_of_other_than_whole_positions_is_refused(text):
    Path("in.toml").write_text(f"version = 1\n[schedules.a]\n{text}\n")
    assert "out must be .npz for a length that is no whole number" in refused(
        "sweep", "in.toml", "--out", "x.zarr"
    )
    assert run("sweep", "in.toml", "--out", "x.npy").exit_code == 0  # on a grid


@pytest.mark.parametrize("arguments", WRITES, ids=" ".join)
@pytest.mark.parametrize("place", ["none", "directory", "file"])
def test_a_path_that_cannot_be_written_is_refused_before_any_work(arguments, place, monkeypatch):
    *command, name = arguments
    for module in ("decaylr.cli.sweep", "decaylr.cli.plot"):
        monkeypatch.setattr(f"{module}.load_entries", lambda *_: pytest.fail("work was done"))
    monkeypatch.setattr("decaylr.cli.convert.converted", lambda *_: pytest.fail("work was done"))
    if place == "directory":
        Path(name).mkdir()
        path, says = name, "Is a directory"
    elif place == "file":
        path, says = f"in.toml/{name}", "Not a directory"
    else:
        path, says = f"none/{name}", "No such file or directory"
    line = refused(*command, path)
    assert f"must be a file that can be written, got {path}: {says}" in line


@pytest.mark.parametrize("call", FROM_PYTHON.values(), ids=FROM_PYTHON)
def test_from_python_too(call):
    import decaylr.plot  # noqa: F401

    with pytest.raises(FileNotFoundError, match="path must be a file that can be written"):
        call(Path("none/x.toml" if call is FROM_PYTHON["save"] else "none/x.png"))
    Path("d.toml").mkdir()
    Path("d.png").mkdir()
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        call(Path("d.toml" if call is FROM_PYTHON["save"] else "d.png"))


def test_a_directory_or_file_without_permission_is_refused(monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as context:
        context.setattr(files.os, "open", denied)
        assert refused("sweep", "in.toml", "--out", "x.csv").endswith(
            "out must be a file that can be written, got x.csv: Permission denied"
        )
    Path("x.csv").write_text("before")
    monkeypatch.setattr(files.os, "access", lambda _, mode: mode != os.W_OK)
    assert "Permission denied" in refused("sweep", "in.toml", "--overwrite", "--out", "x.csv")


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_disk_that_is_too_small_is_refused_before_any_work(suffix, monkeypatch):
    monkeypatch.setattr("decaylr.cli.sweep.evaluated", lambda *_: pytest.fail("work was done"))
    disk = SimpleNamespace(f_bavail=1, f_frsize=100, f_blocks=10)
    monkeypatch.setattr(files.os, "statvfs", lambda _: disk)
    line = refused("sweep", "in.toml", "--out", f"x{suffix}")
    size = 128 + 3 * 5 * 8 if suffix == ".npy" else 3 * 2 * 5 * 8
    assert f"x{suffix} of {size} bytes: {size - 100} bytes are missing" in line


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv"])
def test_the_size_is_announced_before_the_work(suffix, monkeypatch):
    monkeypatch.setattr("decaylr.cli.sweep.evaluated", lambda *_: (_ for _ in ()).throw(OSError))
    sizes = {".npy": [128 + 8 * 3 * 2001], ".npz": [8 * 3 * 2 * 2001], ".csv": []}[suffix]
    found = run("sweep", "in.toml", "--steps", 2000, "--out", f"x{suffix}")
    assert found.stdout.splitlines() == [f"x{suffix} will have {n / 1000:.4g}kB" for n in sizes]


def test_the_size_of_an_npy_is_known_beforehand(monkeypatch):
    reserved = []
    monkeypatch.setattr(
        npy_files, "reserve", lambda path, size: reserved.append(files.reserve(path, size) or size)
    )
    assert run("sweep", "in.toml", "--out", "x.npy").exit_code == 0
    assert reserved == [Path("x.npy").stat().st_size]


def test_a_batch_is_written_a_few_runs_at_a_time(monkeypatch):
    batch = dl.linear(np.arange(1.0, 13.0).reshape(3, 4), 0.0, 4)
    entries = [Entry("batch", batch, length=4.0)]
    evaluated = []
    values_at = export.values_at

    def recorded(entry, positions):
        evaluated.append(entry.schedule.size)
        return values_at(entry, positions)

    monkeypatch.setattr("decaylr.sweep.figures.SLICE_VALUES", 10)  # two runs of five positions
    monkeypatch.setattr(export, "values_at", recorded)
    export.write_table(Path("x.npz"), entries)
    export.write_table(Path("x.npy"), entries)
    assert evaluated == [2] * 12
    np.testing.assert_array_equal(np.load("x.npz")["batch"], batch.table(5))
    np.testing.assert_array_equal(np.load("x.npy"), batch.table(5).reshape(12, 5))


def test_a_name_that_an_archive_would_cut_is_refused():
    entries = [Entry("a\0b", dl.linear(1.0, 0.0, 4), length=4.0)]
    with pytest.raises(ValueError, match=r"not be \.npz for a name with the character NUL"):
        export.write_table(Path("x.npz"), entries)
    assert not Path("x.npz").exists()


def test_permissions_and_links_are_kept():
    Path("x.csv").write_text("before")
    Path("x.csv").chmod(0o640)
    Path("link.csv").symlink_to("x.csv")
    assert run("sweep", "in.toml", "--overwrite", "--out", "link.csv").exit_code == 0
    assert Path("link.csv").is_symlink()
    assert Path("x.csv").read_text().startswith("name,run")
    assert Path("x.csv").stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o027)
    try:
        assert run("sweep", "in.toml", "--out", "new.csv").exit_code == 0
    finally:
        os.umask(mask)
    assert Path("new.csv").stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_directly():
    assert run("convert", "config.json", "--out", "/dev/null").exit_code == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sweep", "in.json", "--summary", "in.json"), "summary must be another file than FILE"),
        (("sweep", "in.json", "--summary", "./in.json"), "another file than FILE in.json, got"),
        (("sweep", "in.json", "--summary", "sub/../in.json"), "summary must be another file"),
        (("sweep", "in.json", "--summary", "symbolic.json"), "summary must be another file"),
        (("sweep", "in.json", "--summary", "hard.json"), "summary must be another file"),
        (("sweep", "in.json", "--out", "link.csv"), "out must be another file than FILE"),
        (("sweep", "in.json", "--plot", "link.svg"), "plot must be another file than FILE"),
        (("plot", "in.json", "--out", "link.svg"), "plot must be another file than FILE"),
        (("convert", "config.json", "--out", "config.json"), "out must be another file than FILE"),
        (
            ("sweep", "in.toml", "--out", "x.csv", "--summary", "x.csv"),
            "summary must be another file than out x.csv, got x.csv",
        ),
        (("sweep", "in.toml", "--out", "x.csv", "--summary", "./x.csv"), "summary must be another"),
        (("sweep", "in.toml", "--out", "x.csv", "--summary", "new.csv"), "summary must be another"),
        (("sweep", "in.toml", "--out", "x.csv", "--plot", "new.svg"), "plot must be another file"),
        (("sweep", "in.toml", "--out", "x.csv", "--summary", "too/x.csv"), "summary must be"),
    ],
)
def test_the_input_and_other_outputs_are_never_overwritten(arguments, says):
    Path("sub").mkdir()
    Path("too").symlink_to(".")
    Path("symbolic.json").symlink_to("in.json")
    os.link("in.json", "hard.json")
    Path("link.csv").symlink_to("in.json")
    Path("link.svg").symlink_to("in.json")
    Path("new.csv").symlink_to("x.csv")  # which does not exist
    Path("new.svg").symlink_to("x.csv")
    assert says in refused(*arguments)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("sweep", "in.toml", "--out", "x.npy"), "out"),
        (("sweep", "in.toml", "--out", "link.npz"), "out"),
        (("sweep", "in.toml", "--out", "x.zarr"), "out"),
        (("sweep", "in.toml", "--summary", "x.csv"), "summary"),
        (("sweep", "in.toml", "--plot", "x.svg"), "plot"),
        (("plot", "in.toml", "--out", "x.png"), "plot"),
        (("plot", "in.toml"), "plot"),  # in.png
        (("convert", "config.json", "--out", "x.json"), "out"),
    ],
)
def test_a_file_that_exists_is_refused_before_any_work(arguments, name, monkeypatch):
    for module in ("decaylr.cli.sweep", "decaylr.cli.plot"):
        monkeypatch.setattr(f"{module}.load_entries", lambda *_: pytest.fail("work was done"))
    path = arguments[-1] if len(arguments) > 2 else "in.png"
    for existing in (path.replace("link", "x"), "in.png"):
        Path(existing).write_text("before")
    Path("link.npz").symlink_to("x.npz")
    assert f"{name} must be a new file, got {path}, which exists; --overwrite" in refused(
        *arguments
    )


def test_files_are_overwritten_where_asked():
    for name in ("x.csv", "y.csv", "p.svg"):
        Path(name).write_text("before")
    outputs = ("--out", "x.csv", "--summary", "y.csv", "--plot", "p.svg")
    assert run("sweep", "in.toml", "--overwrite", *outputs).exit_code == 0
    assert Path("x.csv").read_text().startswith("name,run,position")
    assert Path("y.csv").read_text().startswith("name,run,unit,length")
    assert "<svg" in Path("p.svg").read_text()
    assert sorted(path.name for path in Path().iterdir()) == sorted(
        ("x.csv", "y.csv", "p.svg", "in.toml", "in.json", "config.json")
    )


def test_chosen_runs_are_written_as_a_sweep_file_with_the_same_bits():
    columns = {"lr": np.array([0.3, 0.7, 0.1, 0.9]), "n": np.array([7, 4, 9, 4])}
    dl.sweep.zip(lambda lr, n: dl.cosine(lr, 0.0, n), **columns).save("s.toml")
    out = run("sweep", "s.toml", "--where", "lr > 0.2", "--order-by", "total desc", "--limit", "2",
              "--out", "best.toml", "--summary", "best.csv")  # fmt: skip
    assert out.exit_code == 0, out.output
    best = dl.load("best.toml")
    whole = dl.load("s.toml")
    assert best.columns["lr"].tolist() == [0.9, 0.7]
    np.testing.assert_array_equal(best.schedule.table(10), whole.schedule[[3, 1]].table(10))
    lines = Path("best.csv").read_text().splitlines()
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["sweep", "3", "step", "4.0", "0.9", "4"],
        ["sweep", "1", "step", "4.0", "0.7", "4"],
    ]
    rows = [line.split() for line in out.stdout.splitlines()]
    assert ["name", "run", "lr", "n", "peak", "peak_at", "final", "total", "mean"] in rows
    assert ["sweep", "3", "0.9", "4", "0.9", "0"] in [row[:6] for row in rows]


def test_values_and_pictures_are_of_the_chosen_runs():
    arguments = ("--where", "initial > 1.5", "--order-by", "initial desc")
    assert run("sweep", "in.toml", *arguments, "--out", "x.npy", "--plot", "p.svg").exit_code == 0
    assert np.load("x.npy")[:, 0].tolist() == [3.0, 2.0]
    assert "b" in Path("p.svg").read_text()


def test_a_sweep_file_of_all_entries_is_the_same_sweep():
    assert run("sweep", "in.toml", "--out", "again.json", "--quiet").exit_code == 0
    assert dl.load("again.json").schedule == dl.load("in.toml").schedule


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--where", "nope > 1"), "where must be an SQL expression of the columns name, run"),
        (("--where", "total < 0", "--out", "best.toml"), "at least one run, got none"),
        (("--order-by", "read_text('in.toml')"), "order_by must be an SQL expression"),
        (("--out", "none/best.toml"), "out must be a file that can be written"),
    ],
)
def test_a_choice_that_cannot_be_made_is_one_line(arguments, says):
    assert says in refused("sweep", "in.toml", "--quiet", *arguments)
