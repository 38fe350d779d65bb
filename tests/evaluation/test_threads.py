"""The number of threads: from the call, the environment, or the processors available."""

from __future__ import annotations

import os

import numpy as np
import pytest

import decaylr as dl
from decaylr.evaluation import threads
from tests.evaluation.processes import run
from tests.peers.installed import peer

SHOW = "from decaylr.evaluation.threads import team; print(team(None).most)"
# The largest number of threads that work at once, in a call large enough for all processors.
AT_WORK = """
        import decaylr as dl
        from decaylr._engine import threads_at_work
        slow = dl.stack([dl.polynomial(1.0, 0.0, 9000, 1.7)] * 400)
        def at_work():
            slow.table(9000)
            return threads_at_work()[1]
"""
several = pytest.mark.skipif(threads.processors() < 2, reason="needs two processors")


def test_all_processors_by_default():
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
def test_the_environment_sets_the_number_of_threads(environment, expected):
    assert run(SHOW, **environment) == [str(expected or threads.processors())]


def test_the_call_sets_the_number_of_threads(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads.team(7) == (7, False)
    assert threads.team(None) == (2, True)


def test_a_changed_environment_counts_from_the_next_call_on(monkeypatch):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", "3")
    assert threads.team(None).most == 3
    os.environ["DECAYLR_NUM_THREADS"] = "5"
    assert threads.team(None).most == 5
    monkeypatch.delenv("DECAYLR_NUM_THREADS")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert threads.team(None).most == 1


@pytest.mark.parametrize(
    "wrong", ["0", "-1", "many", "2.0", ",2", "", " ", "4,2", "9" * 5000 + "x"]
)
def test_a_wrong_environment_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("DECAYLR_NUM_THREADS", wrong)
    with pytest.raises(ValueError, match=r"^DECAYLR_NUM_THREADS must be an integer >= 1, got '"):
        dl.linear([1.0, 2.0], 0.0, 10).table(5)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *((wrong, 9) for wrong in ("0", "-1", "auto", "2.0", ",2", "", " ", "2,", "2,0", "2,x")),
        *((wrong, 9) for wrong in ("2;3", "0x2", "1_0", "\u0662", "\xff", "+", "9" * 5000)),
        *((listed, 2) for listed in ("2", "2,1", " 2 , 4 ", "+2", "0002", "0" * 5000 + "2")),
    ],
)
def test_numbers_of_openmp_that_cannot_be_used_are_ignored(monkeypatch, given, expected):
    monkeypatch.delenv("DECAYLR_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.setattr(threads, "processors", lambda: 9)
    threads._allowed.cache_clear()
    assert threads.team(None) == (expected, True)
    threads._allowed.cache_clear()
    np.testing.assert_array_equal(dl.linear([1.0, 2.0], 0.0, 10).table(1)[:, 0], [1.0, 2.0])


GROUPS = {
    "v2": ("0::/a/b\n", "", "cpu.max"),
    "v1": ("2:cpu,cpuacct:/a/b\n1:name=systemd:/c\n0::/\n", "cpu/", "cpu.cfs_quota_us"),
}


@pytest.fixture(params=GROUPS)
def limit_group(request, monkeypatch, tmp_path):
    """A simulated tree of control groups; limit_group(group, quota, period) limits one group."""
    membership, tree, name = GROUPS[request.param]
    (tmp_path / "membership").write_text(membership)
    monkeypatch.setattr(threads, "MEMBERSHIP", str(tmp_path / "membership"))
    monkeypatch.setattr(threads, "GROUPS", str(tmp_path))

    def limit(group, quota, period="100000"):
        place = tmp_path / f"{tree}{group}"
        place.mkdir(parents=True, exist_ok=True)
        if request.param == "v2":
            (place / name).write_text(f"{quota} {period}\n")
        else:
            (place / name).write_text(f"{-1 if quota == 'max' else quota}\n")
            (place / "cpu.cfs_period_us").write_text(f"{period}\n")

    return limit


@pytest.mark.parametrize(
    ("limit", "expected"), [("150000", 2), ("50000", 1), ("max", 1024), ("nonsense", 1024)]
)
@pytest.mark.parametrize("group", ["", "a", "a/b"])
def test_no_more_than_the_quota_of_the_control_group(limit_group, group, limit, expected):
    limit_group(group, limit)
    assert threads.quota() == expected
    assert threads.processors() <= expected


def test_the_smallest_quota_of_the_groups_counts(limit_group):
    limit_group("", "max")
    limit_group("a", "700000")
    limit_group("a/b", "60000", "20000")
    limit_group("other", "10000")
    assert threads.quota() == 3


def test_no_quota_without_control_groups(monkeypatch, tmp_path):
    monkeypatch.setattr(threads, "MEMBERSHIP", str(tmp_path / "none"))
    assert threads.quota() == 1024


@several
def test_one_in_a_worker_of_a_pool():
    program = """
        import multiprocessing
        from decaylr.evaluation.threads import team

        def most(threads):
            return team(threads).most

        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(most(None), *pool.map(most, [None] * 4), pool.apply(most, [5]))
    """
    assert run(program) == [str(threads.processors()), "1", "1", "1", "1", "5"]


@several
def test_one_in_a_spawned_worker_that_has_evaluated_while_it_was_imported(tmp_path):
    (tmp_path / "job.py").write_text(
        "from decaylr.evaluation.threads import team\n"
        "before = team(None).most\n"
        "def begin(): pass\n"
        "def most(): return before, team(None).most\n"
    )
    program = f"""
        import multiprocessing, sys

        sys.path.insert(0, {str(tmp_path)!r})
        import job

        with multiprocessing.get_context("spawn").Pool(1, initializer=job.begin) as pool:
            print(*pool.apply(job.most))
    """
    assert run(program) == [str(threads.processors()), "1"]


@several
def test_one_in_a_worker_of_a_data_loader():
    peer("torch")
    program = f"""
        from torch.utils.data import DataLoader
        {AT_WORK}
        class Counts:
            def __len__(self):
                return 4
            def __getitem__(self, _):
                return at_work()

        print(*(int(n) for n in DataLoader(Counts(), batch_size=None, num_workers=2)))
    """
    assert run(program) == ["1"] * 4


@several
def test_workers_of_joblib_share_the_processors():
    peer("joblib")
    program = f"""
        import joblib
        {AT_WORK}
        jobs = {threads.processors()}
        print(*joblib.Parallel(n_jobs=jobs)(joblib.delayed(at_work)() for _ in range(4)))
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
