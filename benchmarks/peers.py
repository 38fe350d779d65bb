"""How other libraries fill the same table: the fastest expression of each that we know of.

A peer is made for one curve of n runs: it gives a function that evaluates the whole table and
returns it as an array (or fills a buffer that it was given beforehand).
"""

import math

import numpy as np

import decaylr as dl
from benchmarks.shapes import rates

CURVES = ("linear", "exponential", "cosine", "warmup cosine")
DECAY = 0.999


def schedule(name, n, steps):
    """Peaks differ from run to run, all else is shared: what optax can map over too."""
    peaks = rates(n)
    return {
        "linear": lambda: dl.linear(peaks, 0.0, steps),
        "exponential": lambda: dl.exponential(peaks, DECAY),
        "cosine": lambda: dl.cosine(peaks, 0.0, steps),
        "warmup cosine": lambda: dl.warmup_cosine(0.0, peaks, steps // 10, steps),
    }[name]()


def _scalar(name, steps):
    """The factor of the peak at one position, in Python that numba compiles too."""
    warmup = steps // 10
    left = steps - warmup

    def warmup_cosine(p):
        if p < warmup:
            return p / warmup
        return 0.5 * (1.0 + math.cos(math.pi * (p - warmup) / left))

    return {
        "linear": lambda p: 1.0 - p / steps,
        "exponential": lambda p: DECAY**p,
        "cosine": lambda p: 0.5 * (1.0 + math.cos(math.pi * p / steps)),
        "warmup cosine": warmup_cosine,
    }[name]


def python(name, n, steps):
    """The loops of a schedule search: one scalar call for each value."""
    factor, peaks = _scalar(name, steps), rates(n).tolist()
    return lambda: np.array([[peak * factor(p) for p in range(steps)] for peak in peaks])


def _over(xp, name, p, steps):
    """The factor at all positions over an array namespace."""
    warmup = steps // 10
    if name == "linear":
        return 1.0 - p / steps
    if name == "exponential":
        return xp.exp2(p * math.log2(DECAY))
    if name == "cosine":
        return 0.5 * (1.0 + xp.cos(p * (math.pi / steps)))
    falling = 0.5 * (1.0 + xp.cos((p - warmup) * (math.pi / (steps - warmup))))
    return xp.where(p < warmup, p / warmup, falling)


def numexpr(name, n, steps):
    """One fused expression, one thread."""
    import numexpr as ne

    ne.set_num_threads(1)
    text = {
        "linear": "a * (1 - p / steps)",
        "exponential": "a * exp(p * rate)",
        "cosine": "a * 0.5 * (1 + cos(p * turn))",
        "warmup cosine": "a * where(p < w, p / w, 0.5 * (1 + cos((p - w) * rest)))",
    }[name]
    warmup = steps // 10
    values = {"a": rates(n)[:, None], "p": np.arange(steps, dtype=np.float64), "steps": steps}
    values |= {"rate": math.log(DECAY), "turn": math.pi / steps, "w": float(warmup)}
    values |= {"rest": math.pi / (steps - warmup)}
    out = np.empty((n, steps))
    return lambda: ne.evaluate(text, values, out=out)


def numba(name, n, steps):
    """Compiled loops over the scalar formula."""
    import numba as nb

    factor = nb.njit(_scalar(name, steps))
    peaks, out = rates(n), np.empty((n, steps))

    @nb.njit
    def fill(peaks, out):
        for run in range(out.shape[0]):
            for p in range(out.shape[1]):
                out[run, p] = peaks[run] * factor(p)
        return out

    return lambda: fill(peaks, out)


def torch(name, n, steps):
    """Tensors in float64, one thread, the last operation into a buffer."""
    import torch as th

    th.set_num_threads(1)
    peaks = th.from_numpy(rates(n))[:, None]
    p, out = th.arange(steps, dtype=th.float64), th.empty((n, steps), dtype=th.float64)
    return lambda: th.mul(peaks, _over(th, name, p, steps), out=out).numpy()


def _blocked(compiled, *arguments):
    return lambda: np.asarray(compiled(*arguments).block_until_ready())


def jax(name, n, steps):
    """`jit(vmap(vmap(formula)))` in float64."""
    import jax as jx
    import jax.numpy as jnp

    jx.config.update("jax_enable_x64", True)
    one = lambda peak, p: peak * _over(jnp, name, p, steps)  # noqa: E731
    table = jx.jit(jx.vmap(jx.vmap(one, (None, 0)), (0, None)))
    return _blocked(table, jnp.asarray(rates(n)), jnp.arange(steps, dtype=jnp.float64))


def optax(name, n, steps):
    """`jit(vmap(vmap(optax schedule)))` in float64; warmups do not map over their peak."""
    import jax as jx
    import jax.numpy as jnp
    import optax as ox

    jx.config.update("jax_enable_x64", True)
    if name == "warmup cosine":
        raise NotImplementedError
    make = {
        "linear": lambda peak: ox.linear_schedule(peak, 0.0, steps),
        "exponential": lambda peak: ox.exponential_decay(peak, 1, DECAY),
        "cosine": lambda peak: ox.cosine_decay_schedule(peak, steps),
    }[name]
    one = lambda peak, p: make(peak)(p)  # noqa: E731
    table = jx.jit(jx.vmap(jx.vmap(one, (None, 0)), (0, None)))
    return _blocked(table, jnp.asarray(rates(n)), jnp.arange(steps, dtype=jnp.float64))


PEERS = {
    "python": python,
    "numexpr": numexpr,
    "numba": numba,
    "torch": torch,
    "jax": jax,
    "optax": optax,
}
