"""The same tables by numexpr, numba, torch, JAX, optax and Python loops."""

import numpy as np

from benchmarks import optax_families
from benchmarks.peers import CURVES, PEERS
from benchmarks.shapes import SHAPES
from benchmarks.timing import ratio, require_close, rows, skipped_without_its_library

STEPS = 5000


class Beside:
    """A decaylr table compared with the other library's table, each in one thread."""

    timeout = 300

    def prepare(self, name, schedule, theirs, steps=STEPS):
        self.schedule, self.theirs, self.steps = schedule, theirs, steps
        self.out = np.empty((*schedule.shape, steps))
        require_close(self.table(), self.theirs(), name)

    def table(self):
        return self.schedule.table(self.steps, out=self.out, threads=1)

    def times_faster(self):
        return ratio(self.theirs, self.table)


class Peers(Beside):
    """Speedup of decaylr over another library; every parameter differs between runs."""

    params = (list(PEERS), list(CURVES))
    param_names = ("peer", "curve")

    @skipped_without_its_library
    def setup(self, peer, curve):
        n, steps = (10, 2000) if peer == "python" else (rows(1000), STEPS)
        theirs = PEERS[peer](curve, n, steps)
        self.prepare(f"{curve} by {peer}", SHAPES[curve].schedule(n, steps), theirs, steps)

    def track_times_faster(self, peer, curve):
        return self.times_faster()

    track_times_faster.unit = "x faster"


class Optax(Beside):
    """Speedup over `jit(vmap(vmap(optax schedule)))`, over all parameters that optax can map."""

    params = (list(optax_families.FAMILIES),)
    param_names = ("family",)

    @skipped_without_its_library
    def setup(self, family):
        from decaylr.compat import optax

        runs = optax_families.runs(rows(1000), STEPS)
        ours = optax_families.FAMILIES[family](optax, runs, STEPS)
        self.prepare(family, ours, optax_families.table(family, runs, STEPS))

    def track_times_faster(self, family):
        return self.times_faster()

    track_times_faster.unit = "x faster"

    def track_optax_over_fill(self, family):
        return ratio(self.theirs, lambda: self.out.fill(1.0))

    track_optax_over_fill.unit = "x fill"
