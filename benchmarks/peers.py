"""How other libraries fill the same table: the fastest expression that we know for each.

Each function here takes the name of a curve, the number of runs, which differ in every parameter,
and the number of steps. It returns a function that evaluates the whole table and returns it as an
array, new or allocated beforehand.
"""

import math

import numpy as np

from benchmarks.columns import columns

CURVES = ("linear", "exponential", "cosine", "warmup cosine")


def _scalar(name):
    """The value at one position, in Python code that numba can compile."""

    def linear(p, peak, rate, length, warmup):
        return peak * (1.0 - p / length)

    def exponential(p, peak, rate, length, warmup):
        return peak * rate**p

    def cosine(p, peak, rate, length, warmup):
        return peak * 0.5 * (1.0 + math.cos(math.pi * p / length))

    def warmup_cosine(p, peak, rate, length, warmup):
        if p < warmup:
            return peak * p / warmup
        return peak * 0.5 * (1.0 + math.cos(math.pi * (p - warmup) / (length - warmup)))

    return dict(zip(CURVES, (linear, exponential, cosine, warmup_cosine), strict=True))[name]


def _parameters(n, steps):
    c = columns(n, steps)
    return c.peak, c.rate, c.length, c.warmup


def python(name, n, steps):
    """Python loops with one scalar call per value."""
    value = _scalar(name)
    runs = list(zip(*(column.tolist() for column in _parameters(n, steps)), strict=True))
    return lambda: np.array([[value(p, *run) for p in range(steps)] for run in runs])


def _over(xp, name, p, peak, rate, length, warmup):
    """The values in the array namespace `xp`, at positions that broadcast with the parameters."""
    if name == "linear":
        return peak * (1.0 - p / length)
    if name == "exponential":
        return peak * xp.exp2(p * xp.log2(rate))
    if name == "cosine":
        return peak * (0.5 + 0.5 * xp.cos(p * (math.pi / length)))
    falling = 0.5 + 0.5 * xp.cos((p - warmup) * (math.pi / (length - warmup)))
    return peak * xp.where(p < warmup, p / warmup, falling)


def numexpr(name, n, steps):
    """One fused expression in one thread."""
    import numexpr as ne

    ne.set_num_threads(1)
    peak, rate, length, warmup = (column[:, None] for column in _parameters(n, steps))
    text = {
        "linear": "peak * (1 - p * slope)",
        "exponential": "peak * exp(p * decay)",
        "cosine": "peak * (0.5 + 0.5 * cos(p * turn))",
        "warmup cosine": "peak * where(p < w, p / w, 0.5 + 0.5 * cos((p - w) * rest))",
    }[name]
    values = {"peak": peak, "p": np.arange(steps, dtype=np.float64), "slope": 1 / length}
    values |= {"decay": np.log(rate), "turn": math.pi / length, "w": warmup}
    values |= {"rest": math.pi / (length - warmup)}
    out = np.empty((n, steps))
    return lambda: ne.evaluate(text, values, out=out)


def numba(name, n, steps):
    """Compiled loops over the scalar formula."""
    import numba as nb

    value = nb.njit(_scalar(name))
    parameters, out = _parameters(n, steps), np.empty((n, steps))

    @nb.njit
    def fill(peak, rate, length, warmup, out):
        for run in range(out.shape[0]):
            for p in range(out.shape[1]):
                out[run, p] = value(p, peak[run], rate[run], length[run], warmup[run])
        return out

    return lambda: fill(*parameters, out)


def torch(name, n, steps):
    """float64 tensors in one thread."""
    import torch as th

    th.set_num_threads(1)
    tensors = [th.from_numpy(column)[:, None] for column in _parameters(n, steps)]
    p = th.arange(steps, dtype=th.float64)
    return lambda: _over(th, name, p, *tensors).numpy()


def vmapped(one, runs, steps):
    """`jit(vmap(vmap(one)))` over arrays of parameters and over positions, in float64."""
    import jax as jx
    import jax.numpy as jnp

    jx.config.update("jax_enable_x64", True)
    over_positions = jx.vmap(one, (0, *[None] * len(runs)))
    table = jx.jit(jx.vmap(over_positions, (None, *[0] * len(runs))))
    arguments = [jnp.arange(steps, dtype=jnp.float64), *map(jnp.asarray, runs)]
    return lambda: np.asarray(table(*arguments).block_until_ready())


def jax(name, n, steps):
    """`jit(vmap(vmap(formula)))`."""
    import jax.numpy as jnp

    return vmapped(lambda p, *run: _over(jnp, name, p, *run), _parameters(n, steps), steps)


PEERS = {"python": python, "numexpr": numexpr, "numba": numba, "torch": torch, "jax": jax}
