"""The cost per training step of the adapters, compared with the frameworks' own schedules."""

import os
import warnings
from time import perf_counter

import decaylr as dl
from benchmarks.timing import medians, ratio, skipped_without_its_library

GROUPS = (1, 200)


class TorchStep:
    """`scheduler.step()` with one parameter per group, compared with PyTorch's cosine."""

    params = (list(GROUPS),)
    param_names = ("groups",)

    @skipped_without_its_library
    def setup(self, groups):
        import torch

        from decaylr.torch import Scheduler

        warnings.simplefilter("ignore")
        weights = [torch.nn.Parameter(torch.zeros(1)) for _ in range(groups)]

        def optimizer():
            return torch.optim.SGD([{"params": [w]} for w in weights], lr=1.0)

        self.ours = Scheduler(optimizer(), dl.cosine(1.0, 0.0, 10**9))
        self.theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer(), 10**9)
        for _ in range(3):
            self.ours.step()
            self.theirs.step()
        found = [group["lr"] for group in self.ours.optimizer.param_groups]
        if found != [dl.cosine(1.0, 0.0, 10**9)(3)] * groups:
            raise AssertionError(f"rates after 3 steps: {found[:3]}")

    def track_microseconds(self, groups):
        return medians(self.ours.step)[0] * 1e6

    track_microseconds.unit = "us"

    def track_times_faster(self, groups):
        return ratio(self.theirs.step, self.ours.step)

    track_times_faster.unit = "x faster"


class KerasRead:
    """Reading an optimizer's rate eagerly on the JAX backend."""

    timeout = 300

    @skipped_without_its_library
    def setup(self):
        os.environ.setdefault("KERAS_BACKEND", "jax")
        import keras

        from decaylr.keras import Schedule

        s = dl.warmup_cosine(0.0, 1.0, 10, 100)
        theirs = keras.optimizers.schedules.CosineDecay(0.0, 90, warmup_target=1.0, warmup_steps=10)
        self.ours, self.theirs = keras.optimizers.SGD(Schedule(s)), keras.optimizers.SGD(theirs)
        self.read = lambda optimizer: float(keras.ops.convert_to_numpy(optimizer.learning_rate))
        if self.read(self.ours) != 0.0:
            raise AssertionError("the rate at step 0 is 0")

    def track_milliseconds(self):
        return medians(lambda: self.read(self.ours))[0] * 1e3

    track_milliseconds.unit = "ms"

    def track_times_faster(self):
        return ratio(lambda: self.read(self.theirs), lambda: self.read(self.ours))

    track_times_faster.unit = "x faster"


class JaxSweep:
    """A thousand settings of rate, warmup and horizon, passed to one compiled function."""

    timeout = 300

    @skipped_without_its_library
    def setup(self):
        import jax
        import numpy as np

        from decaylr.jax import schedule

        self.compiled = 0

        def rate(one, p):
            self.compiled += 1
            return one(p)

        self.members = jax.jit(jax.vmap(rate, in_axes=(0, None)))
        peaks, steps = np.geomspace(1e-4, 1.0, 1000), np.arange(1000)
        self.batches = [
            dl.warmup_cosine(0.0, peaks * scale, steps, steps + 2000) for scale in (1.0, 0.5)
        ]
        self.arguments = [schedule(batch) for batch in self.batches]
        for batch, argument in zip(self.batches, self.arguments, strict=True):
            found = np.asarray(self.members(argument, 1500))
            if not np.allclose(found, batch(1500), rtol=1e-6, atol=0):
                raise AssertionError("the traced values are not the core's")

    def time_a_step_of_1000_members(self):
        self.members(self.arguments[0], 1500).block_until_ready()

    def track_compilations(self):
        return self.compiled

    track_compilations.unit = "compilations"

    def track_seconds_of_the_first_call(self):
        import jax

        fresh = jax.jit(jax.vmap(lambda one, p: one(p), in_axes=(0, None)))
        start = perf_counter()
        fresh(self.arguments[0], 1500).block_until_ready()
        return perf_counter() - start

    track_seconds_of_the_first_call.unit = "s"
