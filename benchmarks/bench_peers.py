"""Peers beside decaylr on the same work: seconds, compare only within one machine."""

import math

import numpy as np

from benchmarks import adapters, peers
from benchmarks.figures import Filled
from benchmarks.timing import ratio, rows


class Tables:
    """A table of exponential or cosine curves, 1000 x 20000."""

    timeout = 300
    params = (["exponential", "cosine"], ["decaylr", "fill", "NumPy", *peers.TABLES])
    param_names = ("curve", "by")

    def setup(self, curve, by):
        self.work = Filled(curve, rows(1000), 20_000)
        named = {"decaylr": self.work.table, "fill": self.work.fill, "NumPy": self.work.numpy}
        self.run = named[by] if by in named else peers.table(by, curve, self.work)

    def time_table(self, curve, by):
        self.run()

    def track_over_decaylr(self, curve, by):
        return ratio(self.run, self.work.table)

    track_over_decaylr.unit = "x decaylr"


class Steps:
    """A step of a scheduler of PyTorch."""

    params = ([1, 200], ["decaylr", "StepLR", "LambdaLR"])
    param_names = ("groups", "by")

    def track_microseconds(self, groups, by):
        if by == "decaylr":
            return adapters.torch_step(groups)
        return adapters.torch_own_step(groups, by)

    track_microseconds.unit = "us"


class Reads:
    """One eager read of the rate in Keras."""

    params = (["decaylr", "Keras"],)
    param_names = ("by",)

    def track_milliseconds(self, by):
        try:
            return adapters.keras_read() if by == "decaylr" else adapters.keras_own_read()
        except NotImplementedError:  # a framework that is missing: asv's mark for no number
            return math.nan

    track_milliseconds.unit = "ms"


class Loop:
    """What a schedule search does today: a Python function for every value."""

    def setup(self):
        self.out = np.empty((10, 2000))

    def time_python_loop(self):
        peers.python_loop(self.out)
