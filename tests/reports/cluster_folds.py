"""Fold many values on a cluster of two processes, one of which is killed midway.

    python -m tests.reports.cluster_folds                # 10^13 values
    python -m tests.reports.cluster_folds --steps 1e11   # 10^15

Prints the seconds from the call to the rows, and whether the bits of every hundredth run are those
of a fold in this process.
"""

import argparse
import os
import signal
import threading
import time

import distributed
import numpy as np

import decaylr as dl


def batch(runs):
    """Runs of three families whose sums have closed forms, in random order."""
    rng, each = np.random.default_rng(1), -(-runs // 3)
    peak, warmup = 0.03 * rng.integers(1, 40, each) / 10, rng.integers(1, 500, each)
    mixed = dl.concatenate(
        [
            dl.warmup_cosine(0.0, peak, warmup, 10**9),
            dl.exponential(peak, half_life=1e6 * rng.integers(1, 300, each)),
            dl.wsd(peak, 10 * warmup, 10**8, 10**8),
        ]
    )
    return mixed[rng.permutation(3 * each)[:runs]]


def kill_after(client, seconds):
    """Kill one worker process after some seconds."""
    address = sorted(client.scheduler_info()["workers"])[0]
    pid = client.run(os.getpid, workers=[address])[address]
    timer = threading.Timer(seconds, os.kill, [pid, signal.SIGKILL])
    timer.start()
    return timer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=float, default=1e4)
    parser.add_argument("--steps", type=float, default=1e9)
    given = parser.parse_args()
    runs, steps = int(given.runs), int(given.steps)
    sweep = dl.Sweep(batch(runs))
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as own,
        distributed.Client(own) as client,
    ):
        begun = time.perf_counter()
        future = client.compute(dl.dask.fold(sweep, steps, runs_per_task=200))
        timer = kill_after(client, 2.0)
        rows = future.result()
        seconds = time.perf_counter() - begun
        timer.join()
    sample = np.arange(0, runs, 100)
    expected = sweep.schedule[sample].fold(steps)
    names = ("initial", "peak", "peak_at", "final", "total", "mean", "half_at")
    same = all(np.array_equal(rows[n].to_numpy()[sample], getattr(expected, n)) for n in names)
    print(f"{runs * steps:.0e} values in {seconds:.1f} s; every hundredth run equal: {same}")


if __name__ == "__main__":
    main()
