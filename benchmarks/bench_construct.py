"""Construction of batches: from arrays, by stacking, by indexing and from JSON."""

import numpy as np

import decaylr as dl
from benchmarks.timing import medians, rows


class Construct:
    """The cost of creating, indexing and serializing batches."""

    def setup(self):
        self.n = rows(1_000_000)
        self.rates = np.linspace(0.1, 1.0, self.n)
        self.decay = np.linspace(0.9, 0.99, self.n)
        self.singles = [dl.linear(r, 0.0, 10) for r in self.rates[:300]]
        self.singles += [dl.cosine(r, 0.0, 10) for r in self.rates[:300]]
        self.batch = dl.exponential(self.rates, self.decay)
        self.text = dl.stack(self.singles).to_json()
        if self.batch[7](3) != dl.exponential(self.rates[7], self.decay[7])(3):
            raise AssertionError("a run of a batch differs from the same single schedule")

    def million_runs(self):
        return dl.exponential(self.rates, self.decay)

    def track_million_runs(self):
        return medians(self.million_runs)[0] * 1e3

    track_million_runs.unit = "ms"

    def track_million_runs_compiled(self):
        return medians(lambda: self.million_runs().cursor())[0] * 1e3

    track_million_runs_compiled.unit = "ms"

    def time_stack_600_singles(self):
        dl.stack(self.singles)

    def time_index_every_second(self):
        self.batch[::2]

    def time_json_of_600(self):
        dl.from_json(self.text)

    def time_recipe(self):
        dl.warmup_cosine(0.0, self.rates[:1000], 100, 1000)
