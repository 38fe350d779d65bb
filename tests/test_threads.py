"""How many threads work: the caller's number, the environment's, or what the process may use."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import decaylr as dl
from decaylr import threads

SHOW = "from decaylr.threads import team; print(team(None))"
VARIABLES = ("DECAYLR_NUM_THREADS", "OMP_NUM_THREADS")
several = pytest.mark.skipif(threads.processors() < 2, reason="needs two processors")


def run(program, **environment):
    """The words that a program prints, in a process of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_all_processors_unless_told():
    assert run(SHOW) == [str(threads.processors())]


@several
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_no_more_than_the_affinity_of_the_process():
    program = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); " + SHOW
    assert run(program) == ["1"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"OMP_NUM_THREADS": "1"}, 1),
        ({"OMP_NUM_THREADS": "1,4"}, 1),
        ({"OMP_NUM_THREADS": ""}, None),
        ({"OMP_NUM_THREADS": "100000"}, None),
        ({"DECAYLR_NUM_THREADS": "3", "OMP_NUM_THREADS": "1"}, 3),
        ({"DECAYLR_NUM_THREADS": "100000"}, 1024),
    ],
)
def test_the_environment_says_how_many(environment, expected):
    assert run(SHOW, **environment) == [str(expected or threads.processors())]


def test_the_caller_says_how_many(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads.team(7) == 7


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "2.0", ",2"])
def test_a_wrong_environment_is_refused(monkeypatch, wrong):
    monkeypatch.delenv("DECAYLR_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", wrong)
    with pytest.raises(ValueError, match=r"OMP_NUM_THREADS must be an integer >= 1, got '"):
        dl.linear([1.0, 2.0], 0.0, 10).table(5)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 1024), ("nonsense", 1024)],
)
def test_no_more_than_the_quota_of_the_control_group(monkeypatch, tmp_path, limit, expected):
    (tmp_path / "cpu.max").write_text(f"{limit}\n")
    monkeypatch.setattr(threads, "GROUPS", str(tmp_path))
    threads.quota.cache_clear()
    try:
        assert threads.quota() == expected
        assert threads.processors() <= expected
    finally:
        threads.quota.cache_clear()


@several
def test_one_in_a_worker_of_a_pool():
    program = """
        import multiprocessing
        from decaylr.threads import team

        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                print(team(None), *pool.map(team, [None] * 4), pool.apply(team, [5]))
    """
    assert run(program) == [str(threads.processors()), "1", "1", "1", "1", "5"]


@several
def test_one_in_a_worker_of_a_data_loader():
    pytest.importorskip("torch")
    program = """
        from torch.utils.data import DataLoader
        from decaylr.threads import team

        class Counts:
            def __len__(self):
                return 4
            def __getitem__(self, _):
                return team(None)

        print(*(int(n) for n in DataLoader(Counts(), batch_size=None, num_workers=2)))
    """
    assert run(program) == ["1"] * 4


@several
def test_workers_of_joblib_share_the_processors():
    pytest.importorskip("joblib")
    program = f"""
        import joblib
        from decaylr.threads import team

        jobs = {threads.processors()}
        print(*joblib.Parallel(n_jobs=jobs)(joblib.delayed(team)(None) for _ in range(4)))
    """
    assert run(program) == ["1"] * 4


def test_long_work_has_the_same_bits_on_several_threads():
    slow = dl.stack([dl.cosine(1.0, 0.1, 9000 + n, exponent=1.5, k=0.7) for n in range(40)])
    table = slow.table(9000, threads=1)
    at = np.random.default_rng(3).integers(0, 9000, 9000)
    for several in (2, 3, 8):
        np.testing.assert_array_equal(slow.table(9000, threads=several), table)
        np.testing.assert_array_equal(slow.table(9000, threads=several, layout="steps"), table.T)
        total = slow.fold(9000, threads=several).total
        np.testing.assert_array_equal(total, slow.fold(9000, threads=1).total)
    np.testing.assert_array_equal(slow(at[:, None]), table[:, at].T)
