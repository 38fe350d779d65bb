"""Sweeps: batches of schedules from axes, columns or random samples, and from files.

`grid`, `zip` and `sample` call a function such as `decaylr.cosine` once, with arrays of all
parameters; there is no loop over the runs.
"""

from decaylr.sweep.distributions import Distribution, choice, integers, loguniform, uniform
from decaylr.sweep.entry import Entry
from decaylr.sweep.make import grid, sample, zip
from decaylr.sweep.reading import load
from decaylr.sweep.spaces import space, to_optuna, to_wandb
from decaylr.sweep.summary import SweepSummary
from decaylr.sweep.sweep import Sweep

__all__ = [
    "Distribution",
    "Entry",
    "Sweep",
    "SweepSummary",
    "choice",
    "grid",
    "integers",
    "load",
    "loguniform",
    "sample",
    "space",
    "to_optuna",
    "to_wandb",
    "uniform",
    "zip",
]
