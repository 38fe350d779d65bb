"""Schedules as people write them, with parameters drawn at random: see `users/`."""

import os

from benchmarks.timing import medians, ratio, skipped_without_its_library
from benchmarks.timing import rows as scaled
from benchmarks.users import routes
from benchmarks.users.measure import RUNS, STEPS, Work, beside_peer
from benchmarks.users.rows import ROWS


class Users:
    """Table and fold of a row, in one thread."""

    params = (list(ROWS),)
    param_names = ("row",)
    timeout = 300

    @skipped_without_its_library
    def setup(self, name):
        self.work = Work(ROWS[name], scaled(RUNS), STEPS)

    def track_over_fill(self, name):
        return ratio(self.work.table, self.work.fill)

    track_over_fill.unit = "x fill"

    def track_fold_nanoseconds(self, name):
        return self.work.nanoseconds(medians(self.work.fold)[0])

    track_fold_nanoseconds.unit = "ns per value"

    def track_times_faster(self, name):
        return ratio(self.work.numpy, self.work.first_table)

    track_times_faster.unit = "x faster"


class Live:
    """The table of one run, compared with the library's own schedule under `jit` and `vmap`."""

    params = ([name for name, case in ROWS.items() if case.peer],)
    param_names = ("row",)
    timeout = 300

    @skipped_without_its_library
    def setup(self, name):
        import jax  # noqa: F401
        import optax  # noqa: F401

        if name.startswith("keras"):
            os.environ.setdefault("KERAS_BACKEND", "jax")
            import keras  # noqa: F401

    def track_times_faster(self, name):
        return beside_peer(ROWS[name], STEPS)

    track_times_faster.unit = "x faster"


class Routes:
    """Strides, arrays of positions and many runs at few positions, each over its reference."""

    params = (list(routes.ROUTES), list(routes.GROUP))
    param_names = ("route", "row")
    timeout = 300

    @skipped_without_its_library
    def setup(self, route, name):
        self.ours, self.reference = routes.works(route, name)

    def track_over_reference(self, route, name):
        return ratio(self.ours, self.reference)

    track_over_reference.unit = "x reference"
