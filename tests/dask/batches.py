"""Sweeps of mixed families for the tests of this folder."""

import numpy as np

import decaylr as dl
from decaylr.sweep import Entry, Sweep


def mixed(runs, seed=3):
    """Runs of four families in random order, with parameters as people write them."""
    rng, each = np.random.default_rng(seed), -(-runs // 4)
    peak, warmup = 0.03 * rng.integers(1, 40, each) / 10, rng.integers(1, 500, each)
    batch = dl.concatenate(
        [
            dl.warmup_cosine(0.0, peak, warmup, 2000),
            dl.exponential(peak, final=(1e-4, rng.integers(500, 2000, each))),
            dl.cosine(peak, 0.0, 1000 + warmup / 3),
            dl.polynomial(peak, 1e-5, 2000, rng.integers(2, 12, each) / 4),
        ]
    )
    return batch[rng.permutation(4 * each)[:runs]]


def two_entries(runs=300):
    """Entries with a parameter in common, one that only the first has, and a long run."""
    rng = np.random.default_rng(5)
    peak, warmup = 0.03 * rng.integers(1, 40, runs) / 10, rng.integers(1, 500, runs)
    cosine = dl.warmup_cosine(0.0, peak, warmup, 2000)
    long = dl.linear(0.1, 0.0, np.array([700.0, 11e6 / 10, 2**23]))
    return Sweep.of(
        (
            Entry("cosine", cosine, "step", 2000.0, {"peak": peak, "warmup": warmup}),
            Entry("long", long, "token", 2.0**23, {"peak": np.full(3, 0.1)}, own_lengths=True),
        )
    )
