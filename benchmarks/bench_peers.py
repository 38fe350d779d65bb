"""The same tables by numexpr, numba, torch, JAX, optax and loops in Python."""

import numpy as np

from benchmarks.peers import CURVES, PEERS, schedule
from benchmarks.timing import ratio, require_close, rows


class Peers:
    """How many times faster decaylr is, in one thread, than a peer that is as well."""

    params = (list(PEERS), list(CURVES))
    param_names = ("peer", "curve")
    timeout = 300

    def setup(self, peer, curve):
        self.n, self.steps = (10, 2000) if peer == "python" else (rows(1000), 5000)
        self.schedule = schedule(curve, self.n, self.steps)
        self.out = np.empty((self.n, self.steps))
        self.theirs = PEERS[peer](curve, self.n, self.steps)
        require_close(self.table(), self.theirs(), f"{curve} by {peer}")

    def table(self):
        return self.schedule.table(self.steps, out=self.out, threads=1)

    def track_times_faster(self, peer, curve):
        return ratio(self.theirs, self.table)

    track_times_faster.unit = "x faster"
