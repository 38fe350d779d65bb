"""Losses predicted from schedules, beside the same formulas in NumPy, and fits."""

import numpy as np

import decaylr as dl
from benchmarks.timing import require_close, rows
from decaylr.laws import Annealing, ConvexBound, Functional, LossCurve, MultiPower

PEAK, WARMUP, STEPS = 3e-4, 2160, 24_000
LAW = MultiPower.published("100M", warmup_sum=PEAK * WARMUP / 2)


def decays(n):
    """Schedules behind the warmup whose rate changes at every step or only in a last part."""
    steps = STEPS - WARMUP
    cut = np.rint(np.linspace(0.05, 1.0, n // 2) * steps)
    end = np.linspace(0.001, 0.1, n // 2) * PEAK
    late = dl.join([dl.constant(PEAK), dl.polynomial(PEAK, end, cut, 1.5)], [steps - cut])
    return dl.concatenate([late, dl.cosine(PEAK, end, steps)])


def published():
    """The three trainings to which the published constants were fitted."""
    warmup = dl.linear(0.0, PEAK, WARMUP - 1)
    stable = dl.constant(PEAK)
    return [
        dl.join([warmup, dl.cosine(PEAK, PEAK / 10, STEPS - WARMUP)], [WARMUP]),
        dl.join([warmup, stable], [WARMUP]),
        dl.join([warmup, stable, dl.constant(0.3 * PEAK)], [WARMUP, 8000]),
    ]


def in_numpy(rates, positions, law):
    """The multi-power law of some runs, a position at a time."""
    sums = np.cumsum(rates, axis=1)
    drops = rates[:, :-1] - rates[:, 1:]
    scale = law.C * rates[:, 1:] ** -law.gamma
    losses = np.empty((len(rates), len(positions)))
    for i, t in enumerate(positions):
        gap = sums[:, t, None] - sums[:, :t]
        gain = 1 - (1 + scale[:, :t] * gap) ** -law.beta
        drop = np.einsum("rk,rk->r", drops[:, :t], gain)
        power = (sums[:, t] + law.warmup_sum) ** -law.alpha
        losses[:, i] = law.L0 + law.A * power - law.B * drop
    return losses


class FinalLosses:
    """Final losses of 100 runs of 21 840 steps on one thread."""

    params = (["multi-power", "multi-power in NumPy", "annealing", "functional", "convex bound"],)
    param_names = ("law",)
    timeout = 300

    def setup(self, name):
        self.runs, self.steps = decays(max(rows(100), 10) // 2 * 2), STEPS - WARMUP
        expected = in_numpy(self.runs.table(self.steps), [self.steps - 1], LAW)[:, 0]
        require_close(LAW.predict(self.runs, self.steps), expected, "multi-power")
        law = {
            "annealing": Annealing(2.6, 0.43, 0.55, 0.41, 0.999),
            "functional": Functional(2.6, 0.6, 0.45, 150.0, 1.0, 20.0, 0.6),
            "convex bound": ConvexBound(0.8, 11.0),
        }.get(name, LAW)
        if name == "multi-power in NumPy":
            self.work = lambda: in_numpy(self.runs.table(self.steps), [self.steps - 1], LAW)
        else:
            self.work = lambda: law.predict(self.runs, self.steps, threads=1)

    def time_losses(self, name):
        self.work()


class LossCurves:
    """Three runs at 170 positions on one thread."""

    params = (["decaylr", "NumPy"],)
    param_names = ("by",)
    timeout = 300

    def setup(self, by):
        law = MultiPower.published("100M")
        at = np.linspace(WARMUP, STEPS - 1, 170).astype(np.int64)
        runs = dl.stack(published())
        expected = in_numpy(runs.table(STEPS), at, law)
        require_close(law.predict(runs, STEPS, at), expected, "multi-power")
        if by == "NumPy":
            self.work = lambda: in_numpy(runs.table(STEPS), at, law)
        else:
            self.work = lambda: law.predict(runs, STEPS, at, threads=1)

    def time_losses(self, by):
        self.work()


class Rankings:
    """The best ten of 100 000 schedules, on the default number of threads."""

    timeout = 600

    def setup(self):
        self.runs = decays(rows(100_000) // 2 * 2)

    def time_best(self):
        found = LAW.best(self.runs, STEPS - WARMUP, 10)
        if not 2.79414 <= found.losses[0] < 2.81:
            raise AssertionError(f"the best loss is {found.losses[0]}")


class Fits:
    """A fit to three curves of 14 points with 40 repetitions."""

    params = (["multi-power", "annealing"],)
    param_names = ("law",)
    timeout = 300

    def setup(self, name):
        at = np.linspace(WARMUP + 16, STEPS - 64, 14).astype(np.int64)
        law = MultiPower.published("100M")
        self.curves = [LossCurve(s, at, law.predict(s, STEPS, at)) for s in published()]
        self.law = MultiPower if name == "multi-power" else Annealing

    def time_fit(self, name):
        fit = self.law.fit(self.curves)
        if fit.errors.worst.max() > 0.01:
            raise AssertionError(f"{name}: a relative error of {fit.errors.worst.max()}")
