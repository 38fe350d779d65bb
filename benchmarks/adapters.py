"""Frameworks: their own schedules and decaylr's adapters. A framework that is missing skips."""

import importlib

import numpy as np

import decaylr as dl
from benchmarks.timing import require_close, typical


def framework(name):
    """A module that is needed, or NotImplementedError, which makes asv skip."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise NotImplementedError(f"{name} is not here") from error


def optimizer(groups):
    torch = framework("torch")
    groups = [{"params": [torch.zeros(1, requires_grad=True)]} for _ in range(groups)]
    made = torch.optim.SGD(groups, lr=0.1)
    made.step()
    return made


def torch_step(groups):
    """Microseconds of `decaylr.torch.Scheduler.step()`."""
    adapter = framework("decaylr.torch")
    made = optimizer(groups)
    schedule = dl.exponential(0.1, 0.9999)
    scheduler = adapter.Scheduler(made, schedule)
    scheduler.step()
    rates = [group["lr"] for group in made.param_groups]
    require_close(rates, np.full(groups, schedule(1)), "Scheduler", ulp=0)
    return 1e6 * typical(scheduler.step, repeats=500)


def torch_own_step(groups, kind):
    """Microseconds of the step of one of torch's own schedulers."""
    made = optimizer(groups)
    schedulers = framework("torch.optim.lr_scheduler")
    if kind == "StepLR":
        scheduler = schedulers.StepLR(made, 30)
    else:
        scheduler = schedulers.LambdaLR(made, lambda step: 0.9999**step)
    scheduler.step()
    expected = 0.1 if kind == "StepLR" else 0.1 * 0.9999
    require_close(scheduler.get_last_lr(), np.full(groups, expected), kind)
    return 1e6 * typical(scheduler.step, repeats=50)


def keras_read():
    """Milliseconds to read the rate of a decaylr schedule in Keras."""
    keras = framework("keras")
    adapter = framework("decaylr.keras")
    plain = dl.warmup_cosine(0.0, 1.0, 100, 1000)
    schedule = adapter.Schedule(plain)
    got = np.float32(keras.ops.convert_to_numpy(schedule(500)))
    require_close(got, np.float32(plain(500)), "keras", ulp=4)
    return 1e3 * typical(lambda: float(schedule(500)))


def keras_own_read():
    """Milliseconds to read Keras's own CosineDecay with warmup."""
    keras = framework("keras")
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, 900, warmup_target=1.0, warmup_steps=100
    )
    require_close(
        np.float32(schedule(550)), np.float32(0.5), "CosineDecay", ulp=16
    )  # half-way down
    return 1e3 * typical(lambda: float(schedule(550)))


def compilations():
    """How often JAX compiles for 1000 settings, passed as an argument."""
    jax = framework("jax")
    adapter = framework("decaylr.jax")
    traces = []

    @jax.jit
    def value(schedule, count):
        traces.append(count)
        return schedule(count)

    for k in range(1000):
        plain = dl.warmup_cosine(0.0, 0.1 + 0.001 * k, 10 + k % 50, 1000 + k)
        got = value(adapter.schedule(plain), 500)
        if k % 100 == 0:
            require_close(np.float32(got), np.float32(plain(500)), "jax", ulp=4)
    return len(traces)
