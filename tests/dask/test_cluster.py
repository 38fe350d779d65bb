"""A cluster of two processes, one of which is killed midway: same bits, same bytes."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import decaylr as dl
from decaylr.cli import main
from decaylr.dask.clusters import client_of
from decaylr.dask.figures import figures
from decaylr.sweep.figures import FIGURES, figures_of
from tests.dask.batches import mixed, two_entries
from tests.dask.test_folds import same_rows
from tests.peers.installed import peer

distributed = peer("distributed")
peer("zarr")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as own,
        distributed.Client(own) as client,
    ):
        yield client


def kill_a_worker(client):
    """Kill one of the worker processes; its nanny starts another."""
    workers = client.scheduler_info()["workers"]
    address = sorted(workers)[0]
    os.kill(client.run(os.getpid, workers=[address])[address], signal.SIGKILL)


@pytest.mark.parametrize("suffix", ["zarr", "npy"])
def test_a_store_with_a_worker_killed_has_the_same_bytes(client, suffix, tmp_path):
    batch, settings = mixed(60), {"steps": 2001, "chunks": (2, 1001)}
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    alone.mkdir()
    shared.mkdir()
    dl.store(batch, alone / f"x.{suffix}", **settings)
    reports = []

    def progress(report):
        reports.append(report)
        if report.finished == 5:
            kill_a_worker(client)

    stored = dl.dask.store(batch, shared / f"x.{suffix}", **settings, progress=progress)
    assert stored.complete
    assert [report.finished for report in reports] == list(range(1, 61))
    files = [p.relative_to(alone) for p in alone.rglob("*") if p.is_file()]
    assert {p.relative_to(shared) for p in shared.rglob("*") if p.is_file()} == set(files)
    for file in files:
        assert (alone / file).read_bytes() == (shared / file).read_bytes()


def test_a_fold_with_a_worker_killed_has_the_same_bits(client):
    sweep = dl.Sweep(mixed(3000))
    rows = dl.dask.fold(sweep, 10**6, runs_per_task=30)
    future = client.compute(rows)
    time.sleep(0.5)
    kill_a_worker(client)
    same_rows(future.result(), sweep.summary(10**6))


def test_the_figures_of_a_command(client):
    entries = tuple(two_entries(2000).entries.values())
    seen = []
    found = figures(client, entries, None, seen.append)
    for own, expected in zip(found, map(figures_of, entries), strict=True):
        assert all(np.array_equal(own.figures[n], expected.figures[n]) for n in FIGURES)
        assert np.array_equal(own.positions, expected.positions)
        assert np.array_equal(own.lengths, expected.lengths)
        assert (own.exact, own.name) == (expected.exact, expected.name)
    assert sum(seen) == sum(own.values for own in found)


def test_the_command_line_with_an_address(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.toml").write_text(
        "version = 1\n[schedules.a]\naxes = { peak = [0.1, 0.3], end = [0.0, 0.01] }\n"
        'cosine = ["$peak", "$end", 400]\n'
    )
    address = client.scheduler.address
    here = CliRunner().invoke(main, ["sweep", "in.toml", "--summary", "a.csv", "--out", "a.zarr"])
    there = CliRunner().invoke(
        main, ["sweep", "in.toml", "--dask", address, "--summary", "b.csv", "--out", "b.zarr"]
    )
    assert here.exit_code == 0, here.output
    assert there.exit_code == 0, there.output
    assert Path("a.csv").read_text() == Path("b.csv").read_text()
    assert np.array_equal(dl.open("a.zarr").values[:], dl.open("b.zarr").values[:])


def test_the_workers_are_on_this_machine_where_asked(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "1")
    with client_of("local") as own:
        assert len(own.scheduler_info()["workers"]) == 1


def test_an_address_without_a_scheduler_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.toml").write_text("version = 1\n[schedules.a]\nlinear = [1.0, 0.0, 4]\n")
    monkeypatch.setattr("decaylr.dask.clusters.PATIENCE", "1s")
    found = CliRunner().invoke(main, ["sweep", "in.toml", "--dask", "tcp://127.0.0.1:9"])
    assert found.exit_code == 2
    assert len(found.stderr.splitlines()) == 1
    assert "tcp://127.0.0.1:9" in found.stderr


def test_without_a_cluster_threads_write_the_store(tmp_path, monkeypatch):
    batch = mixed(20)
    finished = []

    def no_client():
        raise ValueError("No clients found")

    def progress(report):
        finished.append((report.finished, threading.current_thread().name))

    monkeypatch.setattr("distributed.get_client", no_client)
    stored = dl.dask.store(batch, tmp_path / "x.npy", steps=50, chunks=(5, -1), progress=progress)
    assert stored.complete
    assert np.array_equal(stored.values, batch.table(50))
    assert [number for number, _ in finished] == [1, 2, 3, 4]
