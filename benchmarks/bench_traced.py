"""Schedules inside compiled programs of JAX and Keras, beside optax's and Keras's own."""

import os
from time import perf_counter

import numpy as np

import decaylr as dl
from benchmarks.timing import medians, ratio, rows, skipped_without_its_library

HORIZON = 10_000

# decaylr's schedule, and optax's nearest one as a function of its module.
FAMILIES = {
    "constant": (dl.constant(0.1), lambda of: of.constant_schedule(0.1)),
    "linear": (dl.linear(0.1, 1e-5, HORIZON), lambda of: of.linear_schedule(0.1, 1e-5, HORIZON)),
    "polynomial": (
        dl.polynomial(0.1, 1e-5, HORIZON, 1.7),
        lambda of: of.polynomial_schedule(0.1, 1e-5, 1.7, HORIZON),
    ),
    "cosine": (dl.cosine(0.1, 0.0, HORIZON), lambda of: of.cosine_decay_schedule(0.1, HORIZON)),
    "exponential": (
        dl.exponential(0.1, 0.96, 1000),
        lambda of: of.exponential_decay(0.1, 1000, 0.96),
    ),
    "inverse": (
        dl.inverse(0.1, 1.0, 1, 0.5),
        lambda of: lambda count: 0.1 / (1.0 + count) ** 0.5,
    ),
    "piecewise_constant": (
        dl.piecewise_constant([3000, 6000], [0.1, 0.01, 0.001]),
        lambda of: of.piecewise_constant_schedule(0.1, {3000: 0.1, 6000: 0.1}),
    ),
    "interpolate": (
        dl.interpolate([0, 3000, HORIZON], [0.1, 0.03, 0.01], "pchip"),
        lambda of: of.piecewise_interpolate_schedule("cosine", 0.1, {3000: 0.3, HORIZON: 0.3}),
    ),
    "warmup cosine": (
        dl.warmup_cosine(0.0, 0.1, 500, HORIZON),
        lambda of: of.warmup_cosine_decay_schedule(0.0, 0.1, 500, HORIZON),
    ),
    "one-cycle": (
        dl.one_cycle(0.1, HORIZON),
        lambda of: of.cosine_onecycle_schedule(HORIZON, 0.1),
    ),
    "restarts": (
        dl.cosine_restarts(0.1, 1000, period_scale=2),
        lambda of: of.sgdr_schedule(
            [
                {"init_value": 0.1, "peak_value": 0.1, "warmup_steps": 0, "decay_steps": 1000 << k}
                for k in range(3)
            ]
        ),
    ),
}


def _first_call(jax, rate):
    """Seconds from a function of the step to its compiled program."""
    start = perf_counter()
    jax.jit(lambda count: rate(count)).lower(np.int32(777)).compile()
    return perf_counter() - start


class JaxProgram:
    """One schedule in a program of its own: tracing, compiling, its size, and eager calls."""

    params = (list(FAMILIES),)
    param_names = ("family",)
    timeout = 300

    @skipped_without_its_library
    def setup(self, family):
        import jax
        import optax

        from decaylr.jax import schedule

        s, theirs = FAMILIES[family]
        self.jax, self.ours, self.theirs = jax, schedule(s), theirs(optax)
        got, expected = float(jax.jit(self.ours)(777)), s(777)
        if abs(got - expected) > 1e-6 * expected:
            raise AssertionError(f"{family}: {got} instead of {expected}")
        _first_call(jax, self.theirs)

    def track_compile_over_optax(self, family):
        turns = [
            (_first_call(self.jax, self.ours), _first_call(self.jax, self.theirs)) for _ in range(7)
        ]
        ours, theirs = np.median(turns, axis=0)
        return ours / theirs

    track_compile_over_optax.unit = "x optax"

    def track_operations(self, family):
        program = self.jax.jit(lambda count: self.ours(count)).lower(np.int32(777)).as_text()
        return sum(" = " in line for line in program.splitlines())

    track_operations.unit = "operations"

    def track_milliseconds_of_an_eager_call(self, family):
        return medians(lambda: self.ours(777).block_until_ready())[0] * 1e3

    track_milliseconds_of_an_eager_call.unit = "ms"

    def time_making_it(self, family):
        from decaylr.jax import schedule

        schedule(FAMILIES[family][0])


class JaxMembers:
    """One step of 4096 members with schedules of four families, beside optax's cosine."""

    timeout = 300

    @skipped_without_its_library
    def setup(self):
        import jax
        import optax

        from decaylr.jax import schedule

        each, rng = rows(1024), np.random.default_rng(0)
        peak = rng.uniform(0.1, 1.0, each)
        mixed = dl.concatenate(
            [
                dl.warmup_cosine(0.0, peak, rng.integers(1, 500, each), HORIZON),
                dl.exponential(peak, rng.uniform(0.99, 0.9999, each)),
                dl.wsd(peak, 100, 5000, rng.integers(1000, 3000, each)),
                dl.inverse(peak, rng.uniform(0.01, 1.0, each)),
            ]
        )
        members, count = jax.device_put(schedule(mixed)), jax.numpy.int32(777)
        mapped = jax.jit(jax.vmap(lambda one, p: one(p), in_axes=(0, None)))
        if not np.allclose(mapped(members, count), mixed(777), rtol=1e-6, atol=0):
            raise AssertionError("the traced values are not the core's")
        peaks = jax.numpy.asarray(np.tile(peak, 4), "float32")
        cosines = jax.jit(
            jax.vmap(lambda p, n: optax.cosine_decay_schedule(p, HORIZON)(n), in_axes=(0, None))
        )
        self.ours = lambda: mapped(members, count).block_until_ready()
        self.theirs = lambda: cosines(peaks, count).block_until_ready()

    def track_over_optax(self):
        return ratio(self.ours, self.theirs)

    track_over_optax.unit = "x optax"


class KerasStep:
    """The rate inside a function that Keras's JAX backend compiles, beside Keras's CosineDecay."""

    timeout = 300

    @skipped_without_its_library
    def setup(self):
        os.environ.setdefault("KERAS_BACKEND", "jax")
        import jax
        import keras

        from decaylr.keras import Schedule

        s = dl.warmup_cosine(0.0, 1.0, 10, 100)
        own = keras.optimizers.schedules.CosineDecay(0.0, 90, warmup_target=1.0, warmup_steps=10)
        self.jax, self.ours, self.theirs = jax, Schedule(s), own
        if abs(float(jax.jit(self.ours)(50)) - s(50)) > 1e-6:
            raise AssertionError("the traced value is not the core's")
        _first_call(jax, own)

    def track_compile_over_keras(self):
        turns = [
            (_first_call(self.jax, self.ours), _first_call(self.jax, self.theirs)) for _ in range(7)
        ]
        ours, theirs = np.median(turns, axis=0)
        return ours / theirs

    track_compile_over_keras.unit = "x Keras"
