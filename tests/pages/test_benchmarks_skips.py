"""Suites whose library is not installed are skipped by asv; `.ci/bench` and the report fail."""

import subprocess
import sys

import pytest

from benchmarks import bench_adapters, bench_peers, bench_table, bench_traced, bench_users
from benchmarks.report import results

SUITES = [
    (bench_adapters.TorchStep, (1,), "torch"),
    (bench_adapters.KerasRead, (), "keras"),
    (bench_adapters.JaxSweep, (), "jax"),
    (bench_peers.Peers, ("torch", "linear"), "torch"),
    (bench_peers.Peers, ("numexpr", "linear"), "numexpr"),
    (bench_peers.Optax, ("cosine",), "optax"),
    (bench_table.BesideNumpy, ("pchip",), "scipy.interpolate"),
    (bench_traced.JaxProgram, ("cosine",), "jax"),
    (bench_traced.JaxMembers, (), "optax"),
    (bench_traced.KerasStep, (), "keras"),
    (bench_users.Live, ("optax linear_schedule",), "optax"),
    (bench_users.Users, ("interpolate, cubic",), "scipy.interpolate"),
]


@pytest.mark.parametrize("case", range(len(SUITES)))
def test_a_missing_library_skips_its_benchmarks_by_name(monkeypatch, case):
    suite, params, library = SUITES[case]
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delenv("DECAYLR_BENCH_LIBRARIES", raising=False)
    with pytest.raises(NotImplementedError, match=f"skipped: {library} is not installed"):
        suite().setup(*params)
    monkeypatch.setenv("DECAYLR_BENCH_LIBRARIES", "required")
    with pytest.raises(ModuleNotFoundError):
        suite().setup(*params)


def test_the_report_measures_with_all_libraries(monkeypatch):
    seen = []

    def run(command, env=None, **options):
        seen.append(env["DECAYLR_BENCH_LIBRARIES"])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(SystemExit):
        results.run_users(0.01)
    assert seen == ["required"]
