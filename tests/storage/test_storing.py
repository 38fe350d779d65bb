"""`decaylr.store`: the values on disk, read back by other libraries; what is refused."""

import errno
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import decaylr as dl
from decaylr import files
from decaylr.evaluation.grid import LEAST_BYTES, MOST_BYTES, Grid, grid_of
from decaylr.storage import zarr_files
from decaylr.sweep import Entry, Sweep
from tests.peers.installed import peer

zarr = peer("zarr")
xarray = peer("xarray")

SUFFIXES = ["zarr", "npy"]
PEAKS = [0.03 * k for k in range(4)]  # 0 among them: no element may be read as missing


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    return tmp_path / f"x.{request.param}"


def two_entries():
    """Entries that have a parameter each and one in common; one is named like an axis."""
    cosine = dl.cosine(PEAKS, 0.0, 100)
    decay = dl.exponential([0.1, 0.7], 0.9, 11 / 10)
    return Sweep.of(
        (
            Entry("cosine", cosine, length=100.0, columns={"peak": np.array(PEAKS)}),
            Entry(
                "été", decay, "sample", 100.0, {"peak": np.array([0.1, 0.7]), "run": np.arange(2)}
            ),
        )
    )


def blocks_computed(monkeypatch):
    """The numbers of the blocks that are computed from now on."""
    computed, compute = [], Grid.block

    def recorded(grid, schedule, number):
        computed.append(number)
        return compute(grid, schedule, number)

    monkeypatch.setattr(Grid, "block", recorded)
    return computed


def stop_after(blocks):
    """A progress function that fails after a number of blocks."""

    def progress(report):
        if report.finished == blocks:
            raise ZeroDivisionError

    return progress


@pytest.mark.parametrize("chunks", ["auto", (1, 1), (4, 7), (-1, 33), (5, -1), (100, 1000)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_values_are_those_of_the_table(path, chunks, dtype):
    sweep = two_entries()
    window = {"steps": 33, "start": 7, "stride": 3, "dtype": dtype}
    stored = dl.store(sweep, path, **window, chunks=chunks)
    expected = sweep.schedule.table(33, start=7, stride=3, dtype=dtype)
    assert stored.complete
    assert stored.values.shape == (6, 33)
    assert stored.values.dtype == expected.dtype
    assert np.array_equal(stored.values[:], expected)
    assert (stored.steps, stored.start, stored.stride) == (33, 7, 3)


@pytest.mark.parametrize("schedule", [dl.rex(1.0, 0.0, 50), dl.rex([[1.0], [2.0]], 0.0, [49, 70])])
def test_a_schedule_of_any_shape_has_a_row_a_run(path, schedule):
    stored = dl.store(schedule, path, steps=51)
    assert np.array_equal(stored.values[:], schedule.reshape(-1).table(51))
    assert stored.sweep["sweep"] == schedule


def test_other_libraries_read_it(tmp_path):
    sweep = two_entries()
    expected = sweep.schedule.table(33, start=7, stride=3)
    for suffix in SUFFIXES:
        dl.store(sweep, tmp_path / f"x.{suffix}", steps=33, start=7, stride=3, chunks=(4, 10))
    group = zarr.open(tmp_path / "x.zarr", mode="r")
    assert group.attrs["complete"] is True
    assert np.array_equal(group["values"][:], expected)
    with xarray.open_zarr(tmp_path / "x.zarr") as data:
        assert data["values"].dims == ("run", "step")
        assert np.array_equal(data["values"], expected)
        assert data["step"].values.tolist() == list(range(7, 7 + 3 * 33, 3))
        assert set(data["values"].coords) == {"name", "unit", "peak", "param_run", "step"}
        assert data["peak"].values.tolist() == [*PEAKS, 0.1, 0.7]
        assert data["name"].values.tolist() == ["cosine"] * 4 + ["été"] * 2
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert isinstance(mapped, np.memmap)
    assert np.array_equal(mapped, expected)


def test_every_run_says_what_it_is(path):
    sweep = two_entries()
    dl.store(sweep, path, steps=5)
    stored = dl.open(path)
    columns = stored.columns
    assert list(columns) == ["name", "unit", "peak", "param_run"]
    assert columns["unit"].tolist() == ["step"] * 4 + ["sample"] * 2
    assert columns["peak"].tolist() == [*PEAKS, 0.1, 0.7]
    assert np.array_equal(columns["param_run"], [np.nan] * 4 + [0, 1], equal_nan=True)
    assert stored.sweep.schedule == sweep.schedule
    assert stored.sweep.names == ("cosine", "été")


def test_an_interrupted_store_says_so_and_goes_on(path, monkeypatch):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    with pytest.raises(ZeroDivisionError):
        dl.store(sweep, path, **settings, progress=stop_after(3))
    stored = dl.open(path)
    assert not stored.complete
    assert "unfinished: " in repr(stored)
    assert " of 6 blocks" in repr(stored)
    left = int((~stored._files.finished(stored._job.grid)).sum())
    assert 1 <= left <= 3
    assert np.array_equal(stored.values[:2], sweep.schedule[:2].table(20))
    assert (tuple(path.parent.glob("x.npy")) == ()) or path.suffix == ".zarr"
    computed = blocks_computed(monkeypatch)
    assert dl.store(sweep, path, **settings).complete
    assert computed == list(range(6 - left, 6))
    assert np.array_equal(dl.open(path).values[:], sweep.schedule.table(20))
    computed.clear()
    assert dl.store(sweep, path, **settings).complete
    assert computed == []


def test_progress_has_the_blocks_of_earlier_calls(path):
    reports = []
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    with pytest.raises(ZeroDivisionError):
        dl.store(sweep, path, **settings, progress=stop_after(5))
    dl.store(sweep, path, **settings, progress=reports.append)
    assert [(r.finished, r.blocks) for r in reports][-1] == (6, 6)
    assert reports[-1].seconds_left == 0.0
    assert str(reports[-1]) == "6 of 6 blocks, 0.0 s left"


def test_overwrite_begins_anew(path, monkeypatch):
    sweep = two_entries()
    dl.store(sweep, path, steps=20)
    other = dl.linear([1.0, 2.0], 0.0, 30)
    assert np.array_equal(dl.store(other, path, steps=31, overwrite=True).values, other.table(31))
    computed = blocks_computed(monkeypatch)
    dl.store(other, path, steps=31, overwrite=True)
    assert computed == [0]
    left = {"npy": {"x.npy", "x.npy.json"}, "zarr": {"x.zarr"}}[path.suffix[1:]]
    assert {found.name for found in path.parent.iterdir()} == left


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_something_else_at_the_path_is_refused(path, kind):
    if kind == "file":
        path.write_text("before")
    else:
        path.mkdir()
        (path / "thesis.tex").write_text("before")
    with pytest.raises(FileExistsError, match="path must be new or a store of decaylr"):
        dl.store(two_entries(), path, steps=5)
    with pytest.raises(ValueError, match="path must be a store of decaylr"):
        dl.open(path)
    if kind == "file":
        assert path.read_text() == "before"
        assert dl.store(two_entries(), path, steps=5, overwrite=True).complete
        return
    with pytest.raises(OSError, match=r"must not be a directory of other files|Is a directory"):
        dl.store(two_entries(), path, steps=5, overwrite=True)
    assert (path / "thesis.tex").read_text() == "before"


def test_an_array_of_another_program_is_replaced_where_asked(tmp_path):
    zarr.save_array(tmp_path / "x.zarr", np.arange(3.0))
    with pytest.raises(FileExistsError):
        dl.store(two_entries(), tmp_path / "x.zarr", steps=5)
    assert dl.store(two_entries(), tmp_path / "x.zarr", steps=5, overwrite=True).complete


def test_two_processes_do_not_write_one_store(path):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    program = (
        "import sys, decaylr as dl\n"
        f"sweep = dl.load({str(path.parent / 's.json')!r})\n"
        "try:\n"
        f"    dl.store(sweep, {str(path)!r}, steps=20, chunks=(2, 10))\n"
        "except BlockingIOError as error:\n"
        "    print(error)\n"
    )
    sweep.save(path.parent / "s.json")
    outputs = []

    def other(_):
        if not outputs:
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
            outputs.append(done.stdout + done.stderr)

    assert dl.store(sweep, path, **settings, progress=other).complete
    assert "path must not be stored by two processes at once" in outputs[0]


@pytest.mark.parametrize("chunks", ["auto", (2, 10)])
def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(path, chunks, monkeypatch):
    disk = SimpleNamespace(f_bavail=1, f_frsize=100, f_blocks=10)
    monkeypatch.setattr(files.os, "statvfs", lambda _: disk)
    size = 6 * 20 * 8 + (128 if path.suffix == ".npy" else 0)
    with pytest.raises(OSError, match=f"{size - 100:,} bytes are missing"):
        dl.store(two_entries(), path, steps=20, chunks=chunks)
    assert list(path.parent.iterdir()) == []


def test_a_disk_that_becomes_full_leaves_a_store_that_goes_on(tmp_path, monkeypatch):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    begin_writing, written = zarr_files.begin_writing, []

    def full(path):
        written.append(path)
        if len(written) == 3:
            path.unlink()
            raise OSError(errno.ENOSPC, "No space left on device")
        begin_writing(path)

    free = SimpleNamespace(f_bavail=10**6, f_frsize=1, f_blocks=10**6)
    with monkeypatch.context() as context:
        context.setattr(files.os, "statvfs", lambda _: free)
        context.setattr(zarr_files, "begin_writing", full)

        def fill(report):
            if report.finished == 2:
                free.f_bavail = 10

        with pytest.raises(OSError, match=r"x\.zarr is full: 630 bytes are missing; the same call"):
            dl.store(sweep, tmp_path / "x.zarr", **settings, progress=fill)
    computed = blocks_computed(monkeypatch)
    assert dl.store(sweep, tmp_path / "x.zarr", **settings).complete
    assert computed == [2, 3, 4, 5]


def test_values_that_were_removed_are_computed_again(tmp_path, monkeypatch):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    with pytest.raises(ZeroDivisionError):
        dl.store(sweep, tmp_path / "x.npy", **settings, progress=stop_after(3))
    (tmp_path / "x.npy.partial").unlink()
    computed = blocks_computed(monkeypatch)
    stored = dl.store(sweep, tmp_path / "x.npy", **settings)
    assert computed == list(range(6))
    assert np.array_equal(stored.values, sweep.schedule.table(20))


def test_going_on_needs_room_for_what_is_missing_only(tmp_path, monkeypatch):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    with pytest.raises(ZeroDivisionError):
        dl.store(sweep, tmp_path / "x.zarr", **settings, progress=stop_after(4))
    stored = dl.open(tmp_path / "x.zarr")
    needed = stored._files.missing_bytes(stored._job.grid)
    assert 0 < needed <= 2 * 160
    disk = SimpleNamespace(f_bavail=needed - 1, f_frsize=1, f_blocks=10)
    monkeypatch.setattr(files.os, "statvfs", lambda _: disk)
    with pytest.raises(OSError, match="1 bytes are missing"):
        dl.store(sweep, tmp_path / "x.zarr", **settings)
    disk.f_bavail = needed
    assert dl.store(sweep, tmp_path / "x.zarr", **settings).complete


def test_the_size_is_what_the_values_take(path):
    sweep = dl.linear(np.arange(1.0, 1001.0), 0.0, 2000)
    stored = dl.store(sweep, path, steps=2001)
    size = stored._files.size(stored._job.grid)
    found = [path] if path.is_file() else (path / "values").iterdir()
    assert sum(file.stat().st_size for file in found) == pytest.approx(size, rel=0.01)


def test_a_file_cut_short_by_a_power_failure_is_written_again(tmp_path):
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}
    with pytest.raises(ZeroDivisionError):
        dl.store(sweep, tmp_path / "x.zarr", **settings, progress=stop_after(3))
    os.truncate(tmp_path / "x.zarr" / "values" / "0.0", 8)
    stored = dl.store(sweep, tmp_path / "x.zarr", **settings)
    assert np.array_equal(stored.values[:], sweep.schedule.table(20))


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"sweep": 3}, TypeError, "sweep must be a Sweep or a Schedule, got 3"),
        ({"path": "x.hdf5"}, ValueError, "path must be one that ends in .zarr or .npy, got x.hdf5"),
        ({"path": "none/x.npy"}, FileNotFoundError, "path must be in a directory that exists"),
        ({"steps": 0}, ValueError, "steps must be >= 1, got 0"),
        ({"steps": 2.0}, TypeError, "steps must be an integer"),
        ({"stride": 0}, ValueError, "stride must be >= 1"),
        ({"dtype": "int64"}, TypeError, "dtype must be float64 or float32"),
        ({"chunks": "large"}, TypeError, r'chunks must be "auto" or a pair \(runs, steps\)'),
        ({"chunks": (3,)}, TypeError, r'chunks must be "auto" or a pair \(runs, steps\)'),
        ({"chunks": (0, 3)}, ValueError, r"chunks\[0\] must be >= 1, or -1 for all, got 0"),
        ({"chunks": (3, 2.5)}, TypeError, r"chunks\[1\] must be an integer"),
        ({"overwrite": 1}, TypeError, "overwrite must be True or False"),
        ({"progress": True}, TypeError, "progress must be a function, got True"),
    ],
)
def test_wrong_arguments_are_refused(tmp_path, monkeypatch, changed, error, says):
    monkeypatch.chdir(tmp_path)
    arguments = {"sweep": two_entries(), "path": "x.npy", "steps": 5} | changed
    with pytest.raises(error, match=says):
        dl.store(arguments.pop("sweep"), arguments.pop("path"), **arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_column_that_zarr_cannot_name_is_refused(tmp_path):
    sweep = dl.Sweep(dl.linear([1.0, 2.0], 0.0, 4), {"peak lr": np.array([1.0, 2.0])})
    with pytest.raises(ValueError, match="columns must be named without spaces"):
        dl.store(sweep, tmp_path / "x.zarr", steps=5)
    assert list(tmp_path.iterdir()) == []
    assert dl.store(sweep, tmp_path / "x.npy", steps=5).columns["peak lr"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("runs", "steps"),
    [(10**6, 2001), (10**5, 20_000), (10**7, 11), (64, 10**7), (1, 10**9), (3, 5)],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_automatic_blocks_are_of_64_to_256_megabytes(runs, steps, dtype):
    grid = grid_of(runs, steps, 0, 1, dtype, "auto")
    small = runs * steps * grid.itemsize < LEAST_BYTES
    assert grid.block_bytes <= MOST_BYTES
    assert small or grid.block_bytes >= LEAST_BYTES
    whole_rows = grid.chunks[1] == steps
    assert whole_rows or (steps * grid.itemsize > MOST_BYTES and grid.chunks[0] == 1)
    # Chunks at the edge are stored whole: little is lost by them.
    assert grid.blocks * grid.block_bytes < 1.2 * runs * steps * grid.itemsize


def test_memory_is_a_few_blocks(path):
    program = (
        "import re, numpy as np, decaylr as dl\n"
        "s = dl.cosine(np.linspace(1.0, 2.0, 4000), 0.0, 10_000)\n"
        f"dl.store(s, {str(path)!r}, steps=10_001, chunks=(200, -1))\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert int(done.stdout) * 1024 < 4 * 200 * 10_001 * 8 + 200e6, done.stderr


def test_ctrl_c_between_blocks_leaves_a_store_that_goes_on(path):
    import signal

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    sweep, settings = two_entries(), {"steps": 20, "chunks": (2, 10)}

    def interrupt(report):
        if report.finished == 2:
            signal.raise_signal(signal.SIGINT)

    try:
        with pytest.raises(KeyboardInterrupt):
            dl.store(sweep, path, **settings, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not dl.open(path).complete
    assert [t.name for t in threading.enumerate() if t.name.startswith("decaylr-store")] == []
    assert dl.store(sweep, path, **settings).complete
